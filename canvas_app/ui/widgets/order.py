"""Tab goes through a form as it is read, also after parts of it were built anew."""

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QScrollArea, QWidget


def in_reading_order(widget: QWidget) -> Iterator[QWidget]:
    """The widgets inside another one that Tab stops at, in the order of their layouts."""
    if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
        yield widget
    inside = widget.widget() if isinstance(widget, QScrollArea) else None
    layout = widget.layout()
    if inside is not None:
        yield from in_reading_order(inside)
    elif layout is not None:
        yield from _of_layout(layout)


def _of_layout(layout: QLayout) -> Iterator[QWidget]:
    for index in range(layout.count()):
        item = layout.itemAt(index)
        if item is None:
            continue
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            yield from in_reading_order(widget)
        elif inner is not None:
            yield from _of_layout(inner)


def tabbed(root: QWidget, *, forwards: bool) -> bool:
    """Go on to the next stop inside `root`; False where there is none, so that Tab leaves it.

    For `focusNextPrevChild`: Qt itself would come last to whatever was built last.
    """
    order = list(in_reading_order(root))
    focused = root.window().focusWidget()
    at = order.index(focused) + (1 if forwards else -1) if focused in order else -1
    if not 0 <= at < len(order):
        return False
    order[at].setFocus(Qt.FocusReason.TabFocusReason if forwards else Qt.FocusReason.BacktabFocusReason)
    return True
