"""The look: design values, fonts, icons and the style sheet.

Everything a widget needs is named here: `color("accent")`, `size("control.height")`, `font("node_title")`,
`icon("mdi6.plus")`, `set_role(label, "caption")`, `theme.theme_changed`.
"""

from canvas_app.ui.theme.fonts import font
from canvas_app.ui.theme.icons import icon, kind_icon, kind_pixmap, paint_icon, pixmap
from canvas_app.ui.theme.style import install, set_property, set_role
from canvas_app.ui.theme.tokens import (
    TextStyle,
    chart,
    color,
    css,
    motion,
    set_theme,
    size,
    sizes,
    text_style,
    theme,
    value,
)

__all__ = [
    "TextStyle",
    "chart",
    "color",
    "css",
    "font",
    "icon",
    "install",
    "kind_icon",
    "kind_pixmap",
    "motion",
    "paint_icon",
    "pixmap",
    "set_property",
    "set_role",
    "set_theme",
    "size",
    "sizes",
    "text_style",
    "theme",
    "value",
]
