"""Open any table: what a file is, is seen from its first bytes, never from its name."""

import zipfile
from pathlib import Path

from storage.base.errors import UserError
from storage.base.words import N_
from storage.reading.columnar import Parquet
from storage.reading.delimited import DelimitedText
from storage.reading.layout import Options, Table
from storage.reading.workbook import Workbook

_FOREIGN = (
    (b"%PDF", N_("{name} is a PDF. Choose a CSV, XLSX or Parquet file.")),
    (b"\x89PNG", N_("{name} is a picture. Choose a CSV, XLSX or Parquet file.")),
    (b"\xff\xd8\xff", N_("{name} is a picture. Choose a CSV, XLSX or Parquet file.")),
    (b"GIF8", N_("{name} is a picture. Choose a CSV, XLSX or Parquet file.")),
    (b"SQLite format 3", N_("{name} is a database. Choose a CSV, XLSX or Parquet file.")),
    (b"{\\rtf", N_("{name} is a text document. Choose a CSV, XLSX or Parquet file.")),
    (b"\x7fELF", N_("{name} is a program. Choose a CSV, XLSX or Parquet file.")),
)
_ALL = Options()


def open_table(path: Path | str, options: Options = _ALL, *, text: str | None = None) -> Table:
    """The table in a file, or in `text` that was pasted."""
    if text is not None:
        return DelimitedText(None, options, text, str(path))
    path = Path(path)
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise UserError(
            N_("{path} cannot be opened: {why}."), path=str(path), why=error.strerror or str(error)
        ) from error
    for mark, sentence in _FOREIGN:
        if head.startswith(mark):
            raise UserError(sentence, name=path.name)
    if head.startswith(b"PAR1"):
        return Parquet(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return Workbook(path, options)
    if head.startswith(b"PK\x03\x04"):
        if not _is_workbook(path):
            raise UserError(N_("{name} is an archive. Unpack it and choose the table in it."), name=path.name)
        return Workbook(path, options)
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")[:200].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<?xml")):
        raise UserError(
            N_("{name} is a web page. Open it in a spreadsheet and save it as CSV or XLSX."), name=path.name
        )
    return DelimitedText(path, options)


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return True  # a damaged workbook: the reader says what is wrong
    return any(name.startswith("xl/") or name == "content.xml" for name in names)
