"""When entry nodes look for contacts: at publish, on a schedule, on a day of the contact's own, or all the time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, Table, and_, delete, insert, literal, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.schema import CreateTable

from canvas_app.runtime.entries import collect, enter
from canvas_app.runtime.published import Published
from canvas_app.runtime.surroundings import Surroundings
from nodes.clauses import Scope
from nodes.library.audience import Audience
from nodes.library.date_entry import DateEntry
from nodes.spec import NodeType, Place
from storage import tables
from storage.base.clock import local, zone_of
from storage.codes import EnteredBy
from storage.contacts import day_of

LIVE_LOOK = 3600  # a live audience is looked at on each full hour besides after every change
_born = Table(
    "born", MetaData(), Column("day", Integer, primary_key=True), Column("place", Integer, primary_key=True),
    prefixes=["TEMPORARY"],
)  # fmt: skip


def prepare(connection: Connection, version: Published, now: int) -> None:
    """After publishing: when each entry node looks for the first time."""
    keep = [version.node_ids[key] for key in version.entries]
    old = select(tables.node.c.id).where(
        tables.node.c.strategy == version.strategy, tables.node.c.id.not_in(keep)
    )
    connection.execute(delete(tables.refresh).where(tables.refresh.c.node.in_(old)))
    for key, kind in version.entries.items():
        due: int | None = now
        if isinstance(kind, Audience) and kind.refresh not in ("once", "live"):
            due = next_time(kind.refresh, zone_for(version), now)
        elif not isinstance(kind, Audience | DateEntry):
            due = None
        _remember(connection, version.node_ids[key], due, now)


def look(
    connection: Connection, version: Published, key: str, *, around: Surroundings, now: int,
    only: frozenset[int] | None = None,
) -> int:  # fmt: skip
    """An entry node looks for contacts; returns how many entered."""
    kind, node = version.entries[key], version.node_ids[key]
    if isinstance(kind, Audience):
        entered = take_in(connection, version, key, kind, around=around, now=now, only=only)
        if only is not None:
            return entered  # everybody else still has to be looked at
        _remember(connection, node, _next_look(version, kind, now), now)
        return entered
    if isinstance(kind, DateEntry):
        return _take_in_by_date(connection, version, key, kind, around=around, now=now)
    return 0


def take_in(
    connection: Connection, version: Published, key: str, kind: Audience, *, around: Surroundings, now: int,
    only: frozenset[int] | None = None,
) -> int:  # fmt: skip
    """Everybody who belongs to an audience now."""
    scope = Scope(around.contacts, places=around.places, now=now, audiences=around.audiences)
    rows = select(scope.contact, literal("")).where(scope.clause(kind.wanted))
    if only is not None:
        rows = rows.where(scope.contact.in_(only))
    return enter(connection, version, key, EnteredBy.AUDIENCE, now) if collect(connection, rows) else 0


def _next_look(version: Published, kind: NodeType, now: int) -> int | None:
    if not isinstance(kind, Audience) or kind.refresh == "once":
        return None
    if kind.refresh == "live":
        return (now // LIVE_LOOK + 1) * LIVE_LOOK
    return next_time(kind.refresh, zone_for(version), now)


def next_time(cron: str, zone: str, now: int) -> int | None:
    """The first instant after now that a schedule names, by the wall clock of a zone."""
    from apscheduler.triggers.cron import CronTrigger

    trigger = CronTrigger.from_crontab(cron, timezone=zone_of(zone))
    found = trigger.get_next_fire_time(None, datetime.fromtimestamp(now + 1, UTC))
    return None if found is None else int(found.timestamp())


def zone_for(version: Published) -> str:
    """The strategy's own zone; schedules go by it."""
    return version.settings.timezone or version.home_zone


def _take_in_by_date(
    connection: Connection, version: Published, key: str, kind: DateEntry, *, around: Surroundings, now: int
) -> int:
    node = version.node_ids[key]
    known = around.contacts.fields.get(kind.field)
    if known is None or known.kind not in ("date", "instant"):
        return 0
    seen = connection.scalar(select(tables.refresh.c.seen).where(tables.refresh.c.node == node)) or now
    table = around.contacts.table
    column = table.c[known.column] if known.kind == "date" else table.c[known.column] // 86400
    today, coming = [], []
    for day, place in connection.execute(select(column, table.c.place).where(column.is_not(None)).distinct()):
        for due in _dues(kind, day, around.places[place], now):
            if seen < due <= now:
                today.append({"day": day, "place": place})
            elif due > now:
                coming.append(due)
    _remember(connection, node, min(coming, default=now + 86400), now)
    if not today:
        return 0
    connection.execute(CreateTable(_born, if_not_exists=True))
    connection.execute(delete(_born))
    connection.execute(insert(_born).prefix_with("OR IGNORE", dialect="sqlite"), today)
    rows = select(table.c.id, literal("")).join(
        _born, and_(_born.c.day == column, _born.c.place == table.c.place)
    )
    return enter(connection, version, key, EnteredBy.DATE, now) if collect(connection, rows) else 0


def _dues(kind: DateEntry, day: int, place: Place, now: int) -> Iterator[int]:
    date = day_of(day)
    if not kind.yearly:
        yield kind.due(date, place)
        return
    year = local(now, place.zone).year
    for each in (year - 1, year, year + 1):
        yield kind.due(date, place, each)


def _remember(connection: Connection, node: int, due: int | None, now: int) -> None:
    values: dict[str, Any] = {"node": node, "due": due, "seen": now}
    row = upsert(tables.refresh).values(values)
    connection.execute(row.on_conflict_do_update(index_elements=["node"], set_={"due": due, "seen": now}))
