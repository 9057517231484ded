"""The core of the editor widget: the graph value, the one way to replace it, selection, problems and figures."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from canvas_app.ui.canvas import accessible, edits
from canvas_app.ui.canvas.commands import ReplaceGraph
from canvas_app.ui.canvas.comparison import Comparison
from canvas_app.ui.canvas.counts import Counts
from canvas_app.ui.canvas.drawn import with_drawn
from canvas_app.ui.canvas.picker import Picker
from canvas_app.ui.canvas.scene import CanvasScene
from canvas_app.ui.canvas.view import CanvasView
from canvas_app.ui.theme import value
from nodes.graph import Graph
from nodes.spec import Names
from storage.base.problems import Problem
from storage.base.words import _, plural

if TYPE_CHECKING:
    from canvas_app.ui.canvas.editor import CanvasEditor

_UNREADABLE = 0.5  # below this zoom, revealing a node also comes nearer


class EditorCore(QWidget):
    """Everything that the parts of the editor share."""

    graph_changed = Signal(object)
    selection_changed = Signal(object)
    node_activated = Signal(str)
    people_wanted = Signal(str, str)  # a figure was clicked: its node, and the port (empty: of the node)

    def __init__(self, names: Names | None = None) -> None:
        super().__init__()
        self.undo_stack = QUndoStack(self)
        self.canvas = CanvasScene(names)
        self.view = CanvasView(self.canvas, cast("CanvasEditor", self))
        self.picker = Picker(self)
        accessible.install()
        self.setFocusProxy(self.view)
        self._selected: tuple[str, ...] = ()
        self._pending_counts: Counts | None = None
        self._counting = QTimer(self, singleShot=True, interval=1000 // int(value("update_hz.live_counters")))
        self._counting.timeout.connect(self._show_pending)
        self.canvas.selectionChanged.connect(self._selection_changed)

    # -- the graph ---------------------------------------------------------------------------------------

    @property
    def graph(self) -> Graph:
        """The graph as drawn now, a value."""
        return self.canvas.graph

    def set_graph(self, graph: Graph) -> None:
        """Show another strategy, as a whole; what was done before cannot be undone any more."""
        another = graph.layout.positions != self.graph.layout.positions
        self.undo_stack.clear()
        self.canvas.load(graph)
        if another:
            self.view.open_readable()
        self.refreshed()
        self._selection_changed()

    def replace(self, graph: Graph, text: str, merge: str | None = None) -> None:
        """Put a changed graph in the place of this one, as one undo step called `text`.

        Changes with the same `merge` key less than a second apart are one step, so that typing is.
        """
        if graph != self.graph:
            self.view.pan_by(0, 0)  # whoever edits stays where they look, whatever size the window gets
            self.undo_stack.push(ReplaceGraph(self._show, self.graph, graph, text, merge))

    def _show(self, graph: Graph) -> None:
        self.canvas.apply(graph)
        self.refreshed()
        self.graph_changed.emit(graph)

    def refreshed(self) -> None:
        """The graph shown is another one now; parts that depend on it follow."""
        self.view.hover = None

    # -- selection ---------------------------------------------------------------------------------------

    def selected(self) -> tuple[str, ...]:
        """The ids of the selected nodes."""
        return self.canvas.selected()

    def select(self, ids: Iterable[str]) -> None:
        """Select exactly these nodes."""
        self.canvas.select(ids)

    def _selection_changed(self) -> None:
        if not isValid(self.canvas):  # a scene that is being taken apart deselects its items one by one
            return
        now = self.canvas.selected()
        if now != self._selected:
            self._selected = now
            self.selection_changed.emit(now)
            if len(now) == 1:
                accessible.tell_focus(self.view, now[0])

    def select_all(self) -> None:
        """Select everything."""
        self.canvas.select(self.graph.nodes, drawn=self.canvas.drawn)

    def reveal(self, node_id: str) -> None:
        """Select a node and bring it into view, moving no more than needed."""
        if node_id not in self.canvas.cards:
            return
        self.select([node_id])
        box = self.canvas.items_by_id[node_id].sceneBoundingRect()
        zoom = self.view.zoom
        if zoom < _UNREADABLE or not self.view.visible_scene().contains(box):
            self.view.center_at(box.center(), max(zoom, 1.0) if zoom < _UNREADABLE else zoom)
        self.view.setFocus()

    def delete_selection(self, keep_wire: bool = True) -> None:
        """Delete what is selected; a node with one way in and one out leaves its wire behind."""
        nodes, drawn, wires = self.selected(), self.canvas.selected_drawn(), self.canvas.selected_edges
        graph = self.graph.without_edges(wires) if wires else self.graph
        graph = graph.bridged_without(nodes) if keep_wire else graph.without_nodes(nodes)
        if drawn:
            graph = with_drawn(graph, dict.fromkeys(drawn))
        count = len(nodes)
        self.replace(graph, plural("Delete {n} node", "Delete {n} nodes", count) if count else _("Delete"))

    def switch_off(self) -> None:
        """Switch the selected nodes off, or on again."""
        if self.selected():
            self.replace(edits.switched(self.graph, self.selected()), _("Switch off or on"))

    # -- what is told about it ---------------------------------------------------------------------------

    def show_problems(self, problems: Iterable[Problem]) -> None:
        """Badges on the nodes that have problems; the sub-line says what must be mended."""
        self.canvas.show_problems(problems)

    def compare_with(self, live: Graph | None) -> None:
        """Mark what is different from another graph (the live version); None ends that."""
        self.canvas.comparison = Comparison(live) if live is not None else None
        self.canvas.touch()

    def show_counts(self, counts: Counts | None) -> None:
        """Figures on cards and wires, at most twice a second; None takes them away at once."""
        self._pending_counts = counts
        if counts is None or not self._counting.isActive():
            self._show_pending()
            self._counting.start()

    def _show_pending(self) -> None:
        if self._pending_counts != self.canvas.counts:
            self.canvas.show_counts(self._pending_counts)
