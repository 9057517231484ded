"""What a form field is, and which class serves which kind of param."""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from canvas_app.ui.forms.catalogue import Catalogue
from nodes.fields import Param
from nodes.graph import Graph

Json = Any
Counted = Callable[[int | None], None]
Counter = Callable[[str, Json, Counted], None]
"""(place, rule, what to call with the number of people): counts in the background."""


@dataclass(frozen=True)
class Context:
    """What a form field may look at besides its own value."""

    catalogue: Catalogue = field(default_factory=Catalogue)
    graph: Graph = field(default_factory=Graph)
    node: str = ""
    channel: str = ""
    count: Counter | None = None


class Editor(QWidget):
    """One form field. `edited(value)` after a person changed it; None means that nothing is chosen."""

    edited = Signal(object)
    wide = True  # stands below its label; otherwise beside it
    typing = False  # many small edits belong together as one step of undo

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__()
        self.param, self.context = param, context
        self._filling = False
        self.line = QHBoxLayout(self)
        self.line.setContentsMargins(0, 0, 0, 0)
        self.line.setSpacing(8)

    def fill(self, value: Json) -> None:
        """Show a value without telling anybody."""
        self._filling = True
        try:
            self.show_value(value)
        finally:
            self._filling = False

    def show_value(self, value: Json) -> None:
        """Show `value`."""
        raise NotImplementedError

    def value(self) -> Json:
        """What the person entered, as the strategy file holds it."""
        raise NotImplementedError

    def tell(self, *_ignored: object) -> None:
        """Say that a person changed something."""
        if not self._filling:
            self.edited.emit(self.value())

    def show_problem(self, level: str) -> None:
        """Mark the field: `error`, `warning` or nothing."""

    def set_context(self, context: Context) -> None:
        """Names or graph changed: offer the new ones."""
        self.context = context


EDITORS: dict[str, type[Editor]] = {}


def serves(*kinds: str) -> Callable[[type[Editor]], type[Editor]]:
    """Register an editor class for kinds of params."""

    def keep(made: type[Editor]) -> type[Editor]:
        for kind in kinds:
            EDITORS[kind] = made
        return made

    return keep


def editor_for(param: Param[Any], context: Context) -> Editor:
    """The form field of a param; a kind nobody serves is shown as text of the file."""
    if "json" not in EDITORS or "branches" not in EDITORS:
        for module in (
            "arms",
            "branches",
            "lists",
            "references",
            "rules",
            "settings",
            "simple",
            "structured",
            "times",
        ):
            import_module(f"canvas_app.ui.forms.{module}")
    return EDITORS.get(param.kind, EDITORS["json"])(param, context)
