"""The small things that lie on the canvas: minimap, zoom bar, live figures, the sentence on an empty canvas."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from canvas_app.ui.canvas.counts import Counts
from canvas_app.ui.canvas.picture import paint_blocks
from canvas_app.ui.canvas.view import CanvasView
from canvas_app.ui.theme import color, icon, set_role, size, sizes, theme
from storage.base.words import N_, _

_PAD = 6.0
_SOFT = 0.8  # the cards recede behind the frame of what is seen


class Minimap(QFrame):
    """Everything in small, with the part that is seen; press or drag to look elsewhere."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self.setObjectName("minimap")
        self._view = view
        self._still: tuple[object, QPixmap] = (None, QPixmap())
        width, height = sizes("layout.minimap")
        self.setFixedSize(int(width), int(height))
        self.setCursor(Qt.CursorShape.ArrowCursor)
        view.canvas.redrawn.connect(self.update)
        view.view_changed.connect(self.update)

    def _world(self) -> QRectF:
        whole = self._view.canvas.bounds()
        shown = self._view.visible_scene()
        return whole.united(shown) if not whole.isEmpty() else shown

    def _scale(self) -> tuple[float, QPointF]:
        world, room = self._world(), QRectF(self.rect()).adjusted(_PAD, _PAD, -_PAD, -_PAD)
        scale = min(room.width() / max(world.width(), 1), room.height() / max(world.height(), 1))
        return scale, room.center() - world.center() * scale

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale, origin = self._scale()
        key = (self._view.canvas.shape, scale, origin, theme.current, self.devicePixelRatioF())
        if self._still[0] != key:
            self._still = (key, self._painted(scale, origin))
        painter.drawPixmap(0, 0, self._still[1])
        painter.translate(origin)
        painter.scale(scale, scale)
        pen = QPen(color("accent"), 2)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(self._view.visible_scene())

    def _painted(self, scale: float, origin: QPointF) -> QPixmap:
        pixmap = QPixmap(self.size() * self.devicePixelRatioF())
        pixmap.setDevicePixelRatio(self.devicePixelRatioF())
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color("border"), 1))
        painter.setBrush(color("surface"))
        radius = size("radius.control")
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.translate(origin)
        painter.scale(scale, scale)
        painter.setOpacity(_SOFT)
        paint_blocks(painter, self._view.picture.blocks(), scale)
        painter.end()
        return pixmap

    def _look_at(self, event: QMouseEvent) -> None:
        scale, origin = self._scale()
        self._view.center_at((event.position() - origin) / scale)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._look_at(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._look_at(event)


class ZoomBar(QFrame):
    """Smaller, how large, larger; fit, tidy, minimap."""

    def __init__(self, view: CanvasView, actions: dict[str, QAction]) -> None:
        super().__init__(view)
        self.setObjectName("zoom_bar")
        set_role(self, "panel")
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._view = view
        row = QHBoxLayout(self)
        row.setContentsMargins(3, 1, 3, 1)
        row.setSpacing(2)
        self._percent = QToolButton(self)
        self._percent.setDefaultAction(actions["zoom_100"])
        self._percent.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self._percent.setFixedWidth(52)
        for name in ("zoom_out", "", "zoom_in", "-", "fit", "tidy", "minimap"):
            if not name:
                row.addWidget(self._percent)
            elif name == "-":
                line = QFrame(self)
                line.setFixedWidth(1)
                set_role(line, "divider")
                row.addWidget(line)
            else:
                row.addWidget(self._button(actions[name]))
        self.setFixedHeight(size("control.height"))
        view.view_changed.connect(self.show_zoom)
        self.show_zoom()

    def _button(self, action: QAction) -> QToolButton:
        button = QToolButton(self)
        button.setDefaultAction(action)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setIconSize(QSize(size("control.icon"), size("control.icon")))
        button.setFixedSize(size("control.height_small"), size("control.height_small"))
        return button

    def show_zoom(self) -> None:
        """Say how large the picture is."""
        self._percent.setText(f"{self._view.zoom * 100:.0f}\u202f%")


class LiveBox(QFrame):
    """How many are in it now, have left, reached the goal."""

    _PARTS = (("now", N_("In now")), ("left", N_("Left")), ("goal", N_("Goal")))

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self.setObjectName("live_box")
        set_role(self, "panel")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(6)
        self._dot = QLabel(self)
        self._dot.setPixmap(icon("mdi6.circle", "success_fill").pixmap(10, 10))
        row.addWidget(self._dot)
        self._labels: dict[str, tuple[QLabel, QLabel]] = {}
        for index, (key, _text) in enumerate(self._PARTS):
            if index:
                row.addSpacing(8)
            name, figure = QLabel(self), QLabel(self)
            set_role(name, "muted")
            set_role(figure, "strong")
            row.addWidget(name)
            row.addWidget(figure)
            self._labels[key] = (name, figure)
        self.setFixedHeight(size("control.height"))
        self.hide()

    def show_counts(self, counts: Counts | None) -> None:
        """New figures; None hides the box."""
        shown = False
        for key, text in self._PARTS:
            figure = getattr(counts, key) if counts else None
            name, number = self._labels[key]
            name.setText(_(text))
            number.setText("" if figure is None else f"{figure:,}")
            name.setVisible(figure is not None)
            number.setVisible(figure is not None)
            shown = shown or figure is not None
        self._dot.setVisible(bool(counts and counts.live))
        self.setVisible(shown)
        self.adjustSize()


class EmptySentence(QLabel):
    """What to do first."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        set_role(self, "hint")
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the language in force."""
        self.setText(_("Drag a start here, press Tab, or pick a template."))
        self.adjustSize()
