"""A strategy compiled to segments: the nodes between two rest points, in topological order. Pure; done once a version.

A segment starts where tokens stand: they leave the start node by their port, or (`arriving`) have it looked at first.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import networkx as nx

from nodes.channel import Channel
from nodes.graph import Edge, Graph, Node
from nodes.library.goto import Goto
from nodes.registry import behaviour
from nodes.spec import COMING, JUMPED, NodeType

HIDDEN = "\x00jump."  # begins the ids of nodes that only the runtime knows
MAX_NODES = 60  # a longer segment is cut: SQLite overflows on deep chains


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A node within a segment, `offset` jumps after its start."""

    node: str
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """How a token gets to an occurrence: from another one (None: the start of the segment) by one of its ports."""

    origin: Occurrence | None
    port: int


@dataclass(frozen=True, slots=True)
class Segment:
    """The nodes that tokens pass in one wave.

    `cuts`: where they always stop, to be looked at in a wave of its own; `ahead`: where they stop before entering,
    because other tokens of the same run move first; `coming`: the tokens have stopped like that before `start`.
    """

    start: str
    arriving: bool
    order: tuple[Occurrence, ...] = ()
    sources: dict[Occurrence, tuple[Source, ...]] = field(default_factory=dict)
    cuts: frozenset[Occurrence] = frozenset()
    ahead: frozenset[Occurrence] = frozenset()
    coming: bool = False

    @property
    def leaving(self) -> bool:
        """Whether the tokens leave the start by the port they bring."""
        return not self.arriving and not self.coming


@dataclass(frozen=True)
class Shape:
    """What all segments of a graph have in common."""

    graph: Graph
    types: dict[str, NodeType]
    order: dict[str, int]
    looping: frozenset[str]
    guarded: frozenset[str]
    forks: bool

    @classmethod
    def of(cls, graph: Graph) -> "Shape":
        """Analyse a graph whose nodes are all of known types; nodes that are switched off are taken out."""
        graph = with_jumps(without_switched_off(graph))
        types = {
            key: found for key, node in graph.nodes.items() if (found := behaviour(node, graph)) is not None
        }
        parts = list(nx.strongly_connected_components(graph.structure))
        looping = frozenset(key for part in parts if len(part) > 1 for key in part)
        forks = any(len(graph.edges_from(edge.source, edge.port)) > 1 for edge in graph.edges)
        entries = sum(1 for each in types.values() if each.entry)
        merges = [key for key in graph.nodes if len(graph.edges_to(key)) + _jumps_to(graph, key) > 1]
        guarded = frozenset(merges) if forks or entries > 1 else frozenset()
        return cls(graph, types, topological(graph), looping, guarded, forks)

    def always_rests(self, node: str) -> bool:
        """Whether every token stops there: for the result of a message, for data, or (in a loop) for a new wave."""
        kind = self.types[node]
        rests = isinstance(kind, Channel) or kind.barrier or kind.always_rests
        return rests or (kind.waits and node in self.looping)

    def stops_briefly(self, node: str) -> bool:
        """Whether tokens stop there though they may go on at the same instant, in another wave."""
        kind = self.types[node]
        if isinstance(kind, Channel) or kind.always_rests:
            return False
        return kind.barrier or (kind.waits and node in self.looping)

    def targets(self, node: str, port: int) -> tuple[Edge, ...]:
        """Where a port leads, in edge order."""
        ports = self.types[node].ports()
        return self.graph.edges_from(node, ports[port].id) if 0 <= port < len(ports) else ()


def without_switched_off(graph: Graph) -> Graph:
    """The graph as people walk it: a node that is off is passed by through its first port."""
    for node in [each for each in graph.nodes.values() if each.off]:
        kind = behaviour(node, graph)
        ports = kind.ports() if kind else ()
        onward = graph.edges_from(node.id, ports[0].id) if ports else ()
        if kind is not None and kind.entry:
            onward = ()
        edges = dict.fromkeys(passed for edge in graph.edges for passed in _past(edge, node.id, onward))
        graph = replace(graph.without_nodes([node.id]), edges=tuple(edges))
    return graph


def _past(edge: Edge, node: str, onward: tuple[Edge, ...]) -> Iterator[Edge]:
    """What becomes of an edge where people pass a node by, in its place among the others."""
    if edge.source == node:
        return
    if edge.target != node:
        yield edge
        return
    for after in onward:
        if after.target != node:
            limits = [each for each in (edge.max_passes, after.max_passes) if each is not None]
            yield Edge(edge.source, edge.port, after.target, min(limits, default=None))


