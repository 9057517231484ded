"""Working days of a country: weekends, public holidays, and weekends that are worked to make up for them."""

from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from storage.base.durations import IsWorkday, monday_to_friday

if TYPE_CHECKING:
    from holidays import HolidayBase

BY_DECREE = frozenset({"CN"})
"""Countries whose holidays are announced year by year: before that nothing but the weekends is known."""


def is_calendar(country: object) -> bool:
    """Whether working days of that country (two letters) are known at all."""
    return isinstance(country, str) and country.upper() in _countries()


def knows_year(country: str, year: int) -> bool:
    """Whether the calendar of a country holds that year; otherwise only weekends are kept."""
    return is_calendar(country) and _is_known(country.upper(), year)


def is_workday(country: str, day: date) -> bool:
    """Whether people in `country` work on `day`; Monday to Friday where the calendar does not know."""
    code = country.upper()
    if code not in _countries() or not _is_known(code, day.year):
        return monday_to_friday(day)
    return _calendar(code, day.year).is_working_day(day)


def workdays(country: str) -> IsWorkday:
    """The working days of a country as a function of the date."""
    return lambda day: is_workday(country, day)


@cache
def _countries() -> frozenset[str]:
    from holidays import list_supported_countries

    return frozenset(code for code in list_supported_countries() if len(code) == 2)


@cache
def _calendar(country: str, year: int) -> "HolidayBase":
    from holidays import country_holidays

    return country_holidays(country, years=year, expand=False)


@cache
def _is_known(country: str, year: int) -> bool:
    calendar = _calendar(country, year)
    if country in BY_DECREE:
        return any(day.year == year for day in calendar.weekend_workdays)
    return calendar.start_year <= year <= calendar.end_year
