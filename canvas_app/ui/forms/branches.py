"""Branches of rule and result splits: cards in their order, the first that fits is taken."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from canvas_app.ui.forms.arms import free_port
from canvas_app.ui.forms.base import Context, Editor, Json, serves
from canvas_app.ui.forms.lists import WordsField
from canvas_app.ui.forms.rule_builder import RuleBuilder
from canvas_app.ui.forms.rules import RuleSummary
from canvas_app.ui.shell.parts import clear, row
from canvas_app.ui.theme import icon, set_role
from canvas_app.ui.widgets import icon_button, label, link_button
from nodes.fields import Param
from storage.base.words import _

_OUTCOMES = (
    *("delivered", "opened", "clicked", "replied", "answered", "no_answer", "busy", "rejected"),
    *("invalid_number", "voicemail", "accepted", "declined", "failed", "bounced", "complained"),
    *("unsubscribed", "skipped"),
)


class BranchCard(QFrame):
    """One branch: its name, and what leads into it."""

    edited = Signal()
    asked = Signal(str)  # up, down, remove

    def __init__(self, branch: Json, context: Context, *, place: str, by_rule: bool, opened: bool) -> None:
        super().__init__()
        self._branch = dict(branch)
        self._by_rule = by_rule
        set_role(self, "panel-selected" if opened else "panel")
        self.name = QLineEdit(str(branch.get("label") or branch.get("port") or ""))
        self.name.setAccessibleName(_("Name of the branch"))
        self.name.textEdited.connect(lambda text: self._set("label", text))
        self._fold = icon_button("mdi6.chevron-up", _("Show or hide this branch"), self._turn, compact=True)
        tools = [
            icon_button("mdi6.arrow-up", _("Earlier"), lambda: self.asked.emit("up"), compact=True),
            icon_button(
                "mdi6.close", _("Remove this branch"), lambda: self.asked.emit("remove"), compact=True
            ),
            self._fold,
        ]
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(8, 8, 8, 8)
        self._column.setSpacing(8)
        self._column.addLayout(row(self.name, *tools, gap=0))
        self._details = QWidget()
        self._inner = QVBoxLayout(self._details)
        self._inner.setContentsMargins(0, 0, 0, 0)
        self._inner.setSpacing(8)
        self._column.addWidget(self._details)
        if by_rule:
            self._add_rule(context, place)
        else:
            self._add_outcomes()
        self.set_open(opened)

    def set_open(self, opened: bool) -> None:
        """Show everything of the branch, or its name and its rule in words."""
        self._details.setVisible(opened)
        set_role(self, "panel-selected" if opened else "panel")
        self._fold.setIcon(icon("mdi6.chevron-up" if opened else "mdi6.chevron-down"))

    def _turn(self) -> None:
        self.set_open(self._details.isHidden())

    def _add_rule(self, context: Context, place: str) -> None:
        self._builder = RuleBuilder(context)
        self._builder.show_rule(self._branch.get("rule"))
        self._summary = RuleSummary(context, place)
        self._summary.show_rule(self._branch.get("rule"))
        self._builder.edited.connect(self._keep_rule)
        self._inner.addWidget(self._builder)
        self._column.addWidget(self._summary)

    def _keep_rule(self, rule: Json) -> None:
        self._summary.show_rule(rule)
        self._set("rule", rule if rule is not None else {"all": []})

    def _add_outcomes(self) -> None:
        words = WordsField(_("Results that lead here"), _OUTCOMES)
        words.set_words(self._branch.get("outcomes") or [])
        words.edited.connect(lambda: self._set("outcomes", words.words()))
        self._inner.addWidget(label(_("Results that lead here"), "hint"))
        self._inner.addWidget(words)

    def _set(self, key: str, value: Json) -> None:
        self._branch[key] = value
        self.edited.emit()

    def value(self) -> Json:
        """The branch as the file writes it."""
        return dict(self._branch)


@serves("branches", "outcome_branches")
class BranchesEditor(Editor):
    """Branches in the order in which they are tried."""

    typing = True

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        self._by_rule = param.kind == "branches"
        self._cards: list[BranchCard] = []
        self._column = QVBoxLayout()
        self._column.setSpacing(8)
        self.add_button = link_button(_("+ Add branch"), self._add)
        self._rest = QFrame()
        set_role(self._rest, "panel-sunken")
        rest = QVBoxLayout(self._rest)
        rest.setContentsMargins(12, 8, 12, 8)
        rest.addWidget(label(_("Everyone else"), "strong"))
        outer = QVBoxLayout()
        outer.setSpacing(8)
        outer.addLayout(row(label(_("first match wins"), "hint"), None, self.add_button))
        outer.addLayout(self._column)
        outer.addWidget(self._rest)
        self.line.addLayout(outer)
        self.setFocusProxy(self.add_button)

    def show_value(self, value: Json) -> None:
        branches = [dict(item) for item in value if isinstance(item, dict)] if isinstance(value, list) else []
        if branches != [card.value() for card in self._cards]:
            self._draw(branches)

    def _draw(self, branches: list[Json]) -> None:
        clear(self._column)
        self._cards = []
        for number, branch in enumerate(branches):
            place = f"{self.context.node}.branch.{number}"
            card = BranchCard(branch, self.context, place=place, by_rule=self._by_rule, opened=number == 0)
            card.edited.connect(self.tell)
            card.asked.connect(lambda what, card=card: self._move(card, what))
            self._column.addWidget(card)
            self._cards.append(card)

    def _add(self) -> None:
        branches = [card.value() for card in self._cards]
        own: dict[str, Json] = {"rule": {"all": []}} if self._by_rule else {"outcomes": []}
        branches.append({"port": free_port(branches), "label": _("Branch {n}", n=len(branches) + 1), **own})
        self._draw(branches)
        self._cards[-1].set_open(True)
        self._cards[-1].name.setFocus()
        self._cards[-1].name.selectAll()
        self.tell()

    def _move(self, card: BranchCard, what: str) -> None:
        branches = [each.value() for each in self._cards]
        place = self._cards.index(card)
        taken = branches.pop(place)
        if what == "up":
            branches.insert(max(0, place - 1), taken)
        self._draw(branches)
        self.tell()

    def value(self) -> Json:
        return [card.value() for card in self._cards] or None

    def set_context(self, context: Context) -> None:
        changed = context.catalogue != self.context.catalogue
        super().set_context(context)
        if changed:
            self._draw([card.value() for card in self._cards])
