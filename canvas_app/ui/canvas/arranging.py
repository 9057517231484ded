"""The part of the editor that puts in order: align, distribute, straighten, tidy."""

from canvas_app.ui.canvas import edits
from canvas_app.ui.canvas.core import EditorCore
from canvas_app.ui.canvas.tidy import straightened, tidied
from storage.base.words import _


class Arranging(EditorCore):
    """Commands that only move cards; each is one undo step."""

    def align(self, side: str) -> None:
        """Line the selected cards up."""
        boxes = {node_id: self.canvas.box(node_id) for node_id in self.selected()}
        if len(boxes) > 1:
            self.replace(self.graph.with_positions(edits.aligned(boxes, side)), _("Align"))

    def distribute(self, *, across: bool) -> None:
        """Equal gaps between the selected cards."""
        boxes = {node_id: self.canvas.box(node_id) for node_id in self.selected()}
        self.replace(self.graph.with_positions(edits.distributed(boxes, across=across)), _("Distribute"))

    def straighten(self) -> None:
        """Level the selected cards (or all) with the ports that lead to them, where there is room."""
        ids = self.selected() or tuple(self.graph.nodes)
        self.replace(straightened(self.graph, self.canvas.cards, ids), _("Straighten wires"))

    def tidy(self) -> None:
        """Put all cards in order, from left to right."""
        self.replace(tidied(self.graph, self.canvas.cards, tuple(self.graph.nodes)), _("Tidy up"))
        self.view.fit_all()

    def tidy_selection(self) -> None:
        """Put the selected cards in order; the others stay."""
        if len(self.selected()) > 1:
            self.replace(tidied(self.graph, self.canvas.cards, self.selected()), _("Tidy selection"))
