"""Events that have come in: results of messages, consent, goals, entries, and tokens that wait for them."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    cast,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.schema import CreateTable

from canvas_app.runtime.entries import collect, enter
from canvas_app.runtime.goals import changed, look_for_goals
from canvas_app.runtime.published import Published
from canvas_app.runtime.surroundings import Surroundings
from nodes.clauses import TOUCH_OUTCOMES
from nodes.comparisons import tests_clause
from nodes.library.event_entry import EventEntry
from nodes.spec import RUN_NODE
from storage import tables
from storage.codes import EnteredBy, TouchState
from storage.contacts import fold
from storage.workspace import name_id

BATCH = 50_000
_LEFT = (TouchState.SENT, TouchState.UNKNOWN, TouchState.EXPECTING)
_IMPLIED = {"clicked": "opened"}
_SUPPRESSING = ("complained", "bounced")

fresh = Table(
    "fresh", MetaData(), Column("id", Integer, primary_key=True), Column("contact", Integer), Column("type", Integer),
    Column("at", BigInteger), prefixes=["TEMPORARY"],
)  # fmt: skip


def take_events(
    connection: Connection,
    live: Iterable[Published],
    around: Surroundings,
    now: int,
    *,
    only: frozenset[int] | None = None,
) -> int:
    """Handle one batch of events that have happened by now; returns how many."""
    connection.execute(CreateTable(fresh, if_not_exists=True))
    connection.execute(delete(fresh))
    row = tables.event.c
    due = select(row.id, row.contact, row.type, row.at).where(row.handled.is_(False), row.at <= now)
    if only is not None:
        due = due.where(row.contact.in_(only))
    batch = insert(fresh).from_select(
        ["id", "contact", "type", "at"], due.order_by(row.at, row.id).limit(BATCH)
    )
    taken = connection.execute(batch).rowcount
    if not taken:
        return 0
    words = select(tables.name.c.text, tables.name.c.id).where(tables.name.c.id.in_(select(fresh.c.type)))
    types = {found.text: found.id for found in connection.execute(words)}
    versions = list(live)
    _record_outcomes(connection, types)
    _record_refusals(connection, versions, types)
    connection.execute(CreateTable(changed, if_not_exists=True))
    connection.execute(delete(changed))  # whoever changed otherwise has been looked at already
    connection.execute(
        upsert(changed)
        .from_select(["contact"], select(fresh.c.contact).group_by(fresh.c.contact))
        .on_conflict_do_nothing()
    )
    for version in versions:
        look_for_goals(connection, version, around, now)
    for version in versions:
        _enter_by_event(connection, version, types, now)
    _wake(connection, types, now)
    connection.execute(update(tables.event).where(row.id.in_(select(fresh.c.id))).values(handled=True))
    return taken


def _record_outcomes(connection: Connection, types: Mapping[str, int]) -> None:
    """`clicked`, `answered` … that name a node belong to its newest message to the contact before they happened."""
    row, touch, node, strategy = tables.event.c, tables.touch.c, tables.node.c, tables.strategy.c
    named = cast(row.properties["node"].as_string(), Text)
    wanted = row.properties["strategy"].as_string()
    joined = tables.touch.join(tables.node, node.id == touch.node)
    joined = joined.join(tables.strategy, strategy.id == node.strategy)
    for word in sorted(TOUCH_OUTCOMES & types.keys()):
        newest = (
            select(touch.id)
            .select_from(joined)
            .where(
                touch.contact == row.contact, node.key == named, or_(wanted.is_(None), strategy.name == wanted),
                touch.state.in_(_LEFT), touch.at <= row.at,
            )
            .order_by(touch.at.desc(), touch.id.desc()).limit(1).correlate(tables.event)
        ).scalar_subquery()  # fmt: skip
        for kind in filter(None, (word, _IMPLIED.get(word))):
            rows = select(newest, literal(name_id(connection, kind)), row.at, row.id).where(
                row.id.in_(select(fresh.c.id)), row.type == types[word], newest.is_not(None)
            )
            connection.execute(
                upsert(tables.outcome)
                .from_select(["touch", "kind", "at", "event"], rows)
                .on_conflict_do_nothing()
            )
    _finish_calls(connection)


def _finish_calls(connection: Connection) -> None:
    """A call that was waiting for its result has one now."""
    row, touch, token = tables.outcome.c, tables.touch.c, tables.token.c
    done = (
        select(touch.id)
        .join(tables.outcome, row.touch == touch.id)
        .where(touch.state == TouchState.EXPECTING, row.event.in_(select(fresh.c.id)))
    )
    found = list(connection.scalars(done.distinct()))
    if not found:
        return
    moved = select(literal(1)).where(
        touch.id.in_(found),
        touch.enrollment == token.enrollment,
        touch.node == token.node,
        touch.round == token.round,
    )
    connection.execute(
        update(tables.token).where(moved.exists()).values(due=select(func.max(fresh.c.at)).scalar_subquery())
    )
    connection.execute(update(tables.touch).where(touch.id.in_(found)).values(state=int(TouchState.SENT)))


def _record_refusals(connection: Connection, live: list[Published], types: Mapping[str, int]) -> None:
    """An unsubscribed event sets consent to no; a hard bounce or a complaint suppresses the address."""
    if "unsubscribed" in types:
        _take_consent_back(connection, live, types["unsubscribed"])
    row, contact = tables.event.c, tables.contact.c
    soft = row.properties["hard"].as_string()
    hard = or_(soft.is_(None), soft.not_in(("false", "0", "no")))
    names = ["contact", "address", "channel", "category", "reason", "at"]
    for word in _SUPPRESSING:
        if word in types:
            said = (
                row.contact,
                contact.email_fold,
                literal("email"),
                literal(""),
                literal(fold(word)),
                row.at,
            )
            rows = select(*said).join(tables.contact, contact.id == row.contact)
            rows = rows.where(row.id.in_(select(fresh.c.id)), row.type == types[word], hard)
            connection.execute(insert(tables.suppression).from_select(names, rows))


def _take_consent_back(connection: Connection, live: list[Published], type_: int) -> None:
    """By the channel that the event names, else by that of its node, else by e-mail."""
    row = tables.event.c
    by_node = {(each.name, key): kind.channel for each in live for key, kind in each.channels.items()}
    nodes = {key: channel for (_name, key), channel in by_node.items()}
    said = select(row.contact, row.at, row.properties).where(
        row.id.in_(select(fresh.c.id)), row.type == type_
    )
    for contact, at, properties in connection.execute(said).all():
        told: dict[str, Any] = properties or {}
        node = str(told.get("node"))
        channel = (
            told.get("channel")
            or by_node.get((str(told.get("strategy")), node))
            or nodes.get(node)
            or "email"
        )
        new = upsert(tables.consent).values(
            contact=contact, channel=channel, given=False, at=at, source="unsubscribed"
        )
        news = {"given": False, "at": new.excluded.at, "source": new.excluded.source}
        connection.execute(new.on_conflict_do_update(index_elements=["contact", "channel"], set_=news))


def _enter_by_event(connection: Connection, version: Published, types: Mapping[str, int], now: int) -> None:
    row, frozen = tables.event.c, tables.version.c
    # what happened before the strategy was first published lets nobody in
    first = select(func.min(frozen.published)).where(frozen.strategy == version.strategy)
    published = first.scalar_subquery()
    for key, kind in version.entries.items():
        if not isinstance(kind, EventEntry) or kind.event not in types:
            continue
        name = version.settings.reentry.key
        value = func.coalesce(row.properties[name].as_string(), "") if name else literal("")
        rows = select(row.contact, value).where(
            row.id.in_(select(fresh.c.id)), row.type == types[kind.event], row.at >= published,
            tests_clause(kind.where),
        )  # fmt: skip
        if collect(connection, rows.order_by(row.at, row.id)):
            enter(connection, version, key, EnteredBy.EVENT, now)


def _wake(connection: Connection, types: Mapping[str, int], now: int) -> None:
    """Tokens that wait for one of these events have their node looked at again."""
    waiter, token, run = tables.waiter.c, tables.token.c, tables.enrollment.c
    wanted = set(types.values()) | {name_id(connection, _IMPLIED[word]) for word in types if word in _IMPLIED}
    woken = (
        select(literal(1))
        .select_from(tables.waiter.join(tables.enrollment, run.id == waiter.enrollment))
        .where(
            and_(waiter.enrollment == token.enrollment, waiter.node == token.node, waiter.round == token.round),
            waiter.type.in_(wanted), run.contact.in_(select(fresh.c.contact)),
        )
    )  # fmt: skip
    runs = select(run.id).where(run.contact.in_(select(fresh.c.contact)), run.state == 0)
    connection.execute(
        update(tables.token).where(token.enrollment.in_(runs), woken.exists()).values(due=now, port=RUN_NODE)
    )
