"""The settings of a strategy: defaults, what each key means, and a sentence for what does not fit."""

from typing import Any

import pytest

from nodes.rules import Happened
from nodes.settings import (
    Active,
    Alert,
    Late,
    Metric,
    RampStep,
    Reentry,
    Settings,
    StopWhen,
    Target,
    Throttle,
)
from storage.base.durations import Duration

DAY = Duration(days=1)


def test_without_anything_said_the_first_of_each_choice_holds() -> None:
    settings = Settings({})
    assert list(settings.check()) == []
    assert settings.reentry == Reentry("never")
    assert (settings.on_leave, settings.category, settings.holdout, settings.priority) == (
        "stay",
        "marketing",
        0,
        0,
    )
    assert (settings.goal, settings.exit_when, settings.send_window, settings.throttle) == (
        None,
        None,
        None,
        None,
    )
    assert settings.late == Late("run", Duration())
    assert (settings.metrics, settings.ramp, settings.alerts, settings.goals, settings.targets) == (
        (),
        (),
        (),
        (),
        (),
    )
    assert settings.active == Active()


@pytest.mark.parametrize(
    ("key", "value", "read"),
    [
        ("timezone", "Asia/Shanghai", "Asia/Shanghai"),
        ("reentry", {"mode": "after_exit", "gap": "P1D", "key": "cart"}, Reentry("after_exit", DAY, "cart")),
        ("goal", {"event": "order"}, Happened("order")),
        ("metrics", [{"name": "spend", "event": "order", "sum": "amount"}], (Metric("spend", "order", "amount"),)),
        ("throttle", {"limit": 1000, "per": "PT1H"}, Throttle(1000, Duration(seconds=3600))),
        ("ramp", [{"share": 5, "for": "P1D"}, {"share": 100}], (RampStep(5, DAY), RampStep(100))),
        ("stop_when", {"failed": 10, "min": 50}, StopWhen((("failed", 10),), 50)),
        ("late", {"policy": "skip", "after": "PT1H"}, Late("skip", Duration(seconds=3600))),
        ("active", {"from": "1970-01-01T00:00:10+00:00"}, Active(10)),
        ("alerts", [{"metric": "open_rate", "below": 10}], (Alert("open_rate", 10),)),
        ("targets", {"open_rate": 25, "conversion_rate": {"value": 15, "base": 12.5, "period": "P1D"}},
         (Target("open_rate", 25), Target("conversion_rate", 15, 12.5, DAY))),
        ("holdout", 10, 10),
        ("priority", -3, -3),
    ],
)  # fmt: skip
def test_a_setting_is_read_as_it_is_meant(key: str, value: Any, read: Any) -> None:
    settings = Settings({key: value})
    assert list(settings.check()) == []
    assert getattr(settings, key) == read


@pytest.mark.parametrize(
    ("key", "value", "part"),
    [
        ("timezone", "Mars/Base", "Mars/Base"),
        ("reentry", {"mode": "sometimes"}, "sometimes"),
        ("reentry", {"mode": "never", "pause": "P1D"}, "pause"),
        ("reentry", {"gap": "-P1D"}, "before"),
        ("reentry", [], "names and values"),
        ("on_leave", "run", "run"),
        ("goal", {}, "names no field"),
        ("metrics", [{"name": "a"}], "event"),
        ("metrics", [{"name": "a", "event": "x"}] * 2, "two entries"),
        ("holdout", 101, "100"),
        ("holdout", True, "number"),
        ("send_window", {"start": "9"}, "“9”"),
        ("category", "spam", "spam"),
        ("priority", 1.5, "whole"),
        ("throttle", {"limit": 0, "per": "PT1H"}, "limit"),
        ("throttle", {"limit": 5, "per": "PT0S"}, "PT0S"),
        ("ramp", [{"share": 50}, {"share": 100}], "length"),
        ("ramp", [{"share": 50, "for": "P1D"}, {"share": 20}], "grow"),
        ("ramp", [{"share": 500}], "100"),
        ("stop_when", {"moonphase": 3}, "moonphase"),
        ("late", {"policy": "panic"}, "panic"),
        ("active", {"from": "2026-02-01", "until": "2026-01-01"}, "before it begins"),
        ("alerts", [{"metric": "open_rate"}], "no limit"),
        ("goals", [{"name": "a", "when": 1}], "rule"),
        ("targets", {"open_rate": "much"}, "number"),
        ("owner", 7, "text"),
    ],
)
def test_what_does_not_fit_is_told_with_its_key(key: str, value: Any, part: str) -> None:
    problems = list(Settings({key: value}).check())
    assert [(each.code, each.node, each.field) for each in problems] == [("bad_setting", None, key)]
    assert part in problems[0].message


def test_an_unknown_setting_is_a_problem() -> None:
    problems = list(Settings({"moon": 1}).check())
    assert [(each.code, each.field) for each in problems] == [("unknown_setting", "moon")]


def test_every_setting_has_a_label_for_its_form() -> None:
    assert all(param.label and param.kind for param in Settings.param_list())
