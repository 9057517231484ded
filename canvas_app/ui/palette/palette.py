"""The palette widget: what can be added, by group; dragged, double-clicked or taken by Enter."""

from PySide6.QtCore import QEvent, QMimeData, QModelIndex, QObject, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QDrag, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from canvas_app.ui.palette.catalogue import MIME
from canvas_app.ui.palette.tile_model import FAMILY, ICON, ID, FittingTiles, Index, TileModel
from canvas_app.ui.theme import (
    color,
    font,
    icon,
    paint_icon,
    pixmap,
    set_property,
    set_role,
    size,
    theme,
    value,
)
from storage.base.words import _

_ROW, _ICON, _KEY, _INSET = 26, 18, 18, 8.0
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_FOLDED_WIDTH = 48
# the widest window in which only icons are shown: the token is called `below_1440`
_FOLDS_BELOW = max(int(name.rpartition("_")[2]) for name in value("layout.collapse"))


class _TileArt(QStyledItemDelegate):
    """Paints a tile: icon in its family's colour, name, a grip while the pointer is on it."""

    folded = False

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        heading = index.data(ID) is None
        return QSize(0, 9 if heading and self.folded else _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = QRectF(option.rect)
        row.setLeft(0)
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if index.data(ID) is None:
            self._heading(painter, row, str(index.data()))
        else:
            over = isinstance(option.widget, _Tiles) and option.widget.pointed == index.data(ID)
            chosen = bool(state & QStyle.StateFlag.State_Selected) and bool(
                state & QStyle.StateFlag.State_HasFocus
            )
            self._tile(painter, row, index, over=over, chosen=chosen)
        painter.restore()

    def _heading(self, painter: QPainter, row: QRectF, text: str) -> None:
        if self.folded:
            y = row.center().y()
            painter.setPen(color("border"))
            painter.drawLine(QPointF(12, y), QPointF(row.right() - 12, y))
            return
        painter.setFont(font("small"))
        painter.setPen(color("text2"))
        painter.drawText(row.adjusted(16, 2, -8, 0), _LEFT, text)

    def _tile(self, painter: QPainter, row: QRectF, index: Index, *, over: bool, chosen: bool) -> None:
        painter.fillRect(row, color("surface"))  # over the bar that the style paints below the pointer
        if over or chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("accent_tint" if chosen else "hover"))
            radius = size("radius.control")
            painter.drawRoundedRect(row.adjusted(_INSET, 0.5, -_INSET, -0.5), radius, radius)
        left = (row.width() - _ICON) / 2 if self.folded else 15.0
        mark = QRectF(left, row.center().y() - _ICON / 2, _ICON, _ICON)
        paint_icon(painter, mark, index.data(ICON), index.data(FAMILY))
        if self.folded:
            return
        letters = font("body")
        room = QRectF(
            mark.right() + 7, row.top(), row.right() - mark.right() - 7 - (26 if over else 10), row.height()
        )
        painter.setFont(letters)
        painter.setPen(color("text"))
        name = QFontMetricsF(letters).elidedText(str(index.data()), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, _LEFT, name)
        if over:
            side = size("control.icon")
            grip = QRectF(row.right() - _INSET - side - 2, row.center().y() - side / 2, side, side)
            paint_icon(painter, grip, "mdi6.drag-vertical", "text3")


