"""Rows of anything as a table: the columns say how to read and show them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from canvas_app.ui.theme import icon

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()

TONE_ROLE = int(Qt.ItemDataRole.UserRole) + 1  # a tone makes the cell a chip: `success`, `warning`, …
NOTE_ROLE = int(Qt.ItemDataRole.UserRole) + 2  # quieter words after the text
FAMILY_ROLE = int(Qt.ItemDataRole.UserRole) + 3  # a node type: its tile is painted before the text

_NO_VALUE = "–"


def _nothing(_row: Any) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `value` takes the cell out of a row; the other readers may add to it.

    `text` shows the value in words; without it whole numbers get thousands separators and nothing becomes “–”.
    """

    title: str
    value: Callable[[Any], Any]
    text: Callable[[Any], str] | None = None
    number: bool = False
    width: int = 120
    stretch: bool = False
    strong: bool = False
    tone: Callable[[Any], str] = _nothing
    note: Callable[[Any], str] = _nothing
    kind: Callable[[Any], str] = _nothing
    icon: Callable[[Any], str] = _nothing

    def shown(self, row: Any) -> str:
        """The cell in words."""
        if self.text is not None:
            return self.text(row)
        found = self.value(row)
        if found is None or found == "":
            return _NO_VALUE
        return f"{found:,}" if isinstance(found, int) and not isinstance(found, bool) else str(found)


class RowsModel(QAbstractTableModel):
    """A table over a sequence of rows; sorts by the values of a column, absent ones last."""

    def __init__(self, columns: Sequence[Column], rows: Sequence[Any] = ()) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self._rows = list(rows)

    def rows(self) -> list[Any]:
        """The rows in the order shown."""
        return list(self._rows)

    def row(self, number: int) -> Any:
        """One row."""
        return self._rows[number]

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Show other rows; the same number of rows keeps selection and scroll position."""
        if len(rows) == len(self._rows):
            self._rows = list(rows)
            if rows:
                last = self.index(len(rows) - 1, len(self.columns) - 1)
                self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(number=self.columns[section].number)
        return None

    def data(self, index: Index, role: int = 0) -> Any:
        column, row = self.columns[index.column()], self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.shown(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(number=column.number)
        if role == Qt.ItemDataRole.UserRole:
            return column.value(row)
        if role == Qt.ItemDataRole.DecorationRole:
            name = column.icon(row)
            return icon(name) if name else None
        reader = {TONE_ROLE: column.tone, NOTE_ROLE: column.note, FAMILY_ROLE: column.kind}.get(role)
        return reader(row) or None if reader else None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if not 0 <= column < len(self.columns):
            return
        read = self.columns[column].value
        there = [row for row in self._rows if read(row) is not None]
        absent = [row for row in self._rows if read(row) is None]
        there.sort(key=lambda row: _sortable(read(row)), reverse=order == Qt.SortOrder.DescendingOrder)
        self.layoutAboutToBeChanged.emit()
        self._rows = there + absent
        self.layoutChanged.emit()


def _sortable(found: Any) -> tuple[int, Any]:
    """Numbers before words, so that a mixed column has an order."""
    return (0, found) if isinstance(found, int | float) else (1, str(found).casefold())


def _alignment(*, number: bool) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
