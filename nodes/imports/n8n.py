"""Workflows of n8n: cards, wires and notes. Nothing is executed, no address is called, no secret is kept."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from nodes.file import DEEPEST, LARGEST_FILE, MOST_NODES, ReadGraph
from nodes.graph import Json, Point
from nodes.imports.n8n_steps import MOST_WAYS, is_start, outlet_names, step_of
from nodes.imports.sketch import (
    OUT_PORTS,
    WALK_PAST,
    Sketch,
    Step,
    list_of,
    mapping_of,
    number_of,
    one_line,
    plain,
    split,
    words_of,
)  # fmt: skip
from storage.base.problems import Problem
from storage.base.words import N_, _, plural

_STRETCH = 1.25  # our cards are wider than theirs
_STICKY = "stickyNote"
Link = tuple[str, int, str]  # from, outlet, to


def read_workflow(text: str | bytes) -> ReadGraph | None:
    """An n8n workflow as a draft; None where the file is something else (or no JSON at all)."""
    told = b'"connections"' in text if isinstance(text, bytes) else '"connections"' in text
    if len(text) > LARGEST_FILE or not told:
        return None
    try:
        top = json.loads(text.removeprefix("\ufeff") if isinstance(text, str) else text.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(top, dict) or "format" in top or not isinstance(top.get("nodes"), list):
        return None
    if not isinstance(top.get("connections"), dict):
        return None
    if _deeper_than(top, DEEPEST):
        words = N_("The file is nested more than {limit} levels deep. Simplify its rules.")
        return ReadGraph(None, (Problem.error("too_deep", words, limit=DEEPEST),))
    if len(top["nodes"]) > MOST_NODES:
        words = N_("The drawing has {n} steps; {limit} is the most. Split it into several.")
        values = {"n": f"{len(top['nodes']):,}", "limit": f"{MOST_NODES:,}"}
        return ReadGraph(None, (Problem.error("too_many_nodes", words, **values),))
    return replace(_Workflow(top).read(), tool="n8n")


@dataclass
class _Workflow:
    """Reads one workflow."""

    top: Mapping[str, Json]
    sketch: Sketch = field(default_factory=lambda: Sketch("n8n"))
    keys: dict[str, str] = field(default_factory=dict)  # their names, our ids
    # by name and outlet: our id and port
    exits: dict[tuple[str, int], tuple[str, str]] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    outlets: dict[str, int] = field(default_factory=dict)  # how many ways out of it are in use
    led: set[str] = field(default_factory=set)  # names that are led into
    helps: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def read(self) -> ReadGraph:
        items = self.top["nodes"]
        for place, item in enumerate(items, 1):
            if not isinstance(item, dict) or not isinstance(item.get("type"), str):
                words = N_(
                    "Entry {n} of “nodes” is no node. It needs names and values such as “id” and “type”."
                )
                return ReadGraph(None, (Problem.error("bad_node", words, n=place),))
        self.links = list(self._links())
        for source, outlet, target in self.links:
            self.outlets[source] = max(self.outlets.get(source, 0), outlet + 1)
            self.led.add(target)
        for item in items:
            name = str(item.get("name", ""))
            if _kind(item) == _STICKY:
                self._sticky(item)
            elif name in self.helps and name not in self.led and name not in self.outlets:
                self._helper(item, name)
            else:
                self._card(item, name)
        self._wires()
        return self.sketch.finished(one_line(self.top.get("name")), plain(self.top.get("description")))

    def _links(self) -> Iterator[Link]:
        """The wires people walk; helpers of an AI node are kept apart."""
        for source, kinds in self.top["connections"].items():
            for kind, outlets in mapping_of(kinds).items():
                for outlet, ends in enumerate(list_of(outlets)):
                    for end in list_of(ends):
                        target = mapping_of(end).get("node")
                        if not isinstance(target, str):
                            continue
                        if kind == "main":
                            yield source, outlet, target
                        elif kind.startswith("ai_"):
                            self.helps[source].append(target)

    def _sticky(self, item: Mapping[str, Json]) -> None:
        params = mapping_of(item.get("parameters"))
        width, height = number_of(params.get("width")) or 240, number_of(params.get("height")) or 160
        text = plain(params.get("content"))
        self.sketch.note(text, _place(item), width * _STRETCH, height * _STRETCH)

    def _helper(self, item: Mapping[str, Json], name: str) -> None:
        served = ", ".join(dict.fromkeys(one_line(each) for each in self.helps[name]))
        text = _(
            "{name} ({what}), used by {nodes}", name=one_line(name), what=words_of(_kind(item)), nodes=served
        )
        self.sketch.note(text, _place(item))

    def _card(self, item: Mapping[str, Json], name: str) -> None:
        kind, params = _kind(item), mapping_of(item.get("parameters"))
        outlets = min(self.outlets.get(name, 0), MOST_WAYS)
        version = number_of(item.get("typeVersion"))
        step = step_of(kind, params, version, outlets)
        if step.type == "exit" and outlets:
            step = Step(WALK_PAST, off=True, stand_in=True)
        if is_start(kind) and name in self.led:
            step = Step(WALK_PAST, off=True, stand_in=True)
        if item.get("disabled") is True:
            step = Step(step.type, step.params, off=True, stand_in=step.stand_in)
        key = self.sketch.add(one_line(name), step, _place(item), words_of(kind))
        if name in self.keys:
            return  # wires name the first of two
        self.keys[name] = key
        ways = len(outlet_names(kind, params, version, outlets))
        if ways:
            self._ways(name, key, ways, max(outlets, ways + 1))
        elif outlets > 1:
            self._second_way_out(name, key, outlets)
        else:
            self.exits[name, 0] = key, OUT_PORTS.get(step.type, "out")

    def _ways(self, name: str, key: str, ways: int, outlets: int) -> None:
        for outlet in range(outlets):
            self.exits[name, outlet] = key, f"way_{outlet + 1}" if outlet < ways else "else"

    def _second_way_out(self, name: str, key: str, outlets: int) -> None:
        """A node that does something and then splits: two cards, everybody by the first way."""
        x, y = self.sketch.positions[key]
        step = split(_("Way {n}", n=n) for n in range(2, outlets + 1))
        after = self.sketch.add(_("{name}: outcome", name=one_line(name)), step, (x + 96, y + 96))
        self.sketch.wire(key, OUT_PORTS.get(self.sketch.nodes[key].type, "out"), after)
        for outlet in range(outlets):
            self.exits[name, outlet] = after, f"way_{outlet}" if outlet else "else"

    def _wires(self) -> None:
        lost = 0
        for source, outlet, target in self.links:
            begin, end = self.exits.get((source, outlet)), self.keys.get(target)
            if begin is None or end is None:
                lost += 1
            else:
                self.sketch.wire(*begin, end)
        if lost:
            self.sketch.remarks.append(
                plural("{n} connection leads nowhere.", "{n} connections lead nowhere.", lost)
            )


def _kind(item: Mapping[str, Json]) -> str:
    return one_line(item["type"]).rsplit(".", 1)[-1]


def _place(item: Mapping[str, Json]) -> Point:
    at = [*list_of(item.get("position")), 0, 0]
    return number_of(at[0]) * _STRETCH, number_of(at[1]) * _STRETCH


def _deeper_than(top: Json, limit: int) -> bool:
    level = [top]
    for _depth in range(limit):
        level = [
            each
            for value in level
            for each in (
                value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
            )
        ]
    return any(isinstance(each, dict | list) for each in level)
