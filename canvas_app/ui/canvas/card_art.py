"""Cards in paint: everything, the compact form, and the block for far away."""

from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from canvas_app.ui.canvas import metrics
from canvas_app.ui.canvas.card import Card
from canvas_app.ui.theme import color, font, paint_icon, size, sizes, text_style, value
from storage.base.problems import Level

MARGIN = 14  # around a card: room for ports and the badge
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_BORDER = size("node.border")
_SMALL_ICON = 14


@cache
def _font(name: str, weight: int = 0) -> QFont:
    return font(name, weight=weight or None)


@cache
def _measure(name: str, weight: int = 0) -> QFontMetricsF:
    return QFontMetricsF(_font(name, weight))


def forget_fonts() -> None:
    """Fonts are made anew after the look is installed again."""
    _font.cache_clear()
    _measure.cache_clear()


def border_color(card: Card) -> QColor:
    """The colour of the card's border."""
    names = {Level.ERROR: "error", Level.WARNING: "warning_fill"}
    return color(names.get(card.level, "border_strong") if card.level else "border_strong")


def _outline(card: Card) -> QRectF:
    return QRectF(0, 0, metrics.WIDTH, card.height)


def paint_card(painter: QPainter, card: Card) -> None:
    """The whole card with ports and badge, its top left corner at the origin."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if card.node.off:
        painter.setOpacity(value("node.disabled.opacity"))
    rect = _outline(card)
    shape = QPainterPath()
    shape.addRoundedRect(rect, metrics.RADIUS, metrics.RADIUS)
    painter.fillPath(shape, color("surface"))
    _header(painter, card)
    _rows(painter, card)
    if card.has_counters:
        _counters(painter, card, shape)
    pen = QPen(border_color(card), _BORDER)
    if card.node.off:
        pen.setStyle(Qt.PenStyle.DashLine)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    half = _BORDER / 2
    painter.drawRoundedRect(rect.adjusted(half, half, -half, -half), metrics.RADIUS, metrics.RADIUS)
    paint_ports(painter, card)
    if card.level is not None:
        _badge(painter, card)


def _header(painter: QPainter, card: Card) -> None:
    top = (metrics.HEADER - metrics.TILE) / 2
    tile = QRectF(metrics.PADDING, top, metrics.TILE, metrics.TILE)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color(f"{card.family}_tint"))
    painter.drawRoundedRect(tile, size("radius.tile"), size("radius.tile"))
    inset = (metrics.TILE - metrics.TILE_ICON) / 2
    paint_icon(painter, tile.adjusted(inset, inset, -inset, -inset), card.icon, card.family)
    left = metrics.PADDING + metrics.TILE + metrics.TILE_GAP
    title, sub = text_style("node_title"), text_style("node_sub")
    first = (metrics.HEADER - title.line - sub.line) / 2
    text, tone = card.sub_line
    if not text:
        first = (metrics.HEADER - title.line) / 2
    _text(painter, QRectF(left, first, metrics.TEXT_WIDTH, title.line), card.title, _TITLE)
    _text(
        painter, QRectF(left, first + title.line, metrics.TEXT_WIDTH, sub.line), text, _Look("node_sub", tone)
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """How a line is written: text style, colour, weight (0: the style's own), and from which side."""

    style: str
    tone: str
    weight: int = 0
    right: bool = False


_TITLE = _Look("node_title", "text")
_LABEL = _Look("small", "text")
_NUMBER = _Look("small", "text", 500, right=True)


def _text(painter: QPainter, rect: QRectF, text: str, look: _Look) -> None:
    if not text:
        return
    measure = _measure(look.style, look.weight)
    painter.setFont(_font(look.style, look.weight))
    painter.setPen(color(look.tone))
    line = measure.elidedText(" ".join(text.split()), Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, _RIGHT if look.right else _LEFT, line)


def _rows(painter: QPainter, card: Card) -> None:
    for index, port in enumerate(card.rows):
        top = metrics.HEADER + metrics.ROW * index
        _separator(painter, top)
        number = f"{card.count.ports.get(port.id, 0):,}" if card.count is not None else ""
        taken = _measure("small", 500).horizontalAdvance(number) + metrics.TILE_GAP if number else 0.0
        row = QRectF(metrics.PADDING, top, metrics.WIDTH - 2 * metrics.PADDING - 2, metrics.ROW)
        _text(painter, row.adjusted(0, 0, -taken, 0), port.label, _LABEL)
        _text(painter, row, number, _NUMBER)


def _separator(painter: QPainter, top: float) -> None:
    painter.setPen(QPen(color("border"), 1))
    painter.drawLine(QPointF(1, top + 0.5), QPointF(metrics.WIDTH - 1, top + 0.5))


def _counters(painter: QPainter, card: Card, shape: QPainterPath) -> None:
    top = card.height - metrics.COUNTER_ROW
    strip = QPainterPath()
    strip.addRect(QRectF(0, top, metrics.WIDTH, metrics.COUNTER_ROW))
    painter.fillPath(shape.intersected(strip), color("sunken"))
    _separator(painter, top)
    count = card.count
    if count is None:
        return
    row = QRectF(metrics.PADDING, top, metrics.WIDTH - 2 * metrics.PADDING, metrics.COUNTER_ROW)
    _figure(painter, row, "mdi6.arrow-down", f"{count.entered:,}", _Look("small", "text2"))
    if count.waiting or card.kind is None or card.kind.waits:
        look = _Look("small", "text", 600, right=True)
        row.setRight(_figure(painter, row, "mdi6.clock-outline", f"{count.waiting:,}", look))
    if count.failed:
        look = _Look("small", "error", right=True)
        _figure(painter, row, "mdi6.alert-circle-outline", f"{count.failed:,}", look)


def _figure(painter: QPainter, row: QRectF, icon: str, text: str, look: _Look) -> float:
    """An icon and a number at one side of a row; returns where the rest of the row ends."""
    width = _measure(look.style, look.weight).horizontalAdvance(text) + 1
    left = row.right() - width - 3 - _SMALL_ICON if look.right else row.left()
    tone = "text2" if look.tone == "text" else look.tone
    paint_icon(
        painter, QRectF(left, row.center().y() - _SMALL_ICON / 2, _SMALL_ICON, _SMALL_ICON), icon, tone
    )
    _text(painter, QRectF(left + _SMALL_ICON + 3, row.top(), width, row.height()), text, look)
    return left - metrics.TILE_GAP


def paint_ports(painter: QPainter, card: Card) -> None:
    """The rings in and out."""
    painter.setPen(QPen(color("edge"), metrics.PORT_STROKE))
    painter.setBrush(color("surface"))
    radius = (metrics.PORT - metrics.PORT_STROKE) / 2
    if card.has_in:
        painter.drawEllipse(QPointF(0, metrics.IN_PORT_Y), radius, radius)
    for index in range(len(card.ports)):
        painter.drawEllipse(QPointF(metrics.WIDTH, metrics.out_port_y(index, len(card.rows))), radius, radius)


def _badge(painter: QPainter, card: Card) -> None:
    painter.setOpacity(1.0)
    whole = metrics.BADGE + 2 * metrics.BADGE_RING
    reach = -sizes("node.badge.offset")[0]
    ring = QRectF(metrics.WIDTH + reach - whole, -reach, whole, whole)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color("canvas"))
    painter.drawEllipse(ring)
    inset = metrics.BADGE_RING
    disc = ring.adjusted(inset, inset, -inset, -inset)
    painter.setBrush(color("error_fill" if card.level is Level.ERROR else "warning_fill"))
    painter.drawEllipse(disc)
    painter.setFont(_font("small", 600))
    painter.setPen(color("on_badge"))
    painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, "!")


