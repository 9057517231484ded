"""A table on paper, for reports that have no chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from canvas_app.charts.sheet import Sheet
from canvas_app.charts.style import percent_text
from canvas_app.reports.tabular import Table
from storage.base.words import N_, plural

ROWS_A_PAGE = 40
_ROW, _GAP, _WIDEST = 22.0, 16.0, 280.0


@dataclass(frozen=True, slots=True)
class TableChart:
    """Some rows of a table; `more` follow elsewhere."""

    table: Table
    rows: Sequence[Sequence[str]]
    more: int = 0

    @classmethod
    def of(cls, data: object) -> Self:
        """The first page of a table."""
        assert isinstance(data, Table)
        return cls.pages(data)[0]

    @classmethod
    def pages(cls, table: Table, most: int = 1) -> list[Self]:
        """The table in pages; rows that find no place on the last are counted there."""
        rows = [
            [_text(table, key, row.get(key)) for key in table.columns]
            for row in table.rows[: most * ROWS_A_PAGE]
        ]
        starts = range(0, max(1, len(rows)), ROWS_A_PAGE)
        left = len(table.rows) - len(rows)
        return [cls(table, rows[at : at + ROWS_A_PAGE], left if at == starts[-1] else 0) for at in starts]

    def height(self) -> float:
        """A line for every row, the headings and what is left out."""
        return _ROW * (len(self.rows) + 1 + bool(self.more)) + 8

    def paint(self, sheet: Sheet) -> None:
        """Draw headings and rows; columns that find no room end early."""
        if not self.rows:
            sheet.say(N_("There is nothing to show yet."))
            return
        places = self._places(sheet)
        for at, heading in enumerate(self.table.columns.values()):
            self._cell(sheet, places[at], sheet.top + _ROW / 2, heading, "small")
        for line, row in enumerate(self.rows, 1):
            y = sheet.top + _ROW * (line + 0.5)
            sheet.line([(0, y - _ROW / 2), (sheet.width, y - _ROW / 2)], "grid")
            for at, text in enumerate(row):
                self._cell(sheet, places[at], y, text, "body")
        if self.more:
            words = plural("{n} more row", "{n} more rows", self.more)
            sheet.text(0, sheet.top + _ROW * (len(self.rows) + 1.5), words, room=sheet.width)

    def _places(self, sheet: Sheet) -> list[tuple[float, float]]:
        """Left end and room of every column."""
        wanted = [
            min(
                _WIDEST,
                4
                + max(
                    sheet.measure(heading, "small"), *(sheet.measure(row[at], "body") for row in self.rows)
                ),
            )
            for at, heading in enumerate(self.table.columns.values())
        ]
        gaps = _GAP * (len(wanted) - 1)
        scale = min(1.0, (sheet.width - gaps) / max(1.0, sum(wanted)))
        places, left = [], 0.0
        for each in wanted:
            places.append((left, each * scale))
            left += each * scale + _GAP
        return places

    @staticmethod
    def _cell(sheet: Sheet, place: tuple[float, float], y: float, text: str, size: str) -> None:
        colour = "text" if size == "body" else "text2"
        sheet.text(place[0], y, text, size=size, color=colour, room=max(8.0, place[1]))


def _text(table: Table, key: str, value: Any) -> str:
    match value:
        case None | "" | []:
            return "–"
        case float() if key in table.shares:
            return percent_text(value)
        case float():
            return f"{value:,.6g}"
        case int():
            return f"{value:,}"
        case dict():
            return ", ".join(f"{name} {n:,}" for name, n in value.items()) or "–"
        case list() | tuple():
            return ", ".join(map(str, value))
        case _:
            return str(value)
