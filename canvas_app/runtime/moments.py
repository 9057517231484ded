"""Instants that Python works out before a wave: once a place, arrival and value, never once a contact."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, delete, func, insert, literal, select
from sqlalchemy.schema import CreateTable

from canvas_app.runtime.frontier import FEW_PLACES, Frontier
from canvas_app.runtime.scratch import Moments, moment, seed
from nodes.spec import Place


def fill_moments(
    connection: Connection, frontier: Frontier, places: dict[int, Place], now: int
) -> dict[str, int | None]:
    """Work out every instant that the segment asks for: as parameters, or as rows of the scratch table `moment`."""
    given: dict[str, int | None] = {}
    rows: list[dict[str, Any]] = []
    for wanted in frontier.moments:
        if wanted.value is None and not wanted.from_arrival and len(places) <= FEW_PLACES:
            given |= {wanted.parameter(key): wanted.when(now, place, None) for key, place in places.items()}
        else:
            rows += _results(connection, frontier, wanted, places, now)
    if rows:
        connection.execute(CreateTable(moment, if_not_exists=True))
        connection.execute(delete(moment))
        connection.execute(insert(moment).prefix_with("OR IGNORE", dialect="sqlite"), rows)
    return given


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
