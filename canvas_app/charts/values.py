"""What the charts draw: plain values, read from a report's JSON, its frame, or a list of rows."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from canvas_app.reports.stats_means import Mean, interval_of_mean
from canvas_app.reports.stats_proportions import Proportion, wilson


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the funnel: people there, and their share of the step before."""

    label: str
    count: int
    of_previous: float | None
    goal: bool


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm: its people, its rate or mean with a 95 % interval, and for a rate how many did it."""

    label: str
    n: int
    value: float | None
    interval: tuple[float, float] | None
    done: int | None
    holdout: bool


@dataclass(frozen=True, slots=True)
class Day:
    """People who entered, and who reached the goal, on one day."""

    day: date
    entered: int
    goal: int | None


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened on a day: a version was published."""

    day: date
    label: str


def rows_of(data: object, key: str) -> list[Mapping[str, object]]:
    """The rows under `key` of a report, or the rows themselves, also of a frame."""
    if isinstance(data, Mapping):
        return rows_of(data.get(key) or [], key)
    to_dict = getattr(data, "to_dict", None)
    if callable(to_dict):
        return list(to_dict("records"))
    return [row for row in data if isinstance(row, Mapping)] if isinstance(data, Sequence) else []


def steps_of(data: object) -> list[Step]:
    """The steps of `report funnel`; a missing share of the step before is worked out."""
    found: list[Step] = []
    for row in rows_of(data, "steps"):
        count, share = _count(row.get("count")), _number(row.get("of_previous"))
        if share is None and found and found[-1].count:
            share = count / found[-1].count
        label = str(row.get("label") or row.get("node") or "")
        goal = bool(row.get("goal")) or row.get("node") == "goal"
        found.append(Step(label, count, share if found else None, goal))
    return found


def arms_of(data: object) -> list[Arm]:
    """The arms of `report ab` (its first node), of one of its nodes or metrics, or of `stats`."""
    if isinstance(data, Mapping) and isinstance(nodes := data.get("nodes"), Mapping):
        return arms_of(next(iter(nodes.values()), []))
    rate = isinstance(data, Mapping) and data.get("kind") == "rate"
    return [_arm(row, rate=rate) for row in rows_of(data, "arms")]


def days_of(data: object) -> list[Day]:
    """Rows of day, entered and goal, in the order of the days."""
    return sorted(
        (
            Day(
                _day(row["day"]),
                _count(row.get("entered")),
                None if (goal := row.get("goal")) is None else _count(goal),
            )
            for row in rows_of(data, "days")
        ),
        key=lambda each: each.day,
    )


def marks_of(data: object) -> list[Mark]:
    """What happened on the way; only a mapping has it."""
    rows = rows_of(data.get("marks") or [], "marks") if isinstance(data, Mapping) else []
    return [Mark(_day(row["day"]), str(row.get("label") or "")) for row in rows]


def _arm(row: Mapping[str, object], *, rate: bool) -> Arm:
    label = str(row.get("label") or row.get("name") or row.get("port") or "")
    n = _count(row.get("n"))
    done = next((_count(row[key]) for key in ("converted", "x") if row.get(key) is not None), None)
    value = next((_number(row[key]) for key in ("rate", "value", "mean") if row.get(key) is not None), None)
    if value is None and done is not None and n:
        value = done / n
    if done is None and rate:
        done = round((value or 0.0) * n)
    holdout = bool(row.get("holdout")) or row.get("port") in {"holdout", "held_out"}
    return Arm(label, n, value, _interval(row, n, done, value), done, holdout)


def _interval(
    row: Mapping[str, object], n: int, done: int | None, value: float | None
) -> tuple[float, float] | None:
    given = row.get("ci")
    if isinstance(given, Sequence) and len(given) == 2:
        low, high = _number(given[0]), _number(given[1])
        return None if low is None or high is None else (low, high)
    if done is not None:
        return wilson(Proportion("", n, done)) if 0 <= done <= n else None
    return interval_of_mean(Mean("", n, value, _number(row.get("sd"))))


def _number(value: object) -> float | None:
    if isinstance(value, int | float) or hasattr(value, "__float__"):
        number = float(value)
        return number if math.isfinite(number) else None
    return None


def _count(value: object) -> int:
    return int(_number(value) or 0)


def _day(value: object) -> date:
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    return date.fromisoformat(str(value)[:10])
