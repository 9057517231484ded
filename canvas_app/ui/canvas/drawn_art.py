"""Lanes, frames and notes in paint, all behind the wires."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from canvas_app.ui.canvas import metrics
from canvas_app.ui.canvas.drawn import Drawn
from canvas_app.ui.canvas.scene import CanvasScene
from canvas_app.ui.theme import color, font, paint_icon, size, sizes, text_style, value

_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


def paint_drawn(painter: QPainter, scene: CanvasScene, visible: QRectF, zoom: float) -> None:
    """Everything that is only drawn, in scene coordinates."""
    chosen = set(scene.selected_drawn())
    for each in scene.drawn.values():
        rect = QRectF(each.x, each.y, each.width, each.shown_height)
        if not rect.intersects(visible):
            continue
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint = {"lane": _lane, "frame": _frame, "note": _note}[each.kind]
        paint(painter, each, rect, readable=zoom >= metrics.BLOCKS_BELOW)
        if each.id in chosen:
            painter.setPen(QPen(color("accent"), 2 / min(zoom, 1.0)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect, size("note.radius"), size("note.radius"))


def _lane(painter: QPainter, each: Drawn, rect: QRectF, *, readable: bool) -> None:
    painter.fillRect(rect, color("frame" if int(each.id.partition(":")[2]) % 2 else "surface"))
    head = QRectF(rect.left(), rect.top(), size("lane.label_width"), rect.height())
    painter.fillRect(head, color("sunken"))
    painter.setPen(QPen(color("border"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(rect)
    painter.drawLine(head.topRight(), head.bottomRight())
    if readable:
        painter.setFont(font("small", weight=600))
        painter.setPen(color("text"))
        painter.drawText(head.adjusted(12, 12, -8, -8), _WRAP, each.text)


def _frame(painter: QPainter, each: Drawn, rect: QRectF, *, readable: bool) -> None:
    painter.setBrush(color("frame"))
    painter.setPen(QPen(color("frame_border"), size("frame.border")))
    painter.drawRoundedRect(rect, size("frame.radius"), size("frame.radius"))
    if not readable:
        return
    side = size("control.icon")
    paint_icon(painter, QRectF(rect.left() + 12, rect.top() + 10, side, side), "mdi6.vector-square", "text2")
    letters = font("small", weight=int(sizes("frame.title")[2]))
    line = QRectF(rect.left() + 12 + side + 6, rect.top() + 8, rect.width() - 2 * side - 42, 20)
    arrow = "mdi6.chevron-down" if each.collapsed else "mdi6.chevron-up"
    paint_icon(painter, QRectF(rect.right() - 10 - side, rect.top() + 10, side, side), arrow, "text2")
    painter.setFont(letters)
    painter.setPen(color("text2"))
    text = QFontMetricsF(letters).elidedText(each.text, Qt.TextElideMode.ElideRight, line.width())
    painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


def _note(painter: QPainter, each: Drawn, rect: QRectF, *, readable: bool) -> None:
    painter.setBrush(QColor(color("note")))
    painter.setPen(QPen(color("note_border"), 1))
    painter.drawRoundedRect(rect, size("note.radius"), size("note.radius"))
    if not readable:
        return
    down, across = sizes("note.padding")
    room = rect.adjusted(across, down, -across, -down)
    painter.save()
    painter.setClipRect(room)
    painter.setPen(color("note_text"))
    top = room.top()
    for line in each.text.split("\n"):
        top = _line(painter, line, QRectF(room.left(), top, room.width(), room.bottom() - top))
    painter.restore()


def _line(painter: QPainter, line: str, room: QRectF) -> float:
    """One paragraph of a note (a little Markdown: headings, bold lines, bullets); returns where the next begins."""
    text, weight = line.strip(), int(value("note.text")[2])
    if text.startswith("#") or (text.startswith("**") and text.endswith("**") and len(text) > 4):
        text, weight = text.lstrip("#").strip().strip("*"), 600
    elif text.startswith(("- ", "* ")):
        text = "•  " + text[2:]
    letters: QFont = font("body", weight=weight)
    leading = int(value("note.text")[1])
    if not text:
        return room.top() + leading / 2
    painter.setFont(letters)
    needed = QFontMetricsF(letters).boundingRect(QRectF(0, 0, room.width(), 4000), int(_WRAP), text)
    lines = max(1, round(needed.height() / QFontMetricsF(letters).lineSpacing()))
    offset = (leading - text_style("body").px) / 2 - 2
    painter.drawText(room.translated(QPointF(0, offset)), int(_WRAP), text)
    return room.top() + leading * lines
