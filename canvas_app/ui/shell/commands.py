"""Ctrl+K: find any command, strategy or node by typing a part of its name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout

from canvas_app.ui.palette.search import ranked
from canvas_app.ui.theme import icon, kind_icon, set_role
from nodes.registry import node_types
from storage.base.words import _

if TYPE_CHECKING:
    from canvas_app.ui.shell.window import MainWindow

_MOST = 10


@dataclass(frozen=True)
class Found:
    """One thing that can be chosen."""

    words: str
    glyph: str
    tone: str
    do: Callable[[], object]
    keys: str = ""


class CommandList(QObject):
    """The list below the search field of the navigation bar."""

    def __init__(self, field: QLineEdit, window: "MainWindow") -> None:
        super().__init__(field)
        self._field, self._window = field, window
        self._found: list[Found] = []
        self.popup = QFrame(window)
        set_role(self.popup, "panel")
        self.list = QListWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setIconSize(QSize(16, 16))
        self.list.setAccessibleName(_("What was found"))
        self.list.itemClicked.connect(lambda item: self._choose(self.list.row(item)))
        column = QVBoxLayout(self.popup)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self.list)
        self.popup.hide()
        field.textEdited.connect(lambda _text: self.offer())
        field.installEventFilter(self)

    def everything(self) -> Iterator[Found]:
        """All that can be found now."""
        window = self._window
        for action in window.actions_.by_name.values():
            if action.isEnabled() and action.isVisible():
                keys = action.shortcut().toString()
                yield Found(action.text().rstrip("…"), "mdi6.chevron-right", "text3", action.trigger, keys)
        for name in window.session.catalogue.strategies:
            yield Found(name, "mdi6.sitemap-outline", "accent", partial(window.open_strategy, name))
        document = window.strategies.editor.current
        if document is None or not window.strategies.showing_editor:
            return
        for name, action in document.canvas.actions().items():
            if action.isEnabled() and name not in window.actions_.by_name:
                yield Found(
                    action.text().rstrip("…"),
                    "mdi6.chevron-right",
                    "text3",
                    action.trigger,
                    action.shortcut().toString(),
                )
        types = node_types()
        for node in document.graph.nodes.values():
            kind = types.get(node.type)
            family, glyph = kind_icon(node.type)
            words = node.label or (_(kind.label) if kind else node.id)
            yield Found(words, glyph, family, partial(document.canvas.reveal, node.id))

    def offer(self) -> None:
        """Show what fits the words typed so far."""
        self._found = ranked(self._field.text(), list(self.everything()), lambda each: (each.words,))[:_MOST]
        self.list.clear()
        for each in self._found:
            text = f"{each.words}    {each.keys}" if each.keys else each.words
            self.list.addItem(QListWidgetItem(icon(each.glyph, each.tone), text))
        if not self._found:
            item = QListWidgetItem(_("Nothing is called that."))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        corner = self._field.mapTo(self._window, QPoint(0, self._field.height() + 4))
        self.popup.setGeometry(
            corner.x() - 80, corner.y(), self._field.width() + 80, 12 + 30 * self.list.count()
        )
        self.popup.show()
        self.popup.raise_()

    def _choose(self, at: int) -> None:
        found = self._found[at] if 0 <= at < len(self._found) else None
        self._close()
        if found is not None:
            found.do()

    def _close(self) -> None:
        self.popup.hide()
        self._field.clear()
        self._field.clearFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.popup.hide()
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress or self.popup.isHidden():
            return False
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        key = Qt.Key(event.key())
        if key in steps and self._found:
            self.list.setCurrentRow((self.list.currentRow() + steps[key]) % len(self._found))
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.list.currentRow())
            return True
        if key == Qt.Key.Key_Escape:
            self._close()
            return True
        return False
