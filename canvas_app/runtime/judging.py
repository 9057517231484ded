"""Whether a message may leave now: consent, suppression, caps, windows, addresses, each “no” with its reason."""

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
    false,
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
from nodes.spec import Place
from storage import tables
from storage.base.clock import local
from storage.codes import RunState, TouchState
from storage.contacts import Contacts, day_number
from storage.workspace import setting

DEFAULT_CAP = 2  # marketing touches a contact and local day, over all strategies and channels
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
    places = load_places(connection)
    days = {key: day_number(local(now, place.zone).date()) for key, place in places.items()}
    home = tables.contact.c.place
    day: ColumnElement[Any] = case(days, value=home, else_=null())
    if len(set(days.values())) == 1:
        day = literal(next(iter(days.values())))
    stands = case((run.state != RunState.ACTIVE, "removed"), else_=null())
    joined = tables.touch.join(tables.enrollment, run.id == touch.enrollment)
    rows = (
        select(touch.id, touch.contact, touch.node, run.version, day, stands)
        .select_from(joined.join(tables.contact, tables.contact.c.id == touch.contact))
        .where(touch.id.in_(touches))
    )
    connection.execute(
        insert(judged).from_select(["touch", "contact", "node", "version", "day", "reason"], rows)
    )
    groups = connection.execute(select(judged.c.version, judged.c.node).distinct()).all()
    contacts = Contacts.load(connection)
    cap = int(setting(connection, "cap", DEFAULT_CAP))
    for version, node in sorted(groups, key=lambda group: _rank(versions[group.version], group.node)):
        _judge_node(connection, versions[version], node, contacts, places, now, cap)


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


def _judge_node(
    connection: Connection,
    version: Published,
    node: int,
    contacts: Contacts,
    places: dict[int, Place],
    now: int,
    cap: int,
) -> None:
    key = version.node_keys[node]
    kind = version.channels[key]
    category = version.settings.category
    here = and_(judged.c.version == version.id, judged.c.node == node)
    if isinstance(kind, Email) and kind.is_notice:
        return
    marketing = category == "marketing" and bool(kind.address_field)
    table = contacts.table
    address = None if not kind.address_field else contacts.fields[kind.address_field]
    whens: list[tuple[ColumnElement[bool], Any]] = [
        (_suppressed(table, kind.channel, category, address, now), literal("suppressed"))
    ]
    if address is not None:
        column = table.c[address.column]
        whens.append((or_(column.is_(None), column == ""), literal("no_address")))
        if address.name == "email":
            whens.append((column.not_like("%_@_%"), literal("bad_address")))
    if marketing:
        row = tables.consent.c
        said = and_(row.contact == table.c.id, row.channel == kind.channel)
        whens.append((exists().where(said, row.given.is_(False)), literal("unsubscribed")))
        whens.append((~exists().where(said, row.given.is_(True)), literal("no_consent")))
        used = select(tables.cap.c.used).where(
            tables.cap.c.contact == judged.c.contact, tables.cap.c.day == judged.c.day
        )
        whens.append((func.coalesce(used.scalar_subquery(), 0) >= cap, literal("cap")))
    window = version.window(key)
    if window is not None:
        closed = [
            number
            for number, place in places.items()
            if not window.contains(now, place.zone, country=place.country)
        ]
        whens.append(
            (
                table.c.place.in_(closed) if closed else false(),
                literal("quiet_hours" if window.skips else WAIT),
            )
        )
    if address is not None and address.fold:
        whens.append((_owned_by_another(table, table.c[address.fold], node), literal("duplicate_address")))
    verdict = select(case(*whens, else_=null())).where(table.c.id == judged.c.contact).scalar_subquery()
    connection.execute(update(judged).where(here, judged.c.reason.is_(None)).values(reason=verdict))
    if marketing:
        _reserve(connection, here)


def _suppressed(table: Table, channel: str, category: str, address: Any, now: int) -> ColumnElement[bool]:
    row = tables.suppression.c
    holds = and_(
        row.channel.in_(("", channel)),
        row.category.in_(("", category)),
        or_(row.until.is_(None), row.until > now),
    )
    by_contact = exists().where(row.contact == table.c.id, holds)
    if address is None or not address.fold:
        return by_contact
    return or_(by_contact, exists().where(row.address == table.c[address.fold], holds))


def _owned_by_another(table: Table, fold: ColumnElement[Any], node: int) -> ColumnElement[bool]:
    """Another contact with the address has this node's message, or comes first in this very batch."""
    other, touch, mine = table.alias(), tables.touch.c, judged.alias()
    theirs = (
        select(literal(1))
        .select_from(tables.touch)
        .where(touch.contact == other.c.id, touch.node == node, touch.state.in_(_OWNED))
    )
    before = (
        select(literal(1))
        .select_from(mine)
        .where(
            mine.c.contact == other.c.id,
            mine.c.node == node,
            mine.c.touch < judged.c.touch,
            mine.c.reason.is_(None),
        )
    )
    return exists().where(
        other.c[fold.name] == fold, other.c.id != table.c.id, or_(theirs.exists(), before.exists())
    )


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
    places = load_places(connection) if waiting else {}
    for version, node, place in waiting:
        window = versions[version].window(versions[version].node_keys[node])
        assert window is not None
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