def paint_selection(painter: QPainter, card: Card, *, before: bool) -> None:
    """The halo (below the card) or the border and ports (above it) of a selected card."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    rect = _outline(card)
    if before:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(value("node.selected.halo_color")))
        reach = metrics.HALO + size("node.selected.outline")
        painter.drawRoundedRect(
            rect.adjusted(-reach, -reach, reach, reach), metrics.RADIUS + reach, metrics.RADIUS + reach
        )
        return
    width = size("node.selected.border") + size("node.selected.outline")
    painter.setPen(QPen(color("accent"), width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect, metrics.RADIUS, metrics.RADIUS)
    paint_ports(painter, card)


def paint_hover(painter: QPainter, card: Card) -> None:
    """The border of the card below the pointer."""
    painter.setPen(QPen(color(value("node.hover_border")), _BORDER))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    half = _BORDER / 2
    painter.drawRoundedRect(_outline(card).adjusted(half, half, -half, -half), metrics.RADIUS, metrics.RADIUS)
    paint_ports(painter, card)


def paint_compact(painter: QPainter, card: Card, zoom: float, *, selected: bool) -> None:
    """Family bar, icon and name, in device units: text keeps a readable size however small the card."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if card.node.off:
        painter.setOpacity(value("node.disabled.opacity"))
    rect = QRectF(0, 0, metrics.WIDTH * zoom, card.height * zoom).adjusted(0.5, 0.5, -0.5, -0.5)
    radius = max(2.0, metrics.RADIUS * zoom)
    shape = QPainterPath()
    shape.addRoundedRect(rect, radius, radius)
    painter.fillPath(shape, color("surface"))
    bar = QPainterPath()
    bar.addRect(QRectF(rect.left(), rect.top(), 4, rect.height()))
    painter.fillPath(shape.intersected(bar), color(card.family))
    painter.setPen(QPen(color("accent"), 2) if selected else QPen(border_color(card), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(shape)
    _compact_words(painter, card, rect, zoom)
    painter.setOpacity(1.0)


def _compact_words(painter: QPainter, card: Card, rect: QRectF, zoom: float) -> None:
    line = QRectF(rect.left(), rect.top(), rect.width(), min(rect.height(), metrics.HEADER * zoom))
    if not card.rows:
        line = rect
    side = max(10.0, min(16.0, 24 * zoom))
    left = rect.left() + 4 + 5 * zoom
    paint_icon(painter, QRectF(left, line.center().y() - side / 2, side, side), card.icon, card.family)
    letters = QFont(_font("small", 600))
    letters.setPixelSize(max(9, min(13, round(20 * zoom))))
    painter.setFont(letters)
    painter.setPen(color("text"))
    room = QRectF(left + side + 4, line.top(), rect.right() - left - side - 7, line.height())
    name = QFontMetricsF(letters).elidedText(card.title, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, _LEFT, name)
