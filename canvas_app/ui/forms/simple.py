"""Words, numbers, switches and choices."""

import json
from functools import partial
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QMenu, QPlainTextEdit, QToolButton, QWidget

from canvas_app.ui.forms.base import Context, Editor, Json, serves
from canvas_app.ui.theme import icon, set_property
from canvas_app.ui.widgets import ComboBox, Toggle
from nodes.fields import Param
from storage.base.words import _

_HIGHEST = 1_000_000_000


class Lines(QPlainTextEdit):
    """Several lines; Tab leaves the field instead of writing a tab."""

    def __init__(self) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.setFixedHeight(112)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clearFocus()
        super().keyPressEvent(event)


def merge_menu(parent: QWidget, context: Context, insert: Any) -> QToolButton:
    """The button that offers contact fields to put into a message."""
    made = QToolButton(parent)
    made.setIcon(icon("mdi6.code-braces"))
    made.setIconSize(QSize(16, 16))
    made.setAccessibleName(_("Insert a contact field"))
    made.setToolTip(_("Insert a contact field"))
    made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    menu = QMenu(made)

    def offer() -> None:
        menu.clear()
        for known in context.catalogue.fields.values():
            text = "{{ " + known.name + " }}"
            menu.addAction(f"{known.label}  {text}", partial(insert, text))

    menu.aboutToShow.connect(offer)
    made.setMenu(menu)
    return made


@serves("text")
class TextEditor(Editor):
    """One line of words."""

    typing = True

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        self.field = QLineEdit()
        self.field.setAccessibleName(_(param.label))
        if param.default:
            self.field.setPlaceholderText(str(param.default))
        self.field.textEdited.connect(self.tell)
        self.line.addWidget(self.field, 1)
        self.setFocusProxy(self.field)
        if param.merge_fields:
            self.line.addWidget(merge_menu(self, context, self._insert))

    def _insert(self, text: str) -> None:
        self.field.insert(text)
        self.tell()
        self.field.setFocus()

    def show_value(self, value: Json) -> None:
        text = "" if value is None else str(value)
        if text != self.field.text():
            self.field.setText(text)
            if not self.field.hasFocus():
                self.field.setCursorPosition(0)  # a long line shows its beginning

    def value(self) -> Json:
        return self.field.text() or None

    def show_problem(self, level: str) -> None:
        set_property(self.field, "problem", level)


@serves("long_text")
class LongTextEditor(Editor):
    """Several lines of words."""

    typing = True

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        self.field = Lines()
        self.field.setAccessibleName(_(param.label))
        self.field.textChanged.connect(self.tell)
        self.line.addWidget(self.field, 1)
        self.setFocusProxy(self.field)
        if param.merge_fields:
            self.line.addWidget(merge_menu(self, context, self._insert), 0, Qt.AlignmentFlag.AlignTop)

    def _insert(self, text: str) -> None:
        self.field.insertPlainText(text)
        self.field.setFocus()

    def show_value(self, value: Json) -> None:
        text = "" if value is None else str(value)
        if text != self.field.toPlainText():
            self.field.setPlainText(text)

    def value(self) -> Json:
        return self.field.toPlainText() or None

    def show_problem(self, level: str) -> None:
        set_property(self.field, "problem", level)


@serves("number", "whole")
class NumberEditor(Editor):
    """A number; empty where nothing is said."""

    typing = True
    wide = False

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        self.field = QLineEdit()
        self.field.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.field.setFixedWidth(112)
        self.field.setAccessibleName(_(param.label))
        if param.default is not None:
            self.field.setPlaceholderText(f"{param.default:g}")
        self.field.textEdited.connect(self.tell)
        self.line.addWidget(self.field)
        self.setFocusProxy(self.field)

    def show_value(self, value: Json) -> None:
        if value != self.value():
            self.field.setText("" if value is None else _plain(value))

    def value(self) -> Json:
        return number_in(self.field.text())

    def show_problem(self, level: str) -> None:
        set_property(self.field, "problem", level)


def number_in(text: str) -> Json:
    """A number as typed, thousands separators allowed; words stay words so that the check can name them."""
    plain = text.replace(",", "").replace("\u202f", "").strip()
    if not plain:
        return None
    try:
        found = float(plain)
    except ValueError:
        return text
    return int(found) if found.is_integer() and abs(found) < _HIGHEST * 1000 else found


def _plain(value: Json) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


@serves("yes_no")
class SwitchEditor(Editor):
    """A switch."""

    wide = False

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        self.field = Toggle()
        self.field.setAccessibleName(_(param.label))
        self.field.toggled.connect(self.tell)
        self.line.addWidget(self.field)
        self.setFocusProxy(self.field)

    def show_value(self, value: Json) -> None:
        self.field.setChecked(bool(self.param.default if value is None else value))

    def value(self) -> Json:
        return self.field.isChecked()


@serves("choice")
class ChoiceEditor(Editor):
    """One of a few."""

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        self.field = ComboBox([(key, _(words)) for key, words in param.choices.items()], param.default)
        self.field.setAccessibleName(_(param.label))
        self.field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.field.setMinimumContentsLength(12)
        self.field.currentIndexChanged.connect(self.tell)
        self.line.addWidget(self.field, 1)
        self.setFocusProxy(self.field)

    def show_value(self, value: Json) -> None:
        self.field.set_value(self.param.default if value is None else value)

    def value(self) -> Json:
        return self.field.value()

    def show_problem(self, level: str) -> None:
        set_property(self.field, "problem", level)


@serves("json")
class JsonEditor(Editor):
    """Anything without a form of its own, as the strategy file writes it."""

    typing = True

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        self.field = Lines()
        self.field.setAccessibleName(_(param.label))
        self.field.setFixedHeight(64)
        self.field.textChanged.connect(self._typed)
        self.line.addWidget(self.field, 1)
        self.setFocusProxy(self.field)

    def _typed(self) -> None:
        text = self.field.toPlainText().strip()
        try:
            json.loads(text or "null")
        except ValueError:
            self.show_problem("error")
            return
        self.show_problem("")
        self.tell()

    def show_value(self, value: Json) -> None:
        if self.field.toPlainText() and value == self.value():
            return
        self.field.setPlainText("" if value is None else json.dumps(value, ensure_ascii=False))

    def value(self) -> Json:
        try:
            return json.loads(self.field.toPlainText().strip() or "null")
        except ValueError:
            return None

    def show_problem(self, level: str) -> None:
        set_property(self.field, "problem", level)
