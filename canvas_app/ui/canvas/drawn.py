"""What is only drawn: notes, frames and lanes of the layout, read leniently and written one way."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from canvas_app.ui.canvas.metrics import HEADER
from nodes.graph import Graph, Layout

_LISTS = {"lane": "lanes", "frame": "frames", "note": "notes"}
_DEFAULT = {"lane": (1600.0, 160.0), "frame": (400.0, 240.0), "note": (232.0, 94.0)}
_FOLDED = 40.0
_HEAD = 32.0  # of a frame: where it is grabbed
_RIM = 6.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """A note, frame or lane. `id` names its list and place (`notes:0`)."""

    id: str
    kind: str
    text: str
    x: float
    y: float
    width: float
    height: float
    color: str = ""
    collapsed: bool = False

    @property
    def shown_height(self) -> float:
        """How high it is drawn: a collapsed frame is only its head."""
        return _FOLDED if self.collapsed else self.height

    def folds(self, x: float, y: float) -> bool:
        """Whether a place is on the arrow that collapses or opens it."""
        return self.kind == "frame" and x > self.x + self.width - _HEAD and self.y <= y < self.y + _HEAD

    def holds(self, x: float, y: float) -> bool:
        """Whether a place is inside, collapsed or not."""
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height

    def grabs(self, x: float, y: float) -> bool:
        """Whether a press at a place inside takes hold of it: notes anywhere, frames at head and rim."""
        if self.kind == "note" or self.collapsed:
            return True
        if self.kind == "lane":
            return False
        inside = (
            self.x + _RIM < x < self.x + self.width - _RIM
            and self.y + _HEAD < y < self.y + self.height - _RIM
        )
        return not inside

    def as_json(self) -> dict[str, Any]:
        """The form in the file."""
        key = "text" if self.kind == "note" else "title"
        size = {"x": self.x, "y": self.y, "width": self.width, "height": self.height}
        return {
            key: self.text,
            **size,
            **({"color": self.color} if self.color else {}),
            **({"collapsed": True} if self.collapsed else {}),
        }


def drawn_of(layout: Layout) -> Iterator[Drawn]:
    """Everything drawn, from the back to the front."""
    top = 0.0
    for kind, name in _LISTS.items():
        for index, entry in enumerate(getattr(layout, name)):
            each = _read(f"{name}:{index}", kind, entry, top)
            top = each.y + each.height if kind == "lane" else 0.0
            yield each


def with_drawn(graph: Graph, changed: Mapping[str, Drawn | None]) -> Graph:
    """The graph with some notes, frames or lanes changed; None takes one away."""
    layout = graph.layout
    for name in _LISTS.values():
        entries = list(getattr(layout, name))
        for id, each in changed.items():
            list_name, _, index = id.partition(":")
            if list_name == name:
                entries[int(index)] = None if each is None else _merged(entries[int(index)], each)
        layout = _with_list(layout, name, tuple(entry for entry in entries if entry is not None))
    return replace(graph, layout=layout)


def _with_list(layout: Layout, name: str, entries: tuple[Any, ...]) -> Layout:
    match name:
        case "lanes":
            return replace(layout, lanes=entries)
        case "frames":
            return replace(layout, frames=entries)
        case _:
            return replace(layout, notes=entries)


def with_new(graph: Graph, each: Drawn) -> Graph:
    """The graph with one more note, frame or lane."""
    name = _LISTS[each.kind]
    return replace(
        graph, layout=_with_list(graph.layout, name, (*getattr(graph.layout, name), each.as_json()))
    )


def moved_by(each: Drawn, dx: float, dy: float) -> Drawn:
    """The same thing somewhere else."""
    return replace(each, x=each.x + dx, y=each.y + dy)


def _merged(entry: Mapping[str, Any], each: Drawn) -> dict[str, Any]:
    merged = {**entry, **_moved(entry, each)}
    if not each.collapsed:
        merged.pop("collapsed", None)
    return merged


def _moved(entry: Mapping[str, Any], each: Drawn) -> dict[str, Any]:
    """What to write: places given as lists by others stay lists."""
    written = each.as_json()
    if "position" in entry:
        written["position"] = [written.pop("x"), written.pop("y")]
    if "size" in entry:
        written["size"] = [written.pop("width"), written.pop("height")]
    return written


def _read(id: str, kind: str, entry: Mapping[str, Any], top: float) -> Drawn:
    x, y = _pair(entry, "position", ("x", "y"), (-24.0 if kind == "lane" else 0.0, top))
    width, height = _pair(entry, "size", ("width", "height"), _DEFAULT[kind])
    text = entry.get("text") or entry.get("title") or entry.get("label") or entry.get("name") or ""
    return Drawn(
        id,
        kind,
        str(text),
        x,
        y,
        max(width, HEADER),
        max(height, 24.0),
        str(entry.get("color") or ""),
        entry.get("collapsed") is True,
    )


def _pair(
    entry: Mapping[str, Any], both: str, each: tuple[str, str], default: tuple[float, float]
) -> tuple[float, float]:
    pair = entry.get(both)
    if (
        isinstance(pair, list | tuple)
        and len(pair) == 2
        and all(isinstance(part, int | float) for part in pair)
    ):
        return float(pair[0]), float(pair[1])
    first, second = (entry.get(key) for key in each)
    return (
        float(first) if isinstance(first, int | float) else default[0],
        float(second) if isinstance(second, int | float) else default[1],
    )
