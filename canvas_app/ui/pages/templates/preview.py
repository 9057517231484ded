"""A strategy in small: tiles and lines, painted at once."""

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from canvas_app.ui.theme import color, font, kind_icon, size
from canvas_app.ui.widgets import paint_kind_tile
from nodes.graph import Graph
from nodes.registry import node_types
from storage.base.words import _

_SMALL, _LARGE, _CARD = QSizeF(28, 12), QSizeF(176, 56), QSizeF(176, 80)


class GraphPicture(QWidget):
    """Scales a graph into its room; `large` shows names."""

    def __init__(self, graph: Graph | None = None, *, large: bool = False) -> None:
        super().__init__()
        self._graph, self._large = graph or Graph(), large
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def show_graph(self, graph: Graph) -> None:
        """Show another graph."""
        self._graph = graph
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, 110)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_graph(painter, QRectF(self.rect()), self._graph, large=self._large)


def paint_graph(painter: QPainter, room: QRectF, graph: Graph, *, large: bool = False) -> None:
    """Paint a graph into `room`, cards of one size, whatever the scale."""
    if not graph.nodes:
        return
    xs = [graph.position(node)[0] for node in graph.nodes]
    ys = [graph.position(node)[1] for node in graph.nodes]
    wide, high = max(xs) - min(xs) + _CARD.width(), max(ys) - min(ys) + _CARD.height()
    inner = room.adjusted(2, 2, -2, -2) if large else room.adjusted(10, 10, -10, -10)
    most = 1.0 if large else _SMALL.width() / _CARD.width()
    room_x = (
        (inner.width() - _CARD.width()) / max(1.0, wide - _CARD.width()) if large else inner.width() / wide
    )
    across = min(most, room_x)
    down = min(1.0 if large else 2 * most, inner.height() / high)
    card = (
        _LARGE
        if large
        else QSizeF(_CARD.width() * across, max(7.0, min(_SMALL.height(), _CARD.height() * down)))
    )
    left = room.left() + 2 if large else room.center().x() - wide * across / 2
    top = room.center().y() - high * down / 2

    def place(node: str) -> QRectF:
        x, y = graph.position(node)
        return QRectF(QPointF(left + (x - min(xs)) * across, top + (y - min(ys)) * down), card)

    painter.setPen(QPen(color("edge"), 2 if large else 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for edge in graph.edges:
        if edge.source in graph.nodes and edge.target in graph.nodes:
            painter.drawPath(_wire(place(edge.source), place(edge.target), 12 if large else 4))
    for node in graph.nodes.values():
        if large:
            _large_card(painter, place(node.id), node.type, node.label)
        else:
            _small_card(painter, place(node.id), node.type)


def _wire(source: QRectF, target: QRectF, corner: float) -> QPainterPath:
    start, end = QPointF(source.right(), source.center().y()), QPointF(target.left(), target.center().y())
    path = QPainterPath(start)
    drop = end.y() - start.y()
    if abs(drop) < 1 or end.x() <= start.x():
        path.lineTo(end)
        return path
    middle = (start.x() + end.x()) / 2
    bend = min(corner, abs(drop) / 2, (end.x() - start.x()) / 2)
    side = bend if drop > 0 else -bend
    path.lineTo(middle - bend, start.y())
    path.quadTo(middle, start.y(), middle, start.y() + side)
    path.lineTo(middle, end.y() - side)
    path.quadTo(middle, end.y(), middle + bend, end.y())
    path.lineTo(end)
    return path


def _small_card(painter: QPainter, rect: QRectF, kind: str) -> None:
    family, _name = kind_icon(kind)
    painter.setPen(QPen(color("border_strong"), 1))
    painter.setBrush(color("surface"))
    painter.drawRoundedRect(rect, size("radius.preview_node"), size("radius.preview_node"))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color(family))
    side = min(6.0, rect.height() - 4)
    painter.drawRoundedRect(QRectF(rect.left() + 3, rect.center().y() - side / 2, side, side), 1.5, 1.5)
    if rect.width() > 20:
        painter.setBrush(color("border_strong"))
        line = QRectF(rect.left() + side + 6, rect.center().y() - 1, rect.width() - side - 10, 2)
        painter.drawRoundedRect(line, 1, 1)


def _large_card(painter: QPainter, rect: QRectF, kind: str, name: str) -> None:
    painter.setPen(QPen(color("border_strong"), 1))
    painter.setBrush(color("surface"))
    painter.drawRoundedRect(rect, size("radius.card"), size("radius.card"))
    paint_kind_tile(painter, QRectF(rect.left() + 10, rect.top() + 16, 24, 24), kind)
    known = node_types().get(kind)
    painter.setFont(font("node_title"))
    painter.setPen(color("text"))
    words = rect.adjusted(42, 8, -8, -26)
    painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), name)
    painter.setFont(font("node_sub"))
    painter.setPen(color("text2"))
    below = rect.adjusted(42, 28, -8, -8)
    painter.drawText(
        below,
        int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft),
        _(known.label) if known else kind,
    )
