"""Edits of the editor as pure functions: graph in, graph out."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from canvas_app.ui.canvas import metrics
from canvas_app.ui.canvas.card import Card
from nodes.graph import Edge, Graph, Node, Point

PASSES = 3  # what a new way back may be taken, until the marketer says otherwise
_REFERENCES = ("node", "of")  # params that name other nodes


def joined(graph: Graph, source: str, port: str, target: str) -> Graph:
    """The graph with a wire; one that leads back gets a limit, for a loop needs one."""
    back = source == target or source in graph.downstream(target)
    return graph.with_edge(Edge(source, port, target, PASSES if back else None))


def may_join(graph: Graph, cards: Mapping[str, Card], source: str, port: str, target: str) -> bool:
    """Whether a wire may be drawn: not onto itself, not into a start, not twice."""
    if source == target or not cards[target].has_in:
        return False
    return all(edge.target != target for edge in graph.edges_from(source, port))


def spliced(graph: Graph, edge: Edge, node: Node, out_port: str | None, at: Point | None = None) -> Graph:
    """A new node on a wire; what comes after moves right if there is no room."""
    step = metrics.WIDTH + metrics.GAP
    sx, _sy = graph.position(edge.source)
    tx, ty = graph.position(edge.target)
    spot = at or (metrics.snapped((sx + tx) / 2), ty)
    if tx >= sx:  # forward: never on top of the node the wire comes from
        spot = (max(sx + step, spot[0]), spot[1])
    if edge.source not in graph.downstream(edge.target):
        missing = spot[0] + step - tx if tx >= sx else 0.0
        if missing > 0:
            behind = {edge.target, *graph.downstream(edge.target)} - {edge.source}
            shifts = {key: graph.position(key) for key in behind}
            graph = graph.with_positions(
                {key: (x + metrics.snapped(missing + 4), y) for key, (x, y) in shifts.items() if x >= tx}
            )
    if out_port is None:  # an end: the wire ends there
        bent = graph.without_edges([edge]).with_node(node, spot)
        return bent.with_edge(replace(edge, target=node.id))
    return graph.inserted_on(edge, node, spot, out_port)


def moved_onto(graph: Graph, edge: Edge, node_id: str, out_port: str) -> Graph:
    """A node that has no wires yet is dropped on one."""
    first = Edge(edge.source, edge.port, node_id, edge.max_passes)
    return graph.without_edges([edge]).with_edge(first).with_edge(Edge(node_id, out_port, edge.target))


def part(graph: Graph, ids: Iterable[str]) -> Graph:
    """Some nodes with the wires between them."""
    kept = set(ids)
    return Graph(
        name=graph.name,
        nodes={key: node for key, node in graph.nodes.items() if key in kept},
        edges=tuple(edge for edge in graph.edges if edge.source in kept and edge.target in kept),
        layout=replace(graph.layout, positions={key: graph.position(key) for key in graph.nodes if key in kept},
                       frames=(), notes=(), lanes=()),
    )  # fmt: skip


def with_part(graph: Graph, piece: Graph, shift: Point) -> tuple[Graph, tuple[str, ...]]:
    """The graph with a copy of some nodes under new ids, and these ids."""
    ids: dict[str, str] = {}
    for key in piece.nodes:
        stem, _sep, number = key.rpartition("_")
        ids[key] = graph.free_id(stem if stem and number.isdigit() else key)
        graph = graph.with_node(Node(ids[key], "exit"))
    for key, node in piece.nodes.items():
        x, y = piece.position(key)
        fresh = replace(node, id=ids[key], params=_renamed(node.params, ids))
        graph = graph.with_node(fresh, (x + shift[0], y + shift[1]))
    for edge in piece.edges:
        graph = graph.with_edge(replace(edge, source=ids[edge.source], target=ids[edge.target]))
    return graph, tuple(ids.values())


def _renamed(params: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    found = dict(params)
    for key in _REFERENCES:
        value = found.get(key)
        if isinstance(value, str):
            found[key] = ids.get(value, value)
        elif isinstance(value, list):
            found[key] = [ids.get(each, each) if isinstance(each, str) else each for each in value]
    return found


def switched(graph: Graph, ids: Iterable[str]) -> Graph:
    """The graph with some nodes switched off, or on again if all of them are off."""
    nodes = [graph.nodes[key] for key in ids]
    off = not all(node.off for node in nodes)
    for node in nodes:
        graph = graph.with_node(replace(node, off=off))
    return graph


def aligned(boxes: Mapping[str, metrics.Box], side: str) -> dict[str, Point]:
    """New corners of cards lined up: `left`, `right`, `top`, `bottom`, `center` (one above the other), `middle`."""
    index = {"left": 0, "top": 1, "right": 2, "bottom": 3}
    if side in index:
        edge = index[side]
        goal = (min if edge < 2 else max)(box[edge] for box in boxes.values())
        shift = {key: goal - box[edge] for key, box in boxes.items()}
        across = edge % 2 == 0
    else:
        across = side == "center"
        low, high = (0, 2) if across else (1, 3)
        goal = sum((box[low] + box[high]) / 2 for box in boxes.values()) / len(boxes)
        shift = {key: goal - (box[low] + box[high]) / 2 for key, box in boxes.items()}
    return {
        key: (metrics.snapped(box[0] + shift[key]), box[1])
        if across
        else (box[0], metrics.snapped(box[1] + shift[key]))
        for key, box in boxes.items()
    }


def distributed(boxes: Mapping[str, metrics.Box], *, across: bool) -> dict[str, Point]:
    """New corners of cards with equal gaps between them, the outer two staying where they are."""
    low, high = (0, 2) if across else (1, 3)
    order = sorted(boxes, key=lambda key: boxes[key][low])
    if len(order) < 3:
        return {}
    filled = sum(boxes[key][high] - boxes[key][low] for key in order)
    gap = (boxes[order[-1]][high] - boxes[order[0]][low] - filled) / (len(order) - 1)
    at, found = boxes[order[0]][low], {}
    for key in order:
        box = boxes[key]
        found[key] = (metrics.snapped(at), box[1]) if across else (box[0], metrics.snapped(at))
        at += box[high] - box[low] + gap
    return found
