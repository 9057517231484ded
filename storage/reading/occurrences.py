"""Events in a file: CSV or any other table, or JSON with one event a line."""

import gzip
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from storage.base.errors import UserError
from storage.base.words import N_
from storage.reading.layout import Batch, Options, Table
from storage.reading.names import plain_name
from storage.reading.table import open_table

_COLUMNS = {
    "key": (
        "key",
        "contact",
        "external_id",
        "customer_id",
        "user_id",
        "email",
        "phone",
        "客户编号",
        "邮箱",
        "手机号",
    ),
    "event": ("event", "event_type", "event_name", "type", "事件", "sự_kiện"),
    "at": (
        "at",
        "time",
        "timestamp",
        "date",
        "datetime",
        "occurred_at",
        "event_time",
        "时间",
        "日期",
        "thời_gian",
    ),
    "properties": ("properties", "props", "属性"),
}
_TEXT = frozenset({"node", "strategy", "channel"})  # names, also where they look like numbers
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,15})?")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One event as a file tells it; `bad` names the part that cannot be read."""

    line: int
    key: str
    event: str
    at: str
    properties: dict[str, Any] = field(default_factory=dict)
    bad: str = ""


def read_events(path: Path | str, size: int = 5000) -> Iterator[list[Occurrence]]:
    """The events of a file, batch by batch."""
    if _is_json(Path(path)):
        found = _from_json(Path(path))
        while batch := list(islice(found, size)):
            yield batch
    else:
        yield from _from_table(open_table(path, Options()), size)


def _is_json(path: Path) -> bool:
    try:
        with _opened(path) as file:
            return bool(file.read(4096).lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"{", b"["))
    except (OSError, EOFError):
        return False  # opening it as a table says why


def _opened(path: Path) -> Any:
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if zipped else path.open("rb")


def _from_json(path: Path) -> Iterator[Occurrence]:
    with _opened(path) as file:
        for number, raw in enumerate(file, 1):
            line = raw.decode("utf-8-sig", "replace").strip().rstrip(",")
            if not line or line in "[]":
                continue
            try:
                found = json.loads(line)
            except (ValueError, RecursionError):
                found = None
            if not isinstance(found, dict):
                yield Occurrence(number, "", "", "", bad=line[:200])
                continue
            properties = found.pop("properties", None) or {}
            known = {name: _text(found.pop(name, "")) for name in ("key", "event", "at")}
            bad = "" if isinstance(properties, dict) else str(properties)[:200]
            yield Occurrence(number, **known, properties=found if bad else {**found, **properties}, bad=bad)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _from_table(table: Table, size: int) -> Iterator[list[Occurrence]]:
    places = _places(table)
    known = set(places.values())
    further = [(at, name) for at, name in enumerate(table.layout.columns) if at not in known]
    for batch in table.batches(size):
        yield list(_occurrences(batch, places, further, len(table.layout.columns)))


def _places(table: Table) -> dict[str, int]:
    plain = [plain_name(name) for name in table.layout.columns]
    places: dict[str, int] = {}
    for part, names in _COLUMNS.items():
        at = next((plain.index(name) for name in names if name in plain), None)
        if at is not None and at not in places.values():
            places[part] = at
    missing = [part for part in ("key", "event", "at") if part not in places]
    if missing:
        raise UserError(
            N_("{name} has no column “{column}”. An events file has the columns key, event, at and properties."),
            name=table.name, column=missing[0],
        )  # fmt: skip
    return places


def _occurrences(
    batch: Batch, places: dict[str, int], further: Sequence[tuple[int, str]], width: int
) -> Iterator[Occurrence]:
    key, event, at = places["key"], places["event"], places["at"]
    properties = places.get("properties")
    for line, row in zip(batch.lines, batch.rows, strict=True):
        if len(row) != width:
            if any(cell.strip() for cell in row[width:]):
                yield Occurrence(line, row[key] if key < len(row) else "", "", "", bad=" · ".join(row)[:200])
                continue
            row = (row + [""] * (width - len(row)))[:width]
        found: dict[str, Any] = {name: _value(name, row[place]) for place, name in further if row[place]}
        bad = ""
        if properties is not None and (cell := row[properties].strip()):
            try:
                own = json.loads(cell)
            except (ValueError, RecursionError):
                own = None
            if isinstance(own, dict):
                found |= own
            else:
                bad = cell[:200]
        yield Occurrence(line, row[key].strip(), row[event].strip(), row[at].strip(), found, bad)


def _value(name: str, cell: str) -> Any:
    cell = cell.strip()
    if name in _TEXT or not _NUMBER.fullmatch(cell):
        return cell
    return float(cell) if "." in cell else int(cell)