def with_jumps(graph: Graph) -> Graph:
    """The graph with every edge that has `max_passes` turned into a hidden `goto`."""
    edges = []
    for edge in graph.edges:
        if edge.max_passes is not None:
            hidden = Node(f"{HIDDEN}{edge.source}.{edge.port}.{edge.target}", "goto", "",
                          {"node": edge.target, "max_passes": edge.max_passes})  # fmt: skip
            graph, edge = graph.with_node(hidden), Edge(edge.source, edge.port, hidden.id)
        edges.append(edge)
    return replace(graph, edges=tuple(edges))


def topological(graph: Graph) -> dict[str, int]:
    """A position for every node: topological where there are no loops, edge order from the entries, then node id."""
    seen: dict[str, int] = {}
    back: set[str] = set()

    def visit(start: str) -> Iterator[str]:
        stack: list[tuple[str, Iterator[Edge]]] = [(start, iter(graph.edges_from(start)[::-1]))]
        back.add(start)
        while stack:
            node, edges = stack[-1]
            edge = next(
                (each for each in edges if each.target in graph.nodes and each.target not in back), None
            )
            if edge is None:
                stack.pop()
                yield node
            else:
                back.add(edge.target)
                stack.append((edge.target, iter(graph.edges_from(edge.target)[::-1])))

    roots = [key for key in graph.nodes if not graph.edges_to(key)]
    starts = [*reversed(roots), *sorted(graph.nodes)]  # the latter are new only where edges go round
    finished = [node for root in starts if root not in back for node in visit(root)]
    for node in reversed(finished):
        seen[node] = len(seen)
    return seen


def compile_segment(
    shape: Shape,
    start: str,
    *,
    arriving: bool,
    coming: bool = False,
    through: frozenset[str] = frozenset(),
    horizon: tuple[int, int] | None = None,
) -> Segment:
    """The segment whose tokens stand at `start`, or are `coming` to it.

    `through`: message nodes that are answered within the wave; `horizon`: from which (jumps, place in the order) on
    tokens wait until others of their run, due at the same instant, have moved.
    """
    sources: dict[Occurrence, list[Source]] = {}
    cuts: set[Occurrence] = set()
    ahead: set[Occurrence] = set()
    expanded: set[Occurrence] = set()

    def lead(origin: Occurrence | None, node: str, offset: int) -> None:
        kind = shape.types[node]
        for number in range(len(kind.ports())):
            for edge in shape.targets(node, number):
                add(Occurrence(edge.target, offset), Source(origin, number))
        if isinstance(kind, Goto) and kind.target in shape.types:
            add(Occurrence(kind.target, offset + 1), Source(origin, JUMPED))

    def add(occurrence: Occurrence, source: Source) -> None:
        sources.setdefault(occurrence, []).append(source)

    if arriving:
        sources[Occurrence(start)] = []
    elif coming:
        add(Occurrence(start), Source(None, COMING))
    else:
        lead(None, start, 0)
    while waiting := [each for each in sources if each not in expanded]:
        occurrence = min(waiting, key=lambda each: (each.offset, shape.order[each.node]))
        expanded.add(occurrence)
        first = arriving and occurrence == Occurrence(start)
        if horizon is not None and not first and _place(shape, occurrence) >= horizon:
            ahead.add(occurrence)
        elif len(expanded) > MAX_NODES and not first:
            cuts.add(occurrence)
            horizon = _behind(shape, occurrence)
        elif not first and shape.stops_briefly(occurrence.node):
            horizon = _behind(shape, occurrence)
        elif first or occurrence.node in through or not shape.always_rests(occurrence.node):
            lead(occurrence, occurrence.node, occurrence.offset)
    order = tuple(sorted(sources, key=lambda each: (each.offset, shape.order[each.node])))
    led = {key: tuple(found) for key, found in sources.items()}
    return Segment(start, arriving, order, led, frozenset(cuts), frozenset(ahead), coming)


def _behind(shape: Shape, occurrence: Occurrence) -> tuple[int, int] | None:
    """Siblings behind a node where tokens stop for this very instant wait until those have moved on."""
    return (occurrence.offset, shape.order[occurrence.node] + 1) if shape.forks else None


def _place(shape: Shape, occurrence: Occurrence) -> tuple[int, int]:
    return occurrence.offset, shape.order[occurrence.node]


def _jumps_to(graph: Graph, node: str) -> int:
    return sum(1 for each in graph.nodes.values() if each.type == "goto" and each.params.get("node") == node)
