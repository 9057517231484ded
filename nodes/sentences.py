"""Rules in words: every rule is repeated as a sentence a marketer can check."""

from collections.abc import Callable

from nodes import rules
from nodes.rules import All, Any_, FieldIs, Happened, HasConsent, HasTag, InAudience, Not, Rule, Test
from storage.base.durations import Duration
from storage.base.errors import UserError
from storage.base.words import _, plural

FieldLabel = Callable[[str], str | None]


def in_words(rule: Rule, field_label: FieldLabel = lambda _name: None) -> str:
    """The rule as a sentence without a full stop; field names as the workspace calls them."""
    match rule:
        case All(rules=()):
            return _("everybody")
        case Any_(rules=()):
            return _("nobody")
        case All(rules=parts):
            return _(" and ").join(_grouped(part, field_label) for part in parts)
        case Any_(rules=parts):
            return _(" or ").join(_grouped(part, field_label) for part in parts)
        case Not(rule=Any_(rules=parts)):
            return _("neither {first}", first=_(" nor ").join(_grouped(part, field_label) for part in parts))
        case Not(rule=part):
            return _("not ({condition})", condition=in_words(part, field_label))
        case _:
            return _leaf(rule, field_label)


def _grouped(rule: Rule, field_label: FieldLabel) -> str:
    text = in_words(rule, field_label)
    return f"({text})" if len(rule.inside()) > 1 else text


def _leaf(rule: Rule, field_label: FieldLabel) -> str:
    match rule:
        case FieldIs(field=name, op=op, value=value):
            return compared(field_label(name) or name, op, value)
        case HasTag(tag=tag):
            return _("has the tag “{tag}”", tag=tag)
        case InAudience(audience=name):
            return _("is in “{audience}”", audience=name)
        case HasConsent(channel=channel):
            return _("agreed to {channel}", channel=channel)
        case Happened():
            return _happened(rule)
    raise AssertionError(rule)


def compared(subject: str, op: str, value: object) -> str:
    """“Card limit at least 50,000”."""
    words = _(rules.OPERATORS[op])
    if op in ("is_empty", "not_empty"):
        return _("{subject} {comparison}", subject=subject, comparison=words)
    if op in ("before", "after") and isinstance(value, str) and value.lstrip("-").startswith("P"):
        return _ago(subject, op, Duration.parse(value))
    return _("{subject} {comparison} {value}", subject=subject, comparison=words, value=_value(value))


def _ago(subject: str, op: str, span: Duration) -> str:
    time = span.in_words()
    if span.sign < 0:
        text = _("{subject} more than {time} ago") if op == "before" else _("{subject} less than {time} ago")
    else:
        text = _("{subject} in less than {time}") if op == "before" else _("{subject} in more than {time}")
    return text.format(subject=subject, time=time)


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return _(", ").join(_value(item) for item in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return f"{value:,.10g}"
    text = str(value)
    if text.lstrip("-").startswith("P") and text[1:2] != "":
        try:
            return Duration.parse(text).in_words()
        except UserError:
            return text
    return text


def _happened(rule: Happened) -> str:
    what = (
        rule.event
        if not rule.where
        else _("{event} ({tests})", event=rule.event, tests=tests_in_words(rule.where))
    )
    if (rule.op, rule.count) == (">=", 1):
        text = _("did {event} at least once", event=what)
    elif (rule.op, rule.count) == ("=", 0):
        text = _("never did {event}", event=what)
    else:
        times = plural("{n} time", "{n} times", int(rule.count))
        text = _(
            "did {event} {comparison} {times}",
            event=what,
            comparison=_(rules.OPERATORS[rule.op]),
            times=times,
        )
    return text if rule.within is None else _("{what} within {time}", what=text, time=rule.within.in_words())


def tests_in_words(tests: tuple[Test, ...]) -> str:
    """“value at least 300, currency is CNY”."""
    return ", ".join(compared(test.property, test.op, test.value) for test in tests)
