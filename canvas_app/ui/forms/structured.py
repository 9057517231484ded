"""Params with a shape of their own: when people enter, tests on an event, which messages, who does a task."""

from typing import Any

from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout

from canvas_app.ui.forms.base import Context, Editor, Json, serves
from canvas_app.ui.forms.references import nodes_of
from canvas_app.ui.forms.rule_values import fitting, operators_for, value_field
from canvas_app.ui.forms.times import tight
from canvas_app.ui.shell.parts import clear, row, shown
from canvas_app.ui.theme import set_property
from canvas_app.ui.widgets import ComboBox, icon_button, label, link_button
from nodes.fields import Param
from nodes.rules import OPERATORS
from storage.base.words import N_, _

_EVERY_MONTH = "0 10 1 * *"


@serves("refresh")
class RefreshEditor(Editor):
    """Once, live, or on a schedule."""

    typing = True

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        choices = param.choices or {"once": N_("Once"), "live": N_("Live"), "cron": N_("On a schedule")}
        self.how = tight(ComboBox([(key, _(words)) for key, words in choices.items()], "once"), 12)
        self.how.setAccessibleName(_(param.label))
        self.cron = QLineEdit(_EVERY_MONTH)
        self.cron.setAccessibleName(_("Schedule"))
        self._hint = label(
            _("Minute, hour, day, month, weekday: 0 10 1 * * is 10:00 on the first of each month."),
            "hint",
            wrap=True,
        )
        self.how.currentIndexChanged.connect(self._turn)
        self.cron.textEdited.connect(self.tell)
        column = QVBoxLayout()
        column.setSpacing(8)
        for piece in (self.how, self.cron, self._hint):
            column.addWidget(piece)
        self.line.addLayout(column)
        self.setFocusProxy(self.how)

    def _show_cron(self) -> None:
        scheduled = self.how.value() == "cron"
        self.cron.setVisible(scheduled)
        self._hint.setVisible(scheduled)

    def _turn(self) -> None:
        self._show_cron()
        self.tell()

    def show_value(self, value: Json) -> None:
        scheduled = isinstance(value, dict)
        self.how.set_value("cron" if scheduled else value or "once")
        if scheduled and value.get("cron") != self.cron.text():
            self.cron.setText(str(value.get("cron") or ""))
        self._show_cron()

    def value(self) -> Json:
        how = self.how.value()
        return {"cron": self.cron.text().strip()} if how == "cron" else how

    def show_problem(self, level: str) -> None:
        set_property(self.cron, "problem", level)


@serves("where")
class TestsEditor(Editor):
    """Conditions on the properties of an event."""

    typing = True

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        self._tests: list[list[Json]] = []  # name, operator, value
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        self.add_button = link_button(_("+ Condition"), self._add)
        outer = QVBoxLayout()
        outer.setSpacing(4)
        outer.addLayout(self._rows)
        outer.addLayout(row(self.add_button, None))
        self.line.addLayout(outer)
        self.setFocusProxy(self.add_button)

    def show_value(self, value: Json) -> None:
        if value == self.value():
            return
        self._tests = []
        for name, test in (value if isinstance(value, dict) else {}).items():
            known = test if isinstance(test, dict) else {"op": "=", "value": test}
            self._tests.append([name, known.get("op", "="), known.get("value")])
        self._draw()

    def _draw(self) -> None:
        clear(self._rows)
        for test in self._tests:
            self._rows.addLayout(self._row(test))

    def _row(self, test: list[Json]) -> QVBoxLayout:
        name = QLineEdit(str(test[0]))
        name.setPlaceholderText(_("Property"))
        name.setAccessibleName(_("Property"))
        op = tight(ComboBox([(each, _(OPERATORS[each])) for each in operators_for(None)], test[1]), 6)
        op.setAccessibleName(_("Comparison"))
        number = isinstance(test[2], int | float) or test[1] in ("<", "<=", ">", ">=", "between")
        entry: Any = value_field(
            "number" if number else None,
            str(test[1]),
            test[2],
            lambda *_a: self._keep(test, 2, entry.value()),
        )
        name.textEdited.connect(lambda text: self._keep(test, 0, text))
        op.currentIndexChanged.connect(lambda _row: self._turn(test, str(op.value())))
        cross = icon_button("mdi6.close", _("Remove this condition"), lambda: self._drop(test), compact=True)
        made = QVBoxLayout()
        made.setSpacing(4)
        made.addLayout(row(name, cross, gap=4))
        made.addLayout(row(op, entry if entry is not None else None, gap=4))
        return made

    def _keep(self, test: list[Json], place: int, value: Json) -> None:
        test[place] = value
        self.tell()

    def _turn(self, test: list[Json], op: str) -> None:
        test[1], test[2] = op, fitting(op, test[2])
        self._draw()
        self.tell()

    def _drop(self, test: list[Json]) -> None:
        self._tests.remove(test)
        self._draw()
        self.tell()

    def _add(self) -> None:
        self._tests.append(["", ">=", None])
        self._draw()

    def value(self) -> Json:
        found = {
            str(name): {"op": op} if value is None else {"op": op, "value": value}
            for name, op, value in self._tests
            if name
        }
        return found or None


