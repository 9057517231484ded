"""The still picture: dots, lanes, frames, wires, cards. Painted into one pixmap that frames in between only copy."""

from collections import defaultdict

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap, QTransform

from canvas_app.ui.canvas import card_art, drawn_art, metrics, wire_art
from canvas_app.ui.canvas.card import Card
from canvas_app.ui.canvas.comparison import paint_bar, paint_ghosts
from canvas_app.ui.canvas.scene import CanvasScene
from canvas_app.ui.theme import color, theme

_KEPT = 1500  # painted cards in memory
_PER_HASTY_FRAME = 24  # cards painted anew in a frame that must not be late
_SOFT_EDGE = card_art.MARGIN
_DOT = 1.5
_CLOSEST_DOTS = 12.0


class Picture:
    """Paints a scene at any transform; keeps painted cards, and the whole picture, until something changes."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self._cards: dict[int, tuple[tuple[object, ...], QPixmap]] = {}
        self._blocks: tuple[int, dict[str, list[QRectF]]] = (-1, {})
        self._lines: tuple[int, list[QLineF]] = (-1, [])
        self._whole: tuple[object, QTransform, QPixmap] | None = None
        self.hasty = False  # zooming: cards may be scaled instead of painted anew
        self.unfinished = False

    def forget(self) -> None:
        """The look changed: nothing painted before is right."""
        self._cards.clear()
        self._whole = None
        card_art.forget_fonts()

    def draw(self, painter: QPainter, transform: QTransform, size: QSizeF, dpr: float) -> None:
        """Put the picture on a viewport (device coordinates), painted anew only where something changed."""
        key = (self._scene.revision, transform.m11(), size, dpr, theme.current, self.hasty)
        moved = _offset(self._whole[1], transform, dpr) if self._whole and self._whole[0] == key else None
        if moved is None or max(abs(moved[0]), abs(moved[1])) > min(size.width(), size.height()):
            pixmap = self._whole[2] if self._whole else QPixmap()
            wanted = (size * dpr).toSize()
            if pixmap.size() != wanted:
                pixmap = QPixmap(wanted)
                pixmap.setDevicePixelRatio(dpr)
            self._whole = (key, transform, pixmap)
            self._paint_on(pixmap, transform, QRectF(QPointF(), size), dpr)
        elif moved != (0, 0) and self._whole is not None:
            self._scroll(self._whole[2], moved, transform, dpr)
            self._whole = (key, transform, self._whole[2])
        if self._whole is not None:
            painter.drawPixmap(0, 0, self._whole[2])

    def _paint_on(self, pixmap: QPixmap, transform: QTransform, area: QRectF, dpr: float) -> None:
        painter = QPainter(pixmap)
        painter.setClipRect(area)
        self.paint(painter, transform, area, dpr)
        painter.end()

    def _scroll(self, pixmap: QPixmap, by: tuple[int, int], transform: QTransform, dpr: float) -> None:
        """The picture was pushed: move what is there, paint only the strips that came into view."""
        dx, dy = by
        pixmap.scroll(round(dx * dpr), round(dy * dpr), pixmap.rect())
        width, height = pixmap.deviceIndependentSize().toTuple()
        if dx:
            self._paint_on(pixmap, transform, QRectF(0 if dx > 0 else width + dx, 0, abs(dx), height), dpr)
        if dy:
            self._paint_on(pixmap, transform, QRectF(0, 0 if dy > 0 else height + dy, width, abs(dy)), dpr)

    def paint(
        self, painter: QPainter, transform: QTransform, area: QRectF, dpr: float, *, vector: bool = False
    ) -> None:
        """Everything, back to front, in device coordinates of `area`."""
        zoom = transform.m11()
        scene, visible = self._scene, transform.inverted()[0].mapRect(area)
        painter.fillRect(area, color("canvas"))
        if zoom >= metrics.BLOCKS_BELOW:
            _dots(painter, transform, area)
        painter.save()
        painter.setTransform(transform, combine=True)
        drawn_art.paint_drawn(painter, scene, visible, zoom)
        if zoom < metrics.BLOCKS_BELOW and not vector:
            self._paint_blocks(painter, zoom)
            painter.restore()
            return
        reach = 2 * metrics.GAP
        wire_art.paint_wires(painter, scene, visible.adjusted(-reach, -reach, reach, reach), zoom)
        if scene.comparison is not None:
            paint_ghosts(painter, scene.comparison, scene.graph)
        wire_art.paint_jumps(painter, scene, zoom)
        if zoom >= metrics.COMPACT_BELOW or vector:
            wire_art.paint_labels(painter, scene, visible.adjusted(-reach, -reach, reach, reach))
        painter.restore()
        self._paint_cards(painter, transform, visible, dpr, vector=vector)

    # -- cards -------------------------------------------------------------------------------------------

    def _paint_cards(
        self, painter: QPainter, transform: QTransform, visible: QRectF, dpr: float, *, vector: bool
    ) -> None:
        scene, zoom = self._scene, transform.m11()
        room = _SOFT_EDGE / min(zoom, 1.0)
        ids = scene.nodes_in(visible.adjusted(-room, -room, room, room))
        selected = set(scene.selected())
        fresh, self.unfinished = 0, False
        for node_id in ids:
            if node_id in scene.moved:
                continue
            corner = transform.map(QPointF(*scene.position(node_id)))
            card = scene.cards[node_id]
            if vector:
                self._paint_one(painter, card, corner, zoom, selected=node_id in selected)
                continue
            late = fresh > _PER_HASTY_FRAME
            chosen = node_id in selected
            fresh += self.place(painter, card, corner, zoom=zoom, dpr=dpr, chosen=chosen, hasty=late)
            tone = scene.comparison.mark(scene.graph, node_id) if scene.comparison else ""
            if tone:
                paint_bar(painter, corner, card.height, zoom, tone)
        while len(self._cards) > _KEPT:
            self._cards.pop(next(iter(self._cards)))

    def place(
        self,
        painter: QPainter,
        card: Card,
        corner: QPointF,
        *,
        zoom: float,
        dpr: float,
        chosen: bool,
        hasty: bool = False,
    ) -> int:
        """Copy one card to the screen; 1 if it had to be painted first."""
        compact = zoom < metrics.COMPACT_BELOW
        key = (card.stamp, zoom, dpr, chosen)
        kept = self._cards.get(id(card))
        fresh = 0
        if kept is None or kept[0] != key:
            if self.hasty and kept is not None and kept[0][0] == card.stamp and kept[0][3] == chosen:
                self._scaled(painter, kept, corner, zoom)
                return 0
            if self.hasty and hasty:
                _placeholder(painter, card, corner, zoom)
                self.unfinished = True
                return 0
            kept = (key, self._painted(card, zoom, dpr, chosen=chosen, compact=compact))
            self._cards.pop(id(card), None)
            self._cards[id(card)] = kept
            fresh = 1
        margin = _margin(zoom)
        painter.drawPixmap(
            QPointF(round((corner.x() - margin) * dpr) / dpr, round((corner.y() - margin) * dpr) / dpr),
            kept[1],
        )
        return fresh

    def _scaled(
        self, painter: QPainter, kept: tuple[tuple[object, ...], QPixmap], corner: QPointF, zoom: float
    ) -> None:
        was = float(kept[0][1])  # type: ignore[arg-type]
        scale = zoom / was
        margin = _margin(was) * scale
        pixmap = kept[1]
        shape = QRectF(corner.x() - margin, corner.y() - margin, 0, 0)
        shape.setSize(pixmap.deviceIndependentSize() * scale)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(shape, pixmap, QRectF(pixmap.rect()))

    def _painted(self, card: Card, zoom: float, dpr: float, *, chosen: bool, compact: bool) -> QPixmap:
        margin = _margin(zoom)
        width, height = metrics.WIDTH * zoom + 2 * margin, card.height * zoom + 2 * margin
        pixmap = QPixmap(int(width * dpr) + 1, int(height * dpr) + 1)
        pixmap.setDevicePixelRatio(dpr)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.translate(margin, margin)
        if compact:
            card_art.paint_compact(painter, card, zoom, selected=chosen)
        else:
            painter.scale(zoom, zoom)
            _whole_card(painter, card, chosen=chosen)
        painter.end()
        return pixmap

    def _paint_one(
        self, painter: QPainter, card: Card, corner: QPointF, zoom: float, *, selected: bool
    ) -> None:
        painter.save()
        painter.translate(corner)
        painter.scale(zoom, zoom)
        _whole_card(painter, card, chosen=selected)
        painter.restore()

    # -- far away ----------------------------------------------------------------------------------------

    def blocks(self) -> dict[str, list[QRectF]]:
        """The cards' rectangles by family, in scene coordinates."""
        scene = self._scene
        if self._blocks[0] != scene.shape:
            found: dict[str, list[QRectF]] = defaultdict(list)
            for node_id, card in scene.cards.items():
                if node_id not in scene.moved and node_id not in scene.hidden:
                    found[card.family].append(QRectF(*scene.position(node_id), metrics.WIDTH, card.height))
            self._blocks = (scene.shape, found)
        return self._blocks[1]

    def _paint_blocks(self, painter: QPainter, zoom: float) -> None:
        scene = self._scene
        if self._lines[0] != scene.shape:
            self._lines = (scene.shape, wire_art.hairlines(scene))
        painter.setPen(QPen(color("edge"), 0))
        painter.drawLines(self._lines[1])
        paint_blocks(painter, self.blocks(), zoom)
        chosen = scene.selected()
        if chosen:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color("accent"), 2 / zoom))
            painter.drawRects([scene.items_by_id[node_id].sceneBoundingRect() for node_id in chosen])


