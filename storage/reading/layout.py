"""How a table lies in its file, as found or as a person corrected it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from storage.base.words import Words


@dataclass(frozen=True, slots=True)
class Options:
    """What a person may decide instead of the program; None means: find out. `heading` counts from 1, 0 = none."""

    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    heading: int | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Kind of file (`text`, `workbook`, `parquet`), its options as settled, the columns and remarks in words."""

    kind: str
    columns: tuple[str, ...]
    heading: int = 0
    first_line: int = 1
    encoding: str = ""
    delimiter: str = ""
    quote: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    notes: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows: the line of each, its cells as text, and for rows of several lines the last of them."""

    lines: list[int]
    rows: list[list[str]]
    spans: dict[int, int]


class Table(Protocol):
    """A table that can be read from its start as often as needed."""

    @property
    def name(self) -> str:
        """What to call it."""
        ...

    @property
    def layout(self) -> Layout:
        """How it lies in its file."""
        ...

    def estimate(self) -> int | None:
        """About how many rows there are, for a bar of progress; None where nobody can tell."""
        ...

    def batches(self, size: int = 5000) -> Iterator[Batch]:
        """The rows below the heading, blank ones left out; a row may be shorter or longer than the heading."""
        ...
