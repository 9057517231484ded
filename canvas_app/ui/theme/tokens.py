"""Design values: the one place that knows colours and sizes. Painters ask here at paint time."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication

import resources

LIGHT, DARK, SYSTEM = "light", "dark", "system"
MODES = (SYSTEM, LIGHT, DARK)


@dataclass(frozen=True, slots=True)
class TextStyle:
    """Height of the letters and of the line in px, and the weight (400, 500, 600)."""

    px: int
    line: int
    weight: int


class Theme(QObject):
    """Which of the two themes is shown; tells everyone who paints when it changes."""

    theme_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._mode = LIGHT
        self._shown = LIGHT

    @property
    def mode(self) -> str:
        """What the person chose: `light`, `dark` or `system`."""
        return self._mode

    @property
    def current(self) -> str:
        """What is shown now: `light` or `dark`."""
        return self._shown

    @property
    def dark(self) -> bool:
        """Whether the dark theme is shown."""
        return self._shown == DARK

    def choose(self, mode: str) -> None:
        """Show `mode` from now on; an unknown one means `system`."""
        self._mode = mode if mode in MODES else SYSTEM
        self._shown = system_theme() if self._mode == SYSTEM else self._mode
        self.theme_changed.emit()

    def follow_system(self) -> None:
        """The system went dark or light: follow it if the person asked for that."""
        if self._mode == SYSTEM and self._shown != system_theme():
            self.choose(SYSTEM)


theme = Theme()


def set_theme(mode: str) -> None:
    """Show the theme `light`, `dark` or `system`."""
    theme.choose(mode)


def system_theme() -> str:
    """The theme the system asks for; light where it does not say."""
    if not isinstance(QGuiApplication.instance(), QGuiApplication):
        return LIGHT
    return DARK if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT


@cache
def table() -> dict[str, Any]:
    """All design values as they lie in the shipped file."""
    loaded: dict[str, Any] = json.loads(resources.path("look", "tokens.json").read_text(encoding="utf-8"))
    return loaded


@cache
def value(path: str) -> Any:
    """The value at a dotted path, such as `node.heights.plain`."""
    found: Any = table()
    for part in path.split("."):
        found = found[part]
    return found


def css(name: str, mode: str | None = None) -> str:
    """A colour as `#rrggbb`; `name` is a key of the tokens, `mode` a theme other than the one shown."""
    found = table()["color"][mode or theme.current][name]
    return str(found)


@cache
def _color(name: str, mode: str) -> QColor:
    return QColor(css(name, mode))


def color(name: str, mode: str | None = None) -> QColor:
    """A colour of the theme shown now (or of `mode`). Shared: copy it before you change it."""
    return _color(name, mode or theme.current)


@cache
def size(path: str) -> int:
    """A length in px at 100 %, such as `control.height`, `radius.card` or `node.width`."""
    return int(value(path))


@cache
def sizes(path: str) -> tuple[float, ...]:
    """Several lengths, such as `edge.loop_dash` or `layout.min_window`."""
    return tuple(value(path))


@cache
def text_style(name: str) -> TextStyle:
    """A text style of `font.size`, such as `body` or `node_title`."""
    px, line, weight = value(f"font.size.{name}")
    return TextStyle(px, line, weight)


@cache
def motion(name: str) -> int:
    """How long a movement takes, in milliseconds."""
    return int(value(f"motion_ms.{name}"))


def chart(name: str) -> Any:
    """A value of the charts; names of colours come back as `#rrggbb` of the theme shown now."""
    found = value(f"chart.{name}")
    if isinstance(found, list):
        return [css(item) for item in found]
    return css(found) if isinstance(found, str) else found
