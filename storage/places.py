"""Where contacts live, as far as clocks and calendars care: one row of `place` a time zone and country."""

import json
from functools import cache

from sqlalchemy import Connection, insert, select

import resources
from storage import tables
from storage.base.clock import is_zone

NOWHERE = 1  # the place of a contact whose zone and country nobody knows


@cache
def _countries() -> dict[str, str]:
    found: dict[str, str] = json.loads(resources.path("countries.json").read_text(encoding="utf-8"))
    return found


def country_code(text: str | None) -> str:
    """The ISO code of a country written as code or as name in English, Chinese or Vietnamese; else empty."""
    return _countries().get(text.strip().casefold(), "") if text else ""


class Places:
    """Numbers of places, made when first asked for. A zone that is not known stays empty: the strategy's holds."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        rows = connection.execute(select(tables.place.c.zone, tables.place.c.country, tables.place.c.id))
        self._known = {(zone, country): number for zone, country, number in rows if number != NOWHERE}

    def number(self, timezone: str | None, country: str | None) -> int:
        """The place of a contact with these fields."""
        zone = timezone if timezone and is_zone(timezone) else ""
        code = country_code(country)
        if not zone and not code:
            return NOWHERE
        found = self._known.get((zone, code))
        if found is None:
            row = self._connection.execute(insert(tables.place).values(zone=zone, country=code))
            assert row.inserted_primary_key is not None
            found = self._known[zone, code] = int(row.inserted_primary_key[0])
        return found
