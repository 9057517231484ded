"""A tile of the palette over the canvas: a ghost of the card, and the wire it would be put on."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

from canvas_app.ui.canvas import card_art, metrics, wire_art
from canvas_app.ui.canvas.card import Card
from canvas_app.ui.canvas.gestures import Gesture, Modifiers
from canvas_app.ui.palette.catalogue import Tile, tile
from nodes.graph import Edge, Graph, Point

if TYPE_CHECKING:
    from canvas_app.ui.canvas.view import CanvasView

_GHOST = 0.75  # opacity of the card that is not there yet


class Drop(Gesture):
    """What a drag from the palette would do if it were let go here."""

    def __init__(self, view: "CanvasView", at: QPointF, kind: str) -> None:
        super().__init__(view, at)
        self._tile: Tile | None = tile(kind)
        self._at = at
        self._onto: Edge | None = None
        self._card = Card(self._tile.node("new"), Graph()) if self._tile else None
        self.move(at, Qt.KeyboardModifier.NoModifier)

    @property
    def corner(self) -> Point:
        """Where the card's top left corner would be: the pointer holds the middle of its header."""
        return (
            metrics.snapped(self._at.x() - metrics.WIDTH / 2),
            metrics.snapped(self._at.y() - metrics.IN_PORT_Y),
        )

    def move(self, at: QPointF, keys: Modifiers) -> None:
        self._at = at
        may = self._card is not None and self._card.has_in
        self._onto = self.scene.edge_at(at, metrics.EDGE_HIT) if may else None
        self.view.viewport().update()

    def finish(self, at: QPointF, keys: Modifiers) -> None:
        self.move(at, keys)
        if self._tile is None:
            return
        if self._onto is not None:
            self.view.editor.insert_on(self._onto, self._tile, self.corner)
        else:
            self.view.editor.add_node(self._tile.id, self.corner)

    def paint(self, painter: QPainter, zoom: float) -> None:
        if self._card is None:
            return
        if self._onto is not None and self._onto in self.scene.routes:
            wire_art.paint_route(painter, self.scene.routes[self._onto], "accent", metrics.EDGE_DROP, zoom)
        painter.save()
        painter.translate(*self.corner)
        painter.setOpacity(_GHOST)
        card_art.paint_card(painter, self._card)
        painter.restore()
