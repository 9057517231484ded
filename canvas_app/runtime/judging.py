"""Whether a message may leave now: consent, suppression, caps, windows, addresses, each “no” with its reason."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.schema import CreateTable

from canvas_app.runtime.published import Published
from nodes.channels.email import Email
from nodes.clauses import load_places
from nodes.eligibility import Standing, Terms, consent_given, daily_cap, used_today, verdicts
from nodes.spec import Place
from storage import tables
from storage.base.clock import local
from storage.codes import RunState, TouchState
from storage.contacts import Contacts, day_number

WAIT = "~wait"  # no reason to skip: the window is closed now, the message waits on
_OWNED = (TouchState.CLAIMED, TouchState.SENT, TouchState.UNKNOWN, TouchState.EXPECTING)

judged = Table(
    "judged", MetaData(), Column("touch", Integer, primary_key=True), Column("contact", Integer),
    Column("node", Integer), Column("version", Integer), Column("day", Integer), Column("reason", Text),
    prefixes=["TEMPORARY"],
)  # fmt: skip


def judge(
    connection: Connection, versions: dict[int, Published], touches: Select[tuple[int]], now: int
) -> None:
    """Fill the scratch table `judged` with the reason of each touch (NULL: it may leave) and reserve the caps."""
    connection.execute(CreateTable(judged, if_not_exists=True))
    connection.execute(delete(judged))
    touch, run = tables.touch.c, tables.enrollment.c
    stands = case((run.state != RunState.ACTIVE, "removed"), else_=null())
    joined = tables.touch.join(tables.enrollment, run.id == touch.enrollment)
    rows = (
        select(touch.id, touch.contact, touch.node, run.version, stands)
        .select_from(joined.join(tables.contact, tables.contact.c.id == touch.contact))
        .where(touch.id.in_(touches))
    )
    connection.execute(insert(judged).from_select(["touch", "contact", "node", "version", "reason"], rows))
    groups = connection.execute(select(judged.c.version, judged.c.node).distinct()).all()
    contacts = Contacts.load(connection)
    cap = daily_cap(connection)
    for version, node in sorted(groups, key=lambda group: _rank(versions[group.version], group.node)):
        _judge_node(connection, versions[version], node, contacts=contacts, now=now, cap=cap)


def reasons(connection: Connection) -> dict[int, str]:
    """After `judge`: the touches that may not leave, with their reasons."""
    rows = connection.execute(select(judged.c.touch, judged.c.reason).where(judged.c.reason.is_not(None)))
    return {row.touch: row.reason for row in rows}


def _rank(version: Published, node: int) -> tuple[int, int, int]:
    return (
        -(version.settings.priority or 0),
        version.strategy,
        version.shape.order.get(version.node_keys[node], 0),
    )


def terms_of(version: Published, key: str, places: Mapping[int, Place], now: int, cap: int) -> Terms:
    """What a channel node asks of its contacts now."""
    kind, window = version.channels[key], version.window(key)
    closed: tuple[int, ...] = ()
    if window is not None:
        closed = tuple(
            number for number, place in places.items()
            if not window.contains(now, place.zone, country=place.country)
        )  # fmt: skip
    skips = window is not None and window.skips
    reason = "quiet_hours" if skips else WAIT
    return Terms(kind.channel, version.settings.category, kind.address_field, cap, closed, reason)


def _judge_node(
    connection: Connection, version: Published, node: int, *, contacts: Contacts, now: int, cap: int
) -> None:
    key = version.node_keys[node]
    kind = version.channels[key]
    if isinstance(kind, Email) and kind.is_notice:
        return
    places = load_places(connection, version.settings.timezone or version.home_zone)
    days = {number: day_number(local(now, place.zone).date()) for number, place in places.items()}
    terms = terms_of(version, key, places, now, cap)
    here = and_(judged.c.version == version.id, judged.c.node == node)
    table = contacts.table
    known = contacts.fields[terms.address] if terms.address else None
    nothing: ColumnElement[Any] = null()
    # a message that was claimed before has its place under the cap already
    tried = exists().where(tables.touch.c.id == judged.c.touch, tables.touch.c.at.is_not(None))
    day = case(days, value=table.c.place, else_=null())
    mine = table.c.id == judged.c.contact
    connection.execute(update(judged).where(here, mine).values(day=day))
    used = case((tried, 0), else_=func.coalesce(used_today(judged.c.contact, judged.c.day), 0))
    standing = Standing(
        contact=table.c.id, place=table.c.place,
        address=nothing if known is None else table.c[known.column],
        folded=nothing if known is None else table.c[known.fold or known.column],
        given=consent_given(table.c.id, terms.channel), used=used, now=literal(now),
    )  # fmt: skip
    verdict = case(*((clause, literal(reason)) for clause, reason in verdicts(terms, standing)), else_=null())
    open_ = judged.c.reason.is_(None)
    connection.execute(update(judged).where(here, open_, mine).values(reason=verdict))
    if known is not None:
        twin = _owned_by_another(table, standing.folded, node)
        connection.execute(update(judged).where(here, open_, mine, twin).values(reason="duplicate_address"))
    if terms.marketing:
        _reserve(connection, and_(here, ~tried))


def _owned_by_another(table: Table, fold: ColumnElement[Any], node: int) -> ColumnElement[bool]:
    """Another contact with the address has this node's message, or comes first in this very batch."""
    other, touch, batch = table.alias(), tables.touch.c, judged.alias()
    same = and_(other.c[fold.name] == fold, other.c.id != table.c.id)
    owned = other.join(tables.touch, touch.contact == other.c.id)
    theirs = select(literal(1)).select_from(owned).where(same, touch.node == node, touch.state.in_(_OWNED))
    before = (
        select(literal(1))
        .select_from(other.join(batch, batch.c.contact == other.c.id))
        .where(same, batch.c.node == node, batch.c.touch < judged.c.touch, batch.c.reason.is_(None))
    )
    return or_(theirs.exists(), before.exists())


def _reserve(connection: Connection, here: ColumnElement[bool]) -> None:
    """Count what leaves against the contact's cap of the day."""
    rows = select(judged.c.contact, judged.c.day, func.count()).where(here, judged.c.reason.is_(None))
    more = upsert(tables.cap).from_select(
        ["contact", "day", "used"], rows.group_by(judged.c.contact, judged.c.day)
    )
    connection.execute(
        more.on_conflict_do_update(
            index_elements=["contact", "day"], set_={"used": tables.cap.c.used + more.excluded.used}
        )
    )


def put_off(connection: Connection, versions: dict[int, Published], now: int) -> None:
    """After `judge`: messages whose window is closed wait for its next opening."""
    waiting = connection.execute(
        select(judged.c.version, judged.c.node, tables.contact.c.place)
        .join(tables.contact, tables.contact.c.id == judged.c.contact)
        .where(judged.c.reason == WAIT).distinct()
    ).all()  # fmt: skip
    for version, node, place in waiting:
        window = versions[version].window(versions[version].node_keys[node])
        assert window is not None
        places = load_places(connection, versions[version].settings.timezone or versions[version].home_zone)
        opens = window.opens(now, places[place].zone, country=places[place].country)
        who = (
            select(judged.c.touch)
            .join(tables.contact, tables.contact.c.id == judged.c.contact)
            .where(
                judged.c.version == version,
                judged.c.node == node,
                judged.c.reason == WAIT,
                tables.contact.c.place == place,
            )
        )
        connection.execute(
            update(tables.touch)
            .where(tables.touch.c.id.in_(who))
            .values(state=int(TouchState.PENDING), not_before=opens)
        )
