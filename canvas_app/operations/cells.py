"""The cells of a batch of rows as stored values, column by column."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from canvas_app.operations.columns import ColumnPlan
from canvas_app.operations.rejects import Rejects
from storage.addresses import email_address
from storage.base.clock import is_zone
from storage.base.words import N_, Words
from storage.phones import e164
from storage.places import country_code
from storage.reading.layout import Batch, Layout
from storage.reading.values import NOTHING, reader_of, yes_no

_MEMO = 50_000
_REASONS = {
    "email": N_("This is not an e-mail address."),
    "phone": N_("This is not a valid telephone number of the country."),
    "timezone": N_("This is not a time zone. Write it like Asia/Shanghai."),
    "number": N_("This is not a number."),
    "money": N_("This is not an amount of money."),
    "date": N_("This is not a date."),
    "instant": N_("This is not a date and time."),
    "yes_no": N_("This is neither yes nor no."),
}
_OTHER = N_("This value cannot be used.")
_LONG = N_("This text is longer than {n} characters.")
_LONGEST_TEXT = 32_000
Failed = list[tuple[int, ColumnPlan, str]]


@dataclass
class Grid:
    """A batch cut into columns: every row as wide as the heading; `bad` marks rows that are not taken."""

    lines: list[int]
    columns: list[Sequence[str]]
    bad: set[int]

    @classmethod
    def of(cls, batch: Batch, layout: Layout, rejects: Rejects) -> "Grid":
        """Cut a batch; a row with too many cells would land in wrong columns, so it is not taken."""
        rows, bad, width = batch.rows, set(), len(layout.columns)
        if any(len(row) != width for row in rows) or batch.spans:
            rows = list(rows)
            for at, row in enumerate(rows):
                reason = _misfit(row, layout, batch.lines[at], batch.spans.get(at))
                if reason:
                    rejects.row(batch.lines[at], "", " · ".join(row)[:200], reason)
                    bad.add(at)
                if len(row) != width:
                    rows[at] = (row + [""] * (width - len(row)))[:width]
        return cls(batch.lines, list(zip(*rows, strict=True)), bad)


def _misfit(row: Sequence[str], layout: Layout, line: int, last: int | None) -> Words | None:
    width = len(layout.columns)
    extra = len(row) > width and any(cell.strip() for cell in row[width:])
    if last is not None and (extra or len(row) < width or any(_holds_rows(cell, layout) for cell in row)):
        text = N_("Lines {a} to {b} read as one row: a quote opens in them and closes too late.")
        return Words.of(text, a=line, b=last)
    if extra:
        return Words.of(
            N_("This line has {n} cells, the heading has {width}. Put quotes around text that holds the delimiter."),
            n=len(row), width=width,
        )  # fmt: skip
    return None


def _holds_rows(cell: str, layout: Layout) -> bool:
    """Whether a cell of several lines has swallowed whole rows: as many cells as the heading has."""
    if "\n" not in cell or not layout.delimiter or len(layout.columns) < 2:
        return False
    inner = (line.split(layout.delimiter) for line in cell.splitlines()[1:])
    whole = [parts for parts in inner if len(parts) == len(layout.columns)]
    return any(len(parts) > 3 or any(email_address(part) for part in parts) for parts in whole)


class CellReader:
    """Turns columns of text into stored values and remembers what repeats."""

    def __init__(self, *, zone: str, region: str) -> None:
        self._zone = zone
        self._region = region
        self._memos: dict[int, dict[str, Any]] = {}

    def column(
        self, plan: ColumnPlan, grid: Grid, regions: Sequence[str] | None, failed: Failed
    ) -> list[Any]:
        """The values of one column: None where the cell is empty or (noted in `failed`) cannot be used."""
        cells = grid.columns[plan.index]
        if plan.name == "phone" and plan.target == "field":
            return self._phones(plan, cells, regions, failed)
        if (
            plan.target == "field"
            and plan.kind in ("text", "choice")
            and plan.name not in ("email", "timezone")
        ):
            return self._texts(plan, cells, failed)
        if plan.target == "field" and plan.name == "email":
            return self._emails(plan, cells, failed)
        memo = self._memos.setdefault(plan.index, {})
        read = self._reader(plan)
        values: list[Any] = []
        for at, cell in enumerate(cells):
            if not cell:
                values.append(None)
            elif cell in memo:
                values.append(memo[cell])
            else:
                try:
                    value = _read(read, cell.strip())
                except (ValueError, OverflowError):
                    failed.append((at, plan, cell))
                    values.append(None)
                    continue
                if len(memo) < _MEMO:
                    memo[cell] = value
                values.append(value)
        return values

    def _emails(self, plan: ColumnPlan, cells: Sequence[str], failed: Failed) -> list[Any]:
        """Addresses hardly ever repeat, so none is remembered."""
        values = [email_address(cell) if cell else None for cell in cells]
        if None in values:
            for at, cell in enumerate(cells):
                if values[at] is None and cell.strip().casefold() not in NOTHING:
                    failed.append((at, plan, cell))
        return values

    def _texts(self, plan: ColumnPlan, cells: Sequence[str], failed: Failed) -> list[Any]:
        read = reader_of("text")
        values: list[Any] = []
        for at, cell in enumerate(cells):
            if not cell or not (cell := cell.strip()):
                values.append(None)
            elif cell[0] in "=#" or len(cell) > _LONGEST_TEXT:
                try:
                    values.append(_short(read(cell)))
                except ValueError:
                    failed.append((at, plan, cell))
                    values.append(None)
            else:
                values.append(cell)
        return values

    def _phones(
        self, plan: ColumnPlan, cells: Sequence[str], regions: Sequence[str] | None, failed: Failed
    ) -> list[Any]:
        values: list[Any] = []
        for at, cell in enumerate(cells):
            if not cell or cell.strip().casefold() in NOTHING:
                values.append(None)
                continue
            found = e164(cell, (regions[at] if regions else "") or self._region)
            if found is None:
                failed.append((at, plan, cell))
            values.append(found)
        return values

    def regions(self, plan: ColumnPlan | None, grid: Grid) -> list[str] | None:
        """The country of each row, where there is such a column."""
        if plan is None:
            return None
        memo = {cell: country_code(cell) for cell in set(grid.columns[plan.index])}
        return [memo[cell] for cell in grid.columns[plan.index]]

    def _reader(self, plan: ColumnPlan) -> Callable[[str], Any]:
        if plan.target == "consent":
            return yes_no
        if plan.target == "tags":
            return reader_of("choices")
        if plan.name == "timezone":
            return _zone
        return reader_of(plan.kind, zone=self._zone, comma=plan.comma, month=plan.month_first)


def _read(read: Callable[[str], Any], cell: str) -> Any:
    return None if cell.casefold() in NOTHING else read(cell)


def _zone(cell: str) -> str:
    if not is_zone(cell):
        raise ValueError(cell)
    return cell


def _short(cell: str) -> str:
    if len(cell) > _LONGEST_TEXT:
        raise ValueError(cell)
    return cell


def reason_of(plan: ColumnPlan, value: str = "") -> Words:
    """Why a value of that column was not taken."""
    if len(value) > _LONGEST_TEXT:
        return Words.of(_LONG, n=_LONGEST_TEXT)
    if plan.target == "consent":
        return Words.of(_REASONS["yes_no"])
    return Words.of(_REASONS.get(plan.name) or _REASONS.get(plan.kind) or _OTHER)
