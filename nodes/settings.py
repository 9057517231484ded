"""The settings of a strategy, each declared once: for the form, the check and the runtime alike."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nodes.fields import HasParams, choice, number, rule, structured, text
from nodes.graph import Graph
from nodes.rules import Rule, parse_rule
from nodes.windows import parse_window
from storage.base.clock import is_zone, parse_instant
from storage.base.durations import Duration
from storage.base.errors import UserError
from storage.base.problems import Problem
from storage.base.words import N_

Json = Any

CATEGORIES: dict[str, str] = {
    "marketing": N_("Marketing"), "transactional": N_("Transactional"), "service": N_("Service"),
    "collection": N_("Collection"),
}  # fmt: skip
ON_LEAVE: dict[str, str] = {"stay": N_("stays"), "exit": N_("leaves")}
REENTRY: dict[str, str] = {
    "never": N_("Once only"), "after_exit": N_("Again after the end"), "always": N_("Always, starting over"),
}  # fmt: skip
LATE: dict[str, str] = {"run": N_("Do it late"), "skip": N_("Leave it out")}
RATES: dict[str, str] = {
    "reach": N_("Reach"), "open_rate": N_("Open rate"), "click_rate": N_("Click rate"),
    "click_to_open": N_("Click-to-open rate"), "conversion": N_("Conversion"),
    "conversion_rate": N_("Conversion"), "failed": N_("Failed"), "skipped": N_("Skipped"),
    "bounced": N_("Bounced"), "unsubscribed": N_("Unsubscribed"), "complained": N_("Complaints"),
}  # fmt: skip

_AT_ONCE = Duration()


@dataclass(frozen=True, slots=True)
class Reentry:
    """Whether a contact may come again: `never`, `after_exit` (`gap` later) or `always`; one run per value of `key`."""

    mode: str = "never"
    gap: Duration | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """What arms are compared by besides the goal: how many did `event`, or the sum of its property `sum`."""

    name: str
    event: str
    sum: str = ""


@dataclass(frozen=True, slots=True)
class Throttle:
    """At most `limit` sends in every `per`."""

    limit: int
    per: Duration


@dataclass(frozen=True, slots=True)
class RampStep:
    """This `share` (percent) of the entrants, for so long; without a length until the end."""

    share: float
    length: Duration | None = None


@dataclass(frozen=True, slots=True)
class StopWhen:
    """Shares (percent) of at least `least` contacts at which the ramp stops by itself."""

    limits: tuple[tuple[str, float], ...] = ()
    least: int = 100


@dataclass(frozen=True, slots=True)
class Late:
    """What happens to work overdue by more than `after`: `run` or `skip`."""

    policy: str = "run"
    after: Duration = _AT_ONCE


@dataclass(frozen=True, slots=True)
class Active:
    """Between which instants (epoch seconds) the strategy does anything."""

    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """Tell the owner when a rate (percent) of at least `least` contacts is below or above a limit."""

    metric: str
    below: float | None = None
    above: float | None = None
    least: int = 100


@dataclass(frozen=True, slots=True)
class StageGoal:
    """A goal on the way: measured, not leaving."""

    name: str
    when: Rule


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure should reach (percent), from which base, in which time."""

    metric: str
    value: float
    base: float | None = None
    period: Duration | None = None


def _zone(value: Json) -> str:
    if value in (None, ""):
        return ""
    if not is_zone(value):
        raise UserError(N_("“{zone}” is not a time zone. Write it like Asia/Shanghai."), zone=value)
    return str(value)


def _reentry(value: Json) -> Reentry:
    item = _item({} if value is None else value, "mode", "gap", "key")
    mode = item.get("mode", "never")
    if mode not in REENTRY:
        raise UserError(N_("“{value}” is none of {choices}."), value=mode, choices=", ".join(REENTRY))
    gap = None if item.get("gap") is None else Duration.parse(item["gap"])
    return Reentry(mode, _forward(gap, item.get("gap")), _text(item, "key"))


