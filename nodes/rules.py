"""Rules: conditions on a contact, as an immutable tree.

`nodes.clauses` turns them into SQL, `nodes.sentences` into words.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from storage.base.clock import parse_instant
from storage.base.durations import Duration
from storage.base.errors import UserError
from storage.base.words import N_

Json = Any

OPERATORS: dict[str, str] = {
    "=": N_("is"), "!=": N_("is not"), "<": N_("less than"), "<=": N_("at most"), ">": N_("more than"),
    ">=": N_("at least"), "between": N_("between"), "in": N_("is one of"), "not_in": N_("is none of"),
    "contains": N_("contains"), "starts_with": N_("starts with"), "ends_with": N_("ends with"),
    "is_empty": N_("is empty"), "not_empty": N_("is filled in"), "before": N_("before"), "after": N_("after"),
    "within_last": N_("within the last"), "within_next": N_("within the next"),
    "anniversary_in": N_("has its day within"),
}  # fmt: skip
_WITHOUT_VALUE = ("is_empty", "not_empty")
_SPANS = ("within_last", "within_next", "anniversary_in")
_MAX_DEPTH = 32


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition on a contact; the subclasses say which."""

    def inside(self) -> "tuple[Rule, ...]":
        """The rules this one is made of."""
        return ()

    def leaves(self) -> "Iterator[Rule]":
        """Every condition without conditions inside."""
        parts = self.inside()
        if not parts and not isinstance(self, All | Any_):
            yield self
        for part in parts:
            yield from part.leaves()


@dataclass(frozen=True, slots=True)
class All(Rule):
    """True where every part is true; without parts true for everybody."""

    rules: tuple[Rule, ...] = ()

    def inside(self) -> tuple[Rule, ...]:
        """The parts."""
        return self.rules


@dataclass(frozen=True, slots=True)
class Any_(Rule):  # noqa: N801  (`Any` is typing's)
    """True where at least one part is true; without parts true for nobody."""

    rules: tuple[Rule, ...] = ()

    def inside(self) -> tuple[Rule, ...]:
        """The parts."""
        return self.rules


@dataclass(frozen=True, slots=True)
class Not(Rule):
    """True where the part is not."""

    rule: Rule

    def inside(self) -> tuple[Rule, ...]:
        """The part."""
        return (self.rule,)


@dataclass(frozen=True, slots=True)
class FieldIs(Rule):
    """A contact field compared with a value; text without regard to case."""

    field: str
    op: str
    value: Json = None


@dataclass(frozen=True, slots=True)
class HasTag(Rule):
    """The contact carries a tag."""

    tag: str


@dataclass(frozen=True, slots=True)
class InAudience(Rule):
    """The contact belongs to a saved audience or list."""

    audience: str


@dataclass(frozen=True, slots=True)
class HasConsent(Rule):
    """The contact has said yes to marketing by a channel."""

    channel: str


@dataclass(frozen=True, slots=True)
class Test:
    """One property of an event compared with a value."""

    property: str
    op: str
    value: Json = None


@dataclass(frozen=True, slots=True)
class Happened(Rule):
    """The contact did something so many times (at least once where nothing is said) within a span before now."""

    event: str
    where: tuple[Test, ...] = ()
    op: str = ">="
    count: float = 1
    within: Duration | None = None
    within_text: str = field(default="", compare=False)


EVERYBODY = All()


def parse_rule(value: Json, depth: int = 0) -> Rule:
    """Read a rule of the strategy file; `UserError` says what does not fit."""
    if not isinstance(value, dict):
        raise UserError(N_("a rule must be a set of names and values; {value} is not."), value=_short(value))
    if depth > _MAX_DEPTH:
        raise UserError(N_("the rule is nested too deeply. Use fewer groups."))
    for key, make in (("all", All), ("any", Any_)):
        if key in value:
            _only(value, key)
            return make(tuple(parse_rule(part, depth + 1) for part in _list_of(value[key], key)))
    if "not" in value:
        _only(value, "not")
        return Not(parse_rule(value["not"], depth + 1))
    for key, reader in _LEAVES.items():
        if key in value:
            return reader(value)
    raise UserError(
        N_("the rule {value} names no field, tag, audience, consent or event."), value=_short(value)
    )


def _field_rule(value: Mapping[str, Json]) -> Rule:
    _only(value, "field", "op", "value")
    op = _operator(value.get("op", "="))
    return FieldIs(_name(value, "field"), op, _checked(op, value))


def _event_rule(value: Mapping[str, Json]) -> Rule:
    _only(value, "event", "where", "count", "within")
    count = value.get("count") or {}
    if not isinstance(count, dict) or set(count) - {"op", "value"}:
        raise UserError(N_("“count” must be an operator and a number."))
    op, times = count.get("op", ">="), count.get("value", 1)
    if (
        op not in ("=", "!=", "<", "<=", ">", ">=")
        or isinstance(times, bool)
        or not isinstance(times, int | float)
    ):
        raise UserError(N_("“count” must be an operator and a number."))
    within = value.get("within")
    return Happened(
        _name(value, "event"), parse_tests(value.get("where")), op, times,
        Duration.parse(within) if within is not None else None, str(within or ""),
    )  # fmt: skip


