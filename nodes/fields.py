"""Params of a node, declared once: type, default, check and form field together.

A node type writes `wait = duration(N_("Wait"), key="for")`; reading `self.wait` gives the parsed
value, `check` lists what does not fit, and the desktop builds its form from `kind`, `label` and the other attributes.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, overload

from nodes.rules import Rule, parse_rule
from storage.base.clock import parse_instant
from storage.base.durations import Duration
from storage.base.errors import UserError
from storage.base.problems import Problem
from storage.base.words import N_, Words

T = TypeVar("T")
Json = Any


@dataclass(frozen=True)
class Param(Generic[T]):
    """One param of a node (or of an account): what it is called, what it may be, and how a form asks for it.

    `kind` chooses the form field; `parse` turns the JSON value into the one the code uses, or raises `UserError`.
    """

    kind: str
    label: str
    parse: Callable[[Json], T]
    default: Json = None
    required: bool = False
    hint: str = ""
    key: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    advanced: bool = False
    merge_fields: bool = False
    minimum: float | None = None
    maximum: float | None = None
    items: "tuple[Param[Any], ...]" = ()

    def __set_name__(self, owner: type, name: str) -> None:
        object.__setattr__(self, "key", self.key or name)

    @overload
    def __get__(self, node: None, owner: type) -> "Param[T]": ...
    @overload
    def __get__(self, node: "HasParams", owner: type) -> T: ...
    def __get__(self, node: "HasParams | None", owner: type) -> "Param[T] | T":
        """The parsed value; what does not fit reads as the default (`check` says so)."""
        if node is None:
            return self
        try:
            return self.parse(node.params.get(self.key, self.default))
        except UserError:
            return self.parse(self.default)

    def check(self, params: Mapping[str, Json]) -> Iterator[Problem]:
        """What is wrong with this param in `params`."""
        value = params.get(self.key)
        if _is_blank(value):
            if self.required:
                text = N_("“{label}” is empty. Fill it in.")
                yield Problem.error("missing_param", text, label=Words.of(self.label)).at(field=self.key)
            if value is None:
                return
        try:
            self.parse(value)
        except UserError as error:
            yield Problem.error(
                "bad_param", N_("{label}: {reason}"), label=Words.of(self.label), reason=error.words
            ).at(field=self.key)


class HasParams:
    """Anything whose class attributes are `Param`s read from `params`."""

    params: Mapping[str, Json]

    @classmethod
    def param_list(cls) -> "tuple[Param[Any], ...]":
        """The params in the order in which they are declared, base classes last."""
        found = {
            attribute.key: attribute
            for base in cls.__mro__
            for attribute in vars(base).values()
            if isinstance(attribute, Param)
        }
        return tuple(found.values())


def _is_blank(value: Json) -> bool:
    return value is None or value in ("", [], {})


# -- kinds -------------------------------------------------------------------------------------------------------


def text(label: str, *, default: str = "", long: bool = False, **more: Any) -> Param[str]:
    """Words of the marketer; `long` asks for several lines."""
    return Param("long_text" if long else "text", label, _text, default, **more)


def number(label: str, *, default: float | None = None, minimum: float | None = None, maximum: float | None = None,
           whole: bool = False, **more: Any) -> Param[Any]:  # fmt: skip
    """A number between two limits."""

    def parse(value: Json) -> float | int | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise UserError(N_("“{value}” is not a number."), value=value)
        if whole and value != int(value):
            raise UserError(N_("“{value}” is not a whole number."), value=value)
        if minimum is not None and value < minimum:
            raise UserError(N_("must be {limit} or more."), limit=f"{minimum:g}")
        if maximum is not None and value > maximum:
            raise UserError(N_("must be {limit} or less."), limit=f"{maximum:g}")
        return int(value) if whole else value

    return Param(
        "whole" if whole else "number", label, parse, default, minimum=minimum, maximum=maximum, **more
    )


def yes_no(label: str, *, default: bool = False, **more: Any) -> Param[bool]:
    """A switch."""

    def parse(value: Json) -> bool:
        if not isinstance(value, bool):
            raise UserError(N_("must be yes or no."))
        return value

    return Param("yes_no", label, parse, default, **more)


def choice(label: str, choices: Mapping[str, str], *, default: str | None = None, **more: Any) -> Param[str]:
    """One of a few; the first is the default."""
    first = next(iter(choices)) if default is None else default

    def parse(value: Json) -> str:
        if not isinstance(value, str) or value not in choices:
            raise UserError(N_("“{value}” is none of {choices}."), value=value, choices=", ".join(choices))
        return value

    return Param("choice", label, parse, first, choices=choices, **more)


def duration(label: str, **more: Any) -> Param[Duration | None]:
    """A span of time, `P3D` or `PT4H`."""
    return Param("duration", label, lambda value: None if value is None else Duration.parse(value), **more)


def instant(label: str, **more: Any) -> Param[int | None]:
    """A point in time, as epoch seconds."""
    return Param(
        "instant", label, lambda value: None if value is None else parse_instant(_text(value)), **more
    )


def rule(label: str, **more: Any) -> Param[Rule | None]:
    """A condition on a contact."""
    return Param("rule", label, lambda value: None if value is None else parse_rule(value), **more)


def texts(label: str, **more: Any) -> Param[tuple[str, ...]]:
    """A list of words: tags, recipients, outcomes."""
    return Param("texts", label, lambda value: tuple(_text(item) for item in _list(value)), **more)


def mapping(label: str, **more: Any) -> Param[Mapping[str, Json]]:
    """Names with values."""
    return Param("mapping", label, _mapping, **more)


def reference(kind: str, label: str, **more: Any) -> Param[str]:
    """The name of something else: `account audience event contact_field date_field node source strategy`."""
    return Param(kind, label, _text, "", **more)


def structured(
    kind: str, label: str, parse: Callable[[Json], T], default: Json = None, **more: Any
) -> Param[T]:
    """A param with a shape of its own (branches, arms, a window …)."""
    return Param(kind, label, parse, default, **more)


def _text(value: Json) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UserError(N_("must be text."))
    return value


def _list(value: Json) -> Sequence[Json]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise UserError(N_("must be a list."))
    return value


def _mapping(value: Json) -> Mapping[str, Json]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UserError(N_("must be a set of names and values."))
    return value


# -- branches and arms ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Branch:
    """One side of a rule split: the first whose rule holds is taken."""

    port: str
    label: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class OutcomeBranch:
    """One side of a result split: any of these outcomes leads here."""

    port: str
    label: str
    outcomes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arm:
    """One side of an A/B split with its weight."""

    port: str
    label: str
    weight: float


def branch_list(label: str) -> Param[tuple[Branch, ...]]:
    """Branches with a rule each."""

    def parse(value: Json) -> tuple[Branch, ...]:
        return tuple(
            Branch(port, name, parse_rule(item.get("rule"))) for port, name, item in _sides(value, "rule")
        )

    return structured("branches", label, parse, required=True)


def outcome_branch_list(label: str) -> Param[tuple[OutcomeBranch, ...]]:
    """Branches with outcomes each."""

    def parse(value: Json) -> tuple[OutcomeBranch, ...]:
        return tuple(
            OutcomeBranch(port, name, tuple(_text(word) for word in _list(item.get("outcomes"))))
            for port, name, item in _sides(value, "outcomes")
        )

    return structured("outcome_branches", label, parse, required=True)


def arm_list(label: str) -> Param[tuple[Arm, ...]]:
    """Two to ten arms with weights."""

    def parse(value: Json) -> tuple[Arm, ...]:
        arms = tuple(Arm(port, name, _weight(item, port)) for port, name, item in _sides(value, "weight"))
        if value is not None and not 2 <= len(arms) <= 10:
            raise UserError(N_("needs 2 to 10 arms; there are {n}."), n=len(arms))
        return arms

    return structured("arms", label, parse, required=True)


def _weight(item: Mapping[str, Json], port: str) -> float:
    weight = item.get("weight")
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight < 1e9:
        raise UserError(N_("arm “{port}” has no weight. Give it a number above 0."), port=port)
    return float(weight)


def _sides(value: Json, own: str) -> Iterator[tuple[str, str, Mapping[str, Json]]]:
    seen: set[str] = set()
    for item in _list(value):
        port = _mapping(item).get("port")
        if not isinstance(port, str) or not port:
            raise UserError(N_("every branch needs a “port”."))
        if port in seen:
            raise UserError(N_("two branches are called “{port}”. Give each its own port."), port=port)
        unknown = set(item) - {"port", "label", own}
        if unknown:
            raise UserError(N_("branch “{port}” has an unknown entry “{key}”."), port=port, key=min(unknown))
        seen.add(port)
        yield port, _text(item.get("label")) or port, item