class _Tiles(QTreeView):
    """The tree; drags a tile as its id. Says which one the pointer is on."""

    pointed = ""

    def fill_width(self) -> None:
        """One column as wide as can be seen: a hidden header does not see to that."""
        self.setColumnWidth(0, self.viewport().width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fill_width()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._point_at(self.indexAt(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point_at(QModelIndex())

    def _point_at(self, index: QModelIndex) -> None:
        kind = str(index.data(ID) or "")
        if kind != self.pointed:
            self.pointed = kind
            self.viewport().update()

    def startDrag(self, supportedActions: Qt.DropAction) -> None:  # noqa: N803  (Qt's name)
        index = self.currentIndex()
        kind = index.data(ID)
        if kind is None:
            return
        data = QMimeData()
        data.setData(MIME, str(kind).encode())
        drag = QDrag(self)
        drag.setMimeData(data)
        picture = pixmap(index.data(ICON), index.data(FAMILY), 24, self.devicePixelRatioF())
        drag.setPixmap(picture)
        drag.setHotSpot(QPoint(12, 12))
        drag.exec(Qt.DropAction.CopyAction)


class Palette(QFrame):
    """Every node type and preset. `node_wanted` tells the id of what is to be added."""

    node_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        set_role(self, "sidebar")
        self._folded: bool | None = None
        self._window: QWidget | None = None
        self.search = self._make_search()
        self._model, self._fitting = TileModel(self), FittingTiles()
        self._fitting.setSourceModel(self._model)
        self._art = _TileArt(self)
        self.tree = self._make_tree()
        self._nothing = QLabel(self, textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        set_role(self._nothing, "hint")
        self._nothing.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(4)
        top = QHBoxLayout()
        top.setContentsMargins(12, 0, 12, 0)
        top.addWidget(self.search)
        column.addLayout(top)
        column.addWidget(self._nothing)
        column.addWidget(self.tree, 1)
        theme.theme_changed.connect(self.tree.viewport().update)
        self.retranslate()
        self.set_folded(False)

    def _make_search(self) -> QLineEdit:
        search = QLineEdit(self)
        search.setObjectName("palette_search")
        set_property(search, "compact", True)
        search.setFixedHeight(size("control.height_small"))
        search.addAction(icon("mdi6.magnify", "text3"), QLineEdit.ActionPosition.LeadingPosition)
        self._key = QLabel("N", search)
        set_role(self._key, "keycap")
        self._key.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._key.setFixedSize(_KEY, _KEY)
        inside = QHBoxLayout(search)
        inside.setContentsMargins(0, 0, 6, 0)
        inside.addStretch()
        inside.addWidget(self._key)
        search.textChanged.connect(self._look_for)
        search.installEventFilter(self)
        return search

    def _make_tree(self) -> _Tiles:
        tree = _Tiles(self)
        tree.setObjectName("palette_tiles")
        tree.setModel(self._fitting)
        tree.setItemDelegate(self._art)
        tree.setHeaderHidden(True)
        tree.header().setMinimumSectionSize(1)
        tree.header().setStretchLastSection(False)
        tree.setRootIsDecorated(False)
        tree.setItemsExpandable(False)
        tree.setIndentation(0)
        tree.setFrameShape(QFrame.Shape.NoFrame)
        tree.setMouseTracking(True)
        tree.setDragEnabled(True)
        tree.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        tree.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        tree.setExpandsOnDoubleClick(False)
        tree.doubleClicked.connect(self._want)
        tree.installEventFilter(self)
        return tree

    # -- looks -------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """The language changed, or node types were added."""
        self._model.reload()
        self.tree.expandAll()
        self.tree.fill_width()
        self.search.setPlaceholderText(_("Find a node"))
        self.search.setAccessibleName(_("Find a node"))
        self.tree.setAccessibleName(_("Nodes to add"))
        self._look_for(self.search.text())

    def set_folded(self, folded: bool) -> None:
        """A column of icons, or icons with names and a search."""
        if folded == self._folded:
            return
        self._folded = self._art.folded = folded
        self.setFixedWidth(_FOLDED_WIDTH if folded else size("layout.palette"))
        self.search.setVisible(not folded)
        if folded:
            self.search.clear()
        self.tree.doItemsLayout()

    @property
    def folded(self) -> bool:
        """Whether only icons are shown."""
        return bool(self._folded)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._window is not self.window():
            self._window = self.window()
            self._window.installEventFilter(self)
        self.set_folded(self._window.width() < _FOLDS_BELOW)

    # -- doing -------------------------------------------------------------------------------------------

    def _look_for(self, typed: str) -> None:
        self._fitting.look_for(typed)
        self.tree.expandAll()
        self._key.setVisible(not typed)
        first = self._fitting.index(0, 0, self._fitting.index(0, 0))
        nothing = bool(typed.strip()) and not first.isValid()
        self._nothing.setVisible(nothing)
        self._nothing.setText(_("No node called “{text}”.", text=typed.strip()))
        if typed.strip() and first.isValid():
            self.tree.setCurrentIndex(first)

    def _want(self, index: Index) -> None:
        kind = index.data(ID)
        if kind is not None:
            self.node_wanted.emit(str(kind))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.Resize and self._window is not None:
            self.set_folded(self._window.width() < _FOLDS_BELOW)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key_pressed(watched, event)
        return super().eventFilter(watched, event)

    def _key_pressed(self, watched: QObject, event: QKeyEvent) -> bool:
        if watched not in (self.search, self.tree):
            return False
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._want(self.tree.currentIndex())
            case Qt.Key.Key_Escape:
                self.search.clear()
            case Qt.Key.Key_Down if watched is self.search:
                self.tree.setFocus(Qt.FocusReason.TabFocusReason)
            case _:
                return False
        return True
