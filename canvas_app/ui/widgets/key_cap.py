"""A key drawn as a cap, such as “F8”."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from canvas_app.ui.theme import set_role


class KeyCap(QLabel):
    """Shows which key does the thing beside it; the words of the key are the system's own."""

    def __init__(self, keys: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        set_role(self, "keycap")
        self.set_keys(keys)

    def set_keys(self, keys: str) -> None:
        """Show `keys`, written as Qt writes shortcuts: `Ctrl+K`."""
        shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText) or keys
        self.setText(shown.replace("+", " "))
