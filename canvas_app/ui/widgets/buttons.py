"""Buttons by what they mean: one primary button a view, the rest quiet."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from canvas_app.ui.theme import icon, set_role, size
from canvas_app.ui.widgets.words import plain_tip

_ON_FILL = {"primary": "on_accent", "danger": "on_accent", "link": "accent"}


def button(
    text: str,
    on_click: Callable[[], object] | None = None,
    *,
    role: str = "",
    icon_name: str = "",
    compact: bool = False,
    tip: str = "",
    parent: QWidget | None = None,
) -> QPushButton:
    """A push button; `role` is empty, `primary`, `danger`, `ghost` or `link`."""
    made = QPushButton(text, parent)
    made.setProperty("compact", compact)
    made.setAutoDefault(False)
    made.setCursor(Qt.CursorShape.PointingHandCursor if role == "link" else Qt.CursorShape.ArrowCursor)
    if role:
        set_role(made, role)
    if icon_name:
        made.setIcon(icon(icon_name, _ON_FILL.get(role, "text")))
        # a little wider than high: the glyph keeps its distance from the words
        made.setIconSize(QSize(size("control.icon") + 4, size("control.icon")))
    if tip:
        made.setToolTip(plain_tip(tip))
    if on_click is not None:
        made.clicked.connect(lambda _checked=False: on_click())
    return made


def primary_button(
    text: str, on_click: Callable[[], object] | None = None, icon_name: str = ""
) -> QPushButton:
    """The one button of a view that does its job."""
    return button(text, on_click, role="primary", icon_name=icon_name)


def ghost_button(text: str, on_click: Callable[[], object] | None = None, icon_name: str = "") -> QPushButton:
    """A button without a frame."""
    return button(text, on_click, role="ghost", icon_name=icon_name)


def link_button(text: str, on_click: Callable[[], object] | None = None) -> QPushButton:
    """A button that looks like a link."""
    return button(text, on_click, role="link")


def icon_button(
    icon_name: str,
    tip: str,
    on_click: Callable[[], object] | None = None,
    *,
    outlined: bool = False,
    compact: bool = False,
    parent: QWidget | None = None,
) -> QToolButton:
    """A button that is only an icon; `tip` is its name for tool tips and screen readers."""
    made = QToolButton(parent)
    made.setIcon(icon(icon_name, checked="accent"))
    made.setIconSize(QSize(size("control.icon"), size("control.icon")))
    made.setToolTip(plain_tip(tip))
    made.setAccessibleName(tip)
    made.setProperty("compact", compact)
    if outlined:
        set_role(made, "outline")
    if on_click is not None:
        made.clicked.connect(lambda _checked=False: on_click())
    return made
