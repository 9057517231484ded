"""The strategy file `strategy-canvas/1`: reading tells everything wrong at once, writing reads well in a diff."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from nodes.graph import Edge, Graph, Layout, Node, Point
from storage.base.problems import Level, Problem
from storage.base.words import N_, Words

FORMAT = "strategy-canvas/1"
LARGEST_FILE = 20 * 1024 * 1024
DEEPEST = 64
MOST_NODES = 5000
MOST_EDGES = 50_000
LONGEST_ID = 200
LARGEST_NUMBER = 1 << 63

_TOP = ("format", "name", "description", "settings", "nodes", "edges", "layout")
_NODE = ("id", "type", "label", "params", "off")
_EDGE = ("from", "port", "to", "max_passes")
_LAYOUT = ("positions", "frames", "notes", "lanes")
_PAIR = re.compile(r"\[\n\s+(-?[\d.e+-]+),\n\s+(-?[\d.e+-]+)\n\s+\]")
_TYPES = {
    dict: N_("a set of names and values, { … }"),
    list: N_("a list, [ … ]"),
    str: N_("text in quotes"),
    bool: N_("true or false"),
    int: N_("a whole number"),
}


@dataclass(frozen=True)
class ReadGraph:
    """What a file holds: the graph as far as it could be read (None: not at all) and what is wrong with the file.

    `tool` names the other program whose drawing it is.
    """

    graph: Graph | None
    problems: tuple[Problem, ...] = ()
    tool: str = ""

    @property
    def whole(self) -> bool:
        """Whether the graph holds everything that stands in the file."""
        return self.graph is not None and not any(each.level is Level.ERROR for each in self.problems)


def read_graph(text: str | bytes) -> ReadGraph:
    """Read a strategy file. Never raises: whatever is wrong is a problem with its place."""
    reader = _Reader()
    graph = reader.graph(text)
    return ReadGraph(graph, tuple(reader.problems))


def write_graph(graph: Graph) -> str:
    """The graph as a file: keys sorted, logic apart from layout, one line a position."""
    text = json.dumps(as_json(graph), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return _PAIR.sub(r"[\1, \2]", text) + "\n"


def as_json(graph: Graph) -> dict[str, Any]:
    """The graph as JSON values."""
    return {
        "format": FORMAT,
        "name": graph.name,
        "description": graph.description,
        "settings": dict(graph.settings),
        "nodes": [_node_json(node) for node in graph.nodes.values()],
        "edges": [_edge_json(edge) for edge in graph.edges],
        "layout": {
            "positions": {key: [_short(x), _short(y)] for key, (x, y) in graph.layout.positions.items()},
            "frames": [dict(each) for each in graph.layout.frames],
            "notes": [dict(each) for each in graph.layout.notes],
            "lanes": [dict(each) for each in graph.layout.lanes],
        },
    }


def _node_json(node: Node) -> dict[str, Any]:
    found = {"id": node.id, "type": node.type, "label": node.label, "params": dict(node.params)}
    return {**found, "off": True} if node.off else found


def _edge_json(edge: Edge) -> dict[str, Any]:
    found: dict[str, Any] = {"from": edge.source, "port": edge.port, "to": edge.target}
    return found if edge.max_passes is None else {**found, "max_passes": edge.max_passes}


def _short(number: float) -> float | int:
    return int(number) if float(number).is_integer() else number


class _Refused(Exception):  # noqa: N818  (never leaves this module)
    """Nothing can be read at all."""


@dataclass
class _Reader:
    """Reads one file and collects what is wrong with it."""

    problems: list[Problem] = field(default_factory=list)
    twice: set[str] = field(default_factory=set)

    def graph(self, text: str | bytes) -> Graph | None:
        try:
            top = self._parse(_decoded(text, self.problems))
        except _Refused as refused:
            self.problems.append(refused.args[0])
            return None
        for key in sorted(self.twice):
            words = N_("The file holds the name “{key}” twice in one place. Keep only one of them.")
            self.problems.append(Problem.error("duplicate_key", words, key=key).at(field=key))
        self._unknown(
            top, _TOP, Problem.error("unknown_key", N_("The file has an unknown entry “{key}”. Remove it."))
        )
        nodes = self._nodes(top)
        return Graph(
            name=self._value(top, "name", str, ""),
            description=self._value(top, "description", str, ""),
            settings=self._value(top, "settings", dict, {}),
            nodes=nodes,
            edges=tuple(self._edges(top)),
            layout=self._layout(self._value(top, "layout", dict, {})),
        )

    def _parse(self, text: str) -> dict[str, Any]:
        try:
            top = json.loads(text, object_pairs_hook=self._object, parse_constant=_no_constant)
        except RecursionError:
            raise _Refused(_too_deep()) from None
        except json.JSONDecodeError as error:
            words = N_(
                "This is no JSON: line {line}, column {column}: {why}. Open a file that was exported as a strategy."
            )
            why = error.msg[:1].lower() + error.msg[1:]
            raise _Refused(
                Problem.error("not_json", words, line=error.lineno, column=error.colno, why=why)
            ) from None
        except ValueError as error:  # a whole number of thousands of digits, or NaN
            raise _Refused(Problem.error("bad_number", _BAD_NUMBER, value=str(error)[:60])) from None
        if not isinstance(top, dict):
            raise _Refused(
                Problem.error(
                    "not_a_strategy", N_("The file holds JSON, but no strategy. Open another file.")
                )
            )
        if top.get("format") != FORMAT:
            words = N_("The file says it is of the format “{format}”; only “{known}” can be read.")
            shown = str(top.get("format", ""))[:60]
            raise _Refused(
                Problem.error("unknown_format", words, format=shown, known=FORMAT).at(field="format")
            )
        for problem in _value_problems(top):
            raise _Refused(problem)
        return top

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            self.twice |= {key for key, times in Counter(key for key, _value in pairs).items() if times > 1}
        return found

    # -- parts -----------------------------------------------------------------------------------------------

    def _nodes(self, top: Mapping[str, Any]) -> dict[str, Node]:
        found: dict[str, Node] = {}
        listed = self._value(top, "nodes", list, [])
        if len(listed) > MOST_NODES:
            words = N_("The strategy has {n} nodes; {limit} is the most. Split it into several strategies.")
            self.problems.append(
                Problem.error("too_many_nodes", words, n=f"{len(listed):,}", limit=f"{MOST_NODES:,}").at(
                    field="nodes"
                )
            )
            return found
        for index, item in enumerate(listed):
            node = self._node(item, index)
            if node is None:
                continue
            if node.id in found:
                words = N_("Two nodes have the id “{id}”. Give each its own.")
                self.problems.append(Problem.error("duplicate_node", words, id=node.id).at(node.id, "id"))
                continue
            found[node.id] = node
        return found

    def _node(self, item: Any, index: int) -> Node | None:
        place = f"nodes[{index}]"
        if not isinstance(item, dict):
            words = N_("Entry {n} of “nodes” is no node. It needs names and values such as “id” and “type”.")
            self.problems.append(Problem.error("bad_node", words, n=index + 1).at(field=place))
            return None
        key = item.get("id")
        if not isinstance(key, str) or not 0 < len(key) <= LONGEST_ID:
            words = N_("Node {n} has no usable “id”. Give it a short text of its own.")
            self.problems.append(Problem.error("bad_node_id", words, n=index + 1).at(field=f"{place}.id"))
            return None
        words = N_("Node “{node}” has an unknown entry “{key}”. Remove it, or move it into “params”.")
        self._unknown(item, _NODE, Problem.error("unknown_key", words, node=key).at(key))
        kind = self._value(item, "type", str, "", key)
        if not kind and isinstance(item.get("type", ""), str):
            words = N_("Node “{node}” has no “type”. Say what kind of step it is.")
            self.problems.append(Problem.error("missing_type", words, node=key).at(key, "type"))
        return Node(
            id=key,
            type=kind,
            label=self._value(item, "label", str, "", key),
            params=self._value(item, "params", dict, {}, key),
            off=self._value(item, "off", bool, False, key),
        )

    def _edges(self, top: Mapping[str, Any]) -> Iterator[Edge]:
        listed = self._value(top, "edges", list, [])
        if len(listed) > MOST_EDGES:
            words = N_(
                "The strategy has {n} connections; {limit} is the most. Split it into several strategies."
            )
            self.problems.append(
                Problem.error("too_many_edges", words, n=f"{len(listed):,}", limit=f"{MOST_EDGES:,}").at(
                    field="edges"
                )
            )
            return
        seen: set[tuple[str, str, str]] = set()
        for index, item in enumerate(listed):
            edge = self._edge(item, index)
            if edge is None:
                continue
            if (edge.source, edge.port, edge.target) in seen:
                words = N_(
                    "“{source}” is connected to “{target}” twice by the port “{port}”. Remove one of the two."
                )
                values = {"source": edge.source, "port": edge.port, "target": edge.target}
                self.problems.append(
                    Problem.error("duplicate_edge", words, **values).at(edge.source, edge.port)
                )
                continue
            seen.add((edge.source, edge.port, edge.target))
            yield edge

    def _edge(self, item: Any, index: int) -> Edge | None:
        place = f"edges[{index}]"
        ends: list[Any] = (
            [item.get(key) for key in ("from", "port", "to")] if isinstance(item, dict) else [None]
        )
        if not all(isinstance(end, str) and 0 < len(end) <= LONGEST_ID for end in ends):
            words = N_("Connection {n} is not complete. It needs “from”, “port” and “to”, each a text.")
            self.problems.append(Problem.error("bad_edge", words, n=index + 1).at(field=place))
            return None
        words = N_("Connection {n} has an unknown entry “{key}”. Remove it.")
        self._unknown(item, _EDGE, Problem.error("unknown_key", words, n=index + 1).at(ends[0], place))
        passes = item.get("max_passes")
        if passes is not None and (not isinstance(passes, int) or isinstance(passes, bool) or passes < 1):
            words = N_("Connection {n}: “max_passes” must be a whole number from 1 on.")
            self.problems.append(
                Problem.error("bad_edge", words, n=index + 1).at(ends[0], f"{place}.max_passes")
            )
            passes = None
        return Edge(ends[0], ends[1], ends[2], passes)

    def _layout(self, item: Mapping[str, Any]) -> Layout:
        words = N_("“layout” has an unknown entry “{key}”. Remove it.")
        self._unknown(item, _LAYOUT, Problem.error("unknown_key", words))
        positions: dict[str, Point] = {}
        for key, value in self._value(item, "positions", dict, {}).items():
            point = _point(value)
            if point is None:
                words = N_("The position of “{node}” must be two numbers, [x, y].")
                self.problems.append(
                    Problem.error("bad_position", words, node=key).at(key, "layout.positions")
                )
                continue
            positions[key] = point
        return Layout(positions, *(tuple(self._drawn(item, key)) for key in ("frames", "notes", "lanes")))

    def _drawn(self, layout: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
        for index, each in enumerate(self._value(layout, key, list, [])):
            if isinstance(each, dict):
                yield each
            else:
                words = N_("Entry {n} of “{key}” in the layout must be a set of names and values.")
                self.problems.append(
                    Problem.error("bad_layout", words, n=index + 1, key=key).at(field=f"layout.{key}")
                )

    # -- values ----------------------------------------------------------------------------------------------

    def _value(
        self, item: Mapping[str, Any], key: str, wanted: type, default: Any, node: str | None = None
    ) -> Any:
        value = item.get(key, default)
        if isinstance(value, wanted):
            return value
        words = (
            N_("“{key}” must be {wanted}.")
            if node is None
            else N_("Node “{node}”: “{key}” must be {wanted}.")
        )
        values = {"key": key, "wanted": Words.of(_TYPES[wanted]), **({} if node is None else {"node": node})}
        self.problems.append(Problem.error("wrong_type", words, **values).at(node, key))
        return default

    def _unknown(self, item: Mapping[str, Any], known: tuple[str, ...], problem: Problem) -> None:
        for key in sorted(set(item) - set(known)):
            values = {**dict(problem.words.values), "key": key[:60]}
            self.problems.append(
                Problem.error(problem.code, problem.words.text, **values).at(problem.node, key[:60])
            )


_BAD_NUMBER = N_("The file holds a number that is none or far too large: {value}. Write a plain number.")


def _too_deep() -> Problem:
    words = N_("The file is nested more than {limit} levels deep. Simplify its rules.")
    return Problem.error("too_deep", words, limit=DEEPEST)


def _decoded(text: str | bytes, problems: list[Problem]) -> str:
    size = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "replace"))
    if size > LARGEST_FILE:
        words = N_("The file is larger than {limit} MB. A strategy never is; open another file.")
        raise _Refused(Problem.error("too_large", words, limit=LARGEST_FILE >> 20))
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            words = N_("The file is not text in UTF-8 (byte {position}). Save it as UTF-8 and open it again.")
            raise _Refused(Problem.error("not_utf8", words, position=error.start + 1)) from None
    if text.startswith("\ufeff"):
        problems.append(
            Problem.info("byte_order_mark", N_("The file begins with a byte order mark; it was passed over."))
        )
        text = text[1:]
    if not text.strip():
        raise _Refused(
            Problem.error("empty_file", N_("The file is empty. Open a file that was exported as a strategy."))
        )
    return text


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _value_problems(top: Mapping[str, Any]) -> Iterator[Problem]:
    """Values that no part of the program can keep: too deep, too large, or text that is no text."""
    open_values: list[tuple[Any, int]] = [(top, 1)]
    while open_values:
        value, depth = open_values.pop()
        if depth > DEEPEST:
            yield _too_deep()
            return
        if isinstance(value, dict):
            open_values += [(each, depth + 1) for pair in value.items() for each in pair]
        elif isinstance(value, list):
            open_values += [(each, depth + 1) for each in value]
        elif isinstance(value, str):
            if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
                words = N_("The file holds a text with signs that are no letters: {text}. Write it anew.")
                yield Problem.error("bad_text", words, text=ascii(value)[:60])
        elif isinstance(value, int | float) and not (math.isfinite(value) and abs(value) < LARGEST_NUMBER):
            yield Problem.error("bad_number", _BAD_NUMBER, value=str(value)[:40])


def _point(value: Any) -> Point | None:
    if not isinstance(value, list) or len(value) != 2:
        return None
    if any(isinstance(each, bool) or not isinstance(each, int | float) or abs(each) > 1e7 for each in value):
        return None
    return float(value[0]), float(value[1])
