"""What an operation tells its callers: which parts of the workspace are different now."""

from collections.abc import Callable
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Flags that views look at before they reload; operations return a subclass with their own result."""

    contacts: bool = False
    events: bool = False
    audiences: bool = False
    strategies: bool = False
    accounts: bool = False
    runs: bool = False
    settings: bool = False

    def any(self) -> bool:
        """Whether anything changed at all."""
        return any(getattr(self, each.name) for each in fields(Changes))


Progress = Callable[[int, int | None], None]
"""(done, of how many or None): told now and then; raises `Cancelled` when the person wants to stop."""


def silent(done: int, total: int | None) -> None:
    """Progress that nobody watches."""
