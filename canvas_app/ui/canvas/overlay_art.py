"""What lies above the still picture: hover, plus buttons, dragged blocks."""

from collections.abc import Iterable

from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from canvas_app.ui.canvas import card_art, metrics, wire_art
from canvas_app.ui.canvas.hits import EDGE_PLUS, IN, OUT, PLUS, Hit, plus_places
from canvas_app.ui.canvas.scene import NODE, CanvasScene
from canvas_app.ui.theme import color
from nodes.graph import Point


def paint_hover(painter: QPainter, scene: CanvasScene, hit: Hit | None, zoom: float) -> None:
    """The thing below the pointer, and what can be done with it."""
    if hit is None or zoom < metrics.BLOCKS_BELOW:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if hit.kind in (NODE, OUT, IN, PLUS) and hit.id in scene.cards:
        _hovered_card(painter, scene, hit, zoom)
    elif hit.edge is not None and hit.edge in scene.routes:
        route = scene.routes[hit.edge]
        wire_art.paint_route(painter, route, "accent", metrics.EDGE_SELECTED, zoom)
        paint_plus(painter, route.middle, lit=hit.kind == EDGE_PLUS)


def _hovered_card(painter: QPainter, scene: CanvasScene, hit: Hit, zoom: float) -> None:
    if zoom >= metrics.COMPACT_BELOW and hit.id not in scene.selected():
        painter.save()
        painter.translate(*scene.position(hit.id))
        card_art.paint_hover(painter, scene.cards[hit.id])
        painter.restore()
    for port, place in plus_places(scene, hit.id).items():
        paint_plus(painter, place, lit=hit.kind == PLUS and hit.port == port)
    if hit.kind == OUT:
        wire_art.paint_dot(
            painter, scene.out_port(hit.id, hit.port), metrics.PORT_HOVER, "accent", filled=False
        )
    elif hit.kind == IN:
        wire_art.paint_dot(painter, scene.in_port(hit.id), metrics.PORT_HOVER, "accent", filled=False)


def paint_plus(painter: QPainter, at: Point, *, lit: bool) -> None:
    """The round button that adds a node here."""
    radius = metrics.PLUS / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color("accent_fill_hover" if lit else "accent_fill"))
    painter.drawEllipse(QPointF(*at), radius, radius)
    painter.setPen(QPen(color("on_accent"), 2))
    arm = radius / 2
    painter.drawLine(QLineF(at[0] - arm, at[1], at[0] + arm, at[1]))
    painter.drawLine(QLineF(at[0], at[1] - arm, at[0], at[1] + arm))


def paint_lifted_blocks(painter: QPainter, scene: CanvasScene, ids: Iterable[str]) -> None:
    """Dragged cards from far away."""
    painter.setPen(QPen(color("accent"), 0))
    painter.setBrush(color("accent_line"))
    painter.drawRects([scene.items_by_id[node_id].sceneBoundingRect() for node_id in ids])
