"""The tiles as a tree of groups, and which of them fit what was typed."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel

from canvas_app.ui.palette.catalogue import GROUPS, Tile, tile, tiles
from canvas_app.ui.palette.search import said_everywhere, score
from storage.base.words import _

ID = Qt.ItemDataRole.UserRole
FAMILY = Qt.ItemDataRole.UserRole + 1
ICON = Qt.ItemDataRole.UserRole + 2

Index = QModelIndex | QPersistentModelIndex


class TileModel(QStandardItemModel):
    """One row a group, the tiles below."""

    def reload(self) -> None:
        """Fill it anew, in the language in force."""
        self.clear()
        for family, label in GROUPS.items():
            mine = [each for each in tiles() if each.family == family]
            if not mine:
                continue
            group = QStandardItem(_(label))
            group.setFlags(Qt.ItemFlag.ItemIsEnabled)
            group.setData(family, FAMILY)
            for each in mine:
                group.appendRow(_row(each))
            self.appendRow(group)


def _row(each: Tile) -> QStandardItem:
    item = QStandardItem(_(each.label))
    item.setData(each.id, ID)
    item.setData(each.family, FAMILY)
    item.setData(each.icon, ICON)
    tip = _(each.tip) if each.tip else ""
    item.setToolTip(f"{_(each.label)}: {tip}" if tip else _(each.label))
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled)
    return item


class FittingTiles(QSortFilterProxyModel):
    """Only the tiles that fit, under their groups."""

    def __init__(self) -> None:
        super().__init__()
        self._typed = ""
        self._best = 0.0
        self.setRecursiveFilteringEnabled(True)

    def look_for(self, typed: str) -> None:
        """Keep what fits; slips of the finger only if nothing fits better."""
        self._typed = typed.strip()
        self._best = max((self._score(each) for each in tiles()), default=0.0)
        self.invalidate()

    def _score(self, each: Tile) -> float:
        return score(self._typed, said_everywhere(each.label))

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        if not self._typed:
            return True
        found = tile(str(self.sourceModel().index(source_row, 0, source_parent).data(ID) or ""))
        fit = self._score(found) if found else 0.0
        return fit > 0 and (fit >= 50 or self._best < 50)
