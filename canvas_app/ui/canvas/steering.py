"""The part of the editor that moves about: zoom, fit, the walk by arrow keys, pictures."""

from pathlib import Path

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QFileDialog

from canvas_app.ui.canvas import export, metrics, walking
from canvas_app.ui.canvas.core import EditorCore
from nodes.graph import Point
from storage.base.words import _, plural

_LARGEST_FIT = 1.5


class Steering(EditorCore):
    """Commands that change what is seen and what is selected, never the graph (but for nudging)."""

    def fit(self) -> None:
        """Show the whole strategy."""
        self.view.fit_all()

    def zoom_to(self, zoom: float) -> None:
        """Zoom to a scale, 1.0 being 100 %."""
        self.view.zoom_at(zoom)

    def fit_selection(self) -> None:
        """Show what is selected as large as fits."""
        if self.selected():
            self.view.fit(self.canvas.bounds(self.selected()), _LARGEST_FIT)

    def view_state(self) -> tuple[float, float, float]:
        """Zoom and middle of what is seen, to be remembered."""
        middle = self.view.visible_scene().center()
        return self.view.zoom, middle.x(), middle.y()

    def restore_view(self, state: tuple[float, float, float]) -> None:
        """Look where one looked last time."""
        self.view.center_at(QPointF(state[1], state[2]), state[0])

    def open_node(self) -> None:
        """Open the settings of the selected node."""
        for node_id in self.selected()[:1]:
            self.node_activated.emit(node_id)

    # -- by keys -----------------------------------------------------------------------------------------

    def walk(self, key: int, keys: Qt.KeyboardModifier) -> bool:
        """Arrows: the next node; with Shift all before or after; with Alt nudge by 8, with Shift too by 1."""
        direction = walking.way(key)
        if direction is None or not self.graph.nodes:
            return False
        shift = bool(keys & Qt.KeyboardModifier.ShiftModifier)
        if keys & Qt.KeyboardModifier.AltModifier:
            step = 1 if shift else metrics.GRID
            self._nudge((direction[0] * step, direction[1] * step))
            return True
        selected = self.selected()
        if shift and direction[0] and selected:
            further = self.graph.downstream if direction[0] > 0 else self.graph.upstream
            self.select({*selected, *(each for node_id in selected for each in further(node_id))})
            return True
        boxes = {node_id: self.canvas.box(node_id) for node_id in self.canvas.cards}
        start = selected[-1] if selected else None
        found = (
            walking.next_node(self.graph, boxes, start, direction)
            if start
            else walking.reading_order(boxes)[0]
        )
        if found is not None:
            self.reveal(found)
        return True

    def _nudge(self, by: Point) -> None:
        places = {node_id: self.graph.position(node_id) for node_id in self.selected()}
        moved = {node_id: (x + by[0], y + by[1]) for node_id, (x, y) in places.items()}
        self.replace(
            self.graph.with_positions(moved),
            plural("Move {n} node", "Move {n} nodes", len(moved)),
            merge="nudge",
        )

    # -- pictures ----------------------------------------------------------------------------------------

    def save_picture(self, file: Path) -> None:
        """The strategy as PNG, SVG or PDF, by the ending of the name."""
        export.save(self.view.picture, self.canvas.bounds(), file)

    def ask_save_picture(self) -> None:
        """Ask where to, and save the picture."""
        kinds = "PNG (*.png);;SVG (*.svg);;PDF (*.pdf)"
        name, _kind = QFileDialog.getSaveFileName(
            self, _("Save picture"), f"{self.graph.name or 'strategy'}.png", kinds
        )
        if name:
            self.save_picture(Path(name))
