"""Icons: Material Design glyphs painted from their outlines, in the colours of the theme shown now.

The font file is read straight from qtawesome's data: importing that library costs 0.13 s of the start.
"""

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPainterPath, QPixmap, QRawFont, QTransform

from canvas_app.ui.theme.tokens import color as token_color
from canvas_app.ui.theme.tokens import css, table

_GRID = 24  # the glyphs are drawn on a square of 24 units
_PREFIX = "mdi6."
_UNKNOWN = "help-circle-outline"

# node types whose key in the tokens is another word
_KEYS = {
    "event_entry": "event",
    "rule_split": "rule",
    "result_split": "result",
    "ab_split": "ab",
    "wait_for": "wait",
    "data_sync": "sync",
    "update_contact": "tag",
    "official_account": "oa",
    "app_push": "push_app",
    "ai_call": "ai",
    "manual_call": "human",
    "goto": "jump",
    "list_push": "push",
    "scheduled_list": "fetch",
    "send_window": "window",
    "approval": "approve",
}
# node types the tokens leave open
_MORE = {
    "date_entry": ("entry", "mdi6.calendar-heart"),
    "move": ("end", "mdi6.arrow-decision-outline"),
    "connector": ("data", "mdi6.power-plug-outline"),
    "preferred": ("message", "mdi6.account-heart-outline"),
}


def kind_icon(type_id: str) -> tuple[str, str]:
    """Colour family and icon name of a node type (or of a key of the tokens, or a preset)."""
    if type_id in _MORE:
        return _MORE[type_id]
    kinds = table()["icons"]["kinds"]
    found = kinds.get(_KEYS.get(type_id, type_id))
    return (found["family"], found["icon"]) if found else ("end", _PREFIX + _UNKNOWN)


def kind_pixmap(type_id: str, *, size: int = 16, dpr: float = 1.0) -> QPixmap:
    """The icon of a node type in its family's colour."""
    family, name = kind_icon(type_id)
    return pixmap(name, family, size, dpr)


@cache
def _data_folder() -> Path:
    spec = find_spec("qtawesome")  # a top-level name: found without being imported
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "fonts"


@cache
def _codes() -> dict[str, str]:
    (file,) = _data_folder().glob("materialdesignicons6-*charmap*.json")
    loaded: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return loaded


@cache
def _raw_font() -> QRawFont:
    (file,) = _data_folder().glob("materialdesignicons6-*.ttf")
    return QRawFont(str(file), _GRID)


def known(name: str) -> bool:
    """Whether the icon set has this icon."""
    return name.removeprefix(_PREFIX) in _codes()


@cache
def outline(name: str) -> QPainterPath:
    """The shape of an icon on a square of 24 units, origin at its top left."""
    codes = _codes()
    code = codes.get(name.removeprefix(_PREFIX)) or codes[_UNKNOWN]
    raw = _raw_font()
    (glyph, *_) = raw.glyphIndexesForString(chr(int(code, 16)))
    baseline = _GRID * raw.ascent() / (raw.ascent() + raw.descent())
    return QTransform.fromTranslate(0, baseline).map(raw.pathForGlyph(glyph))


def paint_icon(painter: QPainter, rect: QRectF, name: str, color: str) -> None:
    """Paint an icon into `rect` in the token colour `color`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.topLeft())
    painter.scale(rect.width() / _GRID, rect.height() / _GRID)
    painter.fillPath(outline(name), token_color(color))
    painter.restore()


@cache
def _pixmap(name: str, color: str, hexcode: str, side: int, dpr: float) -> QPixmap:  # noqa: ARG001  (part of the key)
    made = QPixmap(round(side * dpr), round(side * dpr))
    made.setDevicePixelRatio(dpr)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    paint_icon(painter, QRectF(0, 0, side, side), name, color)
    painter.end()
    return made


def pixmap(name: str, color: str = "text2", size: int = 16, dpr: float = 1.0) -> QPixmap:
    """An icon as a shared pixmap in the colours of the theme shown now; ask again after `theme_changed`."""
    return _pixmap(name, color, css(color), size, dpr)


class _GlyphEngine(QIconEngine):
    """Paints the icon anew each time, so a change of theme needs nothing but a repaint."""

    def __init__(self, name: str, color: str, checked: str) -> None:
        super().__init__()
        self._name, self._color, self._checked = name, color, checked

    def _tint(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        if mode == QIcon.Mode.Disabled:
            return "disabled"
        return self._checked if state == QIcon.State.On else self._color

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        side = min(rect.width(), rect.height())
        square = QRectF(0, 0, side, side)
        square.moveCenter(QRectF(rect).center())
        paint_icon(painter, square, self._name, self._tint(mode, state))

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        made = QPixmap(size * scale)
        made.setDevicePixelRatio(scale)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        self.paint(painter, QRect(QPoint(), size), mode, state)
        painter.end()
        return made

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def clone(self) -> QIconEngine:
        return _GlyphEngine(self._name, self._color, self._checked)


@cache
def _icon(name: str, color: str, checked: str) -> QIcon:
    return QIcon(_GlyphEngine(name, color, checked))


def icon(name: str, color: str = "text2", size: int = 16, *, checked: str | None = None) -> QIcon:  # noqa: ARG001
    """An icon in the token colour `color` that follows the theme; `checked` is its colour when switched on.

    The widget's `iconSize` decides how large it is painted; `size` is accepted for symmetry with `pixmap`.
    """
    return _icon(name, color, checked or color)
