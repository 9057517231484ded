"""Events: what contacts did, brought in from a file."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from canvas_app.operations.changes import Changes, Progress, silent
from canvas_app.operations.rejects import Reject, Rejects
from storage.base.words import N_, Words
from storage.bulk import insert_rows
from storage.journal import journal
from storage.lookup import create_contacts, find_contacts
from storage.reading.occurrences import Occurrence, read_events
from storage.reading.values import instant, month_first
from storage.regions import region_of
from storage.workspace import Workspace, name_id, setting

_COLUMNS = ("contact", "type", "at", "properties", "digest", "handled")
_EARLIEST, _LATEST = -2_208_988_800, 4_102_444_800  # 1900 to 2100
_MEMO = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsImported(Changes):
    """What became of the rows; `unchanged` are events that were known already."""

    rows: int = 0
    created: int = 0
    unchanged: int = 0
    rejected: int = 0
    rejects: tuple[Reject, ...] = ()
    contacts_created: int = 0

    def as_json(self) -> dict[str, object]:
        """The form in which the command line prints it."""
        return {
            "rows": self.rows,
            "created": self.created,
            "updated": 0,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "rejects": [each.as_json() for each in self.rejects],
        }


def import_events(
    workspace: Workspace, path: Path | str, *, create: bool = False, progress: Progress = silent
) -> EventsImported:
    """Take the events of a file, all in one transaction; `create` makes a contact for every unknown key."""
    now = workspace.clock().now()
    with workspace.write() as connection:
        zone, region = str(setting(connection, "timezone", "UTC")), region_of(connection)
        work = _EventImport(connection, zone, region, now if create else None)
        for batch in read_events(path):
            work.take(batch)
            progress(work.rows, None)
        result = EventsImported(
            rows=work.rows, created=work.created, unchanged=work.unchanged, rejected=work.rejects.rows,
            rejects=work.rejects.in_order(), contacts_created=work.newcomers, events=bool(work.created),
            contacts=bool(work.newcomers),
        )  # fmt: skip
        counts = {name: getattr(result, name) for name in ("rows", "created", "unchanged", "rejected")}
        journal(connection, at=now, verb="import_events", what=Path(path).name, details=counts)
    return result


def event_row(contact: int, kind: int, at: int, properties: dict[str, Any]) -> tuple[Any, ...]:
    """A row of `event` in the order of its columns; the digest makes an identical one the same."""
    canonical = _canonical(properties) if properties else ""
    digest = blake2b(f"{contact}\n{kind}\n{at}\n{canonical}".encode(), digest_size=16).digest()
    return contact, kind, at, canonical or None, digest, False


def _canonical(properties: dict[str, Any]) -> str:
    return json.dumps(properties, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass
class _EventImport:
    """Takes batches of events; counts what became of them."""

    connection: Connection
    zone: str
    region: str
    create_at: int | None
    rows: int = 0
    created: int = 0
    unchanged: int = 0
    newcomers: int = 0
    rejects: Rejects = field(default_factory=Rejects)

    def __post_init__(self) -> None:
        self._kinds: dict[str, int] = {}
        self._instants: dict[str, int | None] = {}
        self._month_first: bool | None = None

    def take(self, batch: Sequence[Occurrence]) -> None:
        """Store the events of a batch whose contact is known."""
        if self._month_first is None:
            self._month_first = month_first([each.at for each in batch])
        self.rows += len(batch)
        good = [each for each in batch if self._is_good(each)]
        ids = find_contacts(self.connection, {each.key for each in good}, self.region)
        if self.create_at is not None:
            unknown = list(dict.fromkeys(each.key for each in good if each.key not in ids))
            made = create_contacts(self.connection, unknown, now=self.create_at, region=self.region)
            self.newcomers += len(set(made.values()))
            ids |= made
        rows = []
        for each in good:
            contact = ids.get(each.key)
            if contact is None:
                self.rejects.row(each.line, "key", each.key, Words.of(N_("No contact has this key.")))
                continue
            at = self._instants[each.at] if each.at in self._instants else self._instant(each.at)
            assert at is not None
            rows.append(event_row(contact, self._kind(each.event), at, each.properties))
        new = insert_rows(self.connection, "event", _COLUMNS, rows, ignore=True)
        self.created += new
        self.unchanged += len(rows) - new

    def _is_good(self, each: Occurrence) -> bool:
        if each.bad:
            text = N_("This is not a line of key, event, at and properties (a JSON object).")
            self.rejects.row(each.line, "properties", each.bad, Words.of(text))
        elif not each.key:
            text = N_("The key is empty, so nobody knows who this is.")
            self.rejects.row(each.line, "key", "", Words.of(text))
        elif not each.event:
            self.rejects.row(each.line, "event", "", Words.of(N_("The event has no name.")))
        elif self._at(each.at) is None:
            self.rejects.row(each.line, "at", each.at, Words.of(N_("This is not a date and time.")))
        else:
            return True
        return False

    def _at(self, cell: str) -> int | None:
        if cell in self._instants:
            return self._instants[cell]
        found = self._instant(cell)
        if len(self._instants) < _MEMO:
            self._instants[cell] = found
        return found

    def _instant(self, cell: str) -> int | None:
        if cell.isdigit() and len(cell) in (10, 13):
            return int(cell[:10])
        try:
            found = instant(cell, self.zone, month_first=bool(self._month_first))
        except (ValueError, OverflowError):
            return None
        return found if _EARLIEST <= found < _LATEST else None

    def _kind(self, event: str) -> int:
        found = self._kinds.get(event)
        if found is None:
            found = self._kinds[event] = name_id(self.connection, event)
        return found
