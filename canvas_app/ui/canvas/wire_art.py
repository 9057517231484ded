"""Wires in paint: one path per colour, plates with shares, the sentence on a way back."""

from collections.abc import Iterable

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from canvas_app.ui.canvas import metrics
from canvas_app.ui.canvas.routing import Ends, Route, route_one
from canvas_app.ui.canvas.scene import CanvasScene
from canvas_app.ui.canvas.wires import path_of
from canvas_app.ui.theme import color, font, paint_icon, sizes, value
from nodes.graph import Edge, Point
from storage.base.words import _, language, plural

_NARROW = "\u202f"


def pen(tone: str, width: float, zoom: float, *, dashed: bool = False) -> QPen:
    """The pen of wires; never thinner than a hairline on the screen."""
    shown = max(width, 1.25 / zoom)
    made = QPen(color(tone), shown)
    made.setCapStyle(Qt.PenCapStyle.FlatCap)
    made.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if dashed:
        made.setDashPattern([length / shown for length in sizes("edge.loop_dash")])
    return made


def paint_wires(painter: QPainter, scene: CanvasScene, visible: QRectF, zoom: float) -> None:
    """All wires that can be seen, in scene coordinates; those of the selection in the accent, above the others."""
    selected = set(scene.selected())
    groups: tuple[list[Edge], ...] = ([], [], [], [])
    for edge, route in _seen(scene, visible):
        accent = edge.source in selected or edge in scene.selected_edges
        groups[2 * accent + route.back].append(edge)
    pens = (
        pen("edge", metrics.EDGE, zoom),
        pen("edge_loop", metrics.EDGE, zoom, dashed=True),
        pen("accent", metrics.EDGE_SELECTED, zoom),
        pen("accent", metrics.EDGE_SELECTED, zoom, dashed=True),
    )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for edges, stroke in zip(groups, pens, strict=True):
        painter.setPen(stroke)
        for edge in edges:  # one by one: stroking them as one path takes seven times as long
            painter.drawPath(scene.wires.path(edge))


def _seen(scene: CanvasScene, visible: QRectF) -> Iterable[tuple[Edge, Route]]:
    for edge, route in scene.wires.within(visible):
        if edge.source not in scene.moved and edge.target not in scene.moved:
            yield edge, route


def hairlines(scene: CanvasScene) -> list[QLineF]:
    """From far away: straight lines."""
    lines = []
    for edge in scene.graph.edges:
        ends = None if edge.source in scene.moved or edge.target in scene.moved else scene.ends(edge)
        if ends is not None:
            lines.append(QLineF(*ends.start, *ends.end))
    return lines


def share_text(share: float) -> str:
    """A share as the reader writes it."""
    percent = f"{share * 100:.0f}" if share >= 0.01 or share == 0 else f"{share * 100:.1f}"
    return f"{percent}%" if language() == "zh_CN" else f"{percent}{_NARROW}%"


def paint_labels(painter: QPainter, scene: CanvasScene, visible: QRectF) -> None:
    """Shares on the wires of splits, a sentence on each way back."""
    selected = set(scene.selected())
    for edge, route in _seen(scene, visible):
        at, tone = route.middle, "accent" if edge.source in selected else "text2"
        if route.back and edge.max_passes:
            text = _repeated(scene, edge)
            _plate(painter, at, text, tone=tone, ground=ground_of(scene, at), icon="mdi6.repeat")
        elif scene.counts is not None and scene.cards[edge.source].rows and not route.back:
            share = scene.counts.share(edge.source, edge.port)
            if share is not None:
                _plate(painter, at, share_text(share), tone=tone, ground=ground_of(scene, at))


def _repeated(scene: CanvasScene, edge: Edge) -> str:
    """What stands on a way back: how often at most, or, once there are figures, how many took it."""
    counts = scene.counts
    count = counts.nodes.get(edge.source) if counts else None
    if counts is None or count is None:
        return plural("at most {n} time", "at most {n} times", edge.max_passes or 0)
    again = plural("{n} repeated", "{n} repeated", count.ports.get(edge.port, 0))
    before = scene.graph.edges_to(edge.source)
    share = counts.share(before[0].source, before[0].port) if len(before) == 1 else None
    if share is None:
        return again
    card = scene.cards[before[0].source]
    name = card.ports[card.port_index(before[0].port)].label
    return _("{share} {outcome} · {again}", share=share_text(share), outcome=name.lower(), again=again)


def paint_jumps(painter: QPainter, scene: CanvasScene, zoom: float) -> None:
    """Where the selected jumps lead: they have no wire of their own."""
    for node_id in scene.selected():
        node = scene.graph.nodes[node_id]
        target = node.params.get("node")
        if node.type == "goto" and target in scene.cards and node_id not in scene.moved:
            x, y = scene.position(node_id)
            start = (x + metrics.WIDTH, y + metrics.IN_PORT_Y)
            ends = Ends(start, scene.in_port(str(target)), scene.box(node_id), scene.box(str(target)))
            route = route_one(ends)
            painter.strokePath(path_of(route), pen("accent", metrics.EDGE, zoom, dashed=True))


def ground_of(scene: CanvasScene, at: Point) -> str:
    """The colour below a place: a frame's, or the canvas'."""
    for each in scene.drawn.values():
        if (
            each.kind == "frame"
            and each.x < at[0] < each.x + each.width
            and each.y < at[1] < each.y + each.height
        ):
            return "frame"
    return "canvas"


def _plate(painter: QPainter, at: Point, text: str, *, tone: str, ground: str, icon: str = "") -> None:
    letters = font("small", weight=value("edge.label.weight"))
    measure = QFontMetricsF(letters)
    mark = 16.0 if icon else 0.0
    width = measure.horizontalAdvance(text) + 2 * sizes("edge.label.padding")[1] + mark
    plate = QRectF(at[0] - width / 2, at[1] - 8, width, 16)
    painter.fillRect(plate, color(ground))
    if icon:
        paint_icon(painter, QRectF(plate.left() + 4, plate.center().y() - 6, 12, 12), icon, tone)
    painter.setFont(letters)
    painter.setPen(color(tone))
    painter.drawText(plate.adjusted(mark, 0, 0, 0), Qt.AlignmentFlag.AlignCenter, text)


def paint_route(painter: QPainter, route: Route, tone: str, width: float, zoom: float) -> None:
    """One wire in a colour of its own."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.strokePath(path_of(route), pen(tone, width, zoom, dashed=route.back))


def paint_dot(painter: QPainter, at: Point, diameter: float, tone: str, *, filled: bool) -> None:
    """A port that is pointed at, may be joined, or may not."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color(tone), metrics.PORT_STROKE))
    painter.setBrush(color(tone if filled else "surface"))
    radius = (diameter - metrics.PORT_STROKE) / 2
    painter.drawEllipse(QPointF(*at), radius, radius)
