"""What part of the canvas to show: an area as a whole, or its beginning with cards that can be read."""

from PySide6.QtCore import QPointF, QRectF, QSizeF

from canvas_app.ui.canvas import metrics

MARGIN = 40.0
_NEARLY = 0.6  # how much of the way must be in sight for whole cards to be shown instead of everything


def whole(area: QRectF, window: QSizeF, largest: float) -> float:
    """The zoom at which all of an area is seen."""
    across = max(window.width() - 2 * MARGIN, 50) / area.width()
    down = max(window.height() - 2 * MARGIN, 50) / area.height()
    return max(metrics.SMALLEST, min(across, down, largest))


def opening(area: QRectF, window: QSizeF) -> tuple[QPointF, float]:
    """The middle and the zoom a strategy opens with: all of it, or its start where it nearly fits with whole cards."""
    fits, readable = whole(area, window, 1.0), metrics.COMPACT_BELOW
    if fits >= readable or fits < readable * _NEARLY:
        return area.center(), fits
    width, height = window.width() / readable, window.height() / readable
    margin = MARGIN / readable
    left, top = area.left() - margin + width / 2, area.top() - margin + height / 2
    x = area.center().x() if area.width() + 2 * margin <= width else left
    y = area.center().y() if area.height() + 2 * margin <= height else top
    return QPointF(x, y), readable
