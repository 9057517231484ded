"""Rules as the contract says them, in plain Python: the oracle for the SQL that runs them.

Where the contract is silent:
- a day compared with an instant is the whole day where the contact lives, whatever the operator (`after` a day begins
  with the next day, `between` two days holds both);
- text that is no number satisfies no comparison with a number, as if it were absent;
- “the last P30D” holds both its ends;
- a contact's anniversary falls within a span if any day of it, the first and the last included, is its day; the span
  begins today and ends (for a negative one begins) at the local day that far away;
- an event property that is yes or no equals `true` and `false`.
"""

import calendar
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.helpers.people import FIELDS, Happening, Person

_SPAN = re.compile(
    r"(-?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:(\d+)B)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
)
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b, ">=": lambda a, b: a >= b, "before": lambda a, b: a < b, "after": lambda a, b: a > b,
    "contains": lambda a, b: b in a, "starts_with": lambda a, b: a.startswith(b),
    "ends_with": lambda a, b: a.endswith(b),
}  # fmt: skip
_ABSENT_IS_TRUE = ("!=", "not_in", "is_empty")
Workday = Callable[[date], bool]


@dataclass(frozen=True)
class Look:
    """Who is looked at, when and where; `since`: earlier events do not count; `only`: which events count at all."""

    person: Person
    now: int
    zone: str = "UTC"
    audiences: Mapping[str, Any] = field(default_factory=dict)
    since: int | None = None
    only: Callable[[Happening], bool] = lambda _event: True

    @property
    def home(self) -> str:
        """The zone in which the contact lives."""
        return self.person.zone or self.zone


def holds(rule: Mapping[str, Any], look: Look) -> bool:
    """Whether a rule of the strategy file is true."""
    match rule:
        case {"all": parts}:
            return all(holds(part, look) for part in parts)
        case {"any": parts}:
            return any(holds(part, look) for part in parts)
        case {"not": part}:
            return not holds(part, look)
        case {"tag": tag}:
            return tag in look.person.tags
        case {"consent": channel}:
            return look.person.consent.get(channel) is True
        case {"audience": name}:
            return name in look.person.lists or (name in look.audiences and holds(look.audiences[name], look))
        case {"event": _}:
            return _happened(rule, look)
        case {"field": name}:
            return _field(FIELDS.get(name, "text"), look.person.fields.get(name), rule, look)
    raise AssertionError(rule)


def _happened(rule: Mapping[str, Any], look: Look) -> bool:
    within = rule.get("within")
    first = shifted(look.now, within, look.home, back=True) if within else None
    found = sum(
        event.type == rule["event"] and event.at <= look.now and (first is None or event.at >= first)
        and (look.since is None or event.at >= look.since) and passes(event, rule.get("where")) and look.only(event)
        for event in look.person.events
    )  # fmt: skip
    count = rule.get("count") or {}
    return _ORDER[count.get("op", ">=")](found, count.get("value", 1))


def passes(event: Happening, where: Mapping[str, Any] | None) -> bool:
    """Whether the properties of an event fit."""
    for name, test in (where or {}).items():
        op, wanted = test.get("op", "="), test.get("value")
        present = event.properties.get(name)
        if op in ("is_empty", "not_empty"):
            if (present in (None, "")) != (op == "is_empty"):
                return False
        elif not compared(present, op, wanted, _alike(present, wanted)):
            return False
    return True


def _field(kind: str, value: Any, rule: Mapping[str, Any], look: Look) -> bool:
    op, wanted = rule.get("op", "="), rule.get("value")
    if op in ("is_empty", "not_empty"):
        return bool((value in (None, "", ())) == (op == "is_empty"))
    if kind == "choices":
        return _several(value or (), op, wanted)
    if value is None:
        return op in _ABSENT_IS_TRUE
    if kind in ("date", "instant"):
        return _timed(value, op, wanted, look)
    return compared(
        value,
        op,
        wanted,
        {"number": _number, "money": _number, "yes_no": _flag}.get(kind, _alike(value, wanted)),
    )


def _several(values: Sequence[str], op: str, wanted: Any) -> bool:
    if op in ("!=", "not_in"):
        return not _several(values, {"!=": "=", "not_in": "in"}[op], wanted)
    return any(compared(each, op, wanted, _text) for each in values)


def compared(value: Any, op: str, wanted: Any, alike: Callable[[Any], Any]) -> bool:
    """A present or absent value compared; `alike` makes both sides of one kind, None where one cannot be."""
    if op in ("contains", "starts_with", "ends_with"):
        alike = _text
    mine = None if value is None else alike(value)
    if mine is None:
        return op in _ABSENT_IS_TRUE
    if op in ("in", "not_in"):
        items = wanted.split("|") if isinstance(wanted, str) else wanted
        return (mine in [alike(each) for each in items]) == (op == "in")
    if op == "between":
        low, high = (alike(each) for each in wanted)
        return low is not None and high is not None and bool(low <= mine <= high)
    theirs = alike(wanted)
    return op == "!=" if theirs is None else _ORDER[op](mine, theirs)


