"""What can be added: node types and presets, grouped by family as the palette shows them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import resources
from canvas_app.ui.theme import kind_icon
from nodes.graph import Node
from nodes.registry import node_types
from storage.base.words import N_, _

MIME = "application/x-strategy-canvas-node"

GROUPS = {
    "entry": N_("Start"),
    "split": N_("Split"),
    "time": N_("Time"),
    "message": N_("Message"),
    "call": N_("Call"),
    "data": N_("Data and systems"),
    "end": N_("End"),
}

# the order of the drawing; what it does not name comes after, by name
_ORDER = (
    *("audience", "event_entry", "date_entry", "list_push", "scheduled_list"),
    *("rule_split", "result_split", "ab_split"),
    *("delay", "wait_for", "send_window"),
    *("email", "sms", "wecom", "official_account", "app_push", "preferred"),
    *("ai_call", "manual_call", "task"),
    *("data_sync", "update_contact", "score", "webhook", "rpa", "connector"),
    *("goal", "goto", "move", "approval", "exit"),
)
# drawn under another name than the type's own
_REPLACED = {"goto": "jump"}

# what a new node of a type starts with: a split by chance without arms would be no split
_FRESH: Mapping[str, Mapping[str, Any]] = {
    "ab_split": {
        "arms": [{"port": "a", "label": "A", "weight": 50}, {"port": "b", "label": "B", "weight": 50}]
    },
}

ANYTHING = "*"  # in a preset's mark: the param has to be there

# the names in presets.json, where the collector of texts can see them
PRESET_NAMES = (
    N_("List push"),
    N_("Scheduled list"),
    N_("Send window"),
    N_("Score"),
    N_("Goal"),
    N_("Jump"),
    N_("Approval"),
)


@dataclass(frozen=True, slots=True)
class Tile:
    """One thing that can be added: `label` and `tip` are English, translated when shown."""

    id: str
    type: str
    label: str
    family: str
    icon: str
    tip: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    mark: Mapping[str, Any] = field(default_factory=dict)
    preset: bool = False

    @property
    def entry(self) -> bool:
        """Whether a strategy starts there, so that nothing may lead to it."""
        kind = node_types().get(self.type)
        return bool(kind and kind.entry)

    def node(self, id: str) -> Node:
        """A new node of this kind."""
        label = _(self.label) if self.preset and not self.mark else ""
        return Node(id, self.type, label=label, params=json.loads(json.dumps(dict(self.params))))


@cache
def presets() -> tuple[Tile, ...]:
    """The presets as they lie in the shipped file."""
    lines = json.loads(resources.path("presets.json").read_text(encoding="utf-8"))
    return tuple(
        Tile(
            each["id"], each["type"], each["label"], each.get("family") or kind_icon(each["id"])[0],
            each.get("icon") or kind_icon(each["id"])[1], tip=each.get("tip", ""), params=each.get("params", {}),
            mark=each.get("mark", {}), preset=True,
        )
        for each in lines
    )  # fmt: skip


@cache
def tiles() -> tuple[Tile, ...]:
    """Everything that can be added, in the palette's order."""
    replaced = {each.type for each in presets() if each.id == _REPLACED.get(each.type)}
    kinds = [_tile(type_id) for type_id in node_types() if type_id not in replaced]
    found = [*kinds, *(each for each in presets() if each.type in node_types())]
    return tuple(sorted(found, key=_place))


def tile(id: str) -> Tile | None:
    """The type or preset with that id; None for an unknown one."""
    found = next((each for each in tiles() if each.id == id), None)
    return found or (_tile(id) if id in node_types() else None)


def preset_of(node: Node) -> Tile | None:
    """The preset whose mark a node bears, for its icon and name."""
    for each in presets():
        if (
            each.type == node.type
            and each.mark
            and all(_bears(node, path, v) for path, v in each.mark.items())
        ):
            return each
    return None


def _bears(node: Node, path: str, wanted: Any) -> bool:
    found: Any = node.params
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found is not None if wanted == ANYTHING else found == wanted


def _tile(type_id: str) -> Tile:
    kind = node_types()[type_id]
    family, icon = kind_icon(type_id)
    if icon == kind_icon("")[1] and kind.family:
        family = kind.family
        icon = kind.icon if kind.icon.startswith("mdi6.") else icon
    tip = (kind.__doc__ or "").strip().split("\n")[0]
    return Tile(type_id, type_id, kind.label or type_id, family, icon, tip, params=_FRESH.get(type_id, {}))


def _place(each: Tile) -> tuple[int, int, str]:
    key = next((name for name, other in _REPLACED.items() if other == each.id), each.id)
    group = list(GROUPS).index(each.family) if each.family in GROUPS else len(GROUPS)
    return group, _ORDER.index(key) if key in _ORDER else len(_ORDER), each.label
