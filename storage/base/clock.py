"""The only source of “now”. Instants are whole seconds since 1970 in UTC."""

import time
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo, available_timezones

from storage.base.errors import UserError
from storage.base.words import N_


class Clock(Protocol):
    """Tells the present instant."""

    def now(self) -> int:
        """The instant, in epoch seconds."""
        ...


class SystemClock:
    """The clock of this computer."""

    def now(self) -> int:
        """The instant, in epoch seconds."""
        return int(time.time())


class VirtualClock:
    """A clock that stands until somebody moves it."""

    def __init__(self, instant: int) -> None:
        self.instant = instant

    def now(self) -> int:
        """The instant, in epoch seconds."""
        return self.instant

    def move_to(self, instant: int) -> None:
        """Go forward to `instant`; a clock never goes back."""
        self.instant = max(self.instant, instant)


def parse_instant(text: str, zone: str = "UTC") -> int:
    """An ISO 8601 instant as epoch seconds; without an offset it is wall-clock time in `zone`."""
    try:
        parsed = datetime.fromisoformat(text.strip())
    except (ValueError, AttributeError) as error:
        raise UserError(
            N_("“{text}” is not a date and time. Write it like 2026-03-01T09:00:00+08:00."), text=text
        ) from error
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=zone_of(zone))
    return int(parsed.timestamp())


def instant_text(instant: int, zone: str = "UTC") -> str:
    """Epoch seconds as ISO 8601 with the offset of `zone`."""
    return datetime.fromtimestamp(instant, zone_of(zone)).isoformat()


def local(instant: int, zone: str) -> datetime:
    """The wall clock of `zone` at an instant."""
    return datetime.fromtimestamp(instant, zone_of(zone))


def from_local(wall: datetime, zone: str) -> int:
    """The instant at which the clock of `zone` shows `wall`.

    A time that daylight saving skips is taken as the same distance after the gap; one that occurs twice is the first.
    """
    return int(wall.replace(tzinfo=zone_of(zone), fold=0).astimezone(UTC).timestamp())


def zone_of(name: str) -> ZoneInfo:
    """The IANA zone of that name; UTC where there is none."""
    return ZoneInfo(name) if is_zone(name) else ZoneInfo("UTC")


_zones: frozenset[str] = frozenset()


def is_zone(name: object) -> bool:
    """Whether `name` is an IANA time zone."""
    global _zones
    if not _zones:
        _zones = frozenset(available_timezones())
    return isinstance(name, str) and name in _zones
