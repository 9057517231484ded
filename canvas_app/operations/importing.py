"""Contacts out of a table into the workspace, batch by batch within one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from sqlalchemy import Connection, func, select

from canvas_app.operations.cells import CellReader, Failed, Grid, reason_of
from canvas_app.operations.columns import ColumnPlan
from canvas_app.operations.rejects import Rejects
from canvas_app.operations.sidetables import SideRows
from storage import tables
from storage.base.words import N_, Words
from storage.bulk import insert_rows, update_rows
from storage.contacts import ContactField, Contacts, bucket_of, fold
from storage.places import NOWHERE, Places
from storage.reading.layout import Batch, Layout

_FIXED = ("id", "bucket", "place", "created", "changed")


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import does with a table: its columns, the key, and what holds for every row."""

    columns: tuple[ColumnPlan, ...]
    key: str
    now: int
    zone: str
    region: str = ""
    made_prefix: str | None = None  # there is no key column: customer numbers are made, with this in front
    consent: tuple[str, ...] = ()
    consent_source: str = ""
    list_id: int | None = None


@dataclass(slots=True)
class _Person:
    """One contact while its batch is worked on."""

    id: int
    values: list[Any]
    is_new: bool
    place: int = NOWHERE
    touched: bool = False


@dataclass(frozen=True, slots=True)
class _Beside:
    """What belongs to a row beside its fields: its place in the batch, and whom the batch names."""

    at: int
    line: int
    side: dict[int, list[Any]]
    people: dict[str, _Person]
    owners: dict[str, int]


