"""What every question of the check looks at: the graph with its nodes' types read once."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol, TypeVar, runtime_checkable

from nodes.channel import Channel
from nodes.graph import Graph, Node
from nodes.registry import behaviour
from nodes.settings import Settings
from nodes.spec import Names, NodeType
from storage.base.durations import Duration
from storage.base.errors import UserError

DAY = 86_400
T = TypeVar("T")


@runtime_checkable
class People(Protocol):
    """What a workspace also knows about its people; checks that need it are left out where it is not known."""

    def contact_count(self) -> int:
        """How many contacts there are."""
        ...

    def filled_count(self, field: str) -> int:
        """How many contacts have a value in a field."""
        ...

    def reachable(self, channel: str) -> int:
        """How many contacts have an address for a channel and said yes to marketing by it."""
        ...

    def has_unsubscribe_way(self, account: str) -> bool:
        """Whether an account (empty: the default one) of the email channel can offer a link to unsubscribe."""
        ...

    def daily_cap(self) -> int:
        """How many marketing touches a contact gets on one day at most."""
        ...


@dataclass(frozen=True)
class View:
    """A graph with the behaviour, ports and settings of its nodes, as far as they can be read."""

    graph: Graph
    names: Names | None = None
    kinds: Mapping[str, NodeType] = field(default_factory=dict)

    @classmethod
    def of(cls, graph: Graph, names: Names | None) -> "View":
        """Read every node once."""
        found = {key: behaviour(node, graph) for key, node in graph.nodes.items()}
        return cls(graph, names, {key: kind for key, kind in found.items() if kind is not None})

    @property
    def people(self) -> People | None:
        """What is known about the people, if anything."""
        return self.names if isinstance(self.names, People) else None

    @cached_property
    def settings(self) -> Settings:
        """The settings of the strategy."""
        return Settings.of(self.graph)

    @cached_property
    def category(self) -> str:
        """The category of its messages."""
        return settled(lambda: self.settings.category, "marketing")

    @cached_property
    def ports(self) -> Mapping[str, tuple[str, ...] | None]:
        """The ports of each node; None where its params are too wrong to tell."""
        return {key: _ports(kind) for key, kind in self.kinds.items()}

    @cached_property
    def entries(self) -> tuple[str, ...]:
        """The nodes at which contacts come in."""
        return tuple(key for key, kind in self.kinds.items() if kind.entry)

    @cached_property
    def channels(self) -> Mapping[str, Channel]:
        """The nodes that send or call and are not switched off."""
        return {
            key: kind
            for key, kind in self.kinds.items()
            if isinstance(kind, Channel) and not self.graph.nodes[key].off
        }

    def is_notice(self, node: str) -> bool:
        """Whether a channel node writes to a colleague instead of the contact."""
        kind = self.channels[node]
        return bool(settled(lambda: getattr(kind, "is_notice", False), False))

    def messages(self) -> Iterator[tuple[Node, str]]:
        """Every (node, channel) by which a contact may hear from us."""
        for key, kind in self.channels.items():
            if not self.is_notice(key):
                yield self.graph.nodes[key], kind.channel
        for node in self.graph.nodes.values():
            if node.type == "preferred" and not node.off:
                order = node.params.get("order")
                channels = order if isinstance(order, list) else ()
                yield from ((node, each) for each in channels if isinstance(each, str))

    def title(self, node: str) -> str:
        """What the marketer calls a node."""
        kind = self.kinds.get(node)
        return kind.title if kind else (self.graph.nodes[node].label or node)

    @property
    def marketing(self) -> bool:
        """Whether caps, quiet hours and consent apply."""
        return self.category == "marketing"

    def shortest_stay(self, node: str, port: str) -> int:
        """Seconds that a contact surely spends at a node before it leaves by `port`."""
        params, kind = self.graph.nodes[node].params, self.graph.nodes[node].type
        if self.graph.nodes[node].off:
            return 0
        match kind, port:
            case "delay", _:
                return _seconds(params.get("for"))
            case "wait_for", "timeout":
                return _seconds(params.get("timeout"))
            case "result_split", "else":
                return _seconds(params.get("wait"))
            case "task", "overdue":
                return _seconds(params.get("due"))
        return 0

    def rests(self, node: str) -> bool:
        """Whether a loop through this node comes to rest there."""
        kind = self.kinds.get(node)
        if (
            kind is None
            or self.graph.nodes[node].off
            or isinstance(kind, Channel)
            or kind.type_id == "preferred"
        ):
            return False
        if kind.type_id == "delay" and _seconds(kind.params.get("for")) == 0:
            return any(kind.params.get(key) for key in ("until", "until_field", "at", "window"))
        return bool(settled(lambda: kind.waits, True))


def settled(read: Callable[[], T], otherwise: T) -> T:
    """What `read` gives, or `otherwise` where a param is wrong (the node's own check tells that)."""
    try:
        return read()
    except UserError:
        return otherwise


def _ports(kind: NodeType) -> tuple[str, ...] | None:
    return settled(lambda: tuple(port.id for port in kind.ports()), None)


def _seconds(value: object) -> int:
    if value is None:
        return 0
    return settled(lambda: max(0, Duration.parse(value).rough_seconds()), 0)
