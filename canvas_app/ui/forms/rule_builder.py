"""Rules as nested groups of conditions: All, Any or None of them, with a coloured rail."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from canvas_app.ui.forms.base import Context
from canvas_app.ui.forms.conditions import Condition, new_leaf
from canvas_app.ui.shell.parts import row, settled
from canvas_app.ui.theme import set_role
from canvas_app.ui.widgets import ElidedLabel, SegmentedControl, icon_button, link_button
from storage.base.words import N_, _

Json = Any
_KINDS = {"all": N_("All"), "any": N_("Any"), "none": N_("None")}
_DEEPEST = 6


def opened(rule: Json) -> tuple[str, list[Json]]:
    """A rule as a kind of group and what is in it; a single condition is a group of one."""
    if not isinstance(rule, dict) or not rule:
        return "all", []
    for kind in ("all", "any"):
        if isinstance(rule.get(kind), list):
            return kind, list(rule[kind])
    inner = rule.get("not")
    if isinstance(inner, dict):
        if isinstance(inner.get("any"), list):
            return "none", list(inner["any"])
        if is_group(inner):
            return "none", [inner]
    return "all", [rule]


def closed(kind: str, parts: list[Json]) -> Json:
    """The rule of a group."""
    return {"not": {"any": parts}} if kind == "none" else {kind: parts}


def is_group(rule: Json) -> bool:
    """Whether a rule is shown as a group of its own and not as a row."""
    if not isinstance(rule, dict):
        return False
    inner = rule.get("not")
    return "all" in rule or "any" in rule or (isinstance(inner, dict) and ("not" in inner or is_group(inner)))


class Group(QFrame):
    """A group of conditions and groups."""

    edited = Signal()
    removed = Signal()

    def __init__(self, rule: Json, context: Context, *, narrow: bool, depth: int = 0) -> None:
        super().__init__()
        self._context, self._narrow, self._depth = context, narrow, depth
        kind, parts = opened(rule)
        self._kind = SegmentedControl([(key, _(words)) for key, words in _KINDS.items()], kind)
        self._kind.chosen.connect(self._turn)
        self._parts: list[Condition | Group] = []
        self._rail = QFrame()
        self._rows = QVBoxLayout(self._rail)
        self._rows.setContentsMargins(6 if narrow else 12, 0, 0, 0)
        self._rows.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._kind)
        head.addWidget(ElidedLabel(_("of these are true"), "small"), 1)
        if depth:
            head.addWidget(icon_button("mdi6.close", _("Remove this group"), self.removed.emit, compact=True))
        outer = QVBoxLayout(self)
        inset = (6 if narrow else 12) if depth else 0
        outer.setContentsMargins(inset, inset, inset, inset)
        outer.setSpacing(8)
        outer.addLayout(head)
        outer.addWidget(self._rail)
        outer.addLayout(self._links())
        if depth:
            set_role(self, "panel-sunken")
        self._paint_rail()
        for part in parts:
            self._append(part)

    def _links(self) -> QHBoxLayout:
        self.add_condition = link_button(_("+ Condition"), self.begin_condition)
        self.add_group = link_button(_("+ Group"), self._begin_group)
        self.add_group.setVisible(self._depth < _DEEPEST)
        return row(self.add_condition, self.add_group, None, gap=12)

    def value(self) -> Json:
        """The group as the file writes it."""
        return closed(self._kind.current(), [part.value() for part in self._parts])

    def _append(self, part: Json) -> QWidget:
        made: Condition | Group = (
            Group(part, self._context, narrow=self._narrow, depth=self._depth + 1)
            if is_group(part)
            else Condition(part, self._context, narrow=self._narrow)
        )
        made.edited.connect(self.edited)
        made.removed.connect(lambda: self._drop(made))
        self._rows.addWidget(made)
        self._parts.append(made)
        self._rail.setVisible(True)
        settled(made)
        return made

    def begin_condition(self) -> None:
        """A new condition at the end, ready to be filled in."""
        fields = self._context.catalogue.fields
        self._append(new_leaf(f"field:{next(iter(fields))}" if fields else "tag")).setFocus()
        self.edited.emit()

    def _begin_group(self) -> None:
        self._append({"any": []})
        self.edited.emit()

    def _drop(self, part: "Condition | Group") -> None:
        self._parts.remove(part)
        self._rows.removeWidget(part)
        part.hide()
        part.deleteLater()
        self._rail.setVisible(bool(self._parts))
        self.edited.emit()

    def _turn(self, _kind: str) -> None:
        self._paint_rail()
        self.edited.emit()

    def _paint_rail(self) -> None:
        set_role(self._rail, f"rail-{self._kind.current()}")
        self._rail.setVisible(bool(self._parts))


class RuleBuilder(QWidget):
    """The whole rule; `edited(rule)` after each change."""

    edited = Signal(object)

    def __init__(self, context: Context, *, narrow: bool = True) -> None:
        super().__init__()
        self._context, self._narrow = context, narrow
        self._shown: Json = None
        self._group: Group | None = None
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self.show_rule(None)

    def show_rule(self, rule: Json) -> None:
        """Show a rule; the one shown already stays as it is."""
        if self._group is not None and rule == self._shown:
            return
        if self._group is not None:
            self._group.hide()
            self._outer.removeWidget(self._group)
            self._group.deleteLater()
        self._shown = rule
        self._group = Group(rule, self._context, narrow=self._narrow)
        self._group.edited.connect(self._tell)
        self._outer.addWidget(self._group)
        settled(self._group)

    def rule(self) -> Json:
        """The rule as the file writes it; None while there is no condition."""
        assert self._group is not None
        found = self._group.value()
        return None if found == {"all": []} else found

    def set_context(self, context: Context) -> None:
        """Offer other names."""
        if context.catalogue == self._context.catalogue:
            self._context = context
            return
        self._context = context
        shown, self._shown = self._shown, object()
        self.show_rule(shown)

    def _tell(self) -> None:
        self._shown = self.rule()
        self.edited.emit(self._shown)
