"""The part of the editor that adds: quick-add, inserting on a wire, connecting, finding, the clipboard."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QGuiApplication

from canvas_app.ui.canvas import clipboard, edits, export, metrics
from canvas_app.ui.canvas.core import EditorCore
from canvas_app.ui.canvas.picker import Choice
from canvas_app.ui.palette.catalogue import Tile, tile, tiles
from canvas_app.ui.palette.search import said_everywhere
from nodes.graph import Edge, Graph, Point
from nodes.registry import behaviour
from storage.base.words import _, plural

_RECENT = 5
_PASTE_SHIFT = 24.0


class Adding(EditorCore):
    """Commands that bring nodes and wires in."""

    _recent: tuple[str, ...] = ()

    # -- new nodes ---------------------------------------------------------------------------------------

    def add_node(self, kind: str, at: Point | None = None) -> str | None:
        """Add a node of a type or preset, at a place or where there is room in view; returns its id."""
        found = tile(kind)
        if found is None:
            return None
        node = found.node(self.graph.free_id(found.id))
        self._added(self.graph.with_node(node, at or self._free_place()), found, node.id)
        return node.id

    def insert_on(self, edge: Edge, kind: Tile, at: Point | None = None) -> str:
        """Add a node on a wire; what comes after makes room."""
        node = kind.node(self.graph.free_id(kind.id))
        behaves = behaviour(node, self.graph)
        ports = behaves.ports() if behaves else ()
        self._added(edits.spliced(self.graph, edge, node, ports[0].id if ports else None, at), kind, node.id)
        return node.id

    def add_after(self, source: str, port: str, kind: Tile, at: Point | None = None) -> str:
        """Add a node wired to a port."""
        node = kind.node(self.graph.free_id(kind.id))
        x, y = self.canvas.out_port(source, port)
        place = at or self._unoccupied(
            (metrics.snapped(x + metrics.GAP), metrics.snapped(y - metrics.IN_PORT_Y))
        )
        self._added(edits.joined(self.graph.with_node(node, place), source, port, node.id), kind, node.id)
        return node.id

    def _added(self, graph: Graph, kind: Tile, node_id: str) -> None:
        self._recent = (kind.id, *(each for each in self._recent if each != kind.id))[:_RECENT]
        self.replace(graph, _("Add {kind}", kind=_(kind.label)))
        self.select([node_id])

    def _free_place(self) -> Point:
        shown = self.view.visible_scene().center()
        corner = (
            metrics.snapped(shown.x() - metrics.WIDTH / 2),
            metrics.snapped(shown.y() - metrics.IN_PORT_Y),
        )
        return self._unoccupied(corner)

    def _unoccupied(self, at: Point) -> Point:
        x, y = at
        for _step in range(100):
            if not self.canvas.nodes_in(QRectF(x, y, metrics.WIDTH, metrics.HEADER)):
                break
            y += metrics.HEADER + metrics.ROW_GAP
        return x, y

    # -- asking ------------------------------------------------------------------------------------------

    def ask_add(self, at: Point | None = None) -> None:
        """Quick-add at a place (the pointer, or the middle); what is chosen goes there."""
        pointer = self.view.pointer()
        place = at or ((pointer.x(), pointer.y()) if pointer else None)
        corner = (
            (metrics.snapped(place[0] - metrics.WIDTH / 2), metrics.snapped(place[1] - metrics.IN_PORT_Y))
            if place
            else None
        )
        self._ask(tiles(), lambda kind: self.add_node(kind.id, corner), place)

    def ask_next(self, source: str, port: str, at: Point | None = None) -> None:
        """Quick-add of what may follow a port, wired to it."""
        corner = (metrics.snapped(at[0]), metrics.snapped(at[1] - metrics.IN_PORT_Y)) if at else None
        where = at or self.canvas.out_port(source, port)
        self._ask(_followers(), lambda kind: self.add_after(source, port, kind, corner), where)

    def ask_insert(self, edge: Edge) -> None:
        """Quick-add of what may stand on a wire."""
        route = self.canvas.routes.get(edge)
        self._ask(_followers(), lambda kind: self.insert_on(edge, kind), route.middle if route else None)

    def ask_insert_selected(self) -> None:
        """Quick-add on the selected wire."""
        for edge in sorted(self.canvas.selected_edges)[:1]:
            self.ask_insert(edge)

    def _ask(self, offered: Iterable[Tile], taken: Callable[[Tile], object], at: Point | None) -> None:
        order = {id: place for place, id in enumerate(self._recent)}
        sorted_tiles = sorted(offered, key=lambda each: order.get(each.id, _RECENT))
        choices = [
            Choice(each.id, _(each.label), said_everywhere(each.label), each.icon, each.family)
            for each in sorted_tiles
        ]

        def chosen(id: str) -> None:
            found = tile(id)
            if found is not None:
                taken(found)

        self.picker.ask(choices, chosen, self._on_widget(at), hint=_("Add a node"))

    def _on_widget(self, at: Point | None) -> QPoint:
        if at is None:
            return QPoint(self.width() // 2 - 140, self.height() // 4)
        return self.view.viewport().mapTo(self, self.view.viewport_place(QPointF(*at)))

    def ask_connect(self) -> None:
        """Wire the selected node to another one, by name."""
        selected = self.selected()
        if len(selected) != 1:
            return
        (source,) = selected
        card = self.canvas.cards[source]
        free = [port.id for port in card.ports if not self.graph.edges_from(source, port.id)]
        port = (free or [port.id for port in card.ports] or [""])[0]
        if not port:
            return
        others = [
            key
            for key in self.graph.nodes
            if edits.may_join(self.graph, self.canvas.cards, source, port, key)
        ]

        def chosen(target: str) -> None:
            self.replace(edits.joined(self.graph, source, port, target), _("Connect"))

        place = self.canvas.out_port(source, port)
        self.picker.ask(self._named(others), chosen, self._on_widget(place), hint=_("Connect to"))

    def ask_find(self) -> None:
        """Find a node by name and show it."""
        hint, empty = _("Find a node"), _("No node called “{text}”.", text="{text}")
        place = QPoint(self.width() // 2 - 140, 16)
        self.picker.ask(self._named(self.graph.nodes), self.reveal, place, hint=hint, empty=empty)

    def _named(self, ids: Iterable[str]) -> list[Choice]:
        cards = self.canvas.cards
        return [
            Choice(key, cards[key].title, (cards[key].summary, key), cards[key].icon, cards[key].family)
            for key in ids
        ]

    # -- clipboard ---------------------------------------------------------------------------------------

    def copy(self) -> None:
        """Put the selected nodes on the clipboard."""
        if self.selected():
            piece = edits.part(self.graph, self.selected())
            image = export.image_of(self.view.picture, self.canvas.bounds(self.selected()))
            clipboard.put(clipboard.carried(piece, image))

    def cut(self) -> None:
        """Copy the selected nodes and delete them."""
        if self.selected():
            self.copy()
            self.delete_selection()

    def paste(self) -> None:
        """Add the nodes of the clipboard under new ids, at the pointer if it is over the canvas."""
        piece = clipboard.brought(QGuiApplication.clipboard().mimeData())
        if piece is None:
            return
        pointer, corner = self.view.pointer(), _corner(piece)
        if pointer is not None:
            shift = metrics.snapped(pointer.x() - corner[0]), metrics.snapped(pointer.y() - corner[1])
        elif self.view.visible_scene().contains(QPointF(*corner)):
            shift = (_PASTE_SHIFT, _PASTE_SHIFT)
        else:
            middle = self.view.visible_scene().center()
            shift = metrics.snapped(middle.x() - corner[0]), metrics.snapped(middle.y() - corner[1])
        self._bring(piece, shift, plural("Paste {n} node", "Paste {n} nodes", len(piece.nodes)))

    def duplicate(self) -> None:
        """Add a copy of the selected nodes beside them."""
        if self.selected():
            piece = edits.part(self.graph, self.selected())
            self._bring(piece, (_PASTE_SHIFT, _PASTE_SHIFT), _("Duplicate"))

    def _bring(self, piece: Graph, shift: Point, text: str) -> None:
        graph, ids = edits.with_part(self.graph, piece, shift)
        self.replace(graph, text)
        self.select(ids)


def _followers() -> list[Tile]:
    return [each for each in tiles() if not each.entry]


def _corner(piece: Graph) -> Point:
    places = [piece.position(key) for key in piece.nodes]
    return min(x for x, _y in places), min(y for _x, y in places)
