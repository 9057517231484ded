"""What the walk keeps of a strategy and of those who walk it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

CHANNELS = {"email": "email", "sms": "phone", "ai_call": "phone"}
CALLS = ("ai_call",)
FAILED, SKIPPED, JUMPED, ENDED = "failed", "skipped", "jump", "end"

Step = tuple[str, str, int, int]
"""Node, port, loop round, time."""


@dataclass
class Touch:
    """A message owed or sent."""

    node: str
    round: int
    not_before: int
    state: str = "pending"
    reason: str | None = None
    at: int | None = None
    outcomes: dict[str, int] = field(default_factory=dict)

    def known(self, now: int) -> set[str]:
        """What is known to have become of it."""
        return {kind for kind, at in self.outcomes.items() if at <= now} | {self.state}


@dataclass(eq=False)
class Token:
    """Where somebody stands: `port` is taken when it is due."""

    node: str
    round: int
    arrived: int
    due: int | None
    port: str | None = None
    sent: int | None = None  # when the last message it came by left


@dataclass
class Run:
    """One passage of a contact."""

    number: int
    by: str
    key: str | None
    entered: int
    state: str = "active"
    reason: str | None = None
    ended: int | None = None
    goal_at: int | None = None
    tokens: list[Token] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)
    visited: set[tuple[str, int]] = field(default_factory=set)
    jumps: Counter[str] = field(default_factory=Counter)


@dataclass
class Strategy:
    """A strategy file with what the walk looks up in it; `sandboxes`: params of the default account by channel."""

    file: Mapping[str, Any]
    salt: int
    sandboxes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    home_zone: str = "UTC"
    cap: int = 2

    def __post_init__(self) -> None:
        self.settings: Mapping[str, Any] = self.file.get("settings", {})
        self.nodes: dict[str, Mapping[str, Any]] = {node["id"]: node for node in self.file["nodes"]}
        self.edges: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        for edge in self.file["edges"]:
            self.edges.setdefault((edge["from"], edge["port"]), []).append(edge)
        self.zone = self.settings.get("timezone") or self.home_zone
        self.category = self.settings.get("category", "marketing")
        self.entries = [
            key
            for key, node in self.nodes.items()
            if node["type"] in ("audience", "event_entry") and not node.get("off")
        ]
        self.order = self._topological()
        self.entries.sort(key=self.order.__getitem__)

    def params(self, node: str) -> Mapping[str, Any]:
        """The params of a node."""
        found: Mapping[str, Any] = self.nodes[node].get("params", {})
        return found

    def ports(self, node: str) -> list[str]:
        """The ports of a node, in order."""
        params = self.params(node)
        match self.nodes[node]["type"]:
            case "rule_split" | "result_split":
                return [*(branch["port"] for branch in params["branches"]), "else"]
            case "ab_split":
                return [arm["port"] for arm in params["arms"]]
            case "wait_for":
                return ["hit", "timeout"]
            case "goto":
                return ["exhausted"]
            case "exit":
                return []
        return ["out"]

    def waits_for_events(self, node: str) -> bool:
        """Whether an event or a result may move a token on; a rule wait is looked at with the goals."""
        return self.nodes[node]["type"] in ("wait_for", "result_split") and "rule" not in self.params(node)

    def out(self, node: str, port: str) -> list[Mapping[str, Any]]:
        """The edges of a port, in order."""
        return self.edges.get((node, port), [])

    def _onward(self, node: str) -> Iterator[str]:
        """The nodes that follow a node, past those that are off."""
        ports = self.ports(node)[:1] if self.nodes[node].get("off") else self.ports(node)
        for edge in self.file["edges"]:
            if edge["from"] == node and edge["port"] in ports and "max_passes" not in edge:
                target = edge["to"]
                if self.nodes[target].get("off"):
                    yield from self._onward(target)
                else:
                    yield target

    def _topological(self) -> dict[str, int]:
        finished: list[str] = []

        def visit(node: str) -> None:
            if node in finished:
                return
            for target in reversed(list(dict.fromkeys(self._onward(node)))):
                visit(target)
            finished.append(node)

        live = [node for node in self.nodes if not self.nodes[node].get("off")]
        targets = {target for node in live for target in self._onward(node)}
        entries = [node for node in live if self.nodes[node]["type"] in ("audience", "event_entry")]
        for root in [*reversed(entries), *sorted(set(live) - targets, reverse=True)]:
            visit(root)
        return {node: place for place, node in enumerate(reversed(finished))}
