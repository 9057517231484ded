"""A draft beside what is live: green bar for added, amber for changed, a dashed ghost where something was removed."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from canvas_app.ui.canvas import metrics
from canvas_app.ui.theme import color, font
from nodes.graph import Difference, Graph, difference

_BAR = 4.0
_CENTER = Qt.AlignmentFlag.AlignCenter


class Comparison:
    """What is different from another graph; worked out once per graph shown."""

    def __init__(self, live: Graph) -> None:
        self.live = live
        self._found: tuple[Graph, Difference] | None = None

    def with_draft(self, draft: Graph) -> Difference:
        """The difference to what is drawn."""
        if self._found is None or self._found[0] is not draft:
            self._found = (draft, difference(self.live, draft))
        return self._found[1]

    def mark(self, draft: Graph, node_id: str) -> str:
        """The colour of a node's bar; empty where nothing changed."""
        found = self.with_draft(draft)
        if node_id in found.changed:
            return "warning_fill"
        return "success_fill" if node_id not in self.live.nodes else ""


def paint_bar(painter: QPainter, corner: QPointF, height: float, zoom: float, tone: str) -> None:
    """The bar at the left edge of a card, in device coordinates."""
    card = QPainterPath()
    rect = QRectF(corner.x(), corner.y(), metrics.WIDTH * zoom, height * zoom)
    card.addRoundedRect(rect, metrics.RADIUS * zoom, metrics.RADIUS * zoom)
    bar = QPainterPath()
    bar.addRect(QRectF(corner.x(), corner.y(), _BAR, rect.height()))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(card.intersected(bar), color(tone))


def paint_ghosts(painter: QPainter, comparison: Comparison, draft: Graph) -> None:
    """Where removed nodes stood, in scene coordinates."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font("node_sub"))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(color("text3"), 1, Qt.PenStyle.DashLine))
    for node_id in comparison.with_draft(draft).removed:
        rect = QRectF(*comparison.live.position(node_id), metrics.WIDTH, metrics.HEADER)
        painter.drawRoundedRect(rect, metrics.RADIUS, metrics.RADIUS)
        painter.drawText(rect.adjusted(8, 0, -8, 0), _CENTER, comparison.live.nodes[node_id].label or node_id)
