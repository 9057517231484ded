"""The scene: a projection of the graph value, id to item. It never decides anything; edits are new graphs."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QTransform
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QGraphicsScene

from canvas_app.ui.canvas import metrics
from canvas_app.ui.canvas.card import Card, worst
from canvas_app.ui.canvas.comparison import Comparison
from canvas_app.ui.canvas.counts import Counts
from canvas_app.ui.canvas.drawn import Drawn, drawn_of
from canvas_app.ui.canvas.metrics import Box
from canvas_app.ui.canvas.routing import Cards, Ends, Route, route_all
from canvas_app.ui.canvas.wires import Wires
from nodes.graph import Edge, Graph, Node, Point, difference
from nodes.spec import Names
from storage.base.problems import Problem

ID, KIND = 0, 1
NODE, DRAWN = "node", "drawn"
_BARE = QGraphicsItem.GraphicsItemFlag.ItemHasNoContents
_SELECTABLE = QGraphicsItem.GraphicsItemFlag.ItemIsSelectable


class CanvasScene(QGraphicsScene):
    """Items for hits and selection (plain C++ rectangles without contents); cards, routes and figures for painting."""

    redrawn = Signal()

    def __init__(self, names: Names | None = None) -> None:
        super().__init__()
        self.names = names
        self.graph = Graph()
        self.cards: dict[str, Card] = {}
        self.items_by_id: dict[str, QGraphicsRectItem] = {}
        self.drawn: OrderedDict[str, Drawn] = OrderedDict()
        self.drawn_items: dict[str, QGraphicsRectItem] = {}
        self.hidden: dict[str, Drawn] = {}  # nodes inside collapsed frames
        self.selected_edges: frozenset[Edge] = frozenset()
        self.counts: Counts | None = None
        self.problems: Mapping[str, Problem] = {}
        self.comparison: Comparison | None = None
        self.moved: dict[str, Point] = {}  # where dragged cards are now
        self.revision = 0
        self.shape = 0  # changes whenever a card or wire is elsewhere
        self._wires: Wires | None = None
        self._bounds: tuple[int, QRectF] = (-1, QRectF())
        self.selectionChanged.connect(self.touch)

    # -- from the graph ----------------------------------------------------------------------------------

    def touch(self) -> None:
        """Something that is painted changed."""
        self.revision += 1
        self.redrawn.emit()

    def _reshaped(self) -> None:
        self._wires = None
        self.shape += 1

    def load(self, graph: Graph) -> None:
        """Show another graph from scratch."""
        self.selectionChanged.disconnect(self.touch)
        for item in (*self.items_by_id.values(), *self.drawn_items.values()):
            self.removeItem(item)
        self.items_by_id, self.cards, self.drawn_items, self.drawn = {}, {}, {}, OrderedDict()
        self.selected_edges, self.moved, self.graph = frozenset(), {}, graph
        for node in graph.nodes.values():
            self._add(node)
        self._draw_all()
        self._hide()
        self.selectionChanged.connect(self.touch)
        self._reshaped()
        self.touch()

    def apply(self, graph: Graph) -> None:
        """Show `graph`, changing only what differs."""
        change = difference(self.graph, graph)
        self.graph = graph
        for node_id in change.removed:
            self.removeItem(self.items_by_id.pop(node_id))
            del self.cards[node_id]
        for node_id in change.added:
            self._add(graph.nodes[node_id])
        for node_id in (*change.moved, *change.added):
            self.items_by_id[node_id].setPos(*graph.position(node_id))
        if change.meaning_changed:
            self._refresh(self._touched(change.changed))
        if change.layout:
            self._draw_all()
        self._hide()
        edges = frozenset(graph.edges)
        self.selected_edges &= edges
        self._reshaped()
        self.touch()

    def _touched(self, changed: Iterable[str]) -> set[str]:
        """Nodes to describe anew: what changed, and what speaks about others."""
        speaks = {"goto", "result_split", "wait_for"}
        return {*changed, *(key for key, node in self.graph.nodes.items() if node.type in speaks)}

    def _refresh(self, ids: Iterable[str]) -> None:
        for node_id in ids:
            self.cards[node_id] = self._card(self.graph.nodes[node_id])
            self._resize(node_id)

    def _add(self, node: Node) -> None:
        self.cards[node.id] = card = self._card(node)
        item = QGraphicsRectItem(0, 0, metrics.WIDTH, card.height)
        item.setPos(*self.graph.position(node.id))
        item.setData(ID, node.id)
        item.setData(KIND, NODE)
        item.setFlags(_BARE | _SELECTABLE)
        self.items_by_id[node.id] = item
        self.addItem(item)

    def _card(self, node: Node) -> Card:
        card = Card(node, self.graph, self.names)
        card.problem = self.problems.get(node.id)
        card.show_count(self.counts.nodes.get(node.id) if self.counts else None)
        return card

    def _resize(self, node_id: str) -> None:
        item, height = self.items_by_id[node_id], self.cards[node_id].height
        if item.rect().height() != height:
            item.setRect(0, 0, metrics.WIDTH, height)

    def _draw_all(self) -> None:
        for item in self.drawn_items.values():
            self.removeItem(item)
        self.drawn = OrderedDict((each.id, each) for each in drawn_of(self.graph.layout))
        self.drawn_items = {}
        for each in self.drawn.values():
            item = QGraphicsRectItem(0, 0, each.width, each.shown_height)
            item.setPos(each.x, each.y)
            item.setData(ID, each.id)
            item.setData(KIND, DRAWN)
            item.setFlags(_BARE | _SELECTABLE)
            item.setZValue(-1 if each.kind == "note" else -2)
            self.drawn_items[each.id] = item
            self.addItem(item)

    def _hide(self) -> None:
        """Cards inside collapsed frames are out of sight; their wires end at the frame."""
        frames = [each for each in self.drawn.values() if each.collapsed]
        before, self.hidden = self.hidden, {}
        for node_id in self.cards if frames else ():
            x, y = self.graph.position(node_id)
            for each in frames:
                if each.holds(x + metrics.WIDTH / 2, y + metrics.IN_PORT_Y):
                    self.hidden[node_id] = each
        for node_id in {*before, *self.hidden} & set(self.items_by_id):
            self.items_by_id[node_id].setVisible(node_id not in self.hidden)

    def describe_all(self) -> None:
        """Names, language or theme changed: describe every card anew."""
        self._refresh(list(self.cards))
        self._reshaped()
        self.touch()

    def show_problems(self, problems: Iterable[Problem]) -> None:
        """Badges and sub-lines for what is wrong."""
        before, self.problems = self.problems, worst(problems)
        for node_id, card in self.cards.items():
            problem = self.problems.get(node_id)
            if problem != before.get(node_id):
                card.show_problem(problem)
        self.touch()

    def show_counts(self, counts: Counts | None) -> None:
        """Figures on cards and wires; None takes them away."""
        self.counts = counts
        resized = [
            key
            for key, card in self.cards.items()
            if card.show_count(counts.nodes.get(key) if counts else None)
        ]
        for node_id in resized:
            self._resize(node_id)
        if resized:
            self._reshaped()
        self.touch()

    # -- places ------------------------------------------------------------------------------------------

    def position(self, node_id: str) -> Point:
        """Where a card is now, dragged or not."""
        return self.moved.get(node_id) or self.graph.position(node_id)

    def box(self, node_id: str) -> Box:
        """The card's rectangle, or that of the collapsed frame it is in."""
        frame = self.hidden.get(node_id)
        if frame is not None:
            return frame.x, frame.y, frame.x + frame.width, frame.y + frame.shown_height
        x, y = self.position(node_id)
        return x, y, x + metrics.WIDTH, y + self.cards[node_id].height

    def out_port(self, node_id: str, port: str) -> Point:
        """The middle of a port out."""
        if node_id in self.hidden:
            _left, top, right, bottom = self.box(node_id)
            return right, (top + bottom) / 2
        x, y = self.position(node_id)
        return x + metrics.WIDTH, y + self.cards[node_id].port_y(port)

    def in_port(self, node_id: str) -> Point:
        """The middle of the port in."""
        if node_id in self.hidden:
            left, top, _right, bottom = self.box(node_id)
            return left, (top + bottom) / 2
        x, y = self.position(node_id)
        return x, y + metrics.IN_PORT_Y

    def bounds(self, ids: Iterable[str] | None = None) -> QRectF:
        """The rectangle around some cards, or around everything drawn."""
        if ids is not None:
            return _around([self.box(node_id) for node_id in ids])
        if self._bounds[0] != self.shape:
            boxes = [self.box(node_id) for node_id in self.cards]
            boxes += [(d.x, d.y, d.x + d.width, d.y + d.shown_height) for d in self.drawn.values()]
            self._bounds = (self.shape, _around(boxes))
        return QRectF(self._bounds[1])

    def ends(self, edge: Edge) -> Ends | None:
        """Both ends of a wire; None where a node is missing, or both are in one collapsed frame."""
        frame = self.hidden.get(edge.source)
        if frame is not None and frame is self.hidden.get(edge.target):
            return None
        if edge.source not in self.cards or edge.target not in self.cards:
            return None
        start, end = self.out_port(edge.source, edge.port), self.in_port(edge.target)
        return Ends(start, end, self.box(edge.source), self.box(edge.target))

    @property
    def wires(self) -> Wires:
        """The wires with their ways, worked out when first asked for."""
        if self._wires is None:
            ends = {edge: found for edge in self.graph.edges if (found := self.ends(edge)) is not None}
            self._wires = Wires(route_all(ends, Cards(self.box(node_id) for node_id in self.cards)))
        return self._wires

    @property
    def routes(self) -> Mapping[Edge, Route]:
        """The way of every wire."""
        return self.wires.routes

    def lift(self, ids: Iterable[str]) -> None:
        """Cards are about to be dragged: from now on they and their wires are painted above the rest."""
        self.moved = {node_id: self.graph.position(node_id) for node_id in ids}
        self.shape += 1
        self.touch()

    def put(self, places: Mapping[str, Point]) -> None:
        """Dragged cards are somewhere else now."""
        self.moved.update(places)
        for node_id, (x, y) in places.items():
            self.items_by_id[node_id].setPos(x, y)

    def lay_down(self) -> None:
        """The drag is over: the graph says again where everything is."""
        back, self.moved = self.moved, {}
        for node_id in back:
            if node_id in self.items_by_id:
                self.items_by_id[node_id].setPos(*self.graph.position(node_id))
        self._reshaped()
        self.touch()

    # -- selection ---------------------------------------------------------------------------------------

    def selected(self) -> tuple[str, ...]:
        """The ids of selected nodes, in the graph's order."""
        ids = {item.data(ID) for item in self.selectedItems() if item.data(KIND) == NODE}
        return tuple(key for key in self.graph.nodes if key in ids) if ids else ()

    def selected_drawn(self) -> tuple[str, ...]:
        """The ids of selected frames, notes and lanes."""
        return tuple(item.data(ID) for item in self.selectedItems() if item.data(KIND) == DRAWN)

    def select(self, ids: Iterable[str], edges: Iterable[Edge] = (), drawn: Iterable[str] = ()) -> None:
        """Select exactly these."""
        wanted = [self.items_by_id[each] for each in ids if each in self.items_by_id]
        wanted += [self.drawn_items[each] for each in drawn if each in self.drawn_items]
        self.blockSignals(True)
        self.clearSelection()
        for item in wanted:
            item.setSelected(True)
        self.selected_edges = frozenset(edges)
        self.blockSignals(False)
        self.selectionChanged.emit()

    # -- hits --------------------------------------------------------------------------------------------

    def item_at(self, at: QPointF) -> tuple[str, str] | None:
        """Kind and id of the topmost thing at a place."""
        order = Qt.SortOrder.DescendingOrder
        for item in self.items(at, Qt.ItemSelectionMode.IntersectsItemBoundingRect, order, QTransform()):
            found: Any = item.data(KIND)
            if found == NODE or (found == DRAWN and self.drawn[item.data(ID)].grabs(at.x(), at.y())):
                return found, item.data(ID)
        return None

    def nodes_in(self, rect: QRectF) -> list[str]:
        """The nodes whose cards touch a rectangle."""
        mode = Qt.ItemSelectionMode.IntersectsItemBoundingRect
        found = self.items(rect, mode, Qt.SortOrder.AscendingOrder, QTransform())
        return [item.data(ID) for item in found if item.data(KIND) == NODE]

    def drawn_in(self, rect: QRectF) -> list[str]:
        """The notes, frames and lanes that lie inside a rectangle as a whole."""
        return [key for key, item in self.drawn_items.items() if rect.contains(item.sceneBoundingRect())]

    def edge_at(self, at: QPointF, reach: float) -> Edge | None:
        """The wire nearest to a place, within reach."""
        return self.wires.nearest((at.x(), at.y()), reach)


def _around(boxes: Sequence[Box]) -> QRectF:
    if not boxes:
        return QRectF()
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    return QRectF(left, top, max(b[2] for b in boxes) - left, max(b[3] for b in boxes) - top)
