"""The view: turns mouse, wheel and keys into gestures, and paints the still picture with what moves above it."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QFrame, QGraphicsView, QToolTip

from canvas_app.ui.canvas import framing, metrics, overlay_art
from canvas_app.ui.canvas.drop import Drop
from canvas_app.ui.canvas.gestures import BoxSelect, Gesture, Pan, Wire, rim_push
from canvas_app.ui.canvas.hits import EDGE, EDGE_PLUS, FOLD, IN, OUT, PLUS, Hit, hit
from canvas_app.ui.canvas.move import Move
from canvas_app.ui.canvas.picture import Picture
from canvas_app.ui.canvas.scene import DRAWN, NODE, CanvasScene
from canvas_app.ui.canvas.tips import tip_for
from canvas_app.ui.palette.catalogue import MIME
from nodes.graph import Edge

if TYPE_CHECKING:
    from canvas_app.ui.canvas.editor import CanvasEditor

_WORLD = QRectF(-400_000, -400_000, 800_000, 800_000)
_WHEEL_STEP, _WHEEL_PAN = 1.2, 56.0
_SETTLE = 120  # ms after which a zoomed picture is painted sharply
_ADDS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class CanvasView(QGraphicsView):
    """Looks at the scene. Holds the gesture under way and what the pointer is over, and nothing else."""

    view_changed = Signal()

    def __init__(self, scene: CanvasScene, editor: "CanvasEditor") -> None:
        super().__init__(scene, editor)
        self.setObjectName("canvas")
        self.canvas = scene
        self.editor = editor
        self.picture = Picture(scene)
        self.gesture: Gesture | None = None
        self.hover: Hit | None = None
        self.drag_distance = QApplication.startDragDistance() / 2
        self._space = False
        self._refit: Callable[[], None] | None = None
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE)
        self._settle.timeout.connect(self._settled)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSceneRect(_WORLD)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        scene.redrawn.connect(self.viewport().update)

    # -- where we look -----------------------------------------------------------------------------------

    @property
    def zoom(self) -> float:
        """The scale: 1.0 is 100 %."""
        return self.transform().m11()

    def visible_scene(self) -> QRectF:
        """What can be seen, in scene coordinates."""
        return self.viewportTransform().inverted()[0].mapRect(QRectF(self.viewport().rect()))

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the picture by some device pixels."""
        self._refit = None
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(round(across.value() - dx))
        down.setValue(round(down.value() - dy))

    def zoom_at(self, zoom: float, at: QPointF | None = None) -> None:
        """Zoom with a place of the viewport (its middle) staying where it is."""
        place = at or QRectF(self.viewport().rect()).center()
        zoom = max(metrics.SMALLEST, min(metrics.LARGEST, zoom))
        held = self.viewportTransform().inverted()[0].map(place)
        self._look(zoom, held, place)
        self.picture.hasty = True
        self._settle.start()

    def _look(self, zoom: float, held: QPointF, place: QPointF) -> None:
        """Show `held` of the scene at `place` of the viewport."""
        self._refit = None
        self.setTransform(QTransform.fromScale(zoom, zoom))
        now = self.viewportTransform().map(held)
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(round(across.value() + now.x() - place.x()))
        down.setValue(round(down.value() + now.y() - place.y()))
        self.viewport().update()
        self.view_changed.emit()

    def center_at(self, center: QPointF, zoom: float | None = None) -> None:
        """Show a place of the scene in the middle."""
        self._look(zoom or self.zoom, center, QRectF(self.viewport().rect()).center())

    def fit(self, area: QRectF, largest: float = 1.0) -> None:
        """Show an area as a whole."""
        if area.isEmpty():
            self.center_at(area.center(), 1.0)
            return
        self.center_at(area.center(), framing.whole(area, QSizeF(self.viewport().size()), largest))

    def fit_all(self) -> None:
        """Show everything, and keep doing so while the window finds its size."""
        self.fit(self.canvas.bounds())
        self._refit = self.fit_all

    def open_readable(self) -> None:
        """Show a strategy as it opens, and keep doing so while the window finds its size."""
        area = self.canvas.bounds()
        if area.isEmpty():
            self.fit_all()
        else:
            self.center_at(*framing.opening(area, QSizeF(self.viewport().size())))
        self._refit = self.open_readable

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self.view_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._refit is not None:
            self._refit()
        self.view_changed.emit()

    def _settled(self) -> None:
        self.picture.hasty = False
        self.viewport().update()

    # -- painting ----------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        # the items have nothing to paint: going through thousands of them would cost more than the picture
        painter = QPainter(self.viewport())
        self.picture.draw(
            painter, self.viewportTransform(), QSizeF(self.viewport().size()), self.devicePixelRatioF()
        )
        painter.setWorldTransform(self.viewportTransform())
        if self.gesture is None:
            overlay_art.paint_hover(painter, self.canvas, self.hover, self.zoom)
        else:
            self.gesture.paint(painter, self.zoom)
        painter.end()
        if self.picture.unfinished:
            self._settle.start()

    def paint_lifted(self, painter: QPainter, ids: Iterable[str]) -> None:
        """The cards being dragged, above everything."""
        zoom, scene = self.zoom, self.canvas
        if zoom < metrics.BLOCKS_BELOW:
            overlay_art.paint_lifted_blocks(painter, scene, ids)
            return
        transform, dpr = self.viewportTransform(), self.devicePixelRatioF()
        visible = self.visible_scene()
        selected = set(scene.selected())
        painter.save()
        painter.resetTransform()
        for node_id in ids:
            item = scene.items_by_id[node_id]
            if item.isVisible() and visible.intersects(item.sceneBoundingRect()):
                corner = transform.map(QPointF(*scene.position(node_id)))
                card, chosen = scene.cards[node_id], node_id in selected
                self.picture.place(painter, card, corner, zoom=zoom, dpr=dpr, chosen=chosen)
        painter.restore()

    # -- mouse -------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.gesture is not None:
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.editor.close_popups()
        at, button = self._scene_at(event.position()), event.button()
        if button == Qt.MouseButton.MiddleButton or (self._space and button == Qt.MouseButton.LeftButton):
            self.gesture = Pan(self, at)
        elif button == Qt.MouseButton.LeftButton:
            self.hover = hit(self.canvas, at, self.zoom, self.hover)
            self.gesture = self._gesture_for(self.hover, at, adds=bool(event.modifiers() & _ADDS))
        elif button == Qt.MouseButton.RightButton:
            self._select_below(hit(self.canvas, at, self.zoom, self.hover))
        self.viewport().update()

    def _gesture_for(self, found: Hit | None, at: QPointF, *, adds: bool) -> Gesture | None:
        if found is None:
            return BoxSelect(self, at, adds=adds)
        if found.kind in (OUT, IN):
            return Wire(self, at, found.id, found.port, kind=found.kind)
        if found.kind == PLUS:
            self.editor.ask_next(found.id, found.port)
        elif found.kind == FOLD:
            self.editor.fold_frame(found.id)
        elif found.kind == EDGE_PLUS and found.edge is not None:
            self.editor.ask_insert(found.edge)
        elif found.kind == EDGE and found.edge is not None:
            self._select_edge(found.edge, adds=adds)
        elif found.kind in (NODE, DRAWN):
            return self._hold(found, at, adds=adds)
        return None

    def _select_edge(self, edge: Edge, *, adds: bool) -> None:
        before = self.canvas.selected_edges if adds else frozenset()
        self.canvas.select(self.canvas.selected() if adds else (), before ^ {edge})

    def _hold(self, found: Hit, at: QPointF, *, adds: bool) -> Gesture | None:
        scene = self.canvas
        nodes, drawn = set(scene.selected()), set(scene.selected_drawn())
        mine = nodes if found.kind == NODE else drawn
        if adds:
            mine ^= {found.id}
            scene.select(nodes, drawn=drawn)
            if found.id not in mine:
                return None
        elif found.id not in mine:
            scene.select(*(([found.id], (), ()) if found.kind == NODE else ((), (), [found.id])))
        return Move(self, at, found.id)

    def _select_below(self, found: Hit | None) -> None:
        scene = self.canvas
        if found is None:
            scene.select(())
        elif found.id in scene.cards and found.id not in scene.selected():
            scene.select([found.id])
        elif found.edge is not None and found.edge not in scene.selected_edges:
            scene.select((), [found.edge])
        elif found.kind == DRAWN and found.id not in scene.selected_drawn():
            scene.select((), drawn=[found.id])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self._scene_at(event.position())
        if self.gesture is not None:
            self._follow(event)
            return
        found = hit(self.canvas, at, self.zoom, self.hover)
        if found != self.hover:
            self.hover = found
            link = found is not None and found.kind in (OUT, IN, PLUS, EDGE_PLUS, FOLD)
            self.viewport().setCursor(
                Qt.CursorShape.PointingHandCursor if link else Qt.CursorShape.ArrowCursor
            )
            self.viewport().update()

    def _follow(self, event: QMouseEvent) -> None:
        """The gesture goes on; near the rim the picture comes along."""
        assert self.gesture is not None
        if not isinstance(self.gesture, Pan):
            room, place = self.viewport().rect(), event.position()
            dx = rim_push(place.x(), room.width())
            dy = rim_push(place.y(), room.height())
            if dx or dy:
                self.pan_by(dx, dy)
        self.gesture.move(self._scene_at(event.position()), event.modifiers())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.gesture is None:
            return
        gesture, self.gesture = self.gesture, None
        gesture.finish(self._scene_at(event.position()), event.modifiers())
        self.viewport().update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        at = self._scene_at(event.position())
        found = hit(self.canvas, at, self.zoom, self.hover)
        if found is None:
            self.editor.ask_add((at.x(), at.y()))
        elif found.kind == NODE:
            self.editor.node_activated.emit(found.id)
        elif found.kind == DRAWN:
            self.editor.rename(found.id)

    def leaveEvent(self, event: QEvent) -> None:
        self.hover = None
        self.viewport().update()
        super().leaveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.editor.show_menu(event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned, pixels = event.angleDelta(), event.pixelDelta()
        keys = event.modifiers()
        if keys & Qt.KeyboardModifier.ControlModifier:
            self.zoom_at(self.zoom * _WHEEL_STEP ** (turned.y() / 120), event.position())
        elif not pixels.isNull():
            self.pan_by(pixels.x(), pixels.y())
        else:
            dx, dy = turned.x() / 120 * _WHEEL_PAN, turned.y() / 120 * _WHEEL_PAN
            self.pan_by(*((dy, dx) if keys & Qt.KeyboardModifier.ShiftModifier else (dx, dy)))
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        if (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
        ):
            self.zoom_at(self.zoom * (1 + event.value()), event.position())
            return True
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self.gesture is None:
            tip = tip_for(self.canvas, hit(self.canvas, self._scene_at(QPointF(event.pos())), self.zoom))
            QToolTip.showText(event.globalPos(), tip, self.viewport())
            return True
        return super().viewportEvent(event)

    def _scene_at(self, place: QPointF) -> QPointF:
        return self.viewportTransform().inverted()[0].map(place)

    def pointer(self) -> QPointF | None:
        """Where the pointer is in the scene; None if it is elsewhere."""
        place = self.viewport().mapFromGlobal(self.cursor().pos())
        inside = self.viewport().rect().contains(place) and self.isVisible()
        return self._scene_at(QPointF(place)) if inside else None

    # -- keys --------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancel()
        elif event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = True
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        elif not self.editor.walk(event.key(), event.modifiers()):
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self.viewport().unsetCursor()
        else:
            event.ignore()

    def cancel(self) -> None:
        """Esc: the gesture first, then the selection."""
        if self.gesture is not None:
            gesture, self.gesture = self.gesture, None
            gesture.cancel()
        else:
            self.canvas.select(())
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._space = False
        super().focusOutEvent(event)

    # -- drops from the palette ------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(MIME):
            kind = bytes(event.mimeData().data(MIME).data()).decode("utf-8", "replace")
            self.gesture = Drop(self, self._scene_at(QPointF(event.position())), kind)
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if isinstance(self.gesture, Drop):
            self.gesture.move(self._scene_at(event.position()), event.modifiers())
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        if isinstance(self.gesture, Drop):
            self.gesture = None
            self.viewport().update()

    def dropEvent(self, event: QDropEvent) -> None:
        if not event.mimeData().hasFormat(MIME):
            return
        at = self._scene_at(event.position())
        kind = bytes(event.mimeData().data(MIME).data()).decode("utf-8", "replace")
        drop = self.gesture if isinstance(self.gesture, Drop) else Drop(self, at, kind)
        self.gesture = None
        drop.finish(at, event.modifiers())
        event.acceptProposedAction()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.viewport().update()

    def viewport_place(self, at: QPointF) -> QPoint:
        """A place of the scene on the viewport."""
        return self.viewportTransform().map(at).toPoint()