def paint_blocks(painter: QPainter, blocks: dict[str, list[QRectF]], zoom: float) -> None:
    """Cards from far away, one call a family: time hollow, data with a line on top, so that hue never decides alone."""
    for family, rects in blocks.items():
        hollow = family == "time"
        painter.setPen(QPen(color(family), 0) if hollow else Qt.PenStyle.NoPen)
        painter.setBrush(color("surface" if hollow else family))
        painter.drawRects(rects)
        if family == "data":
            lines = [QLineF(r.left(), r.top() - 2 / zoom, r.right(), r.top() - 2 / zoom) for r in rects]
            painter.setPen(QPen(color(family), 0))
            painter.drawLines(lines)


def _margin(zoom: float) -> float:
    return float(round(_SOFT_EDGE * max(zoom, 0.5)))


def _whole_card(painter: QPainter, card: Card, *, chosen: bool) -> None:
    if chosen:
        card_art.paint_selection(painter, card, before=True)
    card_art.paint_card(painter, card)
    if chosen:
        card_art.paint_selection(painter, card, before=False)


def _placeholder(painter: QPainter, card: Card, corner: QPointF, zoom: float) -> None:
    rect = QRectF(corner.x(), corner.y(), metrics.WIDTH * zoom, card.height * zoom)
    painter.fillRect(rect, color("surface"))
    painter.fillRect(QRectF(rect.left(), rect.top(), 4, rect.height()), color(card.family))


def _dots(painter: QPainter, transform: QTransform, area: QRectF) -> None:
    step = metrics.DOTS * transform.m11()
    while step < _CLOSEST_DOTS:
        step *= 2
    left = area.left() - (area.left() - transform.dx()) % step
    top = area.top() - (area.top() - transform.dy()) % step
    columns, rows = int(area.width() / step) + 2, int(area.height() / step) + 2
    row = QPixmap(int(columns * step) + 4, 2)
    row.fill(color("canvas"))
    inner = QPainter(row)
    for column in range(columns):
        inner.fillRect(QRectF(column * step, 0, _DOT, _DOT), color("grid"))
    inner.end()
    for line in range(rows):
        painter.drawPixmap(QPointF(left - _DOT / 2, round(top + line * step - _DOT / 2)), row)


def _offset(before: QTransform, now: QTransform, dpr: float) -> tuple[int, int] | None:
    """How far the picture was pushed, if by whole pixels of the screen; None if it was not only pushed."""
    dx, dy = now.dx() - before.dx(), now.dy() - before.dy()
    whole = all(length == int(length) and length * dpr == int(length * dpr) for length in (dx, dy))
    return (int(dx), int(dy)) if whole else None
