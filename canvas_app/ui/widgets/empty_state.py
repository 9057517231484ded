"""What a page says while it has nothing to show."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from canvas_app.ui.widgets.buttons import button
from canvas_app.ui.widgets.words import label


class EmptyState(QWidget):
    """One sentence of what will be here and one action; no picture."""

    acted = Signal()

    def __init__(
        self, sentence: str, action: str = "", *, icon_name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(12)
        self._sentence = label(sentence, "muted", wrap=True)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.action_button = button(action, self.acted.emit, icon_name=icon_name)
        self.action_button.setVisible(bool(action))
        column.addStretch()
        column.addWidget(self._sentence)
        column.addWidget(self.action_button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch()

    def say(self, sentence: str, action: str = "") -> None:
        """Change the sentence and the action."""
        self._sentence.setText(sentence)
        self.action_button.setText(action)
        self.action_button.setVisible(bool(action))
