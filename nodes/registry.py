"""Which node types there are: every class in `nodes.library` and `nodes.channels`, and those of plug-ins."""

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points

from nodes.graph import Graph, Node
from nodes.spec import NodeType

ENTRY_POINT = "strategy_canvas.nodes"
_PACKAGES = ("nodes.library", "nodes.channels")


@cache
def node_types() -> dict[str, type[NodeType]]:
    """Node types by type id, in the order of the palette's families."""
    for package in _PACKAGES:
        module = importlib.import_module(package)
        for found in pkgutil.iter_modules(module.__path__):
            importlib.import_module(f"{package}.{found.name}")
    for plug_in in entry_points(group=ENTRY_POINT):
        plug_in.load()
    return {
        kind.type_id: kind
        for kind in sorted(_all_below(NodeType), key=lambda kind: kind.type_id)
        if kind.type_id
    }


def behaviour(node: Node, graph: Graph | None = None) -> NodeType | None:
    """The node's type with its params; None for an unknown type."""
    kind = node_types().get(node.type)
    return kind(node, graph) if kind else None


def _all_below(kind: type[NodeType]) -> set[type[NodeType]]:
    return {below for child in kind.__subclasses__() for below in (child, *_all_below(child))}
