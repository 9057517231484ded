"""Tables as CSV and Excel files. A text that a spreadsheet would take for a formula is kept as text."""

import csv
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from canvas_app.reports.tabular import Table

_RISKY = ("=", "+", "-", "@", "\t", "\r")
_HARMLESS = re.compile(r"[+-]?\d[\d .,]*", re.ASCII)
_SHEET_NAME = 31
_MOST_ROWS = 1_048_575


def csv_text(table: Table) -> str:
    """The table with its keys as header."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow([guarded(plain(row.get(key))) for key in table.columns])
    return out.getvalue()


def write_xlsx(tables: Sequence[Table], path: Path) -> None:
    """A workbook with a sheet a table; texts are never formulas or links."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), {**options, "constant_memory": True}) as book:
        bold, percent = book.add_format({"bold": True}), book.add_format({"num_format": "0.0%"})
        for table in tables:
            sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\]", " ", table.title)[:_SHEET_NAME])
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(table.columns) - 1, 18)
            for at, heading in enumerate(table.columns.values()):
                sheet.write_string(0, at, heading, bold)
            for line, row in enumerate(table.rows[:_MOST_ROWS], 1):
                for at, key in enumerate(table.columns):
                    _write(sheet, line, at, plain(row.get(key)), percent if key in table.shares else None)


def plain(value: Any) -> Any:
    """One value of a cell: a number, yes or no, text, or nothing."""
    match value:
        case dict():
            return json.dumps(value, ensure_ascii=False)
        case list() | tuple():
            return "|".join(str(each) for each in value)
        case _:
            return value


def guarded(value: Any) -> Any:
    """Text that a spreadsheet would run is shown behind an apostrophe; signed numbers are harmless."""
    if isinstance(value, str) and value.startswith(_RISKY) and not _HARMLESS.fullmatch(value):
        return f"'{value}"
    return value


def _write(sheet: Any, line: int, at: int, value: Any, format: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(line, at, value)
    elif isinstance(value, int | float):
        sheet.write_number(line, at, value, format)
    else:
        sheet.write_string(line, at, str(value)[:32_767])
