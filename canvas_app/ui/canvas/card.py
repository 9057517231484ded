"""What is shown of one node: worked out from the graph, kept until the node changes."""

import re
from collections.abc import Iterable
from functools import cached_property
from itertools import count

from canvas_app.ui.canvas import metrics
from canvas_app.ui.canvas.counts import NodeCount
from canvas_app.ui.palette.catalogue import preset_of
from canvas_app.ui.theme import kind_icon
from nodes.graph import Graph, Node
from nodes.registry import behaviour
from nodes.spec import Names, NodeType, Port
from storage.base.errors import UserError
from storage.base.problems import Level, Problem
from storage.base.words import _, plural

_STAMPS = count()
_SENTENCE = re.compile(r"(?<=\.)\s|(?<=。)")
UNKNOWN_ICON = kind_icon("")[1]


class Card:
    """One node as drawn. Title and sub-line are worked out when first painted: most cards are small or far away."""

    def __init__(self, node: Node, graph: Graph, names: Names | None = None) -> None:
        self.node = node
        self.graph = graph
        self.names = names
        self.kind: NodeType | None = behaviour(node, graph)
        self.family, self.icon = _looks(node, self.kind)
        self.has_in = self.kind is None or not self.kind.entry
        self.ports: tuple[Port, ...] = _ports(self.kind, node, graph)
        self.rows: tuple[Port, ...] = self.ports if len(self.ports) > 1 else ()
        self.problem: Problem | None = None
        self.count: NodeCount | None = None
        self.stamp = next(_STAMPS)  # another one whenever it has to be painted anew

    def show_problem(self, problem: Problem | None) -> None:
        """Put a badge on it, or take it off."""
        if problem != self.problem:
            self.problem, self.stamp = problem, next(_STAMPS)

    def show_count(self, count: NodeCount | None) -> bool:
        """Put figures on it, or take them off; whether its height changed by that."""
        height = self.height
        if count != self.count:
            self.count, self.stamp = count, next(_STAMPS)
        return self.height != height

    @cached_property
    def title(self) -> str:
        """The marketer's name for it, else the preset's or the type's."""
        if self.node.label:
            return self.node.label
        preset = preset_of(self.node)
        if preset is not None:
            return _(preset.label)
        return self.kind.title if self.kind else self.node.type

    @cached_property
    def summary(self) -> str:
        """Its settings in one line of words."""
        if self.kind is None:
            return _("Unknown kind “{type}”", type=self.node.type)
        try:
            return self.kind.summary(self.names)
        except (UserError, LookupError, TypeError, ValueError, AttributeError):
            return ""  # half-filled or foreign params: the problem list says what is wrong

    @property
    def sub_line(self) -> tuple[str, str]:
        """The line below the title, and its colour."""
        if self.node.off:
            return _("People pass by"), "text3"
        if self.problem is not None and self.problem.level is Level.ERROR:
            return short(self.problem.message, self.title), "text2"
        if not self.ports and self.count is not None:
            return plural("{n} contact", "{n} contacts", self.count.entered), "text2"
        return self.summary, "text2"

    @property
    def level(self) -> Level | None:
        """How bad its worst problem is; remarks leave the card alone."""
        return self.problem.level if self.problem and self.problem.level is not Level.INFO else None

    @property
    def has_counters(self) -> bool:
        """Whether the last row shows figures; the ends of a strategy carry theirs in the sub-line."""
        return self.count is not None and bool(self.ports)

    @property
    def height(self) -> float:
        """Height in scene units."""
        rows = metrics.HEADER + metrics.ROW * len(self.rows)
        return float(rows + metrics.COUNTER_ROW if self.has_counters else rows)

    def port_index(self, port: str) -> int:
        """Which row a port is on; a port that the node does not have counts as the last."""
        return next((i for i, each in enumerate(self.ports) if each.id == port), max(len(self.ports) - 1, 0))

    def port_y(self, port: str) -> float:
        """How far below the top a port sits."""
        return metrics.out_port_y(self.port_index(port), len(self.rows))

    def spoken(self) -> str:
        """The card for a screen reader: name, kind, state, figures and problem."""
        parts = [self.title, _(self.kind.label) if self.kind else self.node.type, self.summary]
        if self.node.off:
            parts.append(_("switched off"))
        if self.count is not None:
            waiting = f"{self.count.waiting:,}"
            parts.append(_("{n} entered, {here} here now", n=f"{self.count.entered:,}", here=waiting))
        if self.problem is not None:
            parts.append(_("problem: {text}", text=self.problem.message))
        return ", ".join(part for part in parts if part)


def short(message: str, title: str) -> str:
    """A problem as a sub-line: its first sentence, without the name that stands above it."""
    rest = message.removeprefix(f"“{title}”").removeprefix(f"「{title}」").strip(" :：,，")
    first = _SENTENCE.split(rest, maxsplit=1)[0].rstrip(".。") or message
    return first[0].upper() + first[1:]


def worst(problems: Iterable[Problem]) -> dict[str, Problem]:
    """The worst problem of each node that has one."""
    order = (Level.ERROR, Level.WARNING, Level.INFO)
    found: dict[str, Problem] = {}
    for problem in problems:
        if problem.node is None:
            continue
        other = found.get(problem.node)
        if other is None or order.index(problem.level) < order.index(other.level):
            found[problem.node] = problem
    return found


def _looks(node: Node, kind: NodeType | None) -> tuple[str, str]:
    preset = preset_of(node)
    if preset is not None:
        return preset.family, preset.icon
    family, icon = kind_icon(node.type)
    if icon == UNKNOWN_ICON and kind is not None and kind.family:
        return kind.family, kind.icon if kind.icon.startswith("mdi6.") else icon
    return family, icon


def _ports(kind: NodeType | None, node: Node, graph: Graph) -> tuple[Port, ...]:
    if kind is not None:
        try:
            return kind.ports()
        except (UserError, LookupError, TypeError, ValueError, AttributeError):
            pass  # half-filled or foreign params: show at least what is wired
    wired = dict.fromkeys(edge.port for edge in graph.edges_from(node.id))
    return tuple(Port(port, port) for port in wired) or (Port("out", _("Out")),)
