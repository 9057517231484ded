"""Where the heading of a table is, and what its columns are called."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from storage.base.words import N_, Words

LOOK_AT = 60  # rows in which a heading is looked for
_NUMERIC = re.compile(r"[+-]?[¥$€£₫]?\s?\d[\d.,\s'%]*")
_DATED = re.compile(r"\d{1,4}[-/.年]\d{1,2}([-/.月]\d{1,4}日?)?([T ].*)?")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class Heading:
    """Which of the looked-at rows is the heading (None: there is none), and the first row of data."""

    row: int | None
    first: int
    notes: tuple[Words, ...] = ()


def is_value(cell: str) -> bool:
    """Whether a cell looks like data rather than the name of a column."""
    cell = cell.strip()
    return bool(_NUMERIC.fullmatch(cell) or _DATED.fullmatch(cell) or _ADDRESS.fullmatch(cell))


def find_heading(rows: Sequence[Sequence[str]]) -> Heading:
    """The heading among the first rows: lines of title above it and a second heading line are recognised."""
    widths = Counter(_width(row) for row in rows if _width(row))
    if not widths:
        return Heading(None, 0)
    width = max(widths, key=lambda each: (widths[each], each))
    if width > 1 and widths[width] * 3 < sum(widths.values()):
        width = max(widths)
    first = next(at for at, row in enumerate(rows) if _width(row) >= width or _full(row, width))
    notes: list[Words] = []
    if first and any(_width(row) for row in rows[:first]):
        notes.append(
            Words.of(N_("What stands above line {line} is taken as a title and left out."), line=first + 1)
        )
    if any(is_value(cell) for cell in rows[first]) or (width == 1 and not _names_one(rows, first)):
        notes.append(
            Words.of(N_("There is no heading line, so the columns are numbered. Say what each one holds."))
        )
        return Heading(None, first, tuple(notes))
    second = _second_heading(rows, first)
    if second is not None:
        notes.append(
            Words.of(
                N_("Lines {a} and {b} both look like headings; line {c} is used."),
                a=first + 1,
                b=first + 2,
                c=second + 1,
            )
        )
        below = max(first, second) + 1
        while below < len(rows) and not _width(rows[below]):
            below += 1
        return Heading(second, first + 2, tuple(notes))
    return Heading(first, first + 1, tuple(notes))


def _width(row: Sequence[str]) -> int:
    """Cells up to the last that is not empty."""
    return max((at + 1 for at, cell in enumerate(row) if cell.strip()), default=0)


def _full(row: Sequence[str], width: int) -> bool:
    """A heading may lack the names of the last columns."""
    own = _width(row)
    return (
        own > 2 and own * 10 >= width * 6 and all(cell.strip() and not is_value(cell) for cell in row[:own])
    )


def _names_one(rows: Sequence[Sequence[str]], first: int) -> bool:
    """In a table of one column only a known name is a heading; a list of names has none."""
    from storage.reading.names import known_column

    below = [row[0] for row in rows[first + 1 :] if row and row[0].strip()]
    cell = rows[first][0]
    return (
        known_column(cell) is not None
        or "_" in cell
        or (bool(below) and all(is_value(each) for each in below))
    )


def _second_heading(rows: Sequence[Sequence[str]], first: int) -> int | None:
    """A line of groups above the names, or the names once more below in another language."""
    data = [row for row in rows[first + 2 :] if _width(row)]
    below = rows[first + 1] if first + 1 < len(rows) else []
    if not data or not _width(below) or any(is_value(cell) for cell in below):
        return None
    typed = [
        at
        for at in range(_width(rows[first]))
        if all(at < len(row) and is_value(row[at]) for row in data[:20])
    ]
    blanks = sum(not cell.strip() for cell in rows[first][: _width(below)])
    if not typed or not all(at < len(below) and below[at].strip() for at in typed):
        return None
    from storage.reading.names import known_column

    upper = sum(known_column(cell) is not None for cell in rows[first])
    lower = sum(known_column(cell) is not None for cell in below)
    return first + 1 if (blanks or lower > upper) else first


def column_names(cells: Sequence[str] | None, width: int) -> tuple[tuple[str, ...], tuple[Words, ...]]:
    """A name for every column: blank ones are numbered, doubled ones get a number behind; remarks say which."""
    names: list[str] = []
    blank, doubled = [], []
    taken: set[str] = set()
    for at in range(width):
        name = (
            " ".join(cells[at].replace("\0", "").split()).strip("\"'\ufeff ")
            if cells and at < len(cells)
            else ""
        )
        if not name:
            name = f"column_{at + 1}"
            blank.append(name)
        base, number = name, 2
        while name.casefold() in taken:
            name, number = f"{base} {number}", number + 1
        if name != base:
            doubled.append(base)
        taken.add(name.casefold())
        names.append(name[:120])
    notes = []
    if blank and cells:
        notes.append(
            Words.of(N_("Some columns have no name; they are called {names}."), names=", ".join(blank[:5]))
        )
    if doubled:
        notes.append(
            Words.of(
                N_("{names} stands in the heading more than once; the later ones got a number."),
                names=", ".join(f"“{each}”" for each in dict.fromkeys(doubled[:5])),
            )
        )
    return tuple(names), tuple(notes)
