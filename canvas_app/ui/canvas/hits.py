"""What is below the pointer: a port, a plus button, a card, a wire, a note."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from canvas_app.ui.canvas import metrics
from canvas_app.ui.canvas.scene import DRAWN, NODE, CanvasScene
from nodes.graph import Edge, Point

OUT, IN, PLUS, EDGE, EDGE_PLUS, FOLD = "out", "in", "plus", "edge", "edge_plus", "fold"
_INSIDE = 9.0  # deeper in a card than this is the card, not its port
_PLUS_AWAY = 20.0  # how far right of its port a plus button stands


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing: what it is, of which node, port, wire or drawn thing."""

    kind: str
    id: str = ""
    port: str = ""
    edge: Edge | None = None


def hit(scene: CanvasScene, at: QPointF, zoom: float, before: Hit | None = None) -> Hit | None:
    """The topmost thing at a place; `before` is what was there a moment ago, whose plus buttons are shown."""
    point = (at.x(), at.y())
    near = zoom >= metrics.BLOCKS_BELOW
    found = _plus(scene, point, before) if near and before else None
    found = found or _port(scene, point, at)
    if found:
        return found
    item = scene.item_at(at)
    if item is not None and item[0] == NODE:
        return Hit(NODE, item[1])
    if item is not None and scene.drawn[item[1]].folds(at.x(), at.y()):
        return Hit(FOLD, item[1])
    edge = scene.edge_at(at, metrics.EDGE_HIT / 2 / min(zoom, 1.0)) if near else None
    if edge is not None:
        return Hit(EDGE, edge=edge)
    return Hit(DRAWN, item[1]) if item is not None else None


def plus_places(scene: CanvasScene, node_id: str) -> dict[str, Point]:
    """Where the plus buttons of a card stand: right of each port that leads nowhere yet."""
    card = scene.cards[node_id]
    places = {}
    for port in card.ports:
        if not scene.graph.edges_from(node_id, port.id):
            x, y = scene.out_port(node_id, port.id)
            places[port.id] = (x + _PLUS_AWAY, y)
    return places


def _plus(scene: CanvasScene, at: Point, before: Hit) -> Hit | None:
    if before.edge is not None and before.edge in scene.routes:
        if _within(scene.routes[before.edge].middle, at, metrics.PLUS / 2 + 2):
            return Hit(EDGE_PLUS, edge=before.edge)
        return None
    if before.id in scene.cards:
        for port, place in plus_places(scene, before.id).items():
            if _within(place, at, metrics.PLUS / 2 + 1):
                return Hit(PLUS, before.id, port)
    return None


def _port(scene: CanvasScene, point: Point, at: QPointF) -> Hit | None:
    reach = metrics.PORT_HIT
    around = QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach)
    best: tuple[float, Hit] | None = None
    for node_id in scene.nodes_in(around):
        card, box = scene.cards[node_id], scene.box(node_id)
        ends = [(OUT, port.id, scene.out_port(node_id, port.id)) for port in card.ports]
        if card.has_in:
            ends.append((IN, "", scene.in_port(node_id)))
        for kind, port_id, place in ends:
            depth = box[2] - point[0] if kind == OUT else point[0] - box[0]
            distance = ((place[0] - point[0]) ** 2 + (place[1] - point[1]) ** 2) ** 0.5
            if depth <= _INSIDE and distance <= reach and (best is None or distance < best[0]):
                best = distance, Hit(kind, node_id, port_id)
    return best[1] if best else None


def _within(a: Point, b: Point, reach: float) -> bool:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 <= reach * reach