@dataclass
class ContactImport:
    """Takes batches of rows; counts what became of them."""

    connection: Connection
    plan: ImportPlan
    contacts: Contacts
    rejects: Rejects
    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    ids: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        names = [each.name for each in self.plan.columns if each.target == "field" and each.kind != "choices"]
        if self.plan.made_prefix is not None:
            names.append("external_id")
        if "timezone" in names or "country" in names:
            names += [each for each in ("timezone", "country") if each not in names]
        self.fields: list[ContactField] = [self.contacts.fields[name] for name in names]
        self.at = {name: position for position, name in enumerate(names)}
        self.reader = CellReader(zone=self.plan.zone, region=self.plan.region)
        self.places = Places(self.connection)
        self.side = SideRows(self.connection, self.plan, self.contacts)
        highest = self.connection.execute(select(func.max(tables.contact.c.id))).scalar()
        self.next_id = int(highest or 0) + 1
        self.columns = [each.column for each in self.fields]
        self.folded = [
            (at, each.fold) for at, each in enumerate(self.fields) if each.fold and each.fold != each.column
        ]

    def take(self, batch: Batch, layout: Layout) -> None:
        """Create and update the contacts of a batch."""
        grid = Grid.of(batch, layout, self.rejects)
        failed: Failed = []
        columns, side = self._values(grid, failed)
        self.rows += len(batch.rows)
        keys = self._keys(grid, columns, failed)
        for at, plan, value in failed:
            if at not in grid.bad:
                self.rejects.value(grid.lines[at], plan.field, value, reason_of(plan, value))
        people = self._known(keys)
        owners = self._owners(columns)
        self.side.load([each.id for each in people.values()])
        rows = list(zip(*columns, strict=True)) if columns else []
        for at, key in enumerate(keys):
            if key is not None:
                self._take_row(key, list(rows[at]), _Beside(at, grid.lines[at], side, people, owners))
        self._write(people.values())

    # -- reading -----------------------------------------------------------------------------------------------

    def _values(self, grid: Grid, failed: Failed) -> tuple[list[list[Any]], dict[int, list[Any]]]:
        """Values of the single-valued fields in order, and those of the other columns by index."""
        country = next((each for each in self.plan.columns if each.name == "country"), None)
        regions = self.reader.regions(country, grid)
        found: dict[str, list[Any]] = {}
        side: dict[int, list[Any]] = {}
        for plan in self.plan.columns:
            if plan.target == "ignore":
                continue
            values = self.reader.column(plan, grid, regions, failed)
            if plan.name in self.at and plan.target == "field":
                found[plan.name] = values
            else:
                side[plan.index] = values
        size = len(grid.lines)
        if self.plan.made_prefix is not None:
            prefix, first = self.plan.made_prefix, self.rows + 1
            found["external_id"] = [f"{prefix}{number}" for number in range(first, first + size)]
        return [found[each.name] if each.name in found else [None] * size for each in self.fields], side

    def _keys(self, grid: Grid, columns: list[list[Any]], failed: Failed) -> list[str | None]:
        """The key of every row as it is looked up; a row without a good one is not taken."""
        name = self.plan.key
        values = columns[self.at[name]]
        wrong = {at: value for at, plan, value in failed if plan.name == name}
        keys: list[str | None] = [None] * len(values)
        for at, value in enumerate(values):
            if at in grid.bad:
                continue
            if value is not None:
                keys[at] = value.casefold() if name == "email" else value
                continue
            plan = next(each for each in self.plan.columns if each.name == name)
            reason = (
                reason_of(plan)
                if at in wrong
                else Words.of(N_("The key is empty, so nobody knows who this is."))
            )
            self.rejects.row(grid.lines[at], name, wrong.get(at, ""), reason)
            grid.bad.add(at)
        return keys

    def _known(self, keys: list[str | None]) -> dict[str, _Person]:
        """The contacts that exist already, by key; of several with one address the oldest."""
        wanted = list({key for key in keys if key is not None})
        if not wanted or self.next_id == 1:
            return {}
        table = self.contacts.table
        column = table.c.email_fold if self.plan.key == "email" else table.c[self.plan.key]
        query = select(column, table.c.id, table.c.place, *(table.c[name] for name in self.columns))
        # sorted here: ORDER BY id would make SQLite walk the whole table
        rows = sorted(self.connection.execute(query.where(column.in_(wanted))), key=lambda row: -row[1])
        return {row[0]: _Person(row[1], list(row[3:]), is_new=False, place=row[2]) for row in rows}

    def _owners(self, columns: list[list[Any]]) -> dict[str, int]:
        """Whose customer numbers the batch names, where they are not the key."""
        if self.plan.key == "external_id" or "external_id" not in self.at:
            return {}
        named = {value for value in columns[self.at["external_id"]] if value is not None}
        c = tables.contact.c
        rows = self.connection.execute(select(c.external_id, c.id).where(c.external_id.in_(named)))
        return {row[0]: row[1] for row in rows}

    # -- one row -----------------------------------------------------------------------------------------------

    def _take_row(self, key: str, values: list[Any], row: "_Beside") -> None:
        person = row.people.get(key)
        if self.plan.key != "external_id" and "external_id" in self.at:
            self._settle_number(values, self.next_id if person is None else person.id, row)
        if person is None:
            person = row.people[key] = _Person(self.next_id, values, is_new=True, touched=True)
            self.next_id += 1
            self.created += 1
            self.side.take(person.id, row.side, row.at, is_new=True)
        else:
            values[self.at[self.plan.key]] = None  # the key is spelt as it was
            changed = _merge(person.values, values)
            changed = self.side.take(person.id, row.side, row.at, is_new=False) or changed
            person.touched = person.touched or changed
            self.updated += changed
            self.unchanged += not changed
        self.ids.append(person.id)

    def _settle_number(self, values: list[Any], mine: int, row: "_Beside") -> None:
        """A customer number belongs to one contact."""
        number = values[self.at["external_id"]]
        if number is not None and row.owners.setdefault(number, mine) != mine:
            reason = Words.of(N_("Another contact has this customer number."))
            self.rejects.value(row.line, "external_id", number, reason)
            values[self.at["external_id"]] = None

    # -- writing -----------------------------------------------------------------------------------------------

    def _write(self, people: Iterable[_Person]) -> None:
        new: list[_Person] = []
        changed: list[_Person] = []
        for person in people:
            if person.touched:
                if "timezone" in self.at:
                    zone, country = person.values[self.at["timezone"]], person.values[self.at["country"]]
                    person.place = self.places.number(zone, country)
                (new if person.is_new else changed).append(person)
        now, columns = self.plan.now, (*self.columns, *(name for _at, name in self.folded))
        rows = ((each.id, self._bucket(each), each.place, now, now, *self._stored(each)) for each in new)
        insert_rows(self.connection, "contact", (*_FIXED, *columns), rows)
        rows = ((each.place, now, *self._stored(each), each.id) for each in changed)
        update_rows(self.connection, "contact", ("place", "changed", *columns), rows)
        self.side.write(self.ids)

    def _stored(self, person: _Person) -> Iterable[Any]:
        values = person.values
        return chain(values, [None if values[at] is None else fold(values[at]) for at, _name in self.folded])

    def _bucket(self, person: _Person) -> int:
        for name in ("external_id", "email", "phone"):
            at = self.at.get(name)
            if at is not None and person.values[at]:
                return bucket_of(person.values[at])
        raise AssertionError(person)


def _merge(old: list[Any], new: Sequence[Any]) -> bool:
    """Take over what is not empty; whether anything is different now."""
    changed = False
    for at, value in enumerate(new):
        if value is not None and value != old[at]:
            old[at] = value
            changed = True
    return changed
