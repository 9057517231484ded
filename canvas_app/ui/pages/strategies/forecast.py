"""The strip forecast: messages and calls per day after a rehearsal, painted as bars."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from canvas_app.ui.shell.parts import row
from canvas_app.ui.theme import color, font, set_role
from canvas_app.ui.widgets import ElidedLabel, label
from storage.base.words import _, plural


@dataclass(frozen=True, slots=True)
class Day:
    """What leaves on one day of the forecast."""

    number: int
    messages: int
    calls: int


class Bars(QWidget):
    """Two bars a day, messages and calls, with the days below."""

    def __init__(self) -> None:
        super().__init__()
        self.days: tuple[Day, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.days:
            return
        painter = QPainter(self)
        painter.setFont(font("caption"))
        foot, left = 18.0, 40.0
        area = QRectF(left, 6, self.width() - left - 4, self.height() - foot - 6)
        highest = max(max(day.messages, day.calls) for day in self.days) or 1
        painter.setPen(color("text3"))
        painter.drawText(QRectF(0, area.top() - 6, left - 6, 14), Qt.AlignmentFlag.AlignRight, f"{highest:,}")
        painter.fillRect(QRectF(area.left(), area.bottom(), area.width(), 1), color("border_strong"))
        painter.fillRect(QRectF(area.left(), area.top(), area.width(), 1), color("border"))
        step = area.width() / len(self.days)
        bar = max(1.0, min(12.0, step / 2 - 1.5))
        every = max(1, round(len(self.days) * 60 / max(1.0, area.width())))
        for place, day in enumerate(self.days):
            x = area.left() + step * place + (step - 2 * bar - 1) / 2
            for shift, count, tone in ((0.0, day.calls, "call"), (bar + 1, day.messages, "message")):
                height = area.height() * count / highest
                painter.fillRect(QRectF(x + shift, area.bottom() - height, bar, height), color(tone))
            if place % every == 0:
                words = QRectF(area.left() + step * place, area.bottom() + 3, max(step, 44), 14)
                painter.drawText(words, Qt.AlignmentFlag.AlignLeft, _("Day {n}", n=day.number))


class Forecast(QFrame):
    """The right half of the strip."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("forecast")
        set_role(self, "footer")
        self.setAccessibleName(_("Forecast"))
        self.caption = ElidedLabel("", "muted")
        self.totals = label("", "small")
        self.bars = Bars()
        self._empty = label(
            _("Rehearse to see here how many messages and calls would leave on which day."),
            "muted",
            wrap=True,
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(4)
        head = row(label(_("Forecast"), "panel-title"), self.caption, self.totals)
        head.setStretch(1, 1)
        column.addLayout(head)
        column.addWidget(self._empty, 1, Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.bars, 1)
        self.show_days((), "")

    def show_days(self, days: Sequence[Day], caption: str) -> None:
        """Show another forecast; without days the sentence of what will be here."""
        self.bars.days = tuple(days)
        self.bars.setVisible(bool(days))
        self._empty.setVisible(not days)
        self.caption.setText(caption)
        messages, calls = sum(day.messages for day in days), sum(day.calls for day in days)
        words = plural("{n} message", "{n} messages", messages), plural("{n} call", "{n} calls", calls)
        self.totals.setText(" · ".join(words) if days else "")
        self.bars.setAccessibleName(self.totals.text())
        self.bars.update()
