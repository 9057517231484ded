"""The table of all pages: 36 px rows, figures at the right, long words cut with a tool tip."""

from typing import Any

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetrics,
    QGuiApplication,
    QIcon,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from canvas_app.ui.theme import color, font, kind_icon, paint_icon, set_property, size
from canvas_app.ui.widgets.rows_model import FAMILY_ROLE, NOTE_ROLE, TONE_ROLE, Column, Index, RowsModel
from canvas_app.ui.widgets.words import plain_tip

_PAD = 12
_GAP = 8
_CHIP = 20
_FLAT = Qt.PenStyle.NoPen


class CellPainter(QStyledItemDelegate):
    """Paints a cell: tile or icon, words or chip, quieter words after them."""

    hovered = -1

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        self._ground(painter, rect, state, index)
        room = rect.adjusted(_PAD, 0, -_PAD, 0)
        room = self._lead(painter, room, index)
        tone = index.data(TONE_ROLE)
        if tone:
            self._chip(painter, room, str(index.data()), str(tone))
        else:
            self._words(painter, room, state, index)
        painter.restore()

    def _ground(self, painter: QPainter, rect: QRect, state: QStyle.StateFlag, index: Index) -> None:
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, color("accent_tint"))
        elif index.row() == self.hovered:
            painter.fillRect(rect, color("hover"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, color("border"))

    def _lead(self, painter: QPainter, room: QRect, index: Index) -> QRect:
        """Paint what stands before the words; the room left for them."""
        kind, picture = index.data(FAMILY_ROLE), index.data(Qt.ItemDataRole.DecorationRole)
        if kind:
            side = size("node.tile")
            paint_kind_tile(
                painter, QRectF(room.x(), room.center().y() - side / 2 + 1, side, side), str(kind)
            )
            return room.adjusted(side + _GAP, 0, 0, 0)
        if isinstance(picture, QIcon):
            side = size("control.icon")
            picture.paint(painter, QRect(room.x(), room.center().y() - side // 2, side, side))
            return room.adjusted(side + _GAP, 0, 0, 0)
        return room

    def _chip(self, painter: QPainter, room: QRect, text: str, tone: str) -> None:
        letters = font("caption", weight=500)
        metrics = QFontMetrics(letters)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width() - 16)
        plate = QRectF(
            room.x(), room.center().y() - _CHIP / 2 + 1, metrics.horizontalAdvance(shown) + 16, _CHIP
        )
        neutral = tone == "neutral"
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(_FLAT)
        painter.setBrush(color("hover" if neutral else f"{tone}_tint"))
        painter.drawRoundedRect(plate, size("radius.chip"), size("radius.chip"))
        painter.setFont(letters)
        painter.setPen(color("text2" if neutral else tone))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, shown)

    def _words(self, painter: QPainter, room: QRect, state: QStyle.StateFlag, index: Index) -> None:
        text, note = str(index.data() or ""), str(index.data(NOTE_ROLE) or "")
        letters = _letters(index)
        metrics = QFontMetrics(letters)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.setFont(letters)
        own = index.data(Qt.ItemDataRole.ForegroundRole)
        enabled = bool(state & QStyle.StateFlag.State_Enabled)
        painter.setPen(own if own is not None else color("text" if enabled else "disabled"))
        painter.drawText(room, _flags(index), shown)
        rest = room.adjusted(metrics.horizontalAdvance(shown) + _GAP, 0, 0, 0)
        if note and rest.width() > 2 * _PAD:
            painter.setFont(font("small"))
            painter.setPen(color("text3"))
            cut = QFontMetrics(painter.font()).elidedText(note, Qt.TextElideMode.ElideRight, rest.width())
            painter.drawText(rest, int(Qt.AlignmentFlag.AlignVCenter), cut)

    def needed(self, index: Index) -> int:
        """The width that shows the cell whole."""
        text, note = str(index.data() or ""), str(index.data(NOTE_ROLE) or "")
        letters = font("caption", weight=500) if index.data(TONE_ROLE) else _letters(index)
        wide = QFontMetrics(letters).horizontalAdvance(text) + 2 * _PAD + (16 if index.data(TONE_ROLE) else 0)
        if index.data(FAMILY_ROLE):
            wide += size("node.tile") + _GAP
        elif index.data(Qt.ItemDataRole.DecorationRole) is not None:
            wide += size("control.icon") + _GAP
        return wide + (QFontMetrics(font("small")).horizontalAdvance(note) + _GAP if note else 0)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(self.needed(index), size("control.table_row"))


def _letters(index: Index) -> Any:
    model = index.model()
    strong = isinstance(model, RowsModel) and model.columns[index.column()].strong
    return font("body", weight=500) if strong else font("body")


def _flags(index: Index) -> int:
    wanted = index.data(Qt.ItemDataRole.TextAlignmentRole)
    return int(Qt.AlignmentFlag.AlignVCenter if wanted is None else Qt.AlignmentFlag(wanted))


def paint_kind_tile(painter: QPainter, rect: QRectF, kind: str) -> None:
    """The tile of a node type: its icon on the tint of its family."""
    family, name = kind_icon(kind)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(_FLAT)
    painter.setBrush(color(f"{family}_tint"))
    painter.drawRoundedRect(rect, size("radius.tile"), size("radius.tile"))
    side = size("node.tile_icon") * rect.width() / size("node.tile")
    glyph = QRectF(0, 0, side, side)
    glyph.moveCenter(rect.center())
    paint_icon(painter, glyph, name, family)
    painter.restore()


class DataTable(QTableView):
    """A read-only table. `row_opened(row)` on Enter or double click; Ctrl+C copies the chosen rows."""

    row_opened = Signal(int)

    def __init__(
        self,
        model: QAbstractItemModel | None = None,
        *,
        framed: bool = False,
        sortable: bool = False,
        empty: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.empty_text = empty
        self._painter = CellPainter(self)
        self.setItemDelegate(self._painter)
        set_property(self, "framed", framed)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSortingEnabled(sortable)
        self._set_headers()
        self.activated.connect(lambda index: self.row_opened.emit(index.row()))
        self.setModel(model if model is not None else RowsModel(()))

    def _set_headers(self) -> None:
        rows = self.verticalHeader()
        rows.hide()
        rows.setMinimumSectionSize(size("control.table_row"))
        rows.setDefaultSectionSize(size("control.table_row"))
        head = self.horizontalHeader()
        head.setFixedHeight(size("control.table_head"))
        head.setHighlightSections(False)
        head.setStretchLastSection(True)
        head.setMinimumSectionSize(48)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setTextElideMode(Qt.TextElideMode.ElideRight)
        if self.isSortingEnabled():
            head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)

    def setModel(self, model: QAbstractItemModel | None) -> None:
        """Show `model`; the columns of a `RowsModel` bring their widths."""
        super().setModel(model)
        if not isinstance(model, RowsModel):
            return
        head = self.horizontalHeader()
        head.setStretchLastSection(not any(column.stretch for column in model.columns))
        for number, column in enumerate(model.columns):
            head.resizeSection(number, max(column.width, self._title_width(column)))
            if column.stretch:
                head.setSectionResizeMode(number, QHeaderView.ResizeMode.Stretch)

    def _title_width(self, column: Column) -> int:
        letters = QFontMetrics(font("caption", weight=500))
        return letters.horizontalAdvance(column.title) + 2 * _PAD + (_PAD if self.isSortingEnabled() else 0)

    def fit_height(self, *, at_most: int = 12) -> None:
        """Be just high enough for the rows there are, at most `at_most` of them."""
        rows = min(max(1, self.model().rowCount()), at_most)
        self.setFixedHeight(size("control.table_head") + rows * size("control.table_row") + 2)

    def chosen_row(self) -> int:
        """The number of the chosen row, -1 if none is."""
        picked = self.selectionModel().selectedRows()
        return picked[0].row() if picked else -1

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QEvent):
            return self._explain(event)
        if event.type() in {QEvent.Type.Leave, QEvent.Type.MouseMove}:
            point = event.position().toPoint() if isinstance(event, QMouseEvent) else None
            self._hover(self.indexAt(point).row() if point is not None else -1)
        return super().viewportEvent(event)

    def _hover(self, row: int) -> None:
        if row != self._painter.hovered:
            self._painter.hovered = row
            self.viewport().update()

    def _explain(self, event: Any) -> bool:
        index: QModelIndex = self.indexAt(event.pos())
        own = index.data(Qt.ItemDataRole.ToolTipRole) if index.isValid() else None
        cut = index.isValid() and self._painter.needed(index) > self.visualRect(index).width()
        whole = (
            " · ".join(filter(None, (str(index.data() or ""), str(index.data(NOTE_ROLE) or ""))))
            if cut
            else ""
        )
        QToolTip.showText(event.globalPos(), plain_tip(str(own) if own else whole), self)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
            return
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentIndex().isValid():
            self.row_opened.emit(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def _copy(self) -> None:
        model = self.model()
        lines = [
            "\t".join(str(model.index(row.row(), at).data() or "") for at in range(model.columnCount()))
            for row in self.selectionModel().selectedRows()
        ]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.empty_text and self.model().rowCount() == 0:
            painter = QPainter(self.viewport())
            painter.setPen(color("text2"))
            flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
            painter.drawText(self.viewport().rect().adjusted(24, 8, -24, -8), flags, self.empty_text)
