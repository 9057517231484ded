"""What an account is to a channel: its form, and a line over which messages leave.

A kind of account is a class in `nodes.channels` (or a plug-in); the sender opens a few lines of it and hands them
messages. Nothing here touches a workspace.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from nodes.fields import HasParams
from storage.base.problems import Problem
from storage.base.words import N_


class Verdict(StrEnum):
    """What became of one transmission."""

    SENT = "sent"
    REFUSED = "refused"  # a definite no that will not change
    LATER = "later"  # a definite no that may change
    UNKNOWN = "unknown"  # the line died between our last byte and the answer


@dataclass(frozen=True, slots=True)
class Message:
    """One message ready to leave: bytes for one address. `key` is the touch; a retry has the same bytes."""

    key: int
    sender: str
    recipient: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the provider said of a message: a verdict, a short reason (never an address), and whether it bounced."""

    key: int
    verdict: Verdict
    reason: str = ""
    bounced: bool = False


Mark = Callable[[Message], None]
"""Called just before the last byte of a message is handed over; returns when the mark is on the disk."""


class Line(Protocol):
    """An open way to the provider. Used by one thread at a time."""

    def send(self, batch: Sequence[Message]) -> Iterator[Receipt]:
        """Transmit, one receipt a message in the same order. Never raises for what the other side does."""
        ...

    def probe(self) -> str:
        """Connect, greet and sign in without sending anything; returns what the other side calls itself."""
        ...

    def close(self) -> None:
        """Say goodbye."""
        ...


class AccountKind(HasParams):
    """A way to reach a provider. The docstring is its help."""

    kind: ClassVar[str] = ""
    label: ClassVar[str] = ""
    channels: ClassVar[tuple[str, ...]] = ()  # empty: every one
    needs_secret: ClassVar[bool] = False
    sandbox: ClassVar[bool] = False

    def __init__(self, params: Mapping[str, Any]) -> None:
        self.params = params

    def check(self) -> Iterator[Problem]:
        """Everything wrong with the params."""
        known = {param.key for param in self.param_list()}
        for key in self.params:
            if key not in known:
                text = N_("An account of kind “{kind}” has no setting “{key}”. Remove it.")
                yield Problem.error("unknown_param", text, kind=self.kind, key=key).at(field=key)
        for param in self.param_list():
            yield from param.check(self.params)

    def lines(self) -> int:
        """How many lines may be open at once."""
        return 1

    def per_second(self) -> float:
        """How many messages may leave in a second over all lines; 0 = as fast as it goes."""
        return 0.0

    def open(self, secret: str | None, mark: Mark) -> Line:
        """A line, not connected yet."""
        raise NotImplementedError


def account_kinds() -> dict[str, type[AccountKind]]:
    """Every kind by its id."""
    from nodes.registry import node_types

    node_types()  # loads the channels, and with them their kinds and those of plug-ins
    return {kind.kind: kind for kind in _below(AccountKind) if kind.kind}


def _below(kind: type[AccountKind]) -> Iterator[type[AccountKind]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)
