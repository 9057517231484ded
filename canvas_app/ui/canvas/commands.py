"""The one undo command: a graph takes the place of another."""

from collections.abc import Callable
from time import monotonic

from PySide6.QtGui import QUndoCommand

from nodes.graph import Graph

_TYPING = 1.0  # seconds within which changes of one thing are one step
_MERGEABLE = 1


class ReplaceGraph(QUndoCommand):
    """Holds two values, never items; `merge` names what is being typed into."""

    def __init__(
        self, show: Callable[[Graph], None], before: Graph, after: Graph, text: str, merge: str | None
    ) -> None:
        super().__init__(text)
        self._show = show
        self.before = before
        self.after = after
        self._merge = merge
        self._at = monotonic()

    def id(self) -> int:
        """Which commands Qt may try to merge."""
        return _MERGEABLE if self._merge else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, ReplaceGraph) or other._merge != self._merge:
            return False
        if other._at - self._at > _TYPING:
            return False
        self.after, self._at = other.after, other._at
        return True

    def redo(self) -> None:
        self._show(self.after)

    def undo(self) -> None:
        self._show(self.before)
