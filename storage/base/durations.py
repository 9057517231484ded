"""ISO 8601 durations with the meaning of the strategy file.

`P1D`, `P2W`, `P1M` are calendar time in the contact's zone (same wall-clock hour), `PT24H` is elapsed time, `P3B` is
working days. A leading `-` means before.
"""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from storage.base.clock import from_local, local
from storage.base.errors import UserError
from storage.base.words import N_, _, plural

_PATTERN = re.compile(
    r"(?P<sign>-?)P(?=.)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?(?:(?P<working>\d+)B)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)
_LIMIT_DAYS = 366 * 100

IsWorkday = Callable[[date], bool]


def monday_to_friday(day: date) -> bool:
    """The working days of a calendar that knows no holidays."""
    return day.weekday() < 5


@dataclass(frozen=True, slots=True)
class Duration:
    """A span of calendar time, working days and elapsed seconds, forward or (`sign` −1) back."""

    months: int = 0
    days: int = 0
    working: int = 0
    seconds: int = 0
    sign: int = 1

    @classmethod
    def parse(cls, text: object) -> "Duration":
        """Read `P1D`, `-P90D`, `PT30M`, `P3B` …; anything else is refused with a sentence."""
        match = _PATTERN.fullmatch(text) if isinstance(text, str) and len(text) < 40 else None
        if match is None:
            raise UserError(
                N_("“{text}” is not a duration. Write P3D for three days or PT4H for four hours."), text=text
            )
        part = {name: int(value or 0) for name, value in match.groupdict().items() if name != "sign"}
        span = cls(
            months=part["years"] * 12 + part["months"],
            days=part["weeks"] * 7 + part["days"],
            working=part["working"],
            seconds=part["hours"] * 3600 + part["minutes"] * 60 + part["seconds"],
            sign=-1 if match["sign"] else 1,
        )
        if span.months * 31 + span.days + span.working + span.seconds // 86400 > _LIMIT_DAYS:
            raise UserError(N_("“{text}” is longer than a hundred years. Choose a shorter time."), text=text)
        return span

    @property
    def elapsed_only(self) -> bool:
        """Whether no calendar is needed to add it."""
        return not (self.months or self.days or self.working)

    def add_to(self, instant: int, zone: str = "UTC", is_workday: IsWorkday = monday_to_friday) -> int:
        """The instant this far from `instant`, by the wall clock of `zone`."""
        if not self.elapsed_only:
            wall = self.add_to_wall(local(instant, zone).replace(tzinfo=None), is_workday)
            instant = from_local(wall, zone)
        return instant + self.sign * self.seconds

    def add_to_wall(self, wall: datetime, is_workday: IsWorkday = monday_to_friday) -> datetime:
        """Calendar part only: the wall-clock time this many months, days and working days away."""
        wall = _add_months(wall, self.sign * self.months) + timedelta(days=self.sign * self.days)
        left = self.working
        while left:
            wall += timedelta(days=self.sign)
            left -= is_workday(wall.date())
        return wall

    def rough_seconds(self) -> int:
        """Length in seconds, a month taken as 30 days: for comparing and for forecasts, never for a due time."""
        return self.sign * ((self.months * 30 + self.days + self.working) * 86400 + self.seconds)

    def in_words(self) -> str:
        """“3 days”, “1 month and 4 hours”."""
        years, months = divmod(self.months, 12)
        hours, rest = divmod(self.seconds, 3600)
        minutes, seconds = divmod(rest, 60)
        weeks, days = divmod(self.days, 7) if self.days % 7 == 0 else (0, self.days)
        parts = [
            text
            for n, text in (
                (years, plural("{n} year", "{n} years", years)),
                (months, plural("{n} month", "{n} months", months)),
                (weeks, plural("{n} week", "{n} weeks", weeks)),
                (days, plural("{n} day", "{n} days", days)),
                (self.working, plural("{n} working day", "{n} working days", self.working)),
                (hours, plural("{n} hour", "{n} hours", hours)),
                (minutes, plural("{n} minute", "{n} minutes", minutes)),
                (seconds, plural("{n} second", "{n} seconds", seconds)),
            )
            if n
        ]
        return " ".join(parts) or _("no time")


def _add_months(wall: datetime, months: int) -> datetime:
    if not months:
        return wall
    index = wall.year * 12 + wall.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9998:
        raise UserError(N_("That date is too far away. Choose a shorter time."))
    day = min(wall.day, calendar.monthrange(year, month + 1)[1])
    return wall.replace(year=year, month=month + 1, day=day)
