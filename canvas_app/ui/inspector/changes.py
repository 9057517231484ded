"""What is different in the draft from the version that runs."""

from PySide6.QtWidgets import QWidget

from canvas_app.ui.shell.parts import clear, column
from canvas_app.ui.widgets import label
from nodes.graph import Difference, Graph, difference
from nodes.registry import node_types
from storage.base.words import N_, _, plural

_FIELDS = {"label": N_("Name"), "type": N_("Type"), "off": N_("Switched off")}


class ChangesView(QWidget):
    """The differences of one node, or of the whole strategy."""

    def __init__(self) -> None:
        super().__init__()
        self._base: Graph | None = None
        self._base_name = ""
        self._node = ""
        self._graph = Graph()
        self._column = column(gap=8, margins=(16, 16, 16, 16))
        self.setLayout(self._column)

    def compare_with(self, base: Graph | None, name: str) -> None:
        """Compare with another graph, called `name` in words."""
        if base is not self._base:
            self._base, self._base_name = base, name
            self._draw()

    def show_node(self, node: str, graph: Graph) -> None:
        """Show another node or the same in a newer graph."""
        if (node, graph) != (self._node, self._graph):
            self._node, self._graph = node, graph
            self._draw()

    def _draw(self) -> None:
        clear(self._column)
        if self._base is None:
            self._say(_("Nothing is live yet, so there is nothing to compare with."))
        else:
            lines = (
                node_lines(self._base, self._graph, self._node)
                if self._node
                else all_lines(self._base, self._graph)
            )
            self._column.addWidget(label(_("Compared with {what}", what=self._base_name), "hint", wrap=True))
            for line in lines or [_("Nothing is different.")]:
                self._say(line)
        self._column.addStretch(1)

    def _say(self, words: str) -> None:
        self._column.addWidget(label(words, wrap=True))


def node_lines(base: Graph, graph: Graph, node: str) -> list[str]:
    """The differences of one node in words."""
    changes = difference(base, graph)
    if node in changes.added:
        return [_("This node is new.")]
    return [_field(graph, node, name) for name in changes.changed.get(node, ())]


def all_lines(base: Graph, graph: Graph) -> list[str]:
    """The differences of the whole strategy in words."""
    changes = difference(base, graph)
    lines = [_("{name} is new", name=_title(graph, node)) for node in changes.added]
    lines += [_("{name} is gone", name=_title(base, node)) for node in changes.removed]
    for node, names in changes.changed.items():
        fields = ", ".join(_field(graph, node, name) for name in names)
        lines.append(_("{name}: {fields}", name=_title(graph, node), fields=fields))
    wires = len(changes.edges_added) + len(changes.edges_removed)
    if wires:
        lines.append(plural("{n} wire is different", "{n} wires are different", wires))
    lines += [_("Setting: {key}", key=key) for key in changes.settings]
    return lines


def count_changes(changes: Difference) -> int:
    """How many things changed that mean something."""
    return (
        len(changes.added) + len(changes.removed) + len(changes.changed) + len(changes.settings)
        + len(changes.edges_added) + len(changes.edges_removed) + changes.edges_reordered
    )  # fmt: skip


def _title(graph: Graph, node: str) -> str:
    found = graph.nodes[node]
    kind = node_types().get(found.type)
    return found.label or (_(kind.label) if kind else found.type)


def _field(graph: Graph, node: str, name: str) -> str:
    if name in _FIELDS:
        return _(_FIELDS[name])
    key = name.removeprefix("params.")
    kind = node_types().get(graph.nodes[node].type)
    known = {param.key: param.label for param in kind.param_list()} if kind else {}
    return _(known.get(key, key))
