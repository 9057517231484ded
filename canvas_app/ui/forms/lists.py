"""Several words, and names with values."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from canvas_app.ui.forms.base import Context, Editor, Json, serves
from canvas_app.ui.forms.simple import number_in
from canvas_app.ui.shell.parts import clear, row, shown
from canvas_app.ui.theme import set_property
from canvas_app.ui.widgets import FlowLayout, button, icon_button, link_button
from nodes.fields import Param
from storage.base.words import _

_SEPARATORS = (",", "，", "、", ";", "；", "|", "\n")


class WordsField(QWidget):
    """Words as small plates with a cross, and a line to add one more."""

    edited = Signal()

    def __init__(self, name: str, suggestions: Iterable[str] = ()) -> None:
        super().__init__()
        self._words: list[str] = []
        self._flow = FlowLayout(gap=4)
        self.entry = QLineEdit()
        self.entry.setAccessibleName(name)
        self.entry.setPlaceholderText(_("Type and press Enter"))
        self.entry.returnPressed.connect(self._add)
        self.entry.editingFinished.connect(self._add)
        completer = QCompleter(sorted(suggestions), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.entry.setCompleter(completer)
        self.entry.installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._flow)
        column.addWidget(self.entry)
        self.setFocusProxy(self.entry)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A click into the empty line shows what there is to choose from."""
        if watched is self.entry and event.type() == QEvent.Type.MouseButtonRelease and not self.entry.text():
            completer = self.entry.completer()
            completer.setCompletionPrefix("")
            completer.complete()
        return super().eventFilter(watched, event)

    def words(self) -> list[str]:
        """The words, in order."""
        return list(self._words)

    def set_words(self, words: Iterable[str]) -> None:
        """Show other words without telling."""
        new = [str(word) for word in words]
        if new != self._words:
            self._words = new
            self._draw()

    def _add(self) -> None:
        text = self.entry.text()
        for separator in _SEPARATORS:
            text = text.replace(separator, "\n")
        new = [word.strip() for word in text.split("\n") if word.strip()]
        self.entry.clear()
        if new:
            self._words += [word for word in new if word not in self._words]
            self._draw()
            self.edited.emit()

    def _drop(self, word: str) -> None:
        self._words.remove(word)
        self._draw()
        self.edited.emit()

    def _draw(self) -> None:
        clear(self._flow)
        for word in self._words:
            plate = button(f"{shown(word)}  ✕", partial(self._drop, word), compact=True)
            plate.setAccessibleName(_("Remove {what}", what=word))
            self._flow.addWidget(plate)
            plate.show()
        self.updateGeometry()


@serves("texts", "tags", "outcomes")
class WordsEditor(Editor):
    """Tags, recipients, outcomes."""

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        known: Iterable[str] = context.catalogue.tags if "tag" in param.key else param.choices
        self.field = WordsField(_(param.label), known)
        self.field.edited.connect(self.tell)
        self.line.addWidget(self.field, 1)
        self.setFocusProxy(self.field)

    def show_value(self, value: Json) -> None:
        self.field.set_words(value if isinstance(value, list) else [])

    def value(self) -> Json:
        return self.field.words() or None

    def show_problem(self, level: str) -> None:
        set_property(self.field.entry, "problem", level)


@serves("mapping")
class PairsEditor(Editor):
    """Names with values: one row each, a free row to add; a number stays a number."""

    typing = True

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        self._rows: list[tuple[QLineEdit, QLineEdit, dict[str, Json]]] = []
        self._column = QVBoxLayout()
        self._column.setSpacing(4)
        outer = QVBoxLayout()
        outer.setSpacing(4)
        outer.addLayout(self._column)
        self.add_button = link_button(_("+ Add"), lambda: self._add_row("", None).setFocus())
        outer.addLayout(row(self.add_button, None))
        self.line.addLayout(outer)
        self.setFocusProxy(self.add_button)

    def show_value(self, value: Json) -> None:
        pairs = value if isinstance(value, dict) else {}
        if pairs == (self.value() or {}):
            return
        clear(self._column)
        self._rows = []
        for name, item in pairs.items():
            self._add_row(str(name), item)

    def _add_row(self, name: str, item: Json) -> QLineEdit:
        key, field = QLineEdit(name), QLineEdit()
        key.setAccessibleName(_("Name"))
        field.setAccessibleName(_("Value"))
        completer = QCompleter(sorted(self.context.catalogue.fields), key)
        key.setCompleter(completer)
        kept = {"value": item} if isinstance(item, dict | list) else {}
        if kept:
            field.setReadOnly(True)
        field.setText(_shown(item))
        for each in (key, field):
            each.textEdited.connect(self.tell)
        line = QHBoxLayout()
        line.setSpacing(4)
        entry = (key, field, kept)
        cross = icon_button("mdi6.close", _("Remove"), lambda: self._drop(entry, line), compact=True)
        for piece in (key, field, cross):
            line.addWidget(piece)
        self._column.addLayout(line)
        self._rows.append(entry)
        return key

    def _drop(self, entry: tuple[QLineEdit, QLineEdit, dict[str, Json]], line: QHBoxLayout) -> None:
        self._rows.remove(entry)
        clear(line)
        self._column.removeItem(line)
        self.tell()

    def value(self) -> Json:
        found = {
            key.text().strip(): kept.get("value", number_in(field.text()))
            for key, field, kept in self._rows
            if key.text().strip()
        }
        return found or None


def _shown(item: Json) -> str:
    if isinstance(item, dict) and set(item) == {"add"}:
        return f"+{item['add']}"
    return "" if item is None else str(item)