def _metrics(value: Json) -> tuple[Metric, ...]:
    found = tuple(
        Metric(_needed(item, "name"), _needed(item, "event"), _text(item, "sum"))
        for item in _items(value, "name", "event", "sum")
    )
    _no_twin([metric.name for metric in found])
    return found


def _throttle(value: Json) -> Throttle | None:
    if value is None:
        return None
    item = _item(value, "limit", "per")
    limit, per = item.get("limit"), Duration.parse(item.get("per"))
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        raise UserError(N_("“{value}” is no limit. Give a whole number from 1 on."), value=limit)
    if per.rough_seconds() <= 0:
        raise UserError(N_("“{value}” is no time for a limit. Write one such as PT1H."), value=item["per"])
    return Throttle(limit, per)


def _ramp(value: Json) -> tuple[RampStep, ...]:
    steps = []
    for item in _items(value, "share", "for"):
        share = _percent(item, "share")
        length = None if item.get("for") is None else Duration.parse(item["for"])
        steps.append(RampStep(share, _forward(length, item.get("for"))))
    shares = [step.share for step in steps]
    if shares != sorted(shares):
        raise UserError(N_("the shares must grow from step to step."))
    if any(step.length is None for step in steps[:-1]):
        raise UserError(N_("every step but the last needs a length, “for”."))
    return tuple(steps)


def _stop_when(value: Json) -> StopWhen | None:
    if value is None:
        return None
    item = _item(value, "min", *RATES)
    limits = tuple((key, _percent(item, key)) for key in item if key != "min")
    return StopWhen(limits, _least(item))


def _late(value: Json) -> Late:
    item = _item({} if value is None else value, "policy", "after")
    policy = item.get("policy", "run")
    if policy not in LATE:
        raise UserError(N_("“{value}” is none of {choices}."), value=policy, choices=", ".join(LATE))
    after = Duration.parse(item.get("after", "PT0S"))
    return Late(policy, _forward(after, item.get("after")) or after)


def _active(value: Json) -> Active:
    item = _item({} if value is None else value, "from", "until")
    since, until = (parse_instant(_needed(item, key)) if item.get(key) else None for key in ("from", "until"))
    if since is not None and until is not None and until <= since:
        raise UserError(N_("it ends before it begins. Choose a later end."))
    return Active(since, until)


def _alerts(value: Json) -> tuple[Alert, ...]:
    found = []
    for item in _items(value, "metric", "below", "above", "min"):
        metric = _needed(item, "metric")
        if "below" not in item and "above" not in item:
            raise UserError(
                N_("the alert on “{metric}” has no limit. Give “below” or “above”."), metric=metric
            )
        below, above = (
            _percent(item, key) if item.get(key) is not None else None for key in ("below", "above")
        )
        found.append(Alert(metric, below, above, _least(item)))
    return tuple(found)


def _goals(value: Json) -> tuple[StageGoal, ...]:
    found = tuple(
        StageGoal(_needed(item, "name"), parse_rule(item.get("when")))
        for item in _items(value, "name", "when")
    )
    _no_twin([goal.name for goal in found])
    return found


def _targets(value: Json) -> tuple[Target, ...]:
    if value is not None and not isinstance(value, dict):
        raise UserError(N_("must be a set of names and values."))
    found = []
    for metric, wanted in (value or {}).items():
        item = _item(wanted if isinstance(wanted, dict) else {"value": wanted}, "value", "base", "period")
        base = None if item.get("base") is None else _number(item, "base")
        period = None if item.get("period") is None else Duration.parse(item["period"])
        found.append(Target(metric, _number(item, "value"), base, period))
    return tuple(found)


