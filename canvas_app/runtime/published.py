"""A published version, ready to run: its graph, settings, numbers and segments."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as upsert

from canvas_app.runtime.segments import Shape
from nodes.channel import Channel
from nodes.file import read_graph
from nodes.graph import Graph
from nodes.library.result_split import ResultSplit
from nodes.library.update_contact import UpdateContact
from nodes.library.wait_for import WaitFor
from nodes.settings import Settings
from nodes.spec import NodeType
from nodes.windows import Window
from storage import tables
from storage.workspace import name_id, setting


@dataclass
class Published:
    """One frozen version of a strategy."""

    id: int
    strategy: int
    name: str
    number: int
    salt: int
    graph: Graph
    node_ids: dict[str, int]
    home_zone: str = "UTC"

    @cached_property
    def shape(self) -> Shape:
        """What its segments have in common."""
        return Shape.of(self.graph)

    @cached_property
    def settings(self) -> Settings:
        """Its settings."""
        return Settings.of(self.graph)

    @cached_property
    def node_keys(self) -> dict[int, str]:
        """Node ids of the file by their numbers."""
        return {number: key for key, number in self.node_ids.items()}

    @cached_property
    def channels(self) -> dict[str, Channel]:
        """Its channel nodes."""
        return {key: kind for key, kind in self.shape.types.items() if isinstance(kind, Channel)}

    @cached_property
    def entries(self) -> dict[str, NodeType]:
        """Its entry nodes, in topological order."""
        found = {key: kind for key, kind in self.shape.types.items() if kind.entry}
        return dict(sorted(found.items(), key=lambda item: self.shape.order[item[0]]))

    def window(self, node: str) -> Window | None:
        """The send window of a channel node: its own, else the strategy's (not for transactional messages)."""
        own = self.channels[node].window
        return (
            own if own is not None or self.settings.category == "transactional" else self.settings.send_window
        )


def load_published(connection: Connection, version: int) -> Published:
    """Read a version."""
    row = connection.execute(
        select(tables.version, tables.strategy.c.name, tables.strategy.c.salt)
        .join(tables.strategy, tables.strategy.c.id == tables.version.c.strategy)
        .where(tables.version.c.id == version)
    ).one()
    graph = read_graph(row.graph).graph
    assert graph is not None
    found = Published(
        row.id,
        row.strategy,
        row.name,
        row.number,
        row.salt,
        graph,
        {},
        setting(connection, "timezone", "UTC"),
    )
    found.node_ids.update(
        numbered(connection, row.strategy, list(found.shape.graph.nodes) + list(graph.nodes))
    )
    for word in _words_of(found):
        name_id(connection, word)
    return found


def _words_of(version: Published) -> Iterator[str]:
    """Tags and events that its statements look up by name: they must be there before the first wave."""
    for kind in version.shape.types.values():
        if isinstance(kind, UpdateContact):
            yield from (*kind.add_tags, *kind.remove_tags)
        elif isinstance(kind, WaitFor):
            yield from (*kind.outcomes, *((kind.event,) if kind.event else ()))
        elif isinstance(kind, ResultSplit):
            yield from (word for branch in kind.branches for word in branch.outcomes)


def numbered(connection: Connection, strategy: int, keys: list[str]) -> dict[str, int]:
    """The numbers of a strategy's node ids, given out where they are new (never where all are known: a reader asks)."""
    known = select(tables.node.c.key, tables.node.c.id).where(tables.node.c.strategy == strategy)
    found = {row.key: row.id for row in connection.execute(known)}
    new = [{"strategy": strategy, "key": key} for key in dict.fromkeys(keys) if key not in found]
    if new:
        connection.execute(upsert(tables.node).on_conflict_do_nothing(), new)
        found = {row.key: row.id for row in connection.execute(known)}
    return found
