"""What a report is about: a strategy with all its versions, as the tables number them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import Connection, select

from nodes.channel import Channel
from nodes.file import read_graph
from nodes.graph import Graph
from nodes.registry import behaviour
from nodes.settings import Settings
from nodes.spec import NodeType
from storage import tables
from storage.base.errors import UserError
from storage.base.words import N_
from storage.workspace import setting

ROOT = "\x00root"  # stands before every entry
HIDDEN = "\x00"  # begins the ids of nodes that only the runtime knows


@dataclass(frozen=True)
class Version:
    """One published version."""

    id: int
    number: int
    published: int
    graph: Graph

    @cached_property
    def types(self) -> Mapping[str, NodeType]:
        """Its nodes with their types."""
        found = {key: behaviour(node, self.graph) for key, node in self.graph.nodes.items()}
        return {key: kind for key, kind in found.items() if kind is not None}

    @cached_property
    def _ports(self) -> dict[str, tuple[str, ...]]:
        return {key: tuple(port.id for port in kind.ports()) for key, kind in self.types.items()}

    def port(self, node: str, number: int) -> str | None:
        """The id of a port by its number in the tables; None where the node has no such port."""
        ports = self._ports.get(node, ())
        return ports[number] if 0 <= number < len(ports) else None


@dataclass(frozen=True)
class Subject:
    """A strategy as reports see it: `graph` is its live version, else the last one, else the draft."""

    id: int
    name: str
    status: str
    graph: Graph
    versions: Mapping[int, Version]
    keys: Mapping[int, str]
    words: Mapping[str, int]
    zone: str
    now: int
    types: Mapping[str, NodeType] = field(default_factory=dict)

    @classmethod
    def load(cls, connection: Connection, name: str, now: int) -> "Subject":
        """Read a strategy by name; refused where there is none."""
        row = connection.execute(select(tables.strategy).where(tables.strategy.c.name == name)).first()
        if row is None:
            raise UserError(N_("There is no strategy “{name}”. “strategy list” shows them all."), name=name)
        versions = {each.id: each for each in _versions(connection, row.id)}
        newest = versions.get(row.live) or (list(versions.values())[-1] if versions else None)
        graph = newest.graph if newest else read_graph(row.draft).graph or Graph(name=name)
        node = tables.node.c
        rows = connection.execute(select(node.id, node.key).where(node.strategy == row.id))
        keys = {number: key for number, key in rows if not key.startswith(HIDDEN)}
        return cls(
            row.id, row.name, row.status, graph, versions, keys,
            {text: number for number, text in connection.execute(select(tables.name.c.id, tables.name.c.text))},
            Settings.of(graph).timezone or str(setting(connection, "timezone", "UTC")), now,
            newest.types if newest else Version(0, 0, 0, graph).types,
        )  # fmt: skip

    @cached_property
    def settings(self) -> Settings:
        """Its settings."""
        return Settings.of(self.graph)

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The numbers of its nodes by their ids in the file."""
        return {key: number for number, key in self.keys.items()}

    @cached_property
    def spoken(self) -> Mapping[int, str]:
        """Words of the tables by their numbers."""
        return {number: text for text, number in self.words.items()}

    def kind(self, node: str) -> NodeType | None:
        """A node with its type, from the newest version that has it."""
        if node in self.types:
            return self.types[node]
        older = reversed(list(self.versions.values()))
        return next((version.types[node] for version in older if node in version.types), None)

    def title(self, node: str) -> str:
        """What the marketer calls a node; its id where nothing is known of it any more."""
        kind = self.kind(node)
        return kind.title if kind else node

    @cached_property
    def order(self) -> Mapping[str, int]:
        """The place of every node on the way from the entries."""
        entries = [key for key, kind in self.types.items() if kind.entry]
        return {key: place for place, key in enumerate(walked(self.graph, entries)[0])}

    def messages(self) -> Mapping[str, Channel]:
        """The nodes that write to the contact; notices to the owner or a fixed address are not counted."""
        found = {key: self.kind(key) for key in (*self.graph.nodes, *self.keys.values())}
        return {
            key: kind for key, kind in found.items()
            if isinstance(kind, Channel) and kind.params.get("to", "contact") in ("", "contact")
        }  # fmt: skip


def _versions(connection: Connection, strategy: int) -> Iterator[Version]:
    row = tables.version.c
    query = select(tables.version).where(row.strategy == strategy).order_by(row.number)
    for each in connection.execute(query):
        yield Version(each.id, each.number, each.published, read_graph(each.graph).graph or Graph())


def walked(graph: Graph, entries: Sequence[str]) -> tuple[list[str], Mapping[str, str]]:
    """Nodes in the order in which people walk them, and for each the nearest one that all come by (`ROOT` at last)."""
    import networkx as nx

    shape: nx.DiGraph[str] = nx.DiGraph()
    shape.add_node(ROOT)
    shape.add_edges_from((ROOT, entry) for entry in reversed(entries))
    shape.add_edges_from(
        (edge.source, edge.target)
        for edge in reversed(graph.edges)
        if {edge.source, edge.target} <= graph.nodes.keys()
    )
    order = [key for key in reversed(list(nx.dfs_postorder_nodes(shape, ROOT))) if key != ROOT]
    return order, dict(nx.immediate_dominators(shape, ROOT))
