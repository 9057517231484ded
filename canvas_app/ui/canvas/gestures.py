"""Gestures: each is one state object from press to release, undone by Esc."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from canvas_app.ui.canvas import edits, metrics, wire_art
from canvas_app.ui.canvas.hits import IN
from canvas_app.ui.canvas.routing import Ends, route_one
from canvas_app.ui.theme import color
from nodes.graph import Edge, Graph, Point
from storage.base.words import _

if TYPE_CHECKING:
    from canvas_app.ui.canvas.view import CanvasView

Modifiers = Qt.KeyboardModifier
_RIM_PUSH = 24.0  # px the picture comes along with each move beyond the rim


class Gesture:
    """What a press may become. Places are scene coordinates."""

    def __init__(self, view: "CanvasView", at: QPointF) -> None:
        self.view = view
        self.scene = view.canvas
        self.start = at

    def move(self, at: QPointF, keys: Modifiers) -> None:
        """The pointer moved."""

    def finish(self, at: QPointF, keys: Modifiers) -> None:
        """The button was let go."""

    def cancel(self) -> None:
        """Esc: as if nothing had happened."""

    def paint(self, painter: QPainter, zoom: float) -> None:
        """What is shown above everything meanwhile."""


class Pan(Gesture):
    """The canvas follows the pointer."""

    def __init__(self, view: "CanvasView", at: QPointF) -> None:
        super().__init__(view, at)
        view.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def move(self, at: QPointF, keys: Modifiers) -> None:
        zoom = self.view.zoom
        self.view.pan_by((at.x() - self.start.x()) * zoom, (at.y() - self.start.y()) * zoom)

    def finish(self, at: QPointF, keys: Modifiers) -> None:
        self.view.viewport().unsetCursor()

    def cancel(self) -> None:
        self.view.viewport().unsetCursor()


class BoxSelect(Gesture):
    """A rectangle that selects what it touches; Shift adds to what was selected."""

    def __init__(self, view: "CanvasView", at: QPointF, *, adds: bool) -> None:
        super().__init__(view, at)
        self._before = (self.scene.selected(), self.scene.selected_drawn()) if adds else ((), ())
        self._all = (self.scene.selected(), self.scene.selected_edges, self.scene.selected_drawn())
        self._rect = QRectF()
        self._found: tuple[set[str], set[str]] = (set(self._all[0]), set(self._all[2]))
        if not adds:
            self._choose(set(), set())

    def _choose(self, nodes: set[str], drawn: set[str]) -> None:
        if (nodes, drawn) != self._found or self.scene.selected_edges:
            self._found = nodes, drawn
            self.scene.select(nodes, drawn=drawn)

    def move(self, at: QPointF, keys: Modifiers) -> None:
        self._rect = QRectF(self.start, at).normalized()
        nodes = {*self._before[0], *self.scene.nodes_in(self._rect)}
        self._choose(nodes, {*self._before[1], *self.scene.drawn_in(self._rect)})

    def cancel(self) -> None:
        self.scene.select(*self._all)

    def paint(self, painter: QPainter, zoom: float) -> None:
        if self._rect.isNull():
            return
        fill = QColor(color("accent"))
        fill.setAlphaF(0.08)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setPen(QPen(color("accent"), 0))
        painter.setBrush(fill)
        painter.drawRect(self._rect)


class Wire(Gesture):
    """A wire from a port to wherever the pointer is."""

    def __init__(self, view: "CanvasView", at: QPointF, node: str, port: str, *, kind: str) -> None:
        super().__init__(view, at)
        self._at = at
        self._back = kind == IN
        self._loose: Edge | None = None
        self._node, self._port = node, port
        into = self.scene.graph.edges_to(node) if self._back else ()
        if len(into) == 1:  # take hold of the end that is already there
            self._loose, self._back = into[0], False
            self._node, self._port = into[0].source, into[0].port
        self._target: tuple[str, str] | None = None  # node, port
        self._allowed = False
        self._far = False

    @property
    def graph(self) -> Graph:
        """The graph without the wire whose end is being moved."""
        graph = self.scene.graph
        return graph.without_edges([self._loose]) if self._loose else graph

    def move(self, at: QPointF, keys: Modifiers) -> None:
        self._at = at
        away = at - self.start
        self._far = self._far or away.manhattanLength() * self.view.zoom > self.view.drag_distance
        before = self._target
        self._target = self._nearest(at)
        if self._target and self._target != before:
            self._allowed = self._may(self._target)
        self.view.viewport().update()

    def _may(self, target: tuple[str, str]) -> bool:
        node, port = target
        cards = self.scene.cards
        if self._back:
            return edits.may_join(self.graph, cards, node, port, self._node)
        return edits.may_join(self.graph, cards, self._node, self._port, node)

    def _nearest(self, at: QPointF) -> tuple[str, str] | None:
        reach = metrics.SNAP
        found: list[tuple[float, tuple[str, str]]] = []
        for node_id in self.scene.nodes_in(QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach)):
            if node_id == self._node and not self._far:
                continue
            for port, place in self._ports(node_id):
                distance = ((place[0] - at.x()) ** 2 + (place[1] - at.y()) ** 2) ** 0.5
                inside = self.scene.items_by_id[node_id].sceneBoundingRect().contains(at)
                if distance <= reach or inside:
                    found.append((distance + (0 if inside else reach / 4), (node_id, port)))
        return min(found)[1] if found else None

    def _ports(self, node_id: str) -> Iterable[tuple[str, Point]]:
        card = self.scene.cards[node_id]
        if not self._back:
            return [("", self.scene.in_port(node_id))] if card.has_in or node_id != self._node else []
        return [(port.id, self.scene.out_port(node_id, port.id)) for port in card.ports]

    def finish(self, at: QPointF, keys: Modifiers) -> None:
        self.move(at, keys)
        editor = self.view.editor
        if not self._far:
            self.scene.select([self._node])
        elif self._target is None:
            self._let_go(at)
        elif self._allowed:
            node, port = self._target
            ends = (node, port, self._node) if self._back else (self._node, self._port, node)
            editor.replace(edits.joined(self.graph, *ends), _("Connect"))
        self.view.viewport().update()

    def _let_go(self, at: QPointF) -> None:
        if self._loose is not None:
            self.view.editor.replace(self.graph, _("Disconnect"))
        elif not self._back:
            self.view.editor.ask_next(self._node, self._port, (at.x(), at.y()))

    def cancel(self) -> None:
        self.view.viewport().update()

    def paint(self, painter: QPainter, zoom: float) -> None:
        if not self._far:
            return
        tip, into = (self._at.x(), self._at.y()), self._target
        if into is not None and self._allowed:
            tip = self.scene.out_port(*into) if self._back else self.scene.in_port(into[0])
        own = self.scene.in_port(self._node) if self._back else self.scene.out_port(self._node, self._port)
        start, end = (tip, own) if self._back else (own, tip)
        home = self.scene.box(self._node)
        spot = self.scene.box(into[0]) if into else (end[0], end[1] - 28, end[0] + 1, end[1] + 28)
        ends = Ends(start, end, spot, home) if self._back else Ends(start, end, home, spot)
        tone = "error" if into is not None and not self._allowed else "accent"
        wire_art.paint_route(painter, route_one(ends), tone, metrics.EDGE_SELECTED, zoom)
        if into is not None:
            place = self.scene.out_port(*into) if self._back else self.scene.in_port(into[0])
            wide = metrics.PORT_HOVER if self._allowed else metrics.PORT
            wire_art.paint_dot(painter, place, wide, tone, filled=self._allowed)
        wire_art.paint_dot(painter, own, metrics.PORT_HOVER, "accent", filled=False)


def rim_push(place: float, length: float) -> float:
    """How far to push the picture for a pointer at `place` of `length`: nothing unless it leaves the view."""
    if place < 0:
        return min(-place, _RIM_PUSH)
    return max(length - place, -_RIM_PUSH) if place > length else 0.0
