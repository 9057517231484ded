"""A small search box with a list below: add a node, connect to, find."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListView, QVBoxLayout, QWidget

from canvas_app.ui.palette.search import ranked
from canvas_app.ui.theme import icon, set_role, size
from storage.base.words import _

_WIDTH, _ROWS = 280, 9
_ID = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Choice:
    """One line: what it says, by which words it is found, and its icon."""

    id: str
    text: str
    words: tuple[str, ...] = ()
    icon: str = ""
    family: str = "text2"


class Picker(QFrame):
    """Opens where it is asked to; Enter or a click takes a line, Esc or a press elsewhere closes it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._home = parent
        self.setObjectName("picker")
        set_role(self, "panel")
        self.setAutoFillBackground(True)
        self._choices: Sequence[Choice] = ()
        self._taken: Callable[[str], None] | None = None
        self._empty_text = ""
        self.search = QLineEdit(self)
        self.search.setObjectName("picker_search")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._show)
        self.search.installEventFilter(self)
        self._model = QStandardItemModel(self)
        self.list = QListView(self)
        self.list.setObjectName("picker_list")
        self.list.setModel(self._model)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setIconSize(QSize(size("control.icon"), size("control.icon")))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.clicked.connect(lambda index: self._take(index.row()))
        self._empty = QLabel(self, textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        set_role(self._empty, "hint")
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(4)
        for widget in (self.search, self.list, self._empty):
            column.addWidget(widget)
        self.hide()

    def ask(self, choices: Sequence[Choice], taken: Callable[[str], None], at: QPoint, *,
            hint: str, empty: str = "") -> None:  # fmt: skip
        """Offer some choices at a place of the parent."""
        self._choices, self._taken = choices, taken
        self._empty_text = empty or _("Nothing is called “{text}”.")
        self.search.setPlaceholderText(hint)
        self.search.clear()
        self._show("")
        height = self._height()
        parent = self._home
        across = max(8, min(at.x(), parent.width() - _WIDTH - 8))
        down = max(8, min(at.y(), parent.height() - height - 8))
        self.move(across, down)
        self.show()
        self.raise_()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def _height(self) -> int:
        rows = max(1, min(_ROWS, self._model.rowCount()))
        return size("control.height") + rows * size("control.menu_row") + 28

    def _show(self, text: str) -> None:
        self._model.clear()
        found = (
            ranked(text, self._choices, lambda choice: (choice.text, *choice.words))
            if text
            else self._choices
        )
        for choice in found:
            item = QStandardItem(choice.text)
            item.setData(choice.id, _ID)
            item.setSizeHint(QSize(0, size("control.menu_row")))
            if choice.icon:
                item.setIcon(icon(choice.icon, choice.family))
            self._model.appendRow(item)
        self.list.setVisible(bool(found))
        self._empty.setVisible(not found)
        self._empty.setText(self._empty_text.replace("{text}", text))
        self.setFixedSize(_WIDTH, self._height())
        self._go(0)

    def _go(self, row: int) -> None:
        if self._model.rowCount():
            index = self._model.index(max(0, min(row, self._model.rowCount() - 1)), 0)
            self.list.setCurrentIndex(index)
            self.list.scrollTo(index)

    def _take(self, row: int) -> None:
        if 0 <= row < self._model.rowCount() and self._taken is not None:
            chosen, taken = self._model.item(row).data(_ID), self._taken
            self.close_quietly()
            taken(str(chosen))

    def close_quietly(self) -> None:
        """Go away without a choice."""
        if self.isVisible():
            self._taken = None
            self.hide()
            self._home.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self._taken = None
            self.hide()
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # keys typed here are not the canvas' commands
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            row = self.list.currentIndex().row()
            match event.key():
                case Qt.Key.Key_Down:
                    self._go(row + 1)
                case Qt.Key.Key_Up:
                    self._go(row - 1)
                case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Tab:
                    self._take(row)
                case Qt.Key.Key_Escape:
                    self.close_quietly()
                case _:
                    return False
            return True
        return super().eventFilter(watched, event)
