"""A field to find things, with its key shown at the right."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from canvas_app.ui.theme import icon, set_role
from canvas_app.ui.widgets.key_cap import KeyCap

_MARGIN = 8


class SearchField(QLineEdit):
    """Type to find; Escape empties it. `keys` is the shortcut that leads here, shown while it is empty."""

    def __init__(self, placeholder: str = "", keys: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "search")
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        glass = QAction(icon("mdi6.magnify", "text2"), "", self)
        self.addAction(glass, QLineEdit.ActionPosition.LeadingPosition)
        self._erase = QAction(icon("mdi6.close", "text3"), "", self)
        self._erase.triggered.connect(self.clear)
        self._cap = KeyCap(keys, self) if keys else None
        if self._cap is not None:
            self._cap.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.textChanged.connect(self._show_hints)
        self._show_hints("")

    def set_placeholder(self, text: str) -> None:
        """Change the words of the empty field."""
        self.setPlaceholderText(text)
        self.setAccessibleName(text)

    def _show_hints(self, text: str) -> None:
        if text and self._erase not in self.actions():
            self.addAction(self._erase, QLineEdit.ActionPosition.TrailingPosition)
        elif not text:
            self.removeAction(self._erase)
        if self._cap is not None:
            self._cap.setVisible(not text)
            self.setTextMargins(0, 0, 0 if text else self._cap.sizeHint().width() + 2, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._cap is not None:
            self._cap.adjustSize()
            room = self.rect()
            self._cap.move(
                room.right() - self._cap.width() - _MARGIN + 1, (room.height() - self._cap.height()) // 2
            )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)
