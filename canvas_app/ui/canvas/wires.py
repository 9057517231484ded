"""The wires of a scene by place, each with its way and its path: what a frame draws and what the pointer is near."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainterPath

from canvas_app.ui.canvas.routing import Route, corner_radius
from nodes.graph import Edge, Point

_CELL = 1024.0


class Wires:
    """Built once per layout; paths are made when first drawn."""

    def __init__(self, routes: Mapping[Edge, Route]) -> None:
        self.routes = routes
        self._paths: dict[Edge, QPainterPath] = {}
        self._cells: dict[tuple[int, int], list[Edge]] = defaultdict(list)
        for edge, route in routes.items():
            for cell in _cells(*_bounds(route)):
                self._cells[cell].append(edge)

    def within(self, area: QRectF) -> Iterator[tuple[Edge, Route]]:
        """The wires that may be seen in an area."""
        low, high = area.topLeft(), area.bottomRight()
        cells = _cells(low.x(), low.y(), high.x(), high.y())
        if len(cells) > len(self._cells):
            yield from self.routes.items()
            return
        found = dict.fromkeys(edge for cell in cells for edge in self._cells.get(cell, ()))
        for edge in found:
            yield edge, self.routes[edge]

    def path(self, edge: Edge) -> QPainterPath:
        """A wire ready to be stroked."""
        path = self._paths.get(edge)
        if path is None:
            path = self._paths[edge] = path_of(self.routes[edge])
        return path

    def nearest(self, at: Point, reach: float) -> Edge | None:
        """The wire nearest to a place, within reach."""
        around = QRectF(at[0] - reach, at[1] - reach, 2 * reach, 2 * reach)
        near = {
            edge: distance for edge, route in self.within(around) if (distance := route.distance(at)) <= reach
        }
        return min(near, key=lambda edge: near[edge]) if near else None


def path_of(route: Route) -> QPainterPath:
    """One wire with rounded corners."""
    path = QPainterPath()
    points = route.points
    path.moveTo(*points[0])
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        radius = corner_radius(before, corner, after)
        path.lineTo(*_toward(corner, before, radius))
        path.quadTo(*corner, *_toward(corner, after, radius))
    path.lineTo(*points[-1])
    return path


def _toward(start: Point, end: Point, length: float) -> Point:
    dx, dy = end[0] - start[0], end[1] - start[1]
    whole = abs(dx) + abs(dy)
    return (start[0] + dx / whole * length, start[1] + dy / whole * length) if whole else start


def _bounds(route: Route) -> tuple[float, float, float, float]:
    across, down = [x for x, _y in route.points], [y for _x, y in route.points]
    return min(across), min(down), max(across), max(down)


def _cells(left: float, top: float, right: float, bottom: float) -> list[tuple[int, int]]:
    return [
        (x, y)
        for x in range(int(left // _CELL), int(right // _CELL) + 1)
        for y in range(int(top // _CELL), int(bottom // _CELL) + 1)
    ]
