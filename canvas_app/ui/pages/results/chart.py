"""A chart on the screen: drawn by a worker as large as it is shown, in the theme shown now."""

import threading
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QSize, QTimer
from PySide6.QtGui import QHelpEvent, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from canvas_app.ui.shell.session import Session
from canvas_app.ui.theme import theme
from canvas_app.ui.widgets import plain_tip
from storage.workspace import Workspace

_DRAW_AFTER = 120
_one_at_a_time = threading.Lock()  # figures share the font cache


@dataclass(frozen=True)
class Drawn:
    """A finished picture: pixels as RGBA, and the figure that knows its own tips."""

    pixels: bytes
    width: int
    height: int
    ratio: float
    figure: Any


def draw(
    _workspace: Workspace, *, kind: Any, data: Any, mode: Any, width: int, height: int, ratio: float
) -> Drawn:
    """Draw a chart of `data` into pixels."""
    with _one_at_a_time:
        from canvas_app.charts import figure_for

        figure = figure_for(kind, data, mode, size=(width, height))
        figure.set_dpi(figure.get_dpi() * ratio)
        canvas: Any = figure.canvas
        canvas.draw()
        pixels = bytes(canvas.buffer_rgba())
        wide, high = canvas.get_width_height()
        return Drawn(pixels, wide, high, ratio, figure)


class ChartView(QWidget):
    """Keeps the old picture until the new one is there."""

    def __init__(self, session: Session, kind: str, name: str) -> None:
        super().__init__()
        self._session, self._kind = session, kind
        self._data: Any = None
        self._drawn: Drawn | None = None
        self._image = QImage()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_DRAW_AFTER)
        self._timer.timeout.connect(self._draw)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(220)
        theme.theme_changed.connect(self._draw)

    def sizeHint(self) -> QSize:
        return QSize(360, 300)

    def show_data(self, data: Any) -> None:
        """Show other figures."""
        if data != self._data:
            self._data = data
            self._timer.start()

    @property
    def drawn(self) -> bool:
        """Whether there is a picture."""
        return not self._image.isNull()

    def _draw(self) -> None:
        if self._data is None or self.width() < 80 or not self.isVisible():
            return
        self._session.work.run_operation(
            draw, done=self._show, latest=f"chart:{id(self)}", kind=self._kind, data=self._data, mode=theme.current,
            width=self.width(), height=self.height(), ratio=self.devicePixelRatioF(),
        )  # fmt: skip

    def _show(self, drawn: Any) -> None:
        self._drawn = drawn
        image = QImage(drawn.pixels, drawn.width, drawn.height, QImage.Format.Format_RGBA8888).copy()
        image.setDevicePixelRatio(drawn.ratio)
        self._image = image
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._timer.start()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self._timer.start()
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self._drawn is not None:
            from canvas_app.charts import tip_at

            place = event.pos()
            QToolTip.showText(
                event.globalPos(), plain_tip(tip_at(self._drawn.figure, place.x(), place.y())), self
            )
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.drawn:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(0, 0, self._image)
