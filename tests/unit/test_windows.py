"""Send windows against a plain minute-by-minute reading of the clock, and the days that people really work."""

import csv
import io
import json
import tarfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nodes.calendars import is_workday, knows_year
from nodes.windows import NEVER, WEEKDAYS, Window, parse_window
from storage.base.clock import instant_text, local, parse_instant
from storage.base.errors import UserError

ZONES = [
    "UTC",
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Beirut",
    "Asia/Kathmandu",
]
CLOCK_CHANGES = ["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01"]
HOLIDAYS = Path(__file__).resolve().parents[3] / "shared" / "data" / "holidays"


def window(**values: Any) -> Window:
    found = parse_window(values)
    assert found is not None
    return found


def opens(text: str, zone: str = "Asia/Shanghai", **values: Any) -> str:
    country = values.pop("country", "")
    return instant_text(window(**values).opens(parse_instant(text, zone), zone, country=country), zone)[:16]


def oracle(values: dict[str, Any], instant: int, zone: str) -> int:
    """The first minute, counted on from `instant`, whose wall clock the window names."""
    start, end = values.get("start", "00:00"), values.get("end", "24:00")
    days = values.get("days") or list(WEEKDAYS)
    closed = values.get("except", [])
    for minutes in range(60 * 24 * 30):
        moment = instant if minutes == 0 else (instant // 60 + minutes) * 60
        wall = local(moment, zone)
        clock, day = f"{wall:%H:%M}", wall.date()
        if start > end and clock < end:
            day -= timedelta(days=1)
            inside = True
        else:
            inside = clock >= start and (start > end or clock < end)
        if inside and list(WEEKDAYS)[day.weekday()] in days and day.isoformat() not in closed:
            return moment
    raise AssertionError("no opening")


times = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
spans = st.fixed_dictionaries(
    {"start": times, "end": times},
    optional={
        "days": st.lists(st.sampled_from(list(WEEKDAYS)), unique=True, max_size=7),
        "except": st.lists(st.sampled_from(CLOCK_CHANGES), unique=True, max_size=3),
    },
).filter(lambda found: found["start"] != found["end"])


@given(
    spans,
    st.sampled_from(ZONES),
    st.sampled_from(CLOCK_CHANGES),
    st.integers(-40 * 3600, 40 * 3600),
)
@example({"start": "02:30", "end": "05:00"}, "America/New_York", "2026-03-08", 0)
@example({"start": "01:00", "end": "01:30"}, "America/New_York", "2026-11-01", 6 * 3600)
@example({"start": "22:00", "end": "06:00", "days": ["fri"]}, "Europe/Berlin", "2026-10-25", 0)
def test_it_opens_at_the_first_minute_the_clock_allows(
    values: dict[str, Any], zone: str, day: str, seconds: int
) -> None:
    instant = parse_instant(day) + seconds
    found = window(**values).opens(instant, zone)
    assert found == oracle(values, instant, zone)
    assert window(**values).contains(found, zone)
    assert window(**values).opens(found, zone) == found


@pytest.mark.parametrize(
    ("at", "values", "expected"),
    [
        ("2026-03-02T08:59:59", {"start": "09:00", "end": "18:00"}, "2026-03-02T09:00"),
        ("2026-03-02T09:00:00", {"start": "09:00", "end": "18:00"}, "2026-03-02T09:00"),
        ("2026-03-02T17:59:59", {"start": "09:00", "end": "18:00"}, "2026-03-02T17:59"),
        ("2026-03-02T18:00:00", {"start": "09:00", "end": "18:00"}, "2026-03-03T09:00"),
        ("2026-03-02T23:30:00", {"start": "22:00", "end": "06:00"}, "2026-03-02T23:30"),
        ("2026-03-02T05:59:00", {"start": "22:00", "end": "06:00"}, "2026-03-02T05:59"),
        ("2026-03-02T06:00:00", {"start": "22:00", "end": "06:00"}, "2026-03-02T22:00"),
        ("2026-03-07T15:20:00", {"days": ["mon"]}, "2026-03-09T15:20"),
        ("2026-03-02T09:59:59", {"at": "10:00"}, "2026-03-02T10:00"),
        ("2026-03-02T10:00:30", {"at": "10:00"}, "2026-03-02T10:00"),
        ("2026-03-02T10:01:00", {"at": "10:00"}, "2026-03-03T10:00"),
        ("2026-03-06T11:00:00", {"at": "10:00", "days": ["mon", "fri"]}, "2026-03-09T10:00"),
        # Spring Festival 2026: 15 to 23 February off, Saturdays 14 and 28 worked
        ("2026-02-14T10:00:00", {"calendar": "CN"}, "2026-02-14T10:00"),
        ("2026-02-15T10:00:00", {"calendar": "CN", "start": "09:00", "end": "18:00"}, "2026-02-24T09:00"),
        ("2026-02-15T10:00:00", {"calendar": "contact", "country": "US"}, "2026-02-17T10:00"),
        ("2026-02-24T19:00:00", {"calendar": "CN", "start": "09:00", "end": "18:00", "except": ["2026-02-25"]},
         "2026-02-26T09:00"),
    ],
)  # fmt: skip
def test_the_window_opens_when_it_should(at: str, values: dict[str, Any], expected: str) -> None:
    assert opens(at, **values) == expected


def test_a_minute_that_the_clock_leaves_out_is_not_put_off_by_a_day() -> None:
    assert opens("2026-03-08T00:00:00", "America/New_York", at="02:30") == "2026-03-08T03:30"


def test_the_contacts_own_hour_is_used_where_it_is_known() -> None:
    instant = parse_instant("2026-03-02T08:00:00+00:00")
    assert window(at="own").opens(instant, "UTC", own=21 * 60) == parse_instant("2026-03-02T21:00:00+00:00")
    assert window(at="own").opens(instant, "UTC") == instant


def test_people_who_had_to_wait_are_dealt_out_and_never_past_the_end() -> None:
    closed, inside = parse_instant("2026-03-02T07:00:00"), parse_instant("2026-03-02T09:30:00")
    found = window(start="09:00", end="10:00", spread="PT2H")
    starts = [found.opens(closed, "UTC", share=share) for share in (0, 0.25, 0.9)]
    assert [instant_text(each)[11:16] for each in starts] == ["09:00", "09:30", "09:00"]
    assert found.opens(inside, "UTC", share=0.5) == inside


def test_a_window_that_never_opens_says_so() -> None:
    assert window(days=["sun"], calendar="US").opens(0, "UTC") == NEVER


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ([], "set of names"), ({"begin": "09:00"}, "begin"), ({"start": "9"}, "“9”"), ({"start": "25:00"}, "25:00"),
        ({"start": "24:00"}, "24:00"), ({"start": "09:00", "end": "09:00"}, "two different"),
        ({"at": "10:00", "end": "11:00"}, "not both"), ({"at": 10}, "10"), ({"days": "mon"}, "list"),
        ({"days": ["monday"]}, "monday"), ({"days": [["mon"]]}, "mon"), ({"calendar": "Atlantis"}, "Atlantis"),
        ({"calendar": 1}, "1"), ({"except": ["soon"]}, "soon"), ({"except": [1]}, "“1”"), ({"spread": "2h"}, "2h"),
        ({"spread": "-PT2H"}, "-PT2H"), ({"outside": "drop"}, "drop"), ({"outside": []}, "neither"),
    ],
)  # fmt: skip
def test_what_is_no_window_is_refused_with_a_sentence(values: Any, part: str) -> None:
    with pytest.raises(UserError) as refused:
        parse_window(values)
    assert part in str(refused.value)


