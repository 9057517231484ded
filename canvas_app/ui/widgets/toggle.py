"""A switch: on or off at once, without a button to confirm."""

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from canvas_app.ui.theme import color, sizes

_GAP = 8
_RING = 2


class Toggle(QCheckBox):
    """A check box painted as a switch of 32 × 18, with its words to the right if it has any."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        width, height = (int(each) for each in sizes("control.toggle"))
        words = self.fontMetrics().horizontalAdvance(self.text()) + _GAP if self.text() else 0
        return QSize(width + 2 * _RING + words, max(height + 2 * _RING, self.fontMetrics().height()))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def _fill(self) -> str:
        if not self.isEnabled():
            return "pressed"
        if self.isChecked():
            return "accent_fill_hover" if self.underMouse() else "accent_fill"
        return "text3" if self.underMouse() else "edge"

    def paintEvent(self, event: QPaintEvent) -> None:
        width, height = sizes("control.toggle")
        track = QRectF(_RING, (self.height() - height) / 2, width, height)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QPen(color("accent"), 1))
            painter.drawRoundedRect(track.adjusted(-1.5, -1.5, 1.5, 1.5), height / 2 + 1.5, height / 2 + 1.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self._fill()))
        painter.drawRoundedRect(track, height / 2, height / 2)
        knob = QRectF(0, 0, height - 4, height - 4)
        knob.moveTop(track.top() + 2)
        knob.moveLeft(track.right() - 2 - knob.width() if self.isChecked() else track.left() + 2)
        painter.setBrush(color("on_accent"))
        painter.drawEllipse(knob)
        if self.text():
            painter.setPen(color("text" if self.isEnabled() else "disabled"))
            words = self.rect().adjusted(int(track.right()) + _GAP, 0, 0, 0)
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, self.text())
