"""The graph of a strategy as an immutable value: every edit returns a new one.

Dictionaries inside (params, settings) are plain JSON values and are never changed in place.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx as nx

Json = Any
Params = Mapping[str, Json]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Node:
    """One step of a strategy: its type decides what `params` mean; `off` lets people pass by."""

    id: str
    type: str
    label: str = ""
    params: Params = field(default_factory=dict)
    off: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """A wire from a port of one node to another node; `max_passes` limits a way back."""

    source: str
    port: str
    target: str
    max_passes: int | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """What is only drawn: positions of the cards' top left corners, frames, notes and lanes."""

    positions: Mapping[str, Point] = field(default_factory=dict)
    frames: tuple[Params, ...] = ()
    notes: tuple[Params, ...] = ()
    lanes: tuple[Params, ...] = ()


@dataclass(frozen=True)
class Graph:
    """A strategy as drawn: nodes by id, edges in their order, settings and layout."""

    name: str = ""
    description: str = ""
    settings: Params = field(default_factory=dict)
    nodes: Mapping[str, Node] = field(default_factory=dict)
    edges: tuple[Edge, ...] = ()
    layout: Layout = field(default_factory=Layout)

    # -- looking ---------------------------------------------------------------------------------------------

    @cached_property
    def _out(self) -> Mapping[str, tuple[Edge, ...]]:
        return _grouped(self.edges, by="source")

    @cached_property
    def _in(self) -> Mapping[str, tuple[Edge, ...]]:
        return _grouped(self.edges, by="target")

    def edges_from(self, node: str, port: str | None = None) -> tuple[Edge, ...]:
        """The edges that leave a node (by one port), in edge order."""
        return tuple(edge for edge in self._out.get(node, ()) if port is None or edge.port == port)

    def edges_to(self, node: str) -> tuple[Edge, ...]:
        """The edges that enter a node, in edge order."""
        return self._in.get(node, ())

    @cached_property
    def structure(self) -> "nx.MultiDiGraph[str]":
        """The same graph for networkx: nodes by id, one networkx edge per wire between nodes that exist, and one
        (key `goto`) per jump."""
        import networkx as nx  # a tenth of a second that small commands do without

        shape: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        shape.add_nodes_from(self.nodes)
        shape.add_edges_from(
            (edge.source, edge.target, index)
            for index, edge in enumerate(self.edges)
            if edge.source in self.nodes and edge.target in self.nodes
        )
        for node in self.nodes.values():
            target = node.params.get("node") if node.type == "goto" else None
            if isinstance(target, str) and target in self.nodes:
                shape.add_edge(node.id, target, "goto")
        return shape

    def upstream(self, node: str) -> frozenset[str]:
        """Every node from which this one can be reached."""
        import networkx as nx

        return frozenset(nx.ancestors(self.structure, node)) if node in self.nodes else frozenset()

    def downstream(self, node: str) -> frozenset[str]:
        """Every node that can be reached from this one."""
        import networkx as nx

        return frozenset(nx.descendants(self.structure, node)) if node in self.nodes else frozenset()

    def position(self, node: str) -> Point:
        """Top left corner of the card; the origin where none is kept."""
        return self.layout.positions.get(node, (0.0, 0.0))

    def free_id(self, stem: str) -> str:
        """An id that no node has yet: `stem`, else `stem_2`, `stem_3` …"""
        number, candidate = 1, stem
        while candidate in self.nodes:
            number += 1
            candidate = f"{stem}_{number}"
        return candidate

    # -- editing ---------------------------------------------------------------------------------------------

    def with_node(self, node: Node, at: Point | None = None) -> "Graph":
        """This graph with a node added, or put in the place of the one with the same id."""
        graph = replace(self, nodes={**self.nodes, node.id: node})
        return graph.with_positions({node.id: at}) if at is not None else graph

    def with_params(self, node: str, **params: Json) -> "Graph":
        """This graph with params of one node set; None takes a param away."""
        return self.with_param_map(node, params)

    def with_param_map(self, node: str, params: Params) -> "Graph":
        """As `with_params`, for names that are Python's own words (`from`, `for`)."""
        merged = {**self.nodes[node].params, **params}
        return self.with_node(
            replace(
                self.nodes[node], params={key: value for key, value in merged.items() if value is not None}
            )
        )

    def without_nodes(self, gone: Iterable[str]) -> "Graph":
        """This graph without some nodes, their edges and their positions."""
        ids = frozenset(gone)
        return replace(
            self,
            nodes={key: node for key, node in self.nodes.items() if key not in ids},
            edges=tuple(edge for edge in self.edges if edge.source not in ids and edge.target not in ids),
            layout=replace(
                self.layout,
                positions={key: at for key, at in self.layout.positions.items() if key not in ids},
            ),
        )

    def bridged_without(self, gone: Iterable[str]) -> "Graph":
        """As `without_nodes`, but a node with one way in and one way out leaves a wire behind."""
        graph = self
        for node in gone:
            into, out = graph.edges_to(node), graph.edges_from(node)
            targets = {edge.target for edge in out} - {node}
            graph = graph.without_nodes([node])
            if len(into) == 1 and len(out) == 1 and targets and into[0].source != node:
                graph = graph.with_edge(replace(into[0], target=out[0].target))
        return graph

    def with_edge(self, edge: Edge) -> "Graph":
        """This graph with one more wire; one that exists already changes nothing."""
        same = any(_ends(other) == _ends(edge) for other in self.edges)
        return self if same else replace(self, edges=(*self.edges, edge))

    def without_edges(self, gone: Iterable[Edge]) -> "Graph":
        """This graph without some wires."""
        ends = {_ends(edge) for edge in gone}
        return replace(self, edges=tuple(edge for edge in self.edges if _ends(edge) not in ends))

    def with_positions(self, positions: Mapping[str, Point]) -> "Graph":
        """This graph with cards moved to new top left corners."""
        return replace(self, layout=replace(self.layout, positions={**self.layout.positions, **positions}))

    def with_settings(self, **settings: Json) -> "Graph":
        """This graph with settings changed; None takes a setting away."""
        merged = {**self.settings, **settings}
        return replace(self, settings={key: value for key, value in merged.items() if value is not None})

    def inserted_on(self, edge: Edge, node: Node, at: Point, out_port: str) -> "Graph":
        """This graph with a new node spliced into a wire: in where it came from, out through `out_port`."""
        graph = self.with_node(node, at)
        pieces = (
            Edge(edge.source, edge.port, node.id, edge.max_passes),
            Edge(node.id, out_port, edge.target),
        )
        index = next(
            (i for i, other in enumerate(graph.edges) if _ends(other) == _ends(edge)), len(graph.edges)
        )
        return replace(graph, edges=(*graph.edges[:index], *pieces, *graph.edges[index + 1 :]))


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from one graph to another, by id; `changed` names the fields (`label`, `params.subject` …)."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    moved: tuple[str, ...] = ()
    edges_added: tuple[Edge, ...] = ()
    edges_removed: tuple[Edge, ...] = ()
    edges_reordered: bool = False
    settings: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    layout: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__slots__)

    @property
    def meaning_changed(self) -> bool:
        """Whether anything but the drawing changed."""
        return bool(
            self.added or self.removed or self.changed or self.edges_added or self.edges_removed
            or self.edges_reordered or self.settings
        )  # fmt: skip


