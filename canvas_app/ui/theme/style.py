"""Dress the application: Fusion, a palette and one style sheet, all made from the tokens."""

import re
import tempfile
from functools import cache
from pathlib import Path

from PySide6.QtGui import QColor, QPainterPath, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyleFactory, QWidget

import resources
from canvas_app.ui.theme import fonts
from canvas_app.ui.theme.icons import outline
from canvas_app.ui.theme.tokens import LIGHT, css, size, text_style, theme, value

_LENGTH = re.compile(r"\$\(([a-z0-9_.]+)([-+/]\d+)?\)")
_FONT = re.compile(r"\$font\((\w+)\)")
_ICON = re.compile(r"\$icon\(([a-z0-9-]+) (\w+)\)")
_COLOR = re.compile(r"\$(\w+)")


def install(app: QApplication, mode: str = LIGHT) -> None:
    """Load the fonts, choose Fusion and dress `app` in `mode`, now and after each change of theme."""
    fonts.load()
    fusion: QStyle | None = QStyleFactory.create("Fusion")
    assert fusion is not None
    app.setStyle(fusion)
    if not app.property("dressed"):
        app.setProperty("dressed", True)
        theme.theme_changed.connect(_apply)
        app.styleHints().colorSchemeChanged.connect(theme.follow_system)
    theme.choose(mode)


def _apply() -> None:
    app = QApplication.instance()
    if isinstance(app, QApplication):
        app.setPalette(palette())
        app.setStyleSheet(style_sheet())


def palette(mode: str | None = None) -> QPalette:
    """The palette of the theme shown now, or of `mode`."""
    made = QPalette()
    for role, name in value("qpalette").items():
        tone = QColor(css(name, mode))
        group, _, key = role.rpartition("/")
        if group:
            made.setColor(QPalette.ColorGroup[group], QPalette.ColorRole[key], tone)
        else:
            made.setColor(QPalette.ColorRole[key], tone)
    return made


def style_sheet(mode: str | None = None) -> str:
    """The style sheet of the theme shown now, or of `mode`."""
    return _style_sheet(mode or theme.current)


@cache
def _style_sheet(mode: str) -> str:
    text = resources.path("look", "style.qss").read_text(encoding="utf-8")
    text = _FONT.sub(lambda found: _font(found[1]), text.split("*/", 1)[1])
    text = _LENGTH.sub(lambda found: f"{_length(found[1], found[2])}px", text)
    text = _ICON.sub(lambda found: f'url("{_icon_file(found[1], css(found[2], mode)).as_posix()}")', text)
    return _COLOR.sub(lambda found: css(found[1], mode), text)


def _font(name: str) -> str:
    style = text_style(name)
    return f"font-size: {style.px}px; font-weight: {style.weight};"


def _length(path: str, change: str | None) -> int:
    length = size(path)
    if not change:
        return length
    return length // int(change[1:]) if change[0] == "/" else length + int(change)


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="strategy-canvas-", ignore_cleanup_errors=True)


@cache
def _icon_file(name: str, tone: str) -> Path:
    """An icon as a file, the only form in which a style sheet takes it."""
    file = Path(_folder().name, f"{name}-{tone[1:]}.svg")
    drawing = f'<path fill="{tone}" d="{_svg_path(outline(name))}"/>'
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 24 24">{drawing}</svg>'
    )
    file.write_text(svg, encoding="utf-8")
    return file


def _svg_path(shape: QPainterPath) -> str:
    letters = {
        QPainterPath.ElementType.MoveToElement: "M",
        QPainterPath.ElementType.LineToElement: "L",
        QPainterPath.ElementType.CurveToElement: "C",
        QPainterPath.ElementType.CurveToDataElement: "",
    }
    points = (shape.elementAt(number) for number in range(shape.elementCount()))
    return " ".join(f"{letters[point.type]}{point.x:.3f} {point.y:.3f}" for point in points)


def set_role(widget: QWidget, role: str) -> None:
    """Give `widget` its role in the style sheet and repaint it if it had another."""
    set_property(widget, "role", role)


def set_property(widget: QWidget, name: str, setting: object) -> None:
    """Set a property the style sheet looks at (`role`, `compact`, `problem`, `edge`, …)."""
    if widget.property(name) == setting:
        return
    widget.setProperty(name, setting)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
