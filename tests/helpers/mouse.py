"""A hand on the mouse: real events on the viewport of a canvas, with explicit buttons."""

from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QGraphicsView

Point = tuple[float, float]
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
Keys = Qt.KeyboardModifier
NO_KEYS = Qt.KeyboardModifier.NoModifier


def _send(
    view: QGraphicsView,
    kind: QEvent.Type,
    at: Point | QPointF,
    *,
    button: Qt.MouseButton,
    held: Qt.MouseButton,
    keys: Keys,
) -> None:
    place = at if isinstance(at, QPointF) else QPointF(view.mapFromScene(QPointF(*at)))
    world = QPointF(view.viewport().mapToGlobal(place.toPoint()))
    QApplication.sendEvent(view.viewport(), QMouseEvent(kind, place, world, button, held, keys))


def press(
    view: QGraphicsView, at: Point, *, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NO_KEYS
) -> None:
    """Press a button at a place of the scene."""
    _send(view, QEvent.Type.MouseButtonPress, at, button=button, held=button, keys=keys)


def move(
    view: QGraphicsView, at: Point, *, held: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NO_KEYS
) -> None:
    """Move the pointer to a place of the scene."""
    _send(view, QEvent.Type.MouseMove, at, button=NONE, held=held, keys=keys)


def release(
    view: QGraphicsView, at: Point, *, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NO_KEYS
) -> None:
    """Let a button go at a place of the scene."""
    _send(view, QEvent.Type.MouseButtonRelease, at, button=button, held=NONE, keys=keys)


def click(view: QGraphicsView, at: Point, *, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
    """Press and let go."""
    press(view, at, keys=keys)
    release(view, at, keys=keys)


def double_click(view: QGraphicsView, at: Point) -> None:
    """Twice."""
    click(view, at)
    _send(view, QEvent.Type.MouseButtonDblClick, at, button=LEFT, held=LEFT, keys=NO_KEYS)
    release(view, at)


def drag(view: QGraphicsView, start: Point, end: Point, *, button: Qt.MouseButton = LEFT,
         keys: Qt.KeyboardModifier = NO_KEYS) -> None:  # fmt: skip
    """Press, move in a few steps, let go; the way is fixed before, for the picture may move meanwhile."""
    first, last = QPointF(view.mapFromScene(QPointF(*start))), QPointF(view.mapFromScene(QPointF(*end)))
    _send(view, QEvent.Type.MouseButtonPress, first, button=button, held=button, keys=keys)
    for step in range(1, 6):
        _send(
            view,
            QEvent.Type.MouseMove,
            first + (last - first) * step / 5,
            button=NONE,
            held=button,
            keys=keys,
        )
    _send(view, QEvent.Type.MouseButtonRelease, last, button=button, held=NONE, keys=keys)


def drop(view: QGraphicsView, kind: str, at: Point) -> None:
    """Let a tile of the palette fall on a place of the scene."""
    data = QMimeData()
    data.setData("application/x-strategy-canvas-node", kind.encode())
    place = QPointF(view.mapFromScene(QPointF(*at)))
    copy = Qt.DropAction.CopyAction
    target = view.viewport()
    QApplication.sendEvent(target, QDragEnterEvent(place.toPoint(), copy, data, LEFT, NO_KEYS))
    QApplication.sendEvent(target, QDragMoveEvent(place.toPoint(), copy, data, LEFT, NO_KEYS))
    QApplication.sendEvent(target, QDropEvent(place, copy, data, LEFT, NO_KEYS))
