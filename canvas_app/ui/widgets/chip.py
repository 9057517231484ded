"""Small rounded plates that say a state or a tag in a word or two."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from canvas_app.ui.theme import color, paint_icon, set_role
from canvas_app.ui.widgets.words import label

NEUTRAL = "neutral"


class _Mark(QWidget):
    """The dot or icon in front of the words."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.icon_name = ""
        self.tone = NEUTRAL
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(12, 12) if self.icon_name else QSize(6, 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tone = "text2" if self.tone == NEUTRAL else self.tone
        if self.icon_name:
            paint_icon(painter, QRectF(self.rect()), self.icon_name, tone)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(tone))
        painter.drawEllipse(QRectF(self.rect()))


class Chip(QFrame):
    """A word on a tinted plate; tones: neutral, accent, success, warning, error and the node families."""

    def __init__(
        self,
        text: str = "",
        tone: str = NEUTRAL,
        *,
        dot: bool = False,
        icon_name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(5)
        self._mark = _Mark(self)
        self._mark.icon_name = icon_name
        self._mark.setVisible(dot or bool(icon_name))
        self._words = label()
        row.addWidget(self._mark)
        row.addWidget(self._words)
        self.set_tone(tone)
        self.set_text(text)

    def text(self) -> str:
        """The words on the plate."""
        return self._words.text()

    def set_text(self, text: str) -> None:
        """Change the words."""
        self._words.setText(text)
        self.setAccessibleName(text)

    def set_tone(self, tone: str) -> None:
        """Change the colour."""
        self._mark.tone = tone
        set_role(self, f"chip-{tone}")
        # the words take their colour from the plate's role
        self._words.style().unpolish(self._words)
        self._words.style().polish(self._words)
        self._mark.update()


class StatusPill(Chip):
    """A chip with a dot: the state something is in, such as “Live v4”."""

    def __init__(self, text: str = "", tone: str = NEUTRAL, parent: QWidget | None = None) -> None:
        super().__init__(text, tone, dot=True, parent=parent)
