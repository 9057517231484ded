"""A strategy compiled to segments: the nodes between two rest points, in topological order. Pure; done once a version.

A segment starts where tokens stand: they leave the start node by their port, or (`arriving`) have it looked at first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import networkx as nx

from nodes.channel import Channel
from nodes.graph import Edge, Graph, Node
from nodes.library.goto import Goto
from nodes.library.rule_split import RuleSplit
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
        return cls(
            graph,
            types,
            topological(graph, [key for key in types if types[key].entry]),
            looping,
            guarded,
            forks,
        )

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
        graph = _with_landing(graph, node.id, onward)
        edges = dict.fromkeys(passed for edge in graph.edges for passed in _past(edge, node.id, onward))
        graph = replace(graph.without_nodes([node.id]), edges=tuple(edges))
    return graph


def _with_landing(graph: Graph, node: str, onward: tuple[Edge, ...]) -> Graph:
    """The graph with a hidden node for those who jump to a node that people pass by."""
    jumps = [
        each.id
        for each in graph.nodes.values()
        if each.type == Goto.type_id and each.params.get("node") == node
    ]
    if not jumps:
        return graph
    landing = Node(f"{HIDDEN}{node}", RuleSplit.type_id, "", {"branches": []})
    graph = graph.with_node(landing)
    for each in onward:
        graph = graph.with_edge(Edge(landing.id, "else", each.target, each.max_passes))
    for jump in jumps:
        graph = graph.with_param_map(jump, {"node": landing.id})
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


def topological(graph: Graph, entries: Sequence[str]) -> dict[str, int]:
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

    # what is visited last comes first; nodes that are only jumped to do not disturb the order of the others
    roots = sorted(key for key in graph.nodes if not graph.edges_to(key))
    starts = [*reversed(entries), *reversed(roots), *sorted(graph.nodes)]
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
    growing = _Growing(shape, through, horizon)
    if arriving:
        growing.sources[Occurrence(start)] = []
    elif coming:
        growing.add(Occurrence(start), Source(None, COMING))
    else:
        growing.lead(None, start, 0)
    growing.grow(Occurrence(start) if arriving else None)
    order = tuple(sorted(growing.sources, key=growing.place))
    led = {key: tuple(found) for key, found in growing.sources.items()}
    return Segment(start, arriving, order, led, frozenset(growing.cuts), frozenset(growing.ahead), coming)


@dataclass
class _Growing:
    """A segment while it is followed from node to node."""

    shape: Shape
    through: frozenset[str]
    horizon: tuple[int, int] | None
    sources: dict[Occurrence, list[Source]] = field(default_factory=dict)
    cuts: set[Occurrence] = field(default_factory=set)
    ahead: set[Occurrence] = field(default_factory=set)

    def place(self, occurrence: Occurrence) -> tuple[int, int]:
        return occurrence.offset, self.shape.order[occurrence.node]

    def add(self, occurrence: Occurrence, source: Source) -> None:
        self.sources.setdefault(occurrence, []).append(source)

    def lead(self, origin: Occurrence | None, node: str, offset: int) -> None:
        kind = self.shape.types[node]
        for number in range(len(kind.ports())):
            for edge in self.shape.targets(node, number):
                self.add(Occurrence(edge.target, offset), Source(origin, number))
        if isinstance(kind, Goto) and kind.target in self.shape.types:
            self.add(Occurrence(kind.target, offset + 1), Source(origin, JUMPED))

    def grow(self, first: Occurrence | None) -> None:
        """Follow every occurrence in order; `first` is where the tokens stand already."""
        expanded: set[Occurrence] = set()
        while waiting := [each for each in self.sources if each not in expanded]:
            occurrence = min(waiting, key=self.place)
            expanded.add(occurrence)
            node, here = occurrence.node, occurrence == first
            if self.horizon is not None and not here and self.place(occurrence) >= self.horizon:
                self.ahead.add(occurrence)
            elif len(expanded) > MAX_NODES and not here:
                self.cuts.add(occurrence)
                self.horizon = _behind(self.shape, occurrence)
            elif not here and self.shape.stops_briefly(node):
                self.horizon = _behind(self.shape, occurrence)
            elif here or node in self.through or not self.shape.always_rests(node):
                self.lead(occurrence, node, occurrence.offset)


def _behind(shape: Shape, occurrence: Occurrence) -> tuple[int, int] | None:
    """Siblings behind a node where tokens stop for this very instant wait until those have moved on."""
    return (occurrence.offset, shape.order[occurrence.node] + 1) if shape.forks else None


def _jumps_to(graph: Graph, node: str) -> int:
    return sum(1 for each in graph.nodes.values() if each.type == "goto" and each.params.get("node") == node)