def parse_tests(value: Json) -> tuple[Test, ...]:
    """Read the `where` of an event: `{property: {"op", "value"}}`, or `{property: value}` for equality."""
    if value is None:
        return ()
    if not isinstance(value, dict):
        raise UserError(N_("“where” must be a set of properties."))
    tests = []
    for key, test in value.items():
        condition = test if isinstance(test, dict) else {"op": "=", "value": test}
        _only(condition, "op", "value")
        op = _operator(condition.get("op", "="))
        tests.append(Test(key, op, _checked(op, condition)))
    return tuple(tests)


def _checked(op: str, condition: Mapping[str, Json]) -> Json:
    value = condition.get("value")
    if op in _WITHOUT_VALUE:
        return None
    if op in ("in", "not_in"):
        if isinstance(value, str):
            value = value.split("|")
        if not isinstance(value, list):
            raise UserError(N_("“{op}” needs a list of values."), op=op)
        return tuple(value)
    if op == "between":
        if not isinstance(value, list) or len(value) != 2:
            raise UserError(N_("“between” needs two values."))
        return tuple(value)
    if op in _SPANS:
        Duration.parse(value)
        return value
    if value is None or isinstance(value, dict | list):
        raise UserError(N_("“{op}” needs a value to compare with."), op=op)
    return value


def _operator(op: Json) -> str:
    if not isinstance(op, str) or op not in OPERATORS:
        raise UserError(
            N_("“{op}” is no operator. Use one of {operators}."), op=_short(op), operators=" ".join(OPERATORS)
        )
    return op


def _name(value: Mapping[str, Json], key: str) -> str:
    name = value[key]
    if not isinstance(name, str) or not name.strip():
        raise UserError(N_("the rule names no {key}. Choose one."), key=key)
    return name


def _list_of(value: Json, key: str) -> list[Json]:
    if not isinstance(value, list):
        raise UserError(N_("“{key}” must be a list of rules."), key=key)
    return value


def _only(value: Mapping[str, Json], *known: str) -> None:
    unknown = sorted(str(key) for key in set(value) - set(known))
    if unknown:
        raise UserError(N_("the rule has an unknown entry “{key}”."), key=unknown[0])


def _short(value: Json) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _tag_rule(value: Mapping[str, Json]) -> Rule:
    _only(value, "tag")
    return HasTag(_name(value, "tag"))


def _audience_rule(value: Mapping[str, Json]) -> Rule:
    _only(value, "audience")
    return InAudience(_name(value, "audience"))


def _consent_rule(value: Mapping[str, Json]) -> Rule:
    _only(value, "consent")
    return HasConsent(_name(value, "consent"))


_LEAVES: dict[str, Callable[[Mapping[str, Json]], Rule]] = {
    "field": _field_rule, "tag": _tag_rule, "audience": _audience_rule, "consent": _consent_rule,
    "event": _event_rule,
}  # fmt: skip


def time_value(value: Json) -> Duration | int | date | None:
    """What a rule on time compares with: a duration from now, a day, an instant; None where it is none of them."""
    if not isinstance(value, str):
        return None
    if value.lstrip("-").startswith("P"):
        return Duration.parse(value)
    try:
        return date.fromisoformat(value) if len(value) <= 10 else parse_instant(value)
    except ValueError as error:
        raise UserError(N_("“{text}” is neither a date nor a duration."), text=value) from error


@dataclass(frozen=True, slots=True)
class Reads:
    """What a rule looks at."""

    fields: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    audiences: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    timed: bool = False


def reads(rule: Rule) -> Reads:
    """What a rule looks at; `timed` where it may turn true or false by time alone."""
    leaves = list(rule.leaves())
    return Reads(
        fields=frozenset(leaf.field for leaf in leaves if isinstance(leaf, FieldIs)),
        tags=frozenset(leaf.tag for leaf in leaves if isinstance(leaf, HasTag)),
        events=frozenset(leaf.event for leaf in leaves if isinstance(leaf, Happened)),
        audiences=frozenset(leaf.audience for leaf in leaves if isinstance(leaf, InAudience)),
        channels=frozenset(leaf.channel for leaf in leaves if isinstance(leaf, HasConsent)),
        timed=any(
            (isinstance(leaf, Happened) and leaf.within is not None)
            or (
                isinstance(leaf, FieldIs)
                and (leaf.op in _SPANS or (isinstance(leaf.value, str) and leaf.value[:2] in ("P1", "-P")))
            )
            or (
                isinstance(leaf, FieldIs)
                and isinstance(leaf.value, str)
                and leaf.value.lstrip("-").startswith("P")
            )
            for leaf in leaves
        ),
    )
