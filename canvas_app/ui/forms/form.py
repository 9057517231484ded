"""A form made of params: one row each, rare ones behind “More settings”."""

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from canvas_app.ui.forms.base import Context, Editor, Json, editor_for
from canvas_app.ui.shell.parts import box, column, row
from canvas_app.ui.widgets import button, label
from nodes.fields import Param
from storage.base.problems import Level, Problem
from storage.base.words import _


class Row(QWidget):
    """Label, field, hint and what is wrong with it."""

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__()
        self.editor: Editor = editor_for(param, context)
        name = label(_(param.label), "section", wrap=not self.editor.wide)
        name.setBuddy(self.editor)
        self.hint = label(_(param.hint), "hint", wrap=True)
        self.hint.setVisible(bool(param.hint))
        self.problem: QLabel = label("", "error", wrap=True)
        self.problem.hide()
        made = QVBoxLayout(self)
        made.setContentsMargins(0, 0, 0, 0)
        made.setSpacing(4)
        if self.editor.wide:
            made.addWidget(name)
            made.addWidget(self.editor)
        else:
            line = row(name, self.editor)
            line.setStretch(0, 1)
            made.addLayout(line)
        made.addWidget(self.hint)
        made.addWidget(self.problem)

    def show_problem(self, problem: Problem | None) -> None:
        """Say what is wrong, or nothing."""
        level = "" if problem is None else "error" if problem.level == Level.ERROR else "warning"
        self.problem.setText("" if problem is None else problem.message)
        self.problem.setVisible(problem is not None)
        self.editor.show_problem(level)


class ParamForm(QWidget):
    """`edited(key, value, typing)` after each change by a person."""

    edited = Signal(str, object, bool)

    def __init__(self, params: Iterable[Param[Any]], values: Mapping[str, Json], context: Context) -> None:
        super().__init__()
        self.rows: dict[str, Row] = {}
        often, rare = column(gap=16), column(gap=16)
        self._rare = box(rare)
        for param in params:
            made = Row(param, context)
            self.rows[param.key] = made
            made.editor.edited.connect(lambda value, param=param: self._tell(param, value))
            (rare if param.advanced else often).addWidget(made)
        outer = column(often, gap=16)
        if rare.count():
            self.more = button(
                _("More settings"), self._turn, role="ghost", icon_name="mdi6.chevron-down", compact=True
            )
            outer.addLayout(row(self.more, None))
            outer.addWidget(self._rare)
        self.setLayout(outer)
        self._rare.setVisible(any(param.advanced and param.key in values for param in params))
        self.fill(values)

    def _turn(self) -> None:
        self._rare.setVisible(self._rare.isHidden())

    def _tell(self, param: Param[Any], value: Json) -> None:
        kept = None if value == param.default and not param.required else value
        self.edited.emit(param.key, kept, self.rows[param.key].editor.typing)

    def fill(self, values: Mapping[str, Json]) -> None:
        """Show other values."""
        for key, made in self.rows.items():
            if not made.editor.hasFocus() or made.editor.value() != values.get(key):
                made.editor.fill(values.get(key))

    def values(self) -> dict[str, Json]:
        """What is entered now, without what is empty."""
        found = {key: made.editor.value() for key, made in self.rows.items()}
        return {key: value for key, value in found.items() if value is not None}

    def set_context(self, context: Context) -> None:
        """Names or graph changed."""
        for made in self.rows.values():
            made.editor.set_context(context)

    def show_problems(self, problems: Iterable[Problem]) -> None:
        """Mark the fields that have problems, the worst first."""
        by_field = {problem.field: problem for problem in reversed(list(problems)) if problem.field}
        for key, made in self.rows.items():
            made.show_problem(by_field.get(key))
