"""Names of other things: accounts, audiences, events, fields, nodes, sources, strategies."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QCompleter

from canvas_app.ui.forms.base import Context, Editor, Json, serves
from canvas_app.ui.theme import set_property
from canvas_app.ui.widgets import ComboBox
from nodes.fields import Param
from nodes.registry import node_types
from storage.base.words import _

_DATES = ("date", "instant")
_FREE = ("event",)  # may be written before anything of that name exists


@serves("account", "audience", "event", "contact_field", "date_field", "node", "source", "strategy")
class ReferenceEditor(Editor):
    """One of what the workspace knows; a name that is not known is kept and marked."""

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        self.field = ComboBox()
        self.field.setAccessibleName(_(param.label))
        self.field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.field.setMinimumContentsLength(12)
        self._free = param.kind in _FREE
        if self._free:
            self.field.setEditable(True)
            self.field.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            completer = self.field.completer()
            if isinstance(completer, QCompleter):
                completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            self.field.editTextChanged.connect(self.tell)
        self.field.currentIndexChanged.connect(self.tell)
        self.line.addWidget(self.field, 1)
        self.setFocusProxy(self.field)
        self._offer(None)

    def _offer(self, value: Json) -> None:
        options: list[tuple[object, str]] = [*known_names(self.param.kind, self.context)]
        if value and value not in [key for key, _words in options]:
            options.append((value, str(value) if self._free else _("{name} (not found)", name=value)))
        empty = _("Default account") if self.param.kind == "account" else _("Choose…")
        self.field.set_options([("", "" if self._free else empty), *options], value or "")

    def show_value(self, value: Json) -> None:
        if self._free and value == self.value():
            return
        self._offer(value)
        if self._free:
            self.field.setEditText("" if value is None else str(value))

    def value(self) -> Json:
        if self._free:
            return self.field.currentText().strip() or None
        return self.field.value() or None

    def show_problem(self, level: str) -> None:
        set_property(self.field, "problem", level)

    def set_context(self, context: Context) -> None:
        super().set_context(context)
        kept = self.value()
        self._filling = True
        self._offer(kept)
        self._filling = False


def known_names(kind: str, context: Context) -> list[tuple[object, str]]:
    """What can be chosen for a kind of reference: names with their words."""
    known = context.catalogue
    match kind:
        case "account":
            return [
                (each.name, each.name)
                for each in known.accounts
                if each.channel == context.channel or not context.channel
            ]
        case "audience":
            return [(name, name) for name in known.audiences]
        case "event":
            return [(name, name) for name in known.events]
        case "contact_field":
            return [(each.name, each.label) for each in known.fields.values()]
        case "date_field":
            return [(each.name, each.label) for each in known.fields.values() if each.kind in _DATES]
        case "source":
            return [(name, name) for name in known.sources]
        case "strategy":
            return [(name, name) for name in known.strategies]
        case _:
            return nodes_of(context)


def nodes_of(context: Context) -> list[tuple[object, str]]:
    """The other nodes of the drawing, by their labels."""
    types = node_types()
    return [
        (node.id, node.label or (_(types[node.type].label) if node.type in types else node.id))
        for node in context.graph.nodes.values()
        if node.id != context.node
    ]
