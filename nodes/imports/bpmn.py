"""BPMN 2.0 diagrams: processes as one draft, pools and lanes as lanes, sub-processes as frames."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace

from nodes.file import ReadGraph
from nodes.graph import Point
from nodes.imports.bpmn_steps import (
    ACTIVITIES,
    CHOOSING,
    EVENTS,
    GATEWAYS,
    SUB_PROCESSES,
    step_of,
    trigger_of,
)
from nodes.imports.sketch import OUT_PORTS, WALK_PAST, Sketch, Step, one_line, plain, snapped, split, words_of
from nodes.imports.xml import Refused, Tag, read_xml
from storage.base.problems import Problem
from storage.base.words import N_, _, plural

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_NARROWEST, _WIDEST, _HIGH = 1.5, 4.0, 1.5  # our cards are wider than their boxes
_LANE_HEAD = 64
_HALF_CARD: Point = (88, 28)
_APART = 232
_XML = re.compile(r"\s*<(\?xml|!|[A-Za-z_])")
Box = tuple[float, float, float, float]
Way = tuple[str, str]  # our id, port


def looks_like(text: str | bytes) -> bool:
    """Whether a file is XML of any kind."""
    start = text[:200]
    if isinstance(start, bytes):
        coded = "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        start = start.decode(coded, "ignore")
    return _XML.match(start.removeprefix("\ufeff")) is not None


def read_diagram(text: str | bytes) -> ReadGraph:
    """A BPMN diagram as a draft. Never raises: what is wrong is a problem."""
    try:
        top = read_xml(text)
    except Refused as refused:
        return ReadGraph(None, (refused.problem,))
    if top.name != "definitions" or top.space != MODEL:
        words = N_("The file holds XML, but no BPMN 2.0 diagram. Export it as BPMN 2.0.")
        return ReadGraph(None, (Problem.error("not_bpmn", words),))
    return replace(_Diagram(top).read(), tool="BPMN")


@dataclass
class _Diagram:
    """Reads one diagram."""

    top: Tag
    sketch: Sketch = field(default_factory=lambda: Sketch("BPMN"))
    boxes: dict[str, Box] = field(default_factory=dict)
    ways_in: dict[str, str] = field(default_factory=dict)  # their id: the card that is led into
    ways_out: dict[str, list[str]] = field(default_factory=dict)  # their id: the cards that are left
    choices: dict[str, Way] = field(default_factory=dict)  # a flow out of a gateway: which port
    flows: list[Tag] = field(default_factory=list)
    flow_names: dict[str, str] = field(default_factory=dict)
    led: Counter[str] = field(default_factory=Counter)
    leaving: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    parallel: bool = False
    stretch: float = 1.0

    def read(self) -> ReadGraph:
        everything = list(self.top.below())
        self.boxes = {each.get("bpmnElement"): box for each in everything if (box := _box(each)) is not None}
        self.flows = [each for each in everything if each.name == "sequenceFlow"]
        for flow in self.flows:
            self.flow_names[flow.get("id")] = one_line(flow.get("name"))
            self.leaving[flow.get("sourceRef")].append(flow.get("id"))
            self.led[flow.get("targetRef")] += 1
        self.parallel = any(
            (each.name in ("parallelGateway", "inclusiveGateway") and len(self.leaving[each.get("id")]) > 1)
            or (each.name in ACTIVITIES and len(self.leaving[each.get("id")]) > 1)
            for each in everything
        )  # fmt: skip
        self.stretch = self._stretched()
        processes = [each for each in self.top.inside if each.name == "process"]
        for process in processes:
            self._walk(process, inner=False)
        self._boundaries(everything)
        self._wires()
        self._drawn(everything)
        said = (each.text for process in processes for each in process.inside if each.name == "documentation")
        named = (each.get("name") for each in (self.top, *processes))
        return self.sketch.finished(
            next(filter(None, map(one_line, named)), ""), plain("\n".join(said)).strip()
        )

    def _walk(self, container: Tag, *, inner: bool) -> list[tuple[Tag, str]]:
        """Cards for everything in a process or sub-process; the elements right inside, with their cards."""
        found = []
        for tag in container.inside:
            if tag.get("id") in self.ways_in:
                continue
            if tag.name in SUB_PROCESSES:
                found.append((tag, self._sub_process(tag)))
            elif tag.name in (*ACTIVITIES, *GATEWAYS, *EVENTS):
                found.append((tag, self._card(tag, inner=inner)))
        return found

    def _card(self, tag: Tag, *, inner: bool) -> str:
        flows = self.leaving[tag.get("id")]
        chosen = [flow for flow in flows if flow != tag.get("default")]
        choosing = tag.name in CHOOSING and len(flows) > 1
        if choosing:
            step = split(self.flow_names[flow] or _("Way {n}", n=n) for n, flow in enumerate(chosen, 1))
        else:
            step = step_of(tag, inner=inner, parallel=self.parallel)
        if step.type == "exit" and flows:
            step = Step(WALK_PAST, off=True, stand_in=True)
        key = self._add(tag, step)
        if choosing:
            self.choices.update({flow: (key, f"way_{n}") for n, flow in enumerate(chosen, 1)})
        return key

    def _add(self, tag: Tag, step: Step) -> str:
        id = tag.get("id")
        what = " ".join(filter(None, (trigger_of(tag), words_of(tag.name).lower())))
        key = self.sketch.add(one_line(tag.get("name")), step, self._place(id), what)
        self.ways_in[id], self.ways_out[id] = key, [key]
        return key

    def _sub_process(self, tag: Tag) -> str:
        """A frame around its own cards; one card alone where it is collapsed."""
        key = self._add(tag, Step(WALK_PAST, off=True))
        found = self._walk(tag, inner=True)
        if not found:
            node = self.sketch.nodes[key]
            self.sketch.nodes[key] = type(node)(key, "connector", node.label)
            self.sketch.stand_ins[_("collapsed sub-process")].append(node.label or key)
            return key
        box = self.boxes.get(tag.get("id"))
        if box is not None:
            self.sketch.positions[key] = snapped((box[0] * self.stretch + 16, box[1] * _HIGH + 40))
            self.sketch.frames.append({"title": one_line(tag.get("name")), **self._size(box)})
        self._enter(tag.get("id"), key, found)
        ends = [
            each.get("id") for each, card in found
            if not self.leaving[each.get("id")] and self.sketch.nodes[card].type != "exit"
        ]  # fmt: skip
        self.ways_out[tag.get("id")] = [out for end in ends for out in self.ways_out[end]]
        entered = self.ways_in[tag.get("id")]
        if not ends:  # it goes round for ever, or ends everything
            self.ways_out[tag.get("id")] = [entered]
        return entered

    def _enter(self, id: str, key: str, found: list[tuple[Tag, str]]) -> None:
        """Lead into a sub-process: straight to where it begins, or by its own card to several beginnings."""
        starts = any(each.name == "startEvent" for each, _card in found)
        first = [
            card for each, card in found
            if (each.name == "startEvent" or not starts) and not self.led[each.get("id")]
            and self.sketch.nodes[card].type != "event_entry"
        ]  # fmt: skip
        if len(first) == 1:
            self.ways_in[id] = first[0]
            del self.sketch.nodes[key], self.sketch.positions[key]
        for card in first if len(first) > 1 else ():
            self.sketch.wire(key, "out", card)

    def _boundaries(self, everything: list[Tag]) -> None:
        """A timer at the rim of a task is its “overdue”; every other event there begins a way of its own."""
        for tag in everything:
            host = self.ways_in.get(tag.get("attachedToRef")) if tag.name == "boundaryEvent" else None
            key = self.ways_in.get(tag.get("id"))
            if host is None or key is None or trigger_of(tag) != "timer":
                continue
            if self.sketch.nodes[host].type == "task":
                node = self.sketch.nodes[key]
                self.sketch.nodes[key] = type(node)(key, WALK_PAST, node.label, {}, off=True)
                self.sketch.wire(host, "overdue", key)

    def _wires(self) -> None:
        lost = 0
        for flow in self.flows:
            target = self.ways_in.get(flow.get("targetRef"))
            sources = self.ways_out.get(flow.get("sourceRef"), [])
            lost += target is None or not sources
            for source in sources if target is not None else ():
                port = OUT_PORTS.get(self.sketch.nodes[source].type, "out")
                self.sketch.wire(*self.choices.get(flow.get("id"), (source, port)), str(target))
        if lost:
            self.sketch.remarks.append(
                plural("{n} connection leads nowhere.", "{n} connections lead nowhere.", lost)
            )

    def _drawn(self, everything: list[Tag]) -> None:
        """Lanes, pools without lanes, remarks of the author, and what is only named."""
        processes = {each.get("id"): each for each in everything if each.name == "process"}
        names = {each.get("id"): one_line(each.get("name")) for each in everything if each.get("id")}
        for tag in everything:
            box, name = self.boxes.get(tag.get("id")), one_line(tag.get("name"))
            process = processes.get(tag.get("processRef"), Tag(""))
            pool = tag.name == "participant" and all(each.name != "lane" for each in process.below())
            leaf = tag.name == "lane" and all(each is tag or each.name != "lane" for each in tag.below())
            if box is not None and (pool or leaf):
                self.sketch.lanes.append({"title": name, **self._size(box, _LANE_HEAD)})
            elif tag.name == "textAnnotation":
                said = "\n".join(each.text for each in tag.inside if each.name == "text")
                x, y = self._place(tag.get("id"))
                self.sketch.note(plain(said).strip(), (x, y))
            elif tag.name in ("dataObjectReference", "dataStoreReference") and name:
                self.sketch.note(
                    f"{name} ({words_of(tag.name.removesuffix('Reference')).lower()})",
                    self._place(tag.get("id")),
                )
            elif tag.name == "messageFlow":
                ends = [names.get(tag.get(end)) or "?" for end in ("sourceRef", "targetRef")]
                self.sketch.remarks.append(_("Message: {source} → {target}", source=ends[0], target=ends[1]))
        self.sketch.lanes.sort(key=lambda lane: float(lane["y"]))

    def _stretched(self) -> float:
        """How much wider everything must be drawn so that cards that follow each other do not touch."""
        near = _APART / _NARROWEST
        for flow in self.flows:
            ends = [self.boxes.get(flow.get(end)) for end in ("sourceRef", "targetRef")]
            if ends[0] is None or ends[1] is None:
                continue
            (x, y, width, height), (to_x, to_y, to_width, to_height) = ends[0], ends[1]
            across = abs(to_x + to_width / 2 - x - width / 2)
            if across > abs(to_y + to_height / 2 - y - height / 2):
                near = min(near, across)
        return min(_APART / max(near, 1), _WIDEST)

    def _size(self, box: Box, head: float = 0) -> dict[str, float]:
        x, y = snapped((box[0] * self.stretch - head, box[1] * _HIGH))
        width, height = snapped((box[2] * self.stretch + head, box[3] * _HIGH))
        return {"x": x, "y": y, "width": max(width, 40), "height": max(height, 24)}

    def _place(self, id: str) -> Point:
        box = self.boxes.get(id)
        if box is None:
            return _APART * float(len(self.sketch.nodes)), 0.0
        x, y, width, height = box
        return (x + width / 2) * self.stretch - _HALF_CARD[0], (y + height / 2) * _HIGH - _HALF_CARD[1]


def _box(shape: Tag) -> Box | None:
    if shape.name != "BPMNShape":
        return None
    for bounds in shape.inside:
        if bounds.name == "Bounds":
            try:
                x, y, width, height = (float(bounds.get(key)) for key in ("x", "y", "width", "height"))
            except ValueError:
                return None
            return x, y, width, height
    return None
