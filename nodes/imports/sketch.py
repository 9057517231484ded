"""A draft skeleton in the making: cards with names and places, wires, notes, and what only stands in for something."""

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from nodes.file import MOST_EDGES, MOST_NODES, ReadGraph
from nodes.graph import Edge, Graph, Json, Layout, Node, Params, Point
from storage.base.problems import Problem
from storage.base.words import N_, _, plural

PASSES = 10  # of a way back: other tools set no limit, we need one
NOBODY: Params = {"any": []}  # the rule of a branch until a person writes one
OUT_PORTS = {"task": "done", "wait_for": "hit", "data_sync": "ok", "rule_split": "else"}
ENTRIES = ("audience", "event_entry", "date_entry")
WALK_PAST = "update_contact"  # with `off` people walk past it
_GRID = 8
_FARTHEST = 1e6
_HUGE = 1e15
_LINE, _SIGNS, _NOTE_WIDTH = 18, 52, 400


@dataclass(frozen=True, slots=True)
class Step:
    """What a step of another tool becomes; `stand_in` says that it has no counterpart here."""

    type: str
    params: Params = field(default_factory=dict)
    off: bool = False
    stand_in: bool = False


@dataclass
class Sketch:
    """Collects one drawing; `finished` makes it a graph."""

    tool: str
    nodes: dict[str, Node] = field(default_factory=dict)
    positions: dict[str, Point] = field(default_factory=dict)
    edges: dict[Edge, None] = field(default_factory=dict)
    notes: list[Params] = field(default_factory=list)
    frames: list[Params] = field(default_factory=list)
    lanes: list[Params] = field(default_factory=list)
    stand_ins: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    remarks: list[str] = field(default_factory=list)

    def add(self, name: str, step: Step, at: Point, what: str = "") -> str:
        """One more card; `what` is the other tool's word for it. Its id is returned."""
        stem = slug(name) or slug(what) or step.type
        key, number = stem, 1
        while key in self.nodes:
            number += 1
            key = f"{stem}_{number}"
        self.nodes[key] = Node(key, step.type, name, step.params, step.off)
        self.positions[key] = snapped(at)
        if step.stand_in:
            self.stand_ins[what or step.type].append(name or key)
        return key

    def wire(self, source: str, port: str, target: str) -> None:
        """One more wire; the same one twice is one."""
        self.edges[Edge(source, port, target)] = None

    def note(self, text: str, at: Point, width: float = 232, height: float = 94) -> None:
        """One more note."""
        x, y = snapped(at)
        size = {"width": _sane(width, 40), "height": _sane(height, 24)}
        self.notes.append({"text": text, "x": x, "y": y, **size})

    def finished(self, name: str, description: str = "") -> ReadGraph:
        """The drawing as a graph, or why it is none of ours."""
        for problem in self._too_many():
            return ReadGraph(None, (problem,))
        if not self.nodes and not self.notes:
            words = N_("The {tool} drawing is empty. Open another file.")
            return ReadGraph(None, (Problem.error("empty_drawing", words, tool=self.tool),))
        self._starts_that_are_led_into()
        edges = tuple(self._limited())
        self._say_what_is_missing()
        layout = Layout(self.positions, tuple(self.frames), tuple(self.notes), tuple(self.lanes))
        return ReadGraph(Graph(name, description, {}, self.nodes, edges, layout))

    def _too_many(self) -> Iterator[Problem]:
        if len(self.nodes) > MOST_NODES:
            words = N_("The drawing has {n} steps; {limit} is the most. Split it into several.")
            yield Problem.error("too_many_nodes", words, n=f"{len(self.nodes):,}", limit=f"{MOST_NODES:,}")
        if len(self.edges) > MOST_EDGES:
            words = N_("The drawing has {n} connections; {limit} is the most. Split it into several.")
            yield Problem.error("too_many_edges", words, n=f"{len(self.edges):,}", limit=f"{MOST_EDGES:,}")

    def _starts_that_are_led_into(self) -> None:
        for target in dict.fromkeys(edge.target for edge in self.edges):
            node = self.nodes[target]
            if node.type in ENTRIES:
                self.nodes[target] = Node(target, WALK_PAST, node.label, {}, off=True)
                self.stand_ins[_("start in the middle")].append(node.label or target)

    def _limited(self) -> Iterator[Edge]:
        back = set(ways_back(self.nodes, self.edges))
        for edge in self.edges:
            yield Edge(edge.source, edge.port, edge.target, PASSES) if edge in back else edge
        if back:
            self.remarks.append(
                plural(
                    "{n} way back is limited to {passes} passes.",
                    "{n} ways back are limited to {passes} passes each.",
                    len(back),
                    passes=PASSES,
                )
            )

    def _say_what_is_missing(self) -> None:
        lines = [_("Brought from {tool}: a skeleton to fill in.", tool=self.tool)]
        if any(node.type == "rule_split" for node in self.nodes.values()):
            lines.append(_("Nobody fits a branch until you write its rule."))
        lines += self.remarks
        if self.stand_ins:
            lines.append(_("Without a counterpart, the card only stands in:"))
        for what, names in self.stand_ins.items():
            lines.append(f"- {what}: {', '.join(dict.fromkeys(names))}")
        height = 32 + _LINE * sum(1 + len(line) // _SIGNS for line in lines)
        places = [*self.positions.values(), *((each["x"], each["y"]) for each in (*self.notes, *self.lanes))]
        left, top = min(x for x, _y in places), min(y for _x, y in places)
        self.note("\n".join(lines), (left, top - height - 3 * _GRID), _NOTE_WIDTH, height)


def ways_back(nodes: Iterable[str], edges: Iterable[Edge]) -> Iterator[Edge]:
    """The wires that close a ring: found by depth first, from the starts, in wire order."""
    out: dict[str, list[Edge]] = defaultdict(list)
    led_into = set()
    for edge in edges:
        out[edge.source].append(edge)
        led_into.add(edge.target)
    keys = list(nodes)
    done: dict[str, bool] = {}  # False: on the way
    for root in (*(key for key in keys if key not in led_into), *keys):
        if root in done:
            continue
        done[root] = False
        stack = [(root, iter(out[root]))]
        while stack:
            node, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                done[node] = True
                stack.pop()
            elif following.target not in done:
                done[following.target] = False
                stack.append((following.target, iter(out[following.target])))
            elif not done[following.target]:
                yield following


def split(names: Iterable[str]) -> Step:
    """A rule split with a branch for every name; nobody fits before a person writes the rules."""
    branches = [{"port": f"way_{n}", "label": name, "rule": dict(NOBODY)} for n, name in enumerate(names, 1)]
    return Step("rule_split", {"branches": branches})


def plain(text: object, longest: int = 20_000) -> str:
    """Text without signs that no file can keep."""
    found = text if isinstance(text, str) else ""
    return "".join(
        each for each in found[:longest] if each in "\n\t" or unicodedata.category(each) not in ("Cc", "Cs")
    )


def one_line(text: object, longest: int = 200) -> str:
    """The same in one line, as a name."""
    return " ".join(plain(text).split())[:longest].strip()


def literal(text: object) -> str:
    """Text that says what it says: nothing where the other tool would have worked it out."""
    found = plain(text).strip()
    return "" if found.startswith("=") or "{{" in found or "{%" in found or "${" in found else found


def slug(name: str) -> str:
    """A name as an id: `Send “Hello”` becomes `send_hello`."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", ascii_name).strip("_")[:60].strip("_")


def words_of(camel: str) -> str:
    """`googleSheets` as `google Sheets`, to read it."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", camel)


def snapped(at: Point) -> Point:
    """A place on the grid, however far out it was."""
    return _on_grid(at[0]), _on_grid(at[1])


def _on_grid(value: float) -> float:
    if not math.isfinite(value):
        return 0.0
    return float(round(max(-_FARTHEST, min(_FARTHEST, value)) / _GRID) * _GRID)


def _sane(value: float, least: float) -> float:
    return max(least, _on_grid(value))


def number_of(value: Json) -> float:
    """A JSON value as a number; 0 where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return float(value) if abs(value) < _HUGE else 0.0  # neither is NaN


def mapping_of(value: Json) -> Mapping[str, Json]:
    """A JSON value as an object; an empty one where it is none."""
    return value if isinstance(value, Mapping) else {}


def list_of(value: Json) -> list[Json]:
    """A JSON value as a list; an empty one where it is none."""
    return value if isinstance(value, list) else []
