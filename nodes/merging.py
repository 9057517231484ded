"""Merge fields: Liquid templates with limits, that see contact fields and nothing else.

Data, never code: no files, no includes, at most a thousand turns of a loop and 2 MB of output.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from storage.base.errors import UserError
from storage.base.words import N_

if TYPE_CHECKING:
    from liquid import BoundTemplate, Environment

EXTRA = frozenset({"unsubscribe_url"})
"""Names a template may use besides the contact's fields."""
_FORBIDDEN_TAGS = ("include", "render", "doc", "increment", "decrement")
_MARK = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


@cache
def _environment(html: bool) -> "Environment":
    from liquid import Environment

    class Limited(Environment):
        block_nesting_limit = 20
        context_depth_limit = 10
        loop_iteration_limit = 1_000
        local_namespace_limit = 100_000
        output_stream_limit = 2_000_000

    made = Limited(autoescape=html)
    for tag in _FORBIDDEN_TAGS:
        del made.tags[tag]
    return made


@lru_cache(maxsize=2_000)
def template(source: str, html: bool = False) -> "BoundTemplate":
    """A template ready to be filled in; `UserError` says what does not parse. In HTML, values are escaped."""
    from liquid.exceptions import LiquidError

    try:
        return _environment(html).from_string(source)
    except (LiquidError, RecursionError) as error:
        reason = str(error).partition("\n")[0]
        raise UserError(N_("the merge fields cannot be read: {reason}"), reason=reason) from error


def has_merge_fields(source: str) -> bool:
    """Whether anything in the text is filled in at all."""
    return "{{" in source or "{%" in source


@lru_cache(maxsize=2_000)
def fields_in(source: str) -> tuple[str, ...]:
    """The names that a template reads, in order."""
    return tuple(template(source).global_variables()) if has_merge_fields(source) else ()


@lru_cache(maxsize=2_000)
def fields_without_default(source: str) -> tuple[str, ...]:
    """The names that stand alone: where a contact has no value, nothing would be written."""
    alone = (
        mark.strip("{} -\n")
        for mark in _MARK.findall(source)
        if mark.startswith("{{") and "default" not in mark
    )
    return tuple(dict.fromkeys(name for mark in alone for name in fields_in("{{" + mark + "}}")))


def fill_in(source: str, values: Mapping[str, Any], *, html: bool = False) -> str:
    """The text with the values of one contact; `UserError` where a limit is passed or a filter refuses."""
    if not has_merge_fields(source):
        return source
    from liquid.exceptions import LiquidError

    try:
        return template(source, html).render(**values)
    except (LiquidError, ArithmeticError, ValueError, TypeError, RecursionError) as error:
        reason = str(error).partition("\n")[0]
        raise UserError(N_("the merge fields cannot be filled in: {reason}"), reason=reason) from error


def marks(source: str) -> list[str]:
    """The pieces of a text that are merge fields or tags, as written."""
    return _MARK.findall(source)
