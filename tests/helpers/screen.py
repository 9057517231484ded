"""Look at widgets and work them as a person does, with real mouse and key events."""

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NO_KEY = Qt.KeyboardModifier.NoModifier


def settle(rounds: int = 3) -> None:
    """Let everything that is due happen."""
    for _round in range(rounds):
        QApplication.processEvents()


def show(widget: QWidget, width: int = 0, height: int = 0) -> None:
    """Show `widget` and wait until it is on the screen."""
    if width and height:
        widget.resize(width, height)
    widget.show()
    QTest.qWaitForWindowExposed(widget)
    settle()


def grab(widget: QWidget, path: str | Path | None = None) -> QImage:
    """A picture of `widget`, also written to `path` if given."""
    settle()
    picture = widget.grab().toImage()
    if path is not None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        assert picture.save(str(path)), path
    return picture


def click(widget: QWidget, at: QPoint | None = None, *, button: Qt.MouseButton = LEFT) -> None:
    """Press and release a mouse button in the middle of `widget`, or `at` a point of it."""
    QTest.mouseClick(widget, button, NO_KEY, at if at is not None else widget.rect().center())
    settle()


def double_click(widget: QWidget, at: QPoint) -> None:
    """Click twice at a point of `widget`."""
    QTest.mouseClick(widget, LEFT, NO_KEY, at)
    QTest.mouseDClick(widget, LEFT, NO_KEY, at)
    settle()


def drag(widget: QWidget, start: QPoint, end: QPoint, *, steps: int = 8) -> None:
    """Press at `start`, move in `steps`, release at `end`."""
    QTest.mouseMove(widget, start)
    QTest.mousePress(widget, LEFT, NO_KEY, start)
    for step in range(1, steps + 1):
        QTest.mouseMove(widget, start + (end - start) * step / steps)
        settle(1)
    QTest.mouseRelease(widget, LEFT, NO_KEY, end)
    settle()


def press(widget: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = NO_KEY) -> None:
    """Press and release a key."""
    QTest.keyClick(widget, key, modifier)
    settle()


def write(widget: QWidget, text: str) -> None:
    """Type `text`, letter by letter."""
    QTest.keyClicks(widget, text)
    settle()


def colors(picture: QImage) -> set[str]:
    """Every colour of a picture, as `#rrggbb`."""
    seen = {picture.pixel(x, y) for x in range(picture.width()) for y in range(picture.height())}
    return {QColor.fromRgb(each).name() for each in seen}
