"""Instants that Python works out before a wave: once a place, arrival and value, never once a contact."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, delete, func, insert, literal, select
from sqlalchemy.schema import CreateTable

from canvas_app.runtime.frontier import Frontier
from canvas_app.runtime.scratch import Moments, moment, seed
from nodes.spec import Place


def fill_moments(connection: Connection, frontier: Frontier, places: dict[int, Place], now: int) -> None:
    """Put every instant that the segment asks for into the scratch table `moment`."""
    if not frontier.moments:
        return
    connection.execute(CreateTable(moment, if_not_exists=True))
    connection.execute(delete(moment))
    rows = [row for each in frontier.moments for row in _results(connection, frontier, each, places, now)]
    if rows:
        connection.execute(insert(moment).prefix_with("OR IGNORE", dialect="sqlite"), rows)


def _results(
    connection: Connection, frontier: Frontier, wanted: Moments, places: dict[int, Place], now: int
) -> Iterator[dict[str, Any]]:
    base = seed.c.s_arrived if wanted.from_arrival else literal(0)
    value: Any = literal(-1) if wanted.value is None else func.coalesce(wanted.value, -1)
    known = select(seed.c.s_place, base, value).distinct()
    if wanted.value is not None and frontier.fields:
        contact = frontier.scope.contacts.table
        fields = (contact.c[source].label(name) for name, source in frontier.fields.items())
        inner = select(seed, *fields).join(contact, contact.c.id == seed.c.s_contact).subquery()
        arrived = inner.c.s_arrived if wanted.from_arrival else literal(0)
        known = select(inner.c.s_place, arrived, value).select_from(inner).distinct()
    found = {tuple(row) for row in connection.execute(known, {"now": now})}
    if wanted.with_now:
        found |= {(place, start, now) for place, start, _value in found}
    for place, start, brought in found:
        present = None if brought == -1 and wanted.value is not None else brought
        result = wanted.when(start or now, places[place], present)
        yield {"key": wanted.key, "place": place, "base": start, "value": brought, "result": result}
