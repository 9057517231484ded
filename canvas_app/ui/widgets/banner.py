"""A plate on top of a page: something to know, with the button that mends it."""

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from canvas_app.ui.theme import paint_icon, set_role
from canvas_app.ui.widgets.buttons import button
from canvas_app.ui.widgets.words import label

_ICONS = {
    "info": ("mdi6.information-outline", "accent"),
    "success": ("mdi6.check-circle", "success_fill"),
    "warning": ("mdi6.alert", "warning_fill"),
    "error": ("mdi6.alert-circle", "error_fill"),
}


class ToneIcon(QWidget):
    """The icon of a tone: info, success, warning or error."""

    def __init__(self, tone: str = "info", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = tone
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_tone(self, tone: str) -> None:
        """Show another tone."""
        self._tone = tone
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(16, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        name, tint = _ICONS[self._tone]
        paint_icon(QPainter(self), QRectF(0, 0, 16, 16), name, tint)


class Banner(QFrame):
    """Tones: info, success, warning, error. `acted` when the button is pressed."""

    acted = Signal()

    def __init__(
        self, text: str = "", tone: str = "info", action: str = "", *, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 6, 6)
        row.setSpacing(10)
        self._icon = ToneIcon(tone)
        self._words = label("", wrap=True)
        self.action_button = button("", self.acted.emit, compact=True)
        row.addWidget(self._icon)
        row.addWidget(self._words, 1)
        row.addWidget(self.action_button)
        self.say(text, tone, action)

    def text(self) -> str:
        """The words shown."""
        return self._words.text()

    def say(self, text: str, tone: str = "info", action: str = "") -> None:
        """Show other words, tone and action."""
        self._words.setText(text)
        self._icon.set_tone(tone)
        set_role(self, f"banner-{tone}")
        self.action_button.setText(action)
        self.action_button.setVisible(bool(action))
        self.setMinimumHeight(40)
        self.setAccessibleName(text)
