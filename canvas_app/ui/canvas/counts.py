"""Live figures as the canvas shows them: people per node and port."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class NodeCount:
    """People of one node: who ever entered, who is there now, who failed there, and who left by which port."""

    entered: int = 0
    waiting: int = 0
    failed: int = 0
    ports: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures of a strategy: per node, and for the box in the corner (None hides an entry of it)."""

    nodes: Mapping[str, NodeCount] = field(default_factory=dict)
    now: int | None = None
    left: int | None = None
    goal: int | None = None
    live: bool = True

    def share(self, node: str, port: str) -> float | None:
        """The share of those who left `node` by a port who took `port`; None where nobody left."""
        count = self.nodes.get(node)
        total = sum(count.ports.values()) if count else 0
        return count.ports.get(port, 0) / total if count and total else None
