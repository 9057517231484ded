"""Hands on the keyboard, and on the mouse where a widget is meant and no canvas."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

NO_KEYS = Qt.KeyboardModifier.NoModifier


def write(widget: QWidget | None, text: str) -> None:
    """Type a text into a widget."""
    assert widget is not None
    QTest.keyClicks(widget, text)


def tap(widget: QWidget | None, key: Qt.Key, held: Qt.KeyboardModifier = NO_KEYS) -> None:
    """Press and let go one key."""
    assert widget is not None
    QTest.keyClick(widget, key, held)


def double_click(widget: QWidget, at: QPoint) -> None:
    """Click twice with the left button."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, NO_KEYS, at)
    QTest.mouseDClick(widget, Qt.MouseButton.LeftButton, NO_KEYS, at)


def point_at(widget: QWidget, at: QPoint) -> None:
    """Move the pointer somewhere."""
    QTest.mouseMove(widget, at)
