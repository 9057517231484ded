"""Tables in workbooks (XLSX, XLS, ODS)."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from storage.base.errors import UserError
from storage.base.words import N_, Words
from storage.reading.headings import LOOK_AT, column_names, find_heading
from storage.reading.layout import Batch, Layout, Options


class Workbook:
    """One sheet of a workbook; formulas count as what they last showed."""

    def __init__(self, path: Path, options: Options) -> None:
        import python_calamine

        self.name = path.name
        try:
            book = python_calamine.CalamineWorkbook.from_path(path)
        except (python_calamine.CalamineError, OSError, ValueError) as error:
            raise UserError(
                N_("{name} cannot be opened as a workbook ({why}). Save it as XLSX without a password."),
                name=self.name, why=str(error),
            ) from error  # fmt: skip
        sheets = tuple(book.sheet_names)
        self._sheet, chosen = self._choose(book, sheets, options.sheet)
        self.layout = self._look(options, sheets, chosen)

    def _choose(self, book: Any, sheets: tuple[str, ...], wanted: str | None) -> tuple[Any, str]:
        if wanted is not None and wanted not in sheets:
            raise UserError(N_("{name} has no sheet “{sheet}”."), name=self.name, sheet=wanted)
        for name in [wanted] if wanted else sheets:
            sheet = book.get_sheet_by_name(name)
            if sheet.height:
                return sheet, name
        raise UserError(
            N_("{name} is empty. Choose a file with a heading line and one line a person."), name=self.name
        )

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        start = self._sheet.start[0] if self._sheet.start else 0
        for line, row in enumerate(self._sheet.iter_rows(), start + 1):
            yield line, [cell if type(cell) is str else as_text(cell) for cell in row]

    def _look(self, options: Options, sheets: tuple[str, ...], sheet: str) -> Layout:
        looked = [(line, row) for line, row in islice(self._rows(), LOOK_AT) if any(row)]
        if not looked:
            raise UserError(
                N_("{name} is empty. Choose a file with a heading line and one line a person."),
                name=self.name,
            )
        rows = [row for _line, row in looked]
        notes: list[Words] = []
        if options.heading is None:
            found = find_heading(rows)
            row, first = found.row, found.first
            notes += found.notes
        elif options.heading == 0:
            row, first = None, 0
        else:
            row = next((at for at, (line, _row) in enumerate(looked) if line >= options.heading), 0)
            first = row + 1
        if len(sheets) > 1:
            notes.append(
                Words.of(N_("The workbook has {n} sheets; “{sheet}” is read."), n=len(sheets), sheet=sheet)
            )
        names, remarks = column_names(None if row is None else rows[row], max(len(each) for each in rows))
        return Layout(
            "workbook", names, heading=0 if row is None else looked[row][0], sheet=sheet, sheets=sheets,
            first_line=looked[first][0] if first < len(looked) else looked[-1][0] + 1, notes=(*notes, *remarks),
        )  # fmt: skip

    def estimate(self) -> int | None:
        """How many rows there are, blank ones included."""
        return int(self._sheet.height)

    def batches(self, size: int = 5000) -> Iterator[Batch]:
        """The rows below the heading, blank ones left out."""
        batch = Batch([], [], {})
        for line, row in self._rows():
            if line < self.layout.first_line or not any(row):
                continue
            batch.lines.append(line)
            batch.rows.append(row)
            if len(batch.rows) == size:
                yield batch
                batch = Batch([], [], {})
        if batch.rows:
            yield batch


def as_text(cell: Any) -> str:
    """A typed cell as a CSV file would hold it."""
    match cell:
        case None:
            return ""
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case float():
            if cell != cell:
                return ""
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case datetime() | date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
        case list() | tuple():
            return "|".join(as_text(each) for each in cell)
        case bytes():
            return cell.decode("utf-8", "replace")
        case _:
            return str(cell)
