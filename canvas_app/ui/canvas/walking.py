"""Getting about without a mouse: which node is next in a direction, and what is up- or downstream."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt

from canvas_app.ui.canvas.metrics import Box
from nodes.graph import Graph

_WAYS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


def way(key: int) -> tuple[int, int] | None:
    """The direction of an arrow key."""
    return _WAYS.get(Qt.Key(key)) if key in _WAYS else None


def next_node(graph: Graph, boxes: Mapping[str, Box], start: str, direction: tuple[int, int]) -> str | None:
    """The node an arrow leads to: along a wire if one goes that way, else the nearest in that direction."""
    dx, _dy = direction
    if dx:
        edges = graph.edges_from(start) if dx > 0 else graph.edges_to(start)
        ends = [edge.target if dx > 0 else edge.source for edge in edges]
        ahead = [end for end in ends if end in boxes and (boxes[end][0] - boxes[start][0]) * dx > 0]
        if ahead:
            return _nearest(boxes, start, ahead, direction)
    return _nearest(boxes, start, (key for key in boxes if key != start), direction)


def _nearest(
    boxes: Mapping[str, Box], start: str, among: Iterable[str], direction: tuple[int, int]
) -> str | None:
    dx, dy = direction
    x, y = _middle(boxes[start])
    best: tuple[float, str] | None = None
    for key in among:
        other_x, other_y = _middle(boxes[key])
        along = (other_x - x) * dx + (other_y - y) * dy
        aside = abs((other_x - x) * dy) + abs((other_y - y) * dx)
        if along <= 0:
            continue
        far = along + 2 * aside
        if best is None or far < best[0]:
            best = far, key
    return best[1] if best else None


def _middle(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, box[1] + 28


def reading_order(boxes: Mapping[str, Box]) -> list[str]:
    """The nodes from left to right, top to bottom."""
    return sorted(boxes, key=lambda key: (boxes[key][0], boxes[key][1]))
