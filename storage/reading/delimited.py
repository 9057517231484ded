"""Tables in text: CSV and its relatives, in any encoding and with any delimiter."""

import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from storage.base.errors import UserError
from storage.base.words import N_, Words
from storage.reading.encoding import Found, detect
from storage.reading.headings import LOOK_AT, column_names, find_heading
from storage.reading.layout import Batch, Layout, Options

LONGEST_CELL = 1 << 20
_DELIMITERS = ",;\t|^~\x01\x1f"
_SAMPLE = 1 << 16
_END = "\x1eend of the table\x1e"
_OPENS = re.compile(r"(?:^|[,;\t|])'", re.MULTILINE)
_CLOSES = re.compile(r"'(?=[,;\t|]|\r?$)", re.MULTILINE)
_UNREADABLE = (UnicodeError, EOFError, OSError, zlib.error)
csv.field_size_limit(LONGEST_CELL)


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How lines become cells."""

    delimiter: str
    quote: str = '"'
    escape: str | None = None
    spaced: bool = False  # a blank stands between delimiter and quote

    def reader(self, lines: Iterator[str]) -> Any:
        delimiter = self.delimiter
        if len(delimiter) > 1:
            lines = (line.replace(self.delimiter, "\x1f") for line in lines)
            delimiter = "\x1f"
        return csv.reader(
            lines,
            delimiter=delimiter,
            quotechar=self.quote or None,
            escapechar=self.escape,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            doublequote=self.escape is None,
            skipinitialspace=self.spaced,
        )


class DelimitedText:
    """A table in a text file, plain or gzipped, or in text that was pasted."""

    def __init__(self, path: Path | None, options: Options, text: str | None = None, name: str = "") -> None:
        self._path = path
        self._bytes = None if text is None else text.encode()
        self.name = name or (path.name if path else "")
        try:
            with self._open() as file:
                found = Found(options.encoding) if options.encoding else detect(file, self.name)
        except _UNREADABLE as error:
            raise _broken(self.name, error) from error
        self._found = found
        sample, complete = self._sample()
        lines = max(sample.count("\n"), sample.count("\r"), 1)
        self._line_size = len(sample.encode(self._found.encoding, "replace")) / lines
        self._dialect = _dialect(sample, options)
        self.layout = self._look(sample, complete, options)

    def estimate(self) -> int | None:
        """About how many rows there are, judged by the length of the first lines."""
        size = len(self._bytes) if self._bytes is not None else self._size()
        return int(size / self._line_size) if self._line_size else None

    def _size(self) -> int:
        """Bytes of the text; a gzip tells its own in its last four (modulo 4 GB)."""
        assert self._path is not None
        with self._path.open("rb") as file:
            if file.read(2) != b"\x1f\x8b":
                return self._path.stat().st_size
            file.seek(-4, 2)
            return int.from_bytes(file.read(4), "little")

    def batches(self, size: int = 5000) -> Iterator[Batch]:
        """The rows below the heading, blank ones left out."""
        with self._text() as text:
            yield from self._batches(text, size)

    def _batches(self, text: TextIO, size: int) -> Iterator[Batch]:
        reader = self._dialect.reader(_with_end(_without_nul(text) if self._found.has_nul else iter(text)))
        line, first = 0, self.layout.first_line
        heading = self.layout.columns
        batch = Batch([], [], {})
        try:
            for row in reader:
                start, line = line + 1, reader.line_num
                if row and row[-1].endswith(_END):
                    if row[0] != _END:
                        raise UserError(
                            N_("A quote opens on line {line} and never closes. Mend it there."), line=start
                        )
                    break
                if start < first or not any(row) or (len(row) == 1 and not row[0].strip()):
                    continue
                if row[0] == heading[0] and tuple(row) == heading:
                    continue  # the heading once more, where files were put together
                if line != start:
                    batch.spans[len(batch.rows)] = line
                batch.lines.append(start)
                batch.rows.append(row)
                if len(batch.rows) == size:
                    yield batch
                    batch = Batch([], [], {})
        except csv.Error as error:
            raise _too_long(error, line + 1) from error
        except _UNREADABLE as error:
            raise _broken(self.name, error) from error
        if batch.rows:
            yield batch

    # ----------------------------------------------------------------------------------------------------------

    def _open(self) -> BinaryIO:
        if self._bytes is not None:
            return io.BytesIO(self._bytes)
        assert self._path is not None
        raw = self._path.open("rb")
        if raw.read(2) == b"\x1f\x8b":
            raw.close()
            return gzip.open(self._path, "rb")  # type: ignore[return-value]
        raw.seek(0)
        return raw

    def _text(self) -> TextIO:
        try:
            return io.TextIOWrapper(self._open(), encoding=self._found.encoding, errors="replace", newline="")
        except LookupError as error:
            raise UserError(
                N_("“{name}” is no encoding. Write utf-8 or gb18030."), name=self._found.encoding
            ) from error

    def _sample(self) -> tuple[str, bool]:
        try:
            with self._text() as text:
                sample = text.read(_SAMPLE)
                complete = not text.read(1)
        except _UNREADABLE as error:
            raise _broken(self.name, error) from error
        if self._found.has_nul:
            sample = sample.replace("\0", "")
        if not complete:  # whole lines only
            sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
        return sample, complete

    def _look(self, sample: str, complete: bool, options: Options) -> Layout:
        rows, lines = [], []
        reader, line = self._dialect.reader(io.StringIO(sample, newline="")), 0
        try:
            for row in reader:
                start, line = line + 1, reader.line_num
                rows.append(row)
                lines.append(start)
                if len(rows) >= LOOK_AT:
                    break
        except csv.Error as error:
            raise _too_long(error, line + 1) from error
        if not complete and len(rows) > 1 and len(rows) < LOOK_AT:
            rows.pop()
        if not any(cell.strip() for row in rows for cell in row):
            raise UserError(
                N_("{name} is empty. Choose a file with a heading line and one line a person."),
                name=self.name,
            )
        row, first, notes = _settled(rows, lines, line, options)
        width = len(rows[row]) if row is not None else max(len(each) for each in rows)
        names, remarks = column_names(rows[row] if row is not None else None, width)
        return Layout(
            "text", names, heading=0 if row is None else lines[row], first_line=first, encoding=self._found.encoding,
            delimiter=self._dialect.delimiter, quote=self._dialect.quote,
            notes=(*self._remarks(sample), *notes, *remarks),
        )  # fmt: skip

    def _remarks(self, sample: str) -> Iterator[Words]:
        if self._found.guessed:
            yield Words.of(
                N_(
                    "The text is not UTF-8; it was read as {encoding}. If names look wrong, choose another encoding."
                ),
                encoding=self._found.encoding,
            )
        if "\ufffd" in sample:
            yield Words.of(N_("Some characters could not be read. Save the file as UTF-8 and try again."))
        if self._found.has_nul:
            yield Words.of(N_("The file held NUL characters; they were left out."))


def _settled(
    rows: list[list[str]], lines: list[int], last: int, options: Options
) -> tuple[int | None, int, tuple[Words, ...]]:
    """Heading row (of those looked at), first line of data, remarks."""
    if options.heading is not None:
        if options.heading == 0:
            return None, 1, ()
        row = next((at for at, line in enumerate(lines) if line >= options.heading), 0)
        return row, lines[row + 1] if row + 1 < len(lines) else last + 1, ()
    found = find_heading(rows)
    return found.row, lines[found.first] if found.first < len(lines) else last + 1, found.notes


def _dialect(sample: str, options: Options) -> _Dialect:
    quote, escape = '"', None
    if options.quote is not None:
        quote = options.quote
    elif '"' not in sample and _is_quoted_singly(sample):
        quote = "'"
    if quote and f"\\{quote}" in sample and re.search(r'(?<!\\)\\"(?![,;\t|\r\n]|$)', sample):
        escape = "\\"
    if options.delimiter:
        return _spaced(_Dialect(options.delimiter, quote, escape), sample)
    best, most = ",", 0.0
    for each in _DELIMITERS:
        score = _score(sample, _Dialect(each, quote, escape)) if each in sample else 0.0
        if score > most:
            best, most = each, score
    return _spaced(_Dialect(best, quote, escape), sample)


def _spaced(dialect: _Dialect, sample: str) -> _Dialect:
    apart = f"{dialect.delimiter} {dialect.quote}" in sample
    return replace(dialect, spaced=apart and f"{dialect.delimiter}{dialect.quote}" not in sample)


def _is_quoted_singly(sample: str) -> bool:
    lines = sample.count("\n") + 1
    return min(len(_OPENS.findall(sample)), len(_CLOSES.findall(sample))) * 2 > lines


def _score(sample: str, dialect: _Dialect) -> float:
    """How evenly a delimiter cuts: share of the rows with the commonest width, a little more for more columns."""
    widths: Counter[int] = Counter()
    try:
        for row in dialect.reader(io.StringIO(sample, newline="")):
            if row:
                widths[len(row)] += 1
            if widths.total() >= 200:
                break
    except csv.Error:
        return 0.0
    several = {width: count for width, count in widths.items() if width > 1}
    if not several:
        return 0.0
    width = max(several, key=lambda each: several[each])
    return several[width] / widths.total() + min(width, 10) / 100


def _with_end(lines: Iterator[str]) -> Iterator[str]:
    """The lines and one more, which a quote that never closes swallows."""
    return chain(lines, (_END,))


def _without_nul(lines: TextIO) -> Iterator[str]:
    return (line.replace("\0", "") for line in lines)


def _too_long(error: csv.Error, line: int) -> UserError:
    if "field limit" in str(error):
        return UserError(
            N_(
                "A cell that begins on line {line} is longer than a million characters. Perhaps a quote never closes."
            ),
            line=line,
        )
    return UserError(
        N_("Line {line} cannot be read as a table ({why}). Mend it there."), line=line, why=str(error)
    )


def _broken(name: str, error: Exception) -> UserError:
    return UserError(
        N_("{name} cannot be read to its end ({why}). Copy or save it again."), name=name, why=str(error)
    )
