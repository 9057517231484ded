"""Who enters a strategy: re-entry, hold-out, and the first token."""

from dataclasses import replace
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.schema import CreateTable

from canvas_app.runtime.goals import RunScope
from canvas_app.runtime.leaving import leave_all
from canvas_app.runtime.published import Published
from canvas_app.runtime.salts import salt_number
from canvas_app.runtime.waves import add_counts
from nodes.clauses import load_audiences, load_places
from nodes.comparisons import Clause
from nodes.spec import ENTERED
from storage import tables
from storage.codes import EnteredBy, RunState
from storage.contacts import HASH_PRIME, Contacts, salt_pair
from storage.workspace import name_id

HOLDOUT_SCALE = 1_000_000
candidate = Table(
    "candidate", MetaData(), Column("contact", Integer, primary_key=True), Column("key", Text, primary_key=True),
    prefixes=["TEMPORARY"],
)  # fmt: skip


_SOMEBODY = select(candidate.c.contact).limit(1)


def collect(connection: Connection, rows: Any) -> int:
    """Note who might enter: (contact, value of the re-entry key or ""). Returns how many."""
    connection.execute(CreateTable(candidate, if_not_exists=True))
    connection.execute(delete(candidate))
    found = connection.execute(
        upsert(candidate).from_select(["contact", "key"], rows).on_conflict_do_nothing()
    )
    return found.rowcount


def enter(connection: Connection, version: Published, node: str, by: EnteredBy, now: int) -> int:
    """Let the collected contacts in at an entry node, as far as re-entry allows. Returns how many entered."""
    settings, run = version.settings, tables.enrollment.c
    if not _is_active(version, now):
        return 0
    keyed = bool(settings.reentry.key) and by is EnteredBy.EVENT
    connection.execute(delete(candidate).where(~_may_enter(connection, version, node, by, now)))
    if connection.scalar(_SOMEBODY) is None:
        return 0
    if settings.reentry.mode == "always" and not keyed:
        _end_running(connection, version, now)
    last = connection.scalar(select(func.coalesce(func.max(run.id), 0)))
    contact = tables.contact.c
    key = func.nullif(candidate.c.key, "") if keyed else literal(None, Text)
    rows = select(
        contact.id, literal(version.strategy), literal(version.id), _next_pass(connection, version), key,
        literal(int(by)), _state(version, by), literal(now),
    ).join(candidate, candidate.c.contact == contact.id)  # fmt: skip
    names = ["contact", "strategy", "version", "pass", "entry_key", "by", "state", "entered"]
    connection.execute(insert(tables.enrollment).from_select(names, rows.order_by(contact.id)))
    standing = (
        literal(now),
        literal(version.id),
        literal(version.node_ids[node]),
        run.id,
        literal(0),
        literal(0),
    )
    tokens = select(*standing, literal(now)).where(run.id > last, run.state == RunState.ACTIVE)
    columns = ["due", "version", "node", "enrollment", "round", "port", "arrived"]
    entered = connection.execute(insert(tables.token).from_select(columns, tokens)).rowcount
    add_counts(connection, version.id, {(version.node_ids[node], ENTERED): entered})
    if settings.goal is not None and settings.holdout:
        _measure_held_out(connection, version, last or 0, now)
    return entered


def _measure_held_out(connection: Connection, version: Published, last: int, now: int) -> None:
    """Who is kept out with the goal reached already counts as who would have left at once."""
    settings, run, contacts = version.settings, tables.enrollment.c, Contacts.load(connection)
    assert settings.goal is not None
    scope = RunScope(
        contacts,
        places=load_places(connection, settings.timezone),
        now=now,
        audiences=load_audiences(connection),
    )
    joined = tables.enrollment.join(contacts.table, contacts.table.c.id == run.contact)
    held = select(run.id).select_from(joined).where(run.id > last, run.state == RunState.HELD_OUT)
    reached = update(tables.enrollment).where(run.id.in_(held.where(scope.clause(settings.goal))))
    connection.execute(reached.values(goal_at=now))


def _is_active(version: Published, now: int) -> bool:
    active = version.settings.active
    begun = active.since is None or now >= active.since
    return begun and (active.until is None or now < active.until)


def _next_pass(connection: Connection, version: Published) -> Any:
    """The number of a contact's next pass; always the first where nobody has been there yet."""
    run = tables.enrollment.c
    if connection.scalar(select(run.id).where(run.strategy == version.strategy).limit(1)) is None:
        return literal(1)
    before = (run.strategy == version.strategy, run.contact == candidate.c.contact)
    return select(func.count() + 1).where(*before).scalar_subquery()


def _state(version: Published, by: EnteredBy) -> Any:
    """Active, or held out by the contact's own chance; nobody added by hand is held out."""
    share = version.settings.holdout
    if not share or by is EnteredBy.HAND:
        return literal(int(RunState.ACTIVE))
    a, b = salt_pair(version.salt ^ salt_number("holdout"))
    spot = (tables.contact.c.bucket * a + b) % HASH_PRIME % HOLDOUT_SCALE
    held = spot < round(share / 100 * HOLDOUT_SCALE)
    return case((held, int(RunState.HELD_OUT)), else_=int(RunState.ACTIVE))


def _may_enter(connection: Connection, version: Published, node: str, by: EnteredBy, now: int) -> Clause:
    run, reentry = tables.enrollment.c, version.settings.reentry
    mine = and_(run.strategy == version.strategy, run.contact == candidate.c.contact)
    running = exists().where(mine, run.state == RunState.ACTIVE)
    if by is EnteredBy.HAND and reentry.mode == "always":
        return true()
    if by is EnteredBy.HAND or by is EnteredBy.MOVE:
        return ~running
    removed = exists().where(mine, run.state == RunState.REMOVED)
    if reentry.key and by is EnteredBy.EVENT:
        return and_(candidate.c.key != "", ~exists().where(mine, run.entry_key == candidate.c.key), ~removed)
    held = exists().where(mine, run.state == RunState.HELD_OUT)
    if reentry.mode == "never":
        return ~exists().where(mine)
    live = getattr(version.entries[node], "refresh", "") == "live"
    if reentry.mode == "always" and not live:
        return and_(~removed, ~held)
    again = ~exists().where(mine, or_(run.ended.is_(None), run.ended > _gap_ago(connection, version, now)))
    # a live audience without a gap takes nobody in again just because the run is over
    fresh = ~exists().where(mine) if live and reentry.gap is None else true()
    return and_(~removed, ~held, ~running, again, fresh)


def _gap_ago(connection: Connection, version: Published, now: int) -> Any:
    """Who ended by then may come again: the gap before now by the contact's calendar."""
    gap = version.settings.reentry.gap
    if gap is None or gap.elapsed_only:
        return literal(now - (gap.seconds if gap else 0))
    back, places = replace(gap, sign=-1), load_places(connection, version.settings.timezone)
    limits = {number: back.add_to(now, place.zone) for number, place in places.items()}
    home = select(tables.contact.c.place).where(tables.contact.c.id == candidate.c.contact).scalar_subquery()
    return case(limits, value=home, else_=now)


def _end_running(connection: Connection, version: Published, now: int) -> None:
    run = tables.enrollment.c
    who = select(run.id).where(
        run.strategy == version.strategy,
        run.state == RunState.ACTIVE,
        run.contact.in_(select(candidate.c.contact)),
    )
    runs = list(connection.scalars(who))
    if runs:
        leave_all(connection, runs, name_id(connection, "reentered"), now, state=RunState.EXITED)
