"""Send windows: at which times of the week, or at which minute, something may leave."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from nodes.calendars import is_calendar, is_workday, knows_year
from storage.base.clock import from_local, local, zone_of
from storage.base.durations import Duration, IsWorkday
from storage.base.errors import UserError
from storage.base.words import N_, Words, _, listed

WEEKDAYS: dict[str, str] = {
    "mon": N_("Mon"), "tue": N_("Tue"), "wed": N_("Wed"), "thu": N_("Thu"), "fri": N_("Fri"), "sat": N_("Sat"),
    "sun": N_("Sun"),
}  # fmt: skip
OWN = "own"
CONTACT = "contact"
NEVER = 1 << 52
MINUTES_A_DAY = 24 * 60
_HORIZON_DAYS = 800
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
_KEYS = ("start", "end", "days", "calendar", "except", "spread", "outside", "at")


@dataclass(frozen=True, slots=True)
class Window:
    """When something may leave. `start`, `end` and `at` are minutes of the day; `days` are 0 (Monday) to 6."""

    start: int = 0
    end: int = MINUTES_A_DAY
    days: frozenset[int] = frozenset()
    calendar: str = ""
    closed: frozenset[date] = frozenset()
    spread: Duration | None = None
    skips: bool = False
    at: int | None = None
    own_time: bool = False

    def opens(
        self,
        instant: int,
        zone: str,
        is_workday: IsWorkday | None = None,
        *,
        country: str = "",
        own: int | None = None,
        share: float = 0.0,
    ) -> int:
        """The first allowed instant that is not before `instant`, by the wall clock of `zone`; `NEVER` if none comes.

        `country` is the contact's, for `calendar: "contact"`; `own` the minute of the day at which it usually answers;
        `share` (0 … 1) its place among those whom the window would release at once, dealt out over `spread`.
        """
        if self.contains(instant, zone, is_workday, country=country, own=own):
            return instant
        found = next(
            (each for each in self._openings(instant, zone, is_workday, country, own) if each > instant),
            NEVER,
        )
        if found > instant and found != NEVER and self.spread is not None:
            later = found + int(share * self.spread.rough_seconds())
            found = (
                later if self._allows(local(later, zone), is_workday, country, own, exact=False) else found
            )
        return found

    def contains(
        self,
        instant: int,
        zone: str,
        is_workday: IsWorkday | None = None,
        *,
        country: str = "",
        own: int | None = None,
    ) -> bool:
        """Whether something may leave at that instant."""
        return self._allows(local(instant, zone), is_workday, country, own)

    def _allows(
        self,
        wall: datetime,
        is_workday: IsWorkday | None,
        country: str,
        own: int | None,
        *,
        exact: bool = True,
    ) -> bool:
        minute, day = wall.hour * 60 + wall.minute, wall.date()
        wanted = own if self.own_time else self.at
        if self.start > self.end and minute < self.end:
            day -= timedelta(days=1)  # past midnight: still the evening's window
        elif wanted is None or not exact:
            inside = minute >= self.start and (self.start > self.end or minute < self.end)
            if not inside:
                return False
        elif minute != wanted:
            return False
        return self._allows_day(day, is_workday, country)

    def _allows_day(self, day: date, workday: IsWorkday | None, country: str) -> bool:
        if (self.days and day.weekday() not in self.days) or day in self.closed:
            return False
        if not self.calendar:
            return True
        if workday is not None:
            return workday(day)
        return is_workday(country if self.calendar == CONTACT else self.calendar, day)

    def _openings(
        self, instant: int, zone: str, is_workday: IsWorkday | None, country: str, own: int | None
    ) -> Iterator[int]:
        """The instants at which the window opens, day after day, from the day of `instant` on."""
        wall = local(instant, zone).replace(tzinfo=None, fold=0)
        wanted = own if self.own_time else self.at
        keeps_time = self.start == 0 and self.end == MINUTES_A_DAY
        opening = (
            wall.time()
            if wanted is None and keeps_time
            else _time_of(self.start if wanted is None else wanted)
        )
        for ahead in range(_HORIZON_DAYS):
            day = wall.date() + timedelta(days=ahead)
            if not self._allows_day(day, is_workday, country):
                continue
            if keeps_time:
                yield from_local(datetime.combine(day, opening), zone)
                continue
            for candidate in _instants(datetime.combine(day, opening), zone):
                if self._allows(local(candidate, zone), is_workday, country, own):
                    yield candidate

    def unknown_year(self, year: int, country: str = "") -> bool:
        """Whether its calendar does not know the holidays of that year (only weekends are kept then)."""
        calendar = country if self.calendar == CONTACT else self.calendar
        return bool(calendar) and not knows_year(calendar, year)

    def in_words(self) -> str:
        """“09:00–18:00, Mon, Tue and Wed, working days of CN”."""
        parts = [self._time_in_words()]
        if self.days:
            parts.append(
                listed([_(name) for index, name in enumerate(WEEKDAYS.values()) if index in self.days])
            )
        if self.calendar == CONTACT:
            parts.append(_("working days of the contact’s country"))
        elif self.calendar:
            parts.append(_("working days of {country}", country=self.calendar))
        if self.closed:
            parts.append(_("not on {dates}", dates=listed([day.isoformat() for day in sorted(self.closed)])))
        return ", ".join(part for part in parts if part) or _("at any time")

    def _time_in_words(self) -> str:
        if self.own_time:
            return _("at the contact’s own best time")
        if self.at is not None:
            return _("at {time}", time=_clock(self.at))
        if self.start == 0 and self.end == MINUTES_A_DAY:
            return ""
        return f"{_clock(self.start)}–{_clock(self.end)}"


def parse_window(value: Any) -> Window | None:
    """Read a WINDOW of the strategy file; None for none. What does not fit is refused with a sentence."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise UserError(N_("A time window must be a set of names and values such as “start” and “end”."))
    unknown = sorted(set(value) - set(_KEYS))
    if unknown:
        raise UserError(
            N_("A time window has no “{key}”. It knows {known}."), key=unknown[0], known=", ".join(_KEYS)
        )
    start, end = _minute(value, "start", 0), _minute(value, "end", MINUTES_A_DAY)
    if (
        start % MINUTES_A_DAY == end % MINUTES_A_DAY
        and ("start" in value) == ("end" in value)
        and "start" in value
    ):
        raise UserError(
            N_("The window opens and closes at {time}. Choose two different times."), time=value["start"]
        )
    at = value.get("at")
    if at is not None and ("start" in value or "end" in value):
        raise UserError(N_("A window has either “at” or “start” and “end”, not both. Remove one of them."))
    return Window(
        start=start,
        end=end,
        days=_days(value.get("days")),
        calendar=_calendar(value.get("calendar")),
        closed=_dates(value.get("except")),
        spread=_spread(value.get("spread")),
        skips=_outside(value.get("outside", "wait")),
        at=None if at in (None, OWN) else _minute(value, "at", 0),
        own_time=at == OWN,
    )