def _alike(value: Any, wanted: Any) -> Callable[[Any], Any]:
    items = wanted if isinstance(wanted, list) else [wanted]
    if isinstance(wanted, bool):
        return _flag
    return _number if all(isinstance(each, int | float) for each in items) else _text


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).casefold()


def _number(value: Any) -> float | None:
    try:
        return None if isinstance(value, bool) else float(value)
    except ValueError:
        return None


def _flag(value: Any) -> bool | None:
    return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(
        str(value).lower()
    )


# -- time ------------------------------------------------------------------------------------------------------------


def _timed(value: Any, op: str, wanted: Any, look: Look) -> bool:
    days = isinstance(value, date)
    now: Any = _day(look.now, look.home) if days else look.now
    if op in ("within_last", "within_next"):
        edge: Any = shifted(look.now, wanted, look.home, back=op == "within_last")
        edge = _day(edge, look.home) if days else edge
        return bool(edge <= value <= now if op == "within_last" else now <= value <= edge)
    if op == "anniversary_in":
        return _anniversary(value if days else _day(value, "UTC"), wanted, look)
    if op in ("in", "not_in"):
        return any(
            _stretch(each, look, days)[0] <= value <= _stretch(each, look, days)[1] for each in wanted
        ) == (op == "in")
    if op == "between":
        return bool(_stretch(wanted[0], look, days)[0] <= value <= _stretch(wanted[1], look, days)[1])
    first, last = _stretch(wanted, look, days)
    match op:
        case "=" | "!=":
            return bool(first <= value <= last) == (op == "=")
        case "<" | "before":
            return bool(value < first)
        case "<=":
            return bool(value <= last)
        case ">=":
            return bool(value >= first)
        case ">" | "after":
            return bool(value > last)
    raise AssertionError(op)


def _stretch(wanted: str, look: Look, days: bool) -> tuple[Any, Any]:
    """From when to when the value of a rule on time lasts: a moment, a day, or a day for a moment."""
    if wanted.lstrip("-").startswith("P"):
        moment = shifted(look.now, wanted, look.home)
        return (_day(moment, look.home),) * 2 if days else (moment, moment)
    if len(wanted) <= 10:
        day = date.fromisoformat(wanted)
        if days:
            return day, day
        return midnight(day, look.home), midnight(day + timedelta(days=1), look.home) - 1
    moment = int(datetime.fromisoformat(wanted).timestamp())
    return (_day(moment, look.home),) * 2 if days else (moment, moment)


def _anniversary(born: date, span: str, look: Look) -> bool:
    first, last = sorted((_day(look.now, look.home), _day(shifted(look.now, span, look.home), look.home)))
    days = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
    return any(_is_anniversary(born, day) for day in days)


def _is_anniversary(born: date, day: date) -> bool:
    if (born.month, born.day) == (2, 29) and not calendar.isleap(day.year):
        return (day.month, day.day) == (2, 28)
    return (born.month, born.day) == (day.month, day.day)


def midnight(day: date, zone: str) -> int:
    """When a day begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp())


def _day(instant: int, zone: str) -> date:
    return datetime.fromtimestamp(instant, ZoneInfo(zone)).date()


def _weekday(day: date) -> bool:
    return day.weekday() < 5


def shifted(instant: int, span: str, zone: str, *, back: bool = False, workday: Workday = _weekday) -> int:
    """The instant so far away: calendar parts by the wall clock of the zone, then hours and minutes as they pass."""
    wall = datetime.fromtimestamp(instant, ZoneInfo(zone)).replace(tzinfo=None)
    moved, sign, seconds = moved_wall(wall, span, back=back, workday=workday)
    if moved != wall:
        instant = int(moved.replace(tzinfo=ZoneInfo(zone)).timestamp())
    return instant + sign * seconds


def moved_wall(
    wall: datetime, span: str, *, back: bool = False, workday: Workday = _weekday
) -> tuple[datetime, int, int]:
    """A wall clock moved by the calendar parts of a span; and the sign and the seconds that are left."""
    match = _SPAN.fullmatch(span)
    assert match is not None, span
    minus, *parts = match.groups()
    years, months, weeks, days, working, hours, minutes, seconds = (int(part or 0) for part in parts)
    sign = -1 if bool(minus) != back else 1
    index = wall.year * 12 + wall.month - 1 + sign * (years * 12 + months)
    year, month = index // 12, index % 12 + 1
    wall = wall.replace(year=year, month=month, day=min(wall.day, calendar.monthrange(year, month)[1]))
    wall += timedelta(days=sign * (7 * weeks + days))
    while working:
        wall += timedelta(days=sign)
        working -= workday(wall.date())
    return wall, sign, hours * 3600 + minutes * 60 + seconds


def who(people: Iterable[Person], rule: Mapping[str, Any], now: int, zone: str, **more: Any) -> list[int]:
    """The numbers of those for whom a rule holds."""
    return [person.number for person in people if holds(rule, Look(person, now, zone, **more))]