def difference(before: Graph, after: Graph) -> Difference:
    """What must be done to turn the first graph into the second."""
    edges_before, edges_after = frozenset(before.edges), frozenset(after.edges)
    both = [key for key in after.nodes if key in before.nodes]
    changes = {key: tuple(_node_changes(before.nodes[key], after.nodes[key])) for key in both}
    return Difference(
        added=tuple(key for key in after.nodes if key not in before.nodes),
        removed=tuple(key for key in before.nodes if key not in after.nodes),
        changed={key: fields for key, fields in changes.items() if fields},
        moved=tuple(key for key in both if before.position(key) != after.position(key)),
        edges_added=tuple(edge for edge in after.edges if edge not in edges_before),
        edges_removed=tuple(edge for edge in before.edges if edge not in edges_after),
        edges_reordered=edges_before == edges_after and before.edges != after.edges,
        settings=tuple(sorted(_keys_that_differ(before.settings, after.settings))),
        texts=tuple(name for name in ("name", "description") if getattr(before, name) != getattr(after, name)),
        layout=tuple(
            name for name in ("frames", "notes", "lanes")
            if getattr(before.layout, name) != getattr(after.layout, name)
        ),
    )  # fmt: skip


def _node_changes(before: Node, after: Node) -> Iterator[str]:
    if before is after:
        return
    for name in ("type", "label", "off"):
        if getattr(before, name) != getattr(after, name):
            yield name
    for key in sorted(_keys_that_differ(before.params, after.params)):
        yield f"params.{key}"


def _keys_that_differ(before: Params, after: Params) -> Iterator[str]:
    for key in {**before, **after}:
        if (key in before) != (key in after) or before.get(key) != after.get(key):
            yield key


def _ends(edge: Edge) -> tuple[str, str, str]:
    return edge.source, edge.port, edge.target


def _grouped(edges: tuple[Edge, ...], *, by: str) -> Mapping[str, tuple[Edge, ...]]:
    groups: dict[str, list[Edge]] = {}
    for edge in edges:
        groups.setdefault(getattr(edge, by), []).append(edge)
    return {key: tuple(group) for key, group in groups.items()}