def parse_time(text: Any) -> int:
    """`HH:MM` as minutes of the day."""
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        raise UserError(N_("“{text}” is not a time of day. Write it like 09:00."), text=text)
    return int(text[:2]) * 60 + int(text[3:])


def _minute(value: Mapping[str, Any], key: str, default: int) -> int:
    if value.get(key) is None:
        return default
    minute = parse_time(value[key])
    if minute == MINUTES_A_DAY and key != "end":
        raise UserError(N_("“{text}” is not a time of day. Write it like 09:00."), text=value[key])
    return minute


def _days(value: Any) -> frozenset[int]:
    names = list(WEEKDAYS)
    for day in _list(value, "days"):
        if day not in names:
            raise UserError(N_("“{day}” is no day of the week. Use {days}."), day=day, days=", ".join(names))
    return frozenset(names.index(day) for day in value or ())


def _calendar(value: Any) -> str:
    if value is None or value == "":
        return ""
    if value != CONTACT and not is_calendar(value):
        text = N_(
            "“{value}” is no country whose working days are known. Write two letters such as CN, or “contact”."
        )
        raise UserError(text, value=value)
    return str(value) if value == CONTACT else str(value).upper()


def _dates(value: Any) -> frozenset[date]:
    found = set()
    for day in _list(value, "except"):
        try:
            found.add(date.fromisoformat(day))
        except (TypeError, ValueError) as error:
            raise UserError(N_("“{day}” is not a date. Write it like 2026-05-01."), day=day) from error
    return frozenset(found)


def _spread(value: Any) -> Duration | None:
    span = None if value is None else Duration.parse(value)
    if span is not None and span.rough_seconds() < 0:
        raise UserError(
            N_("A window cannot be spread over “{value}”. Write a time such as PT2H."), value=value
        )
    return span


def _outside(value: Any) -> bool:
    if value not in ("wait", "skip"):
        raise UserError(
            N_("“{value}” is neither “wait” nor “skip”, which say what happens outside."), value=value
        )
    return bool(value == "skip")


def _list(value: Any, key: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise UserError(N_("“{key}” of a time window must be a list."), key=key)
    return value


def _instants(wall: datetime, zone: str) -> Iterator[int]:
    """When the clock of `zone` shows `wall`: once, twice, or (a time that is left out) when the gap ends."""
    first = int(wall.replace(tzinfo=zone_of(zone), fold=0).astimezone(UTC).timestamp())
    second = int(wall.replace(tzinfo=zone_of(zone), fold=1).astimezone(UTC).timestamp())
    if first > second:  # left out: the gap lies between
        yield _offset_change(second, first, zone)
    yield min(first, second)
    if first != second:
        yield max(first, second)


def _offset_change(before: int, after: int, zone: str) -> int:
    """The first instant in between at which the later offset holds."""
    target = local(after, zone).utcoffset()
    while before < after:
        middle = (before + after) // 2
        if local(middle, zone).utcoffset() == target:
            after = middle
        else:
            before = middle + 1
    return after


def _time_of(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def outside_in_words(window: Window) -> Words:
    """What happens to a contact for whom the window is closed."""
    return Words.of(N_("is skipped outside it") if window.skips else N_("waits until it opens"))