class Settings(HasParams):
    """What holds for the whole strategy."""

    timezone = structured("timezone", N_("Time zone"), _zone)
    goal = rule(N_("Goal"), hint=N_("Whoever reaches it leaves at once."))
    exit_when = rule(N_("Leaves when"))
    reentry = structured("reentry", N_("Coming again"), _reentry)
    on_leave = choice(N_("Who no longer belongs to the audience"), ON_LEAVE)
    category = choice(N_("Kind of message"), CATEGORIES)
    send_window = structured("window", N_("Send window"), parse_window)
    holdout = number(N_("Hold-out (percent)"), default=0, minimum=0, maximum=100)
    owner = text(N_("Owner"))
    output = text(N_("Output"))
    metrics = structured("metrics", N_("Further figures"), _metrics)
    goals = structured("goals", N_("Stage goals"), _goals)
    targets = structured("targets", N_("Targets"), _targets)
    alerts = structured("alerts", N_("Alerts"), _alerts)
    priority = number(
        N_("Priority"), default=0, whole=True, minimum=-1_000_000, maximum=1_000_000, advanced=True
    )
    throttle = structured("throttle", N_("Speed limit"), _throttle, advanced=True)
    ramp = structured("ramp", N_("Start small"), _ramp, advanced=True)
    stop_when = structured("stop_when", N_("Stop by itself when"), _stop_when, advanced=True)
    late = structured("late", N_("Overdue work"), _late, advanced=True)
    active = structured("active", N_("Active"), _active, advanced=True)

    def __init__(self, params: Mapping[str, Json]) -> None:
        self.params = params

    @classmethod
    def of(cls, graph: Graph) -> "Settings":
        """The settings of a graph."""
        return cls(graph.settings)

    def check(self) -> Iterator[Problem]:
        """Everything that does not fit."""
        known = {param.key: param for param in self.param_list()}
        for key in self.params:
            if key not in known:
                words = N_("The strategy has a setting “{key}” that is not known. Remove it.")
                yield Problem.error("unknown_setting", words, key=key).at(field=key)
        for param in known.values():
            for problem in param.check(self.params):
                yield Problem(problem.level, "bad_setting", problem.words, None, param.key)


# -- reading parts --------------------------------------------------------------------------------------------------


def _item(value: Json, *known: str) -> Mapping[str, Json]:
    if not isinstance(value, dict):
        raise UserError(N_("must be a set of names and values."))
    unknown = sorted(set(value) - set(known))
    if unknown:
        raise UserError(N_("“{key}” is not known here. Use {known}."), key=unknown[0], known=", ".join(known))
    return value


def _items(value: Json, *known: str) -> Iterator[Mapping[str, Json]]:
    if value is not None and not isinstance(value, list):
        raise UserError(N_("must be a list."))
    for each in value or ():
        yield _item(each, *known)


def _text(item: Mapping[str, Json], key: str) -> str:
    value = item.get(key, "")
    if not isinstance(value, str):
        raise UserError(N_("“{key}” must be text."), key=key)
    return value


def _needed(item: Mapping[str, Json], key: str) -> str:
    value = _text(item, key)
    if not value.strip():
        raise UserError(N_("“{key}” is empty. Fill it in."), key=key)
    return value


def _number(item: Mapping[str, Json], key: str) -> float:
    value = item.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UserError(N_("“{key}” must be a number."), key=key)
    return value


def _percent(item: Mapping[str, Json], key: str) -> float:
    value = _number(item, key)
    if not 0 <= value <= 100:
        raise UserError(N_("“{key}” must be a percentage from 0 to 100."), key=key)
    return value


def _least(item: Mapping[str, Json]) -> int:
    value = item.get("min", 100)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise UserError(N_("“min” must be a whole number from 1 on."))
    return value


def _forward(span: Duration | None, written: Json) -> Duration | None:
    if span is not None and span.rough_seconds() < 0:
        raise UserError(N_("“{value}” lies before; write a time that goes forward."), value=written)
    return span


def _no_twin(names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise UserError(N_("two entries are called “{name}”. Give each its own name."), name=name)
