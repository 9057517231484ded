"""Rows, columns and frames: how every page is put together."""

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLayout, QScrollArea, QVBoxLayout, QWidget

from canvas_app.ui.theme import set_role

Boxes = TypeVar("Boxes", bound=QBoxLayout)
Piece = QWidget | QLayout | int | None  # a number is room in px, None takes what is left
Margins = tuple[int, int, int, int]
NO_MARGINS: Margins = (0, 0, 0, 0)


def row(*pieces: Piece, gap: int = 8, margins: Margins = NO_MARGINS) -> QHBoxLayout:
    """Pieces side by side."""
    return _filled(QHBoxLayout(), pieces, gap, margins)


def column(*pieces: Piece, gap: int = 8, margins: Margins = NO_MARGINS) -> QVBoxLayout:
    """Pieces below each other."""
    return _filled(QVBoxLayout(), pieces, gap, margins)


def _filled(layout: Boxes, pieces: tuple[Piece, ...], gap: int, margins: Margins) -> Boxes:
    layout.setSpacing(gap)
    layout.setContentsMargins(*margins)
    for piece in pieces:
        if isinstance(piece, QWidget):
            layout.addWidget(piece)
        elif isinstance(piece, QLayout):
            layout.addLayout(piece)
        elif piece is None:
            layout.addStretch(1)
        else:
            layout.addSpacing(piece)
    return layout


def frame(role: str, layout: QLayout | None = None) -> QFrame:
    """A frame with a role of the style sheet: `panel`, `bar`, `footer` …"""
    made = QFrame()
    set_role(made, role)
    if layout is not None:
        made.setLayout(layout)
    return made


def box(layout: QLayout, role: str = "") -> QWidget:
    """A plain widget around a layout."""
    made = QWidget()
    made.setLayout(layout)
    if role:
        made.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        set_role(made, role)
    return made


def scroll(inner: QWidget, role: str = "surface") -> QScrollArea:
    """A column that scrolls up and down, never sideways."""
    made = QScrollArea()
    made.setWidgetResizable(True)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    inner.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    set_role(inner, role)
    made.setWidget(inner)
    return made


def settled(widget: QWidget) -> QWidget:
    """Let the style sheet size everything inside first: Chinese letters make rows higher than layouts remember."""
    for child in widget.findChildren(QWidget):
        child.ensurePolished()
    for layout in widget.findChildren(QLayout):
        layout.invalidate()
    if (own := widget.layout()) is not None:
        own.activate()
    return widget


def shown(text: str) -> str:
    """Data as a tab, button or box shows it whole: `&` would make the next letter a shortcut."""
    return text.replace("&", "&&")


def clear(layout: QLayout) -> None:
    """Take everything out of a layout."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)
