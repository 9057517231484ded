"""What every channel node shares: its account, send window, retries and message fields.

A channel is one file in `nodes.channels`. It has no `plan`: the engine rests tokens on it until the message is sent,
failed or skipped, and a call until it has its result.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from nodes.fields import Param, choice, reference, structured
from nodes.merging import template
from nodes.sandbox import CALL_RESULTS
from nodes.spec import Names, NodeType
from nodes.windows import Window, parse_window
from storage.base.durations import Duration
from storage.base.errors import UserError
from storage.base.problems import Problem
from storage.base.words import N_, Words, _

_LONGEST_SUMMARY = 60
_MERGED = re.compile(r"""\{\{\s*([\w.]+)\s*(?:\|\s*default:\s*["']([^"']*)["'])?[^}]*\}\}""")


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a failed message is tried again; the gap doubles each time. `on`: outcomes tried again besides."""

    times: int = 3
    gap: int = 3600
    on: frozenset[str] = frozenset()

    def due(self, attempts: int, now: int) -> int | None:
        """When a message that has failed `attempts` times is tried again; None: never."""
        if attempts > self.times:
            return None
        return now + (self.gap << min(attempts - 1, 20))


def parse_retry(value: Any) -> Retry:
    """Read `{"times": 3, "gap": "PT1H", "on": […]}`."""
    if value is None:
        return Retry()
    if not isinstance(value, dict):
        raise UserError(N_("must hold times, gap and on."))
    for key in value.keys() - {"times", "gap", "on"}:
        raise UserError(N_("has an unknown entry “{key}”."), key=key)
    times, on = value.get("times", 3), value.get("on", [])
    if isinstance(times, bool) or not isinstance(times, int) or not 0 <= times <= 20:
        raise UserError(N_("“times” must be a whole number from 0 to 20."))
    if not isinstance(on, list) or not all(isinstance(outcome, str) for outcome in on):
        raise UserError(N_("“on” must be a list of outcomes."))
    gap = Duration.parse(value.get("gap", "PT1H")).rough_seconds()
    if gap < 0:
        raise UserError(N_("“gap” cannot lie in the past."))
    return Retry(times, gap, frozenset(outcome.strip().casefold() for outcome in on))


def _stand_in(field: re.Match[str]) -> str:
    """What a card shows for a merge field: its default, else its name."""
    return field[2] or f"[{field[1]}]"


class Channel(NodeType):
    """Reaches a contact by one channel."""

    family = "message"
    waits = True

    channel: ClassVar[str] = ""
    address_field: ClassVar[str] = ""  # the contact field that holds the address; "" where none is needed
    is_call: ClassVar[bool] = False
    real: ClassVar[bool] = False  # whether it can do more than the sandbox
    text_params: ClassVar[
        tuple[str, ...]
    ] = ()  # one of these must be filled; the first that is makes the summary
    outcomes: ClassVar[tuple[str, ...]] = ("sent", "delivered", "failed", "skipped", "unknown")

    account = reference("account", N_("Account"), hint=N_("Empty: the channel's default"), advanced=True)
    window: Param[Window | None] = structured(
        "window",
        N_("Send window"),
        lambda value: None if value is None else parse_window(value),
        advanced=True,
    )
    retry = structured("retry", N_("Try again"), parse_retry, advanced=True)
    if_unreachable = choice(
        N_("If a contact cannot be reached"),
        {"continue": N_("Goes on"), "exit": N_("Leaves the strategy")},
        advanced=True,
    )

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.channel = cls.type_id

    def summary(self, names: Names | None = None) -> str:
        """The first words of the message; says so where only the sandbox can send it."""
        words = self.first_words()
        if self.real:
            return words
        only = _("sandbox only for now")
        return f"{words} · {only}" if words else only

    def first_words(self) -> str:
        """The beginning of what the contact will read or hear."""
        filled = (self.params.get(key) for key in self.text_params)
        text = next((text for text in filled if isinstance(text, str) and text.strip()), "")
        line = " ".join(_MERGED.sub(_stand_in, text).split())
        return line if len(line) <= _LONGEST_SUMMARY else line[: _LONGEST_SUMMARY - 1].rstrip() + "…"

    def check(self, names: Names | None = None) -> Iterator[Problem]:
        """Params, an empty message, and merge fields that cannot be read."""
        yield from super().check(names)
        params = {param.key: param for param in self.param_list()}
        if self.text_params and not any(self.params.get(key) for key in self.text_params):
            first = params[self.text_params[0]]
            if not first.required:
                text = N_("“{label}” is empty. Fill it in.")
                yield Problem.error("missing_param", text, label=Words.of(first.label)).at(field=first.key)
        for key, source in self.merge_texts().items():
            try:
                template(source)
            except UserError as error:
                text = N_("{label}: {reason}")
                yield Problem.error(
                    "bad_template", text, label=Words.of(params[key].label), reason=error.words
                ).at(field=key)

    def merge_texts(self) -> Mapping[str, str]:
        """The templates of this node by param: what may hold merge fields."""
        return {
            param.key: text
            for param in self.param_list()
            if param.merge_fields and isinstance(text := self.params.get(param.key), str) and text
        }

    def kept_outcomes(self) -> tuple[str, ...]:
        """What a result split after this node may ask for."""
        return (*self.outcomes, *(CALL_RESULTS if self.is_call else ()))
