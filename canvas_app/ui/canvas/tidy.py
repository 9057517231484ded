"""Tidying: ranks and order by fast-sugiyama, places by us, from real card sizes and in the order of the ports."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import networkx as nx

from canvas_app.ui.canvas import metrics
from canvas_app.ui.canvas.card import Card
from canvas_app.ui.canvas.drawn import Drawn, drawn_of, with_drawn
from canvas_app.ui.theme import sizes
from nodes.graph import Edge, Graph, Point

_COLUMN = metrics.WIDTH + metrics.WIDE_GAP
_SWEEPS = 4


def tidied(graph: Graph, cards: Mapping[str, Card], ids: Sequence[str]) -> Graph:
    """The graph with some of its cards in order, their top left corner staying where it is."""
    if not ids:
        return graph
    kept = set(ids)
    edges = [e for e in graph.edges if e.source in kept and e.target in kept and e.source != e.target]
    shape = nx.DiGraph()
    shape.add_nodes_from(ids)
    shape.add_edges_from((e.source, e.target) for e in forward(ids, edges))
    left = min(graph.position(key)[0] for key in ids)
    top = min(graph.position(key)[1] for key in ids)
    places: dict[str, Point] = {}
    at = top
    pieces = [
        sorted(piece, key=ids.index) if len(ids) < 500 else list(piece)
        for piece in nx.weakly_connected_components(shape)
    ]
    for piece in sorted(pieces, key=lambda p: (len(p) == 1, min(graph.position(key)[1] for key in p))):
        found = _placed(graph, cards, shape.subgraph(piece), edges)
        low = min(y for _x, y in found.values())
        high = max(y + cards[key].height for key, (_x, y) in found.items())
        places.update(
            {key: (metrics.snapped(left + x), metrics.snapped(at + y - low)) for key, (x, y) in found.items()}
        )
        at = metrics.snapped(at + high - low + 2 * metrics.GAP)
    return _drawn_follows(graph, cards, graph.with_positions(places))


def forward(ids: Sequence[str], edges: Iterable[Edge]) -> list[Edge]:
    """The wires without those that lead back: found by depth first, from the starts, in wire order."""
    out: dict[str, list[Edge]] = defaultdict(list)
    into: dict[str, int] = defaultdict(int)
    for edge in edges:
        out[edge.source].append(edge)
        into[edge.target] += 1
    state: dict[str, int] = {}
    kept: list[Edge] = []
    for root in (*(key for key in ids if not into[key]), *ids):
        if root in state:
            continue
        state[root] = 1
        stack = [(root, iter(out[root]))]
        while stack:
            node, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                state[node] = 2
                stack.pop()
            elif state.get(following.target) != 1:
                kept.append(following)
                if following.target not in state:
                    state[following.target] = 1
                    stack.append((following.target, iter(out[following.target])))
    return kept


def _placed(
    graph: Graph, cards: Mapping[str, Card], shape: "nx.DiGraph[str]", edges: Sequence[Edge]
) -> dict[str, Point]:
    columns = _columns(graph, shape)
    wires = [edge for edge in edges if shape.has_edge(edge.source, edge.target)]
    into: dict[str, list[Edge]] = defaultdict(list)
    out: dict[str, list[Edge]] = defaultdict(list)
    for edge in wires:
        into[edge.target].append(edge)
        out[edge.source].append(edge)
    heights = {key: cards[key].height for key in shape}
    tops = dict.fromkeys(shape, 0.0)
    for column in columns:
        _stack(column, dict.fromkeys(column, 0.0), heights, tops)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        for column in columns[1:] if down else reversed(columns[:-1]):
            wanted = {key: _wanted(cards, tops, key, into if down else out, down=down) for key in column}
            if down and sweep < 2:
                column.sort(key=lambda key, wanted=wanted: wanted[key])  # type: ignore[misc]
            _stack(column, wanted, heights, tops)
    return {
        key: (index * float(_COLUMN), tops[key]) for index, column in enumerate(columns) for key in column
    }


def _columns(graph: Graph, shape: "nx.DiGraph[str]") -> list[list[str]]:
    """The nodes by rank, each rank in an order with few crossings; the present order breaks ties."""
    if shape.number_of_edges() == 0:
        return [sorted(shape, key=lambda key: graph.position(key)[1])]
    rank = {key: depth for depth, layer in enumerate(nx.topological_generations(shape)) for key in layer}
    for key in reversed(list(nx.topological_sort(shape))):  # starts move next to what they lead to
        after = [rank[each] for each in shape.successors(key)]
        if after and not shape.in_degree(key):
            rank[key] = min(after) - 1
    order = _order(shape)
    columns: list[list[str]] = [[] for _ in range(max(rank.values()) + 1)]
    for key in sorted(shape, key=lambda key: (order.get(key, 0.0), graph.position(key)[1])):
        columns[rank[key]].append(key)
    return columns


def _order(shape: "nx.DiGraph[str]") -> dict[str, float]:
    from fast_sugiyama import from_edges

    names = {key: number for number, key in enumerate(shape)}
    keys = list(names)
    found: dict[str, float] = {}
    for places, *_rest in from_edges([(names[a], names[b]) for a, b in shape.edges], dummy_vertices=True):
        found.update({keys[int(number)]: float(x) for number, (x, _y) in places if int(number) < len(keys)})
    return found


def _wanted(cards: Mapping[str, Card], tops: Mapping[str, float], key: str, wires: Mapping[str, list[Edge]],
            *, down: bool) -> float:  # fmt: skip
    """Where a card would have level wires: beside the ports that lead to it, or that it leads to."""
    goals = []
    for edge in wires[key]:
        port = cards[edge.source].port_y(edge.port)
        if down:
            goals.append(tops[edge.source] + port - metrics.IN_PORT_Y)
        else:
            goals.append(tops[edge.target] + metrics.IN_PORT_Y - port)
    return sum(goals) / len(goals) if goals else tops[key]


def _stack(
    column: Sequence[str], wanted: Mapping[str, float], heights: Mapping[str, float], tops: dict[str, float]
) -> None:
    """Places as near as possible (least squares) to the wanted ones, in this order and without touching."""
    offset, below = {}, 0.0
    for key in column:
        offset[key] = below
        below += heights[key] + metrics.ROW_GAP
    groups: list[tuple[float, int]] = []  # mean of a run that must move together, its length
    for key in column:
        mean, count = wanted[key] - offset[key], 1
        while groups and groups[-1][0] > mean:
            before, many = groups.pop()
            mean, count = (before * many + mean * count) / (many + count), many + count
        groups.append((mean, count))
    values = [mean for mean, count in groups for _ in range(count)]
    for key, mean in zip(column, values, strict=True):
        tops[key] = metrics.snapped(mean + offset[key])


def straightened(graph: Graph, cards: Mapping[str, Card], ids: Iterable[str]) -> Graph:
    """Cards moved up or down by a little so that the wire into them is level, where nothing is in the way."""
    taken = {key: (graph.position(key), cards[key].height) for key in cards}
    for key in sorted(ids, key=lambda each: graph.position(each)[0]):
        into = graph.edges_to(key)
        if not into or into[0].source not in cards:
            continue
        (sx, sy), (x, y) = taken[into[0].source][0], taken[key][0]
        goal = sy + cards[into[0].source].port_y(into[0].port) - metrics.IN_PORT_Y
        free = all(
            other == key
            or abs(ox - x) >= metrics.WIDTH
            or oy + height <= goal
            or oy >= goal + cards[key].height
            for other, ((ox, oy), height) in taken.items()
        )
        if sx < x and 0 < abs(goal - y) <= 2 * metrics.HEADER and free:
            taken[key] = ((x, goal), cards[key].height)
    return graph.with_positions(
        {key: place for key, (place, _height) in taken.items() if place != graph.position(key)}
    )


def _drawn_follows(before: Graph, cards: Mapping[str, Card], after: Graph) -> Graph:
    """Frames are drawn anew around the cards that were in them, notes stay with the card they stand by."""
    top, right, bottom, left = sizes("frame.padding")
    changed: dict[str, Drawn | None] = {}
    for each in drawn_of(before.layout):
        inside = [key for key in before.nodes if each.kind == "frame" and _inside(each, before.position(key))]
        if inside:
            corners = [(after.position(key), cards[key].height) for key in inside]
            x, y = min(p[0] for p, _h in corners) - left, min(p[1] for p, _h in corners) - top
            far = max(p[0] for p, _h in corners) + metrics.WIDTH + right
            low = max(p[1] + height for p, height in corners) + bottom
            changed[each.id] = replace(each, x=x, y=y, width=far - x, height=low - y)
    for each in drawn_of(before.layout):
        if each.kind == "note":
            shift = _company(each, before, after)
            if shift != (0.0, 0.0):
                changed[each.id] = replace(each, x=each.x + shift[0], y=each.y + shift[1])
    return with_drawn(after, changed) if changed else after


def _company(note: Drawn, before: Graph, after: Graph) -> Point:
    """How far a note goes: as far as the card nearest to it, or not at all if none is near."""
    middle = note.x + note.width / 2, note.y + note.height / 2
    near: tuple[float, str] | None = None
    for key in before.nodes:
        x, y = before.position(key)
        away = abs(x + metrics.WIDTH / 2 - middle[0]) + abs(y + metrics.IN_PORT_Y - middle[1])
        if near is None or away < near[0]:
            near = away, key
    if near is None or near[0] > 2 * _COLUMN:
        return 0.0, 0.0
    (x0, y0), (x1, y1) = before.position(near[1]), after.position(near[1])
    return x1 - x0, y1 - y0


def _inside(frame: Drawn, at: Point) -> bool:
    return frame.x <= at[0] <= frame.x + frame.width and frame.y <= at[1] <= frame.y + frame.height