def test_no_window_is_none_and_an_empty_one_is_always_open() -> None:
    assert parse_window(None) is None
    assert window().opens(12345, "Asia/Shanghai") == 12345


def test_a_window_says_itself_in_words() -> None:
    assert window(start="09:00", end="18:00", days=["mon", "fri"], calendar="CN").in_words() == (
        "09:00–18:00, Mon and Fri, working days of CN"
    )
    assert window(at="10:00").in_words() == "at 10:00"
    assert window().in_words() == "at any time"


def test_a_year_that_no_decree_has_settled_keeps_weekends_only() -> None:
    assert knows_year("CN", 2026)
    assert not knows_year("CN", 2027)
    assert is_workday("CN", date(2027, 1, 1))
    assert not is_workday("CN", date(2027, 1, 2))
    assert window(calendar="CN").unknown_year(2027)


@pytest.mark.skipif(not HOLIDAYS.exists(), reason="the published holidays are not here")
def test_chinese_working_days_are_those_of_the_state_council() -> None:
    with tarfile.open(HOLIDAYS / "holiday-cn.tar.gz") as archive:
        for year in range(2018, 2027):
            member = archive.extractfile(f"{year}.json")
            assert member is not None
            for day in json.load(member)["days"]:
                when = date.fromisoformat(day["date"])
                assert is_workday("CN", when) is not day["isOffDay"], day


@pytest.mark.skipif(not HOLIDAYS.exists(), reason="the published holidays are not here")
def test_public_holidays_of_other_countries_are_no_working_days() -> None:
    rows = csv.DictReader(
        io.StringIO((HOLIDAYS / "holidays_pkg_0.109_10_countries.csv").read_text(encoding="utf-8"))
    )
    days = [(row["country"], date.fromisoformat(row["date"])) for row in rows if row["country"] != "CN"]
    assert days
    assert [each for each in days if is_workday(*each)] == []
