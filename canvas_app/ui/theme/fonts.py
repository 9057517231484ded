"""The fonts that ship with the program, and text styles made of them."""

from functools import cache

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

import resources
from canvas_app.ui.theme.tokens import text_style, value

_WEIGHTS = {400: QFont.Weight.Normal, 500: QFont.Weight.Medium, 600: QFont.Weight.DemiBold}


@cache
def load() -> tuple[str, ...]:
    """Register the shipped fonts and make them the application's; returns the families found."""
    found: list[str] = []
    for file in sorted(resources.path("fonts").glob("*.[ot]tf")):
        number = QFontDatabase.addApplicationFont(str(file))
        found += [name for name in QFontDatabase.applicationFontFamilies(number) if name not in found]
    QApplication.setFont(font("body"))
    return tuple(found)


def font(name: str = "body", *, weight: int | None = None) -> QFont:
    """A new font of the text style `name`, figures tabular; `weight` (400, 500, 600) overrides."""
    style = text_style(name)
    made = QFont(list(value("font.families")))
    made.setPixelSize(style.px)
    made.setWeight(_WEIGHTS[weight or style.weight])
    for tag, setting in value("font.features").items():
        made.setFeature(QFont.Tag(tag), setting)
    return made