@serves("channel_nodes")
class MessageNodesEditor(Editor):
    """Which messages or calls: those that can come before this node."""

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        self._boxes: dict[str, QCheckBox] = {}
        self._kept: list[str] = []
        self._column = QVBoxLayout()
        self._column.setSpacing(4)
        self.line.addLayout(self._column)
        self._offer()

    def _offer(self) -> None:
        clear(self._column)
        self._boxes = {}
        families = ("message", "call", "data")
        before = self.context.graph.upstream(self.context.node)
        from nodes.registry import node_types

        types = node_types()
        for key, words in nodes_of(self.context):
            node = self.context.graph.nodes[str(key)]
            kind = types.get(node.type)
            touches = (
                kind is not None
                and kind.family in families
                and node.type not in ("data_sync", "update_contact", "task")
            )
            if str(key) in self._kept or (touches and str(key) in before):
                made = QCheckBox(shown(words))
                made.setChecked(str(key) in self._kept)
                made.toggled.connect(self.tell)
                self._column.addWidget(made)
                self._boxes[str(key)] = made
        if not self._boxes:
            self._column.addWidget(
                label(_("No message or call comes before this node yet."), "hint", wrap=True)
            )

    def show_value(self, value: Json) -> None:
        kept = [value] if isinstance(value, str) else [str(each) for each in value or []]
        if kept != self._kept or not self._boxes:
            self._kept = kept
            self._offer()

    def value(self) -> Json:
        chosen = [key for key, made in self._boxes.items() if made.isChecked()]
        self._kept = chosen
        return None if not chosen else chosen[0] if len(chosen) == 1 else chosen

    def set_context(self, context: Context) -> None:
        super().set_context(context)
        self._filling = True
        self._offer()
        self._filling = False


@serves("assign")
class AssignEditor(Editor):
    """The owner, a person, or a team."""

    typing = True

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        kinds = [("owner", _("The owner of the contact")), ("person", _("A person")), ("team", _("A team"))]
        self.who = tight(ComboBox(kinds, "owner"), 12)
        self.who.setAccessibleName(_(param.label))
        self.name = QLineEdit()
        self.name.setAccessibleName(_("Name"))
        self.by = ComboBox(
            [("round_robin", _("in turn")), ("least_busy", _("to the least busy"))], "round_robin"
        )
        self.who.currentIndexChanged.connect(self._turn)
        self.name.textEdited.connect(self.tell)
        self.by.currentIndexChanged.connect(self.tell)
        column = QVBoxLayout()
        column.setSpacing(8)
        for piece in (self.who, self.name, self.by):
            column.addWidget(piece)
        self.line.addLayout(column)
        self.setFocusProxy(self.who)

    def _show_rest(self) -> None:
        self.name.setVisible(self.who.value() != "owner")
        self.by.setVisible(self.who.value() == "team")

    def _turn(self) -> None:
        self._show_rest()
        self.tell()

    def show_value(self, value: Json) -> None:
        team = isinstance(value, dict)
        self.who.set_value("team" if team else "owner" if value in (None, "", "owner") else "person")
        name = str(value.get("team") or "") if team else "" if value in (None, "owner") else str(value)
        if name != self.name.text():
            self.name.setText(name)
        if team:
            self.by.set_value(value.get("by", "round_robin"))
        self._show_rest()

    def value(self) -> Json:
        match self.who.value():
            case "team":
                return {"team": self.name.text().strip(), "by": self.by.value()}
            case "person":
                return self.name.text().strip() or "owner"
            case _:
                return "owner"
