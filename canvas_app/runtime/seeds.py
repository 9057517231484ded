"""Which tokens a wave takes in."""

from enum import IntEnum
from typing import Any

from sqlalchemy import Connection, and_, case, delete, func, insert, literal, select, tuple_
from sqlalchemy.schema import CreateTable

from canvas_app.runtime.scratch import seed
from nodes.spec import COMING
from storage import tables

LARGEST_WAVE = 50_000


class Way(IntEnum):
    """How tokens stand at the start of a segment: they leave it, have it looked at, or have not entered it yet."""

    LEAVING = 0
    ARRIVING = 1
    COMING = 2


def way_of(port: Any) -> Any:
    """The way of a token as a column."""
    return case((port >= 0, int(Way.LEAVING)), (port == COMING, int(Way.COMING)), else_=int(Way.ARRIVING))


def load_seeds(
    connection: Connection,
    version: int,
    node: int,
    *,
    way: Way,
    now: int,
    alone: bool,
    only: frozenset[int] | None = None,
    round_: int | None = None,
) -> int:
    """Take the due tokens of a segment's start into `seed`; with `alone` no contact twice. Returns how many.

    `round_`: only those of one loop round.
    """
    connection.execute(CreateTable(seed, if_not_exists=True))
    connection.execute(delete(seed))
    token, run, contact = tables.token.c, tables.enrollment.c, tables.contact.c
    due = and_(token.due <= now, token.version == version, token.node == node, way_of(token.port) == way)
    if round_ is not None:
        due = and_(due, token.round == round_)
    if only is not None:
        due, alone = and_(due, token.enrollment.in_(select(run.id).where(run.contact.in_(only)))), True
    joined = tables.token.join(tables.enrollment, run.id == token.enrollment)
    joined = joined.join(tables.contact, contact.id == run.contact)
    brought = (
        token.enrollment, token.round, token.port, token.arrived, run.contact, contact.place, contact.bucket,
    )  # fmt: skip
    rows = select(*brought, run.entered, token.due).select_from(joined).where(due)
    rows = rows.order_by(token.due, token.enrollment, token.round).limit(LARGEST_WAVE)
    taken = connection.execute(insert(seed).from_select([each.name for each in seed.c], rows)).rowcount
    if alone:
        taken -= _leave_twice(connection, taken)
    _take_away(connection, due, taken=None if alone else taken)
    _forget_waiting(connection, node)
    return taken


def _leave_twice(connection: Connection, taken: int) -> int:
    """Leave all but the first token of a contact for the next wave; returns how many those are."""
    if connection.scalar(select(func.count(func.distinct(seed.c.s_contact)))) == taken:
        return 0
    other = seed.alias()
    earlier = tuple_(other.c.s_enrollment, other.c.s_round) < tuple_(seed.c.s_enrollment, seed.c.s_round)
    twice = select(literal(1)).where(other.c.s_contact == seed.c.s_contact, earlier)
    return connection.execute(delete(seed).where(twice.exists())).rowcount


def _forget_waiting(connection: Connection, node: int) -> None:
    """What the tokens in `seed` waited for moves them no more."""
    waiting = tables.waiter.c
    if connection.scalar(select(literal(1)).select_from(tables.waiter).where(waiting.node == node).limit(1)):
        mine = (seed.c.s_enrollment == waiting.enrollment, seed.c.s_round == waiting.round)
        woken = select(literal(1)).where(*mine)
        connection.execute(delete(tables.waiter).where(waiting.node == node, woken.exists()))


def _take_away(connection: Connection, due: Any, *, taken: int | None) -> None:
    """The tokens in `seed` stand nowhere until the wave has set them down; `taken`: they are the first so many due."""
    token = tables.token.c
    if taken is None:
        mine = select(literal(1)).where(
            seed.c.s_enrollment == token.enrollment, seed.c.s_round == token.round
        )
        connection.execute(delete(tables.token).where(due, mine.exists()))
        return
    if taken == LARGEST_WAVE:  # a range of the primary key goes in one stroke
        place = (seed.c.s_due, seed.c.s_enrollment, seed.c.s_round)
        last = connection.execute(select(*place).order_by(*(each.desc() for each in place)).limit(1)).one()
        order = tuple_(token.due, token.enrollment, token.round)
        due = and_(due, order <= tuple_(*(literal(number) for number in last)))
    connection.execute(delete(tables.token).where(due))
