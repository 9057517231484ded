"""A template in the gallery: its picture, what it is for, which channels it uses."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from canvas_app.operations.templates import Template
from canvas_app.ui.pages.templates.preview import paint_graph
from canvas_app.ui.shell.parts import box, column, row
from canvas_app.ui.theme import color, set_role, size
from canvas_app.ui.widgets import Chip, ElidedLabel, link_button, plain_tip
from nodes.channel import Channel
from nodes.graph import Graph
from nodes.registry import node_types
from storage.base.words import _, listed, plural

WIDTH, PICTURE = 252, 112


def channel_words(channels: tuple[str, ...]) -> str:
    """The names of channels, as the reader says them."""
    types = node_types()
    return _(", ").join(_(types[each].label) if each in types else each for each in channels)


def only_sandbox(channels: tuple[str, ...]) -> list[str]:
    """The channels by which nothing real can leave yet."""
    types = node_types()
    found = []
    for each in channels:
        kind = types.get(each)
        if kind is None or (issubclass(kind, Channel) and not kind.real):
            found.append(_(kind.label) if kind else each)
    return found


class Picture(QWidget):
    """The upper part of the card."""

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self._graph = graph
        self.setFixedHeight(PICTURE)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QPainterPath()
        ground.addRoundedRect(
            QRectF(1, 1, self.width() - 2, self.height() + 8),
            size("radius.card") - 1,
            size("radius.card") - 1,
        )
        painter.setClipRect(self.rect())
        painter.fillPath(ground, color("canvas"))
        painter.fillRect(1, self.height() - 1, self.width() - 2, 1, color("border"))
        paint_graph(painter, QRectF(self.rect()), self._graph)


class TemplateCard(QFrame):
    """`used` when it is clicked, or with Enter."""

    used = Signal(str)

    def __init__(self, template: Template, graph: Graph) -> None:
        super().__init__()
        self.template = template
        set_role(self, "panel")
        self.setObjectName(f"template_{template.id}")
        self.setFixedSize(WIDTH, 220)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{template.name}. {template.description}")
        facts = plural(
            "{channels} · {n} day",
            "{channels} · {n} days",
            template.days,
            channels=channel_words(template.channels),
        )
        missing = only_sandbox(template.channels)
        chip = Chip(_("Works now"), "success") if not missing else Chip(_("Partly sandbox"), "warning")
        if missing:
            chip.setToolTip(plain_tip(_("Only a sandbox so far: {channels}", channels=listed(missing))))
        words = column(
            ElidedLabel(template.name, "panel-title"),
            ElidedLabel(template.goal, "muted"),
            ElidedLabel(facts, "small"),
            None,
            row(chip, None, link_button(_("Use template"), self._use)),
            gap=2,
            margins=(16, 10, 12, 10),
        )
        inner = box(words)
        inner.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setLayout(column(Picture(graph), inner, gap=0))
        self.setToolTip(plain_tip(template.description))

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 220)

    def set_chosen(self, chosen: bool) -> None:
        """Mark the card whose questions are asked."""
        set_role(self, "panel-selected" if chosen else "panel")

    def _use(self) -> None:
        self.used.emit(self.template.id)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._use()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._use()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(color("accent"))
            painter.drawRoundedRect(
                QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), size("radius.card"), size("radius.card")
            )
