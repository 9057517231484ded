"""Dragging cards: on the grid, with guides to neighbours; a loose card dropped on a wire is spliced in."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from canvas_app.ui.canvas import edits, metrics, wire_art
from canvas_app.ui.canvas.drawn import Drawn, moved_by, with_drawn
from canvas_app.ui.canvas.gestures import Gesture, Modifiers
from canvas_app.ui.canvas.routing import Ends, route_one
from canvas_app.ui.canvas.wires import path_of
from canvas_app.ui.theme import color
from nodes.graph import Edge, Point
from storage.base.words import _, plural

if TYPE_CHECKING:
    from canvas_app.ui.canvas.view import CanvasView

_GUIDE = 6.0  # how near a neighbour's line draws a card to itself


class Move(Gesture):
    """The selected cards (and notes, and frames with what is in them) follow the pointer."""

    def __init__(self, view: "CanvasView", at: QPointF, held: str) -> None:
        super().__init__(view, at)
        self._held = held
        self._from: dict[str, Point] = {}
        self._drawn: dict[str, Drawn] = {}
        self._shift: Point = (0.0, 0.0)
        self._guides: list[QLineF] = []
        self._wires: list[Edge] = []
        self._near: list[Point] = []
        self._onto: Edge | None = None

    @property
    def moving(self) -> bool:
        """Whether the pointer went far enough for a drag."""
        return bool(self._from or self._drawn)

    def _lift(self) -> None:
        scene = self.scene
        self._drawn = {key: scene.drawn[key] for key in scene.selected_drawn()}
        ids = dict.fromkeys(scene.selected())
        for each in self._drawn.values():
            if each.kind == "frame":
                ids.update(dict.fromkeys(self._inside(each)))
        scene.lift(ids)
        self._from = dict(scene.moved)
        graph = scene.graph
        wires = [edge for key in ids for edge in (*graph.edges_from(key), *graph.edges_to(key))]
        self._wires = list(dict.fromkeys(wires))
        visible = self.view.visible_scene()
        self._near = [scene.position(key) for key in scene.nodes_in(visible) if key not in ids][:400]

    def _inside(self, frame: Drawn) -> list[str]:
        scene = self.scene
        if frame.collapsed:
            return [key for key, other in scene.hidden.items() if other is frame]
        area = QRectF(frame.x, frame.y, frame.width, frame.height)
        return [
            key for key in scene.nodes_in(area) if area.contains(scene.items_by_id[key].sceneBoundingRect())
        ]

    def move(self, at: QPointF, keys: Modifiers) -> None:
        away = at - self.start
        if not self.moving:
            if away.manhattanLength() * self.view.zoom < self.view.drag_distance:
                return
            self._lift()
        free = bool(keys & Qt.KeyboardModifier.AltModifier)
        self._shift = (away.x(), away.y()) if free else self._snapped(away)
        dx, dy = self._shift
        self.scene.put({key: (x + dx, y + dy) for key, (x, y) in self._from.items()})
        self._onto = self._wire_below(at)
        self.view.viewport().update()

    def _snapped(self, away: QPointF) -> Point:
        home = self._from.get(self._held)
        if home is None:
            return metrics.snapped(away.x()), metrics.snapped(away.y())
        x, y = metrics.snapped(home[0] + away.x()), metrics.snapped(home[1] + away.y())
        self._guides = []
        if len(self._from) <= 50:
            x, y = self._guided(x, y)
        return x - home[0], y - home[1]

    def _guided(self, x: float, y: float) -> Point:
        beside = min(
            (p for p in self._near if abs(p[0] - x) <= _GUIDE), key=lambda p: abs(p[1] - y), default=None
        )
        level = min(
            (p for p in self._near if abs(p[1] - y) <= _GUIDE), key=lambda p: abs(p[0] - x), default=None
        )
        if beside is not None:
            x = beside[0]
        if level is not None:
            y = level[1]
        if beside is not None:
            self._guides.append(QLineF(x, min(beside[1], y) - 16, x, max(beside[1], y) + metrics.HEADER + 16))
        if level is not None:
            port = y + metrics.IN_PORT_Y
            self._guides.append(
                QLineF(min(level[0], x) - 16, port, max(level[0], x) + metrics.WIDTH + 16, port)
            )
        return x, y

    def _wire_below(self, at: QPointF) -> Edge | None:
        if len(self._from) != 1 or self._wires:
            return None
        (node_id,) = self._from
        card = self.scene.cards[node_id]
        if not card.has_in or not card.ports:
            return None
        return self.scene.edge_at(at, metrics.EDGE_HIT)

    def finish(self, at: QPointF, keys: Modifiers) -> None:
        if not self.moving:
            self._click(at, keys)
            return
        self.move(at, keys)
        dx, dy = self._shift
        scene = self.scene
        graph = scene.graph.with_positions({key: (x + dx, y + dy) for key, (x, y) in self._from.items()})
        if self._drawn:
            graph = with_drawn(graph, {key: moved_by(each, dx, dy) for key, each in self._drawn.items()})
        if self._onto is not None:
            graph = edits.moved_onto(graph, self._onto, self._held, scene.cards[self._held].ports[0].id)
        scene.moved = {}
        count = len(self._from)
        if dx or dy or self._onto:
            text = plural("Move {n} node", "Move {n} nodes", count) if count else _("Move notes and frames")
            chosen = scene.selected_drawn()
            self.view.editor.replace(graph, text)
            if chosen:
                scene.select(scene.selected(), drawn=chosen)
        scene.lay_down()

    def _click(self, at: QPointF, keys: Modifiers) -> None:
        """A press that went nowhere: on a figure it asks for the people behind it."""
        card = self.scene.cards.get(self._held)
        if card is None or card.count is None or keys != Qt.KeyboardModifier.NoModifier:
            return
        below = at.y() - self.scene.position(self._held)[1] - metrics.HEADER
        row = int(below // metrics.ROW)
        if below >= 0 and row < len(card.rows):
            self.view.editor.people_wanted.emit(self._held, card.rows[row].id)
        elif below >= 0:
            self.view.editor.people_wanted.emit(self._held, "")

    def cancel(self) -> None:
        self._from, self._drawn = {}, {}
        self.scene.lay_down()

    def paint(self, painter: QPainter, zoom: float) -> None:
        if not self.moving:
            return
        scene = self.scene
        if self._onto is not None and self._onto in scene.routes:
            wire_art.paint_route(painter, scene.routes[self._onto], "accent", metrics.EDGE_DROP, zoom)
        self._paint_wires(painter, zoom)
        self._paint_guides(painter)
        dx, dy = self._shift
        painter.setPen(QPen(color("accent"), 0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRects([QRectF(e.x + dx, e.y + dy, e.width, e.shown_height) for e in self._drawn.values()])
        self.view.paint_lifted(painter, self._from)

    def _paint_wires(self, painter: QPainter, zoom: float) -> None:
        if zoom < metrics.BLOCKS_BELOW:
            painter.setPen(QPen(color("accent"), 0))
            ends = [found for edge in self._wires if (found := self.scene.ends(edge))]
            painter.drawLines([QLineF(*each.start, *each.end) for each in ends])
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pens = wire_art.pen("edge", metrics.EDGE, zoom), wire_art.pen("accent", metrics.EDGE_SELECTED, zoom)
        visible = self.view.visible_scene()
        for edge in self._wires:
            found = self.scene.ends(edge)
            if found is not None and _near(found, visible):
                painter.setPen(pens[edge.source in self._from])
                painter.drawPath(path_of(route_one(found)))

    def _paint_guides(self, painter: QPainter) -> None:
        painter.setPen(QPen(color("accent"), 0))
        painter.drawLines(self._guides)


def _near(ends: Ends, visible: QRectF) -> bool:
    left, right = sorted((ends.start[0], ends.end[0]))
    top, bottom = sorted((ends.start[1], ends.end[1]))
    reach = 2 * metrics.WIDTH
    shown = visible.adjusted(-reach, -reach, reach, reach)
    return right >= shown.left() and left <= shown.right() and bottom >= shown.top() and top <= shown.bottom()
