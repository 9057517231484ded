"""Made-up contacts as plain Python values, and the way they get into a workspace."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from storage import tables
from storage.contacts import Contacts, add_field, bucket_of, day_number, fold
from storage.places import Places
from storage.workspace import Workspace, name_id

FIELDS: Mapping[str, str] = {
    "city": "text", "level": "choice", "score": "number", "spend": "money", "birthday": "date", "renewal": "date",
    "seen": "instant", "vip": "yes_no", "likes": "choices", "answer": "text",
}  # fmt: skip
"""The fields of made-up contacts and their kinds (`city`, `score` … stand for every field of the kind)."""


@dataclass(frozen=True)
class Happening:
    """Something a contact did."""

    type: str
    at: int
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Person:
    """A contact. Absent values are absent from `fields`; instants are epoch seconds, dates are dates."""

    number: int
    zone: str = ""
    country: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)
    consent: dict[str, bool] = field(default_factory=dict)
    lists: set[str] = field(default_factory=set)
    events: list[Happening] = field(default_factory=list)
    email: str | None = "somebody"
    phone: str | None = "somebody"

    @property
    def key(self) -> str:
        """The customer number."""
        return f"c{self.number}"

    @property
    def bucket(self) -> int:
        """The place in every random split."""
        return bucket_of(self.key)

    def address(self, channel_field: str) -> str | None:
        """Where `email` or `phone` reaches this contact; everybody has addresses of their own."""
        value = getattr(self, channel_field)
        if value is None or value != "somebody":
            return value if value is None else str(value)
        return f"{self.key}@example.com" if channel_field == "email" else f"+86130{self.number:08d}"


def fill(workspace: Workspace, people: Iterable[Person], now: int, *, lists: Sequence[str] = ()) -> None:
    """Put contacts with all they have into a workspace, and lists by name."""
    people = list(people)
    with workspace.write() as connection:
        for name, kind in FIELDS.items():
            add_field(connection, name=name, kind=kind)
        for name in lists:
            connection.execute(insert(tables.audience).values(name=name, rule=None, changed=now))
        contacts, places = Contacts.load(connection), Places(connection)
        for person in people:
            place = places.number(person.zone, person.country)
            connection.execute(insert(contacts.table).values(_row(contacts, person, place, now - 1000)))
            for table, rows in _side_rows(connection, contacts, person, now):
                if rows:
                    connection.execute(insert(table), rows)
    happen(workspace, {person.number: person.events for person in people})


def _row(contacts: Contacts, person: Person, place: int, created: int) -> dict[str, Any]:
    row: dict[str, Any] = {"id": person.number, "bucket": person.bucket, "place": place}
    row |= {"created": created, "changed": created}
    values = {
        **person.fields, "external_id": person.key, "email": person.address("email"), "phone": person.address("phone"),
        "timezone": person.zone or None, "country": person.country or None,
    }  # fmt: skip
    for name, value in values.items():
        known = contacts.fields[name]
        if known.kind != "choices":
            row[known.column] = stored(value)
            if known.fold:
                row[known.fold] = None if value is None else fold(str(value))
    return row


def _side_rows(
    connection: Connection, contacts: Contacts, person: Person, now: int
) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    who = {"contact": person.number}
    several = [
        (contacts.fields[name], person.fields.get(name, ()))
        for name, kind in FIELDS.items()
        if kind == "choices"
    ]
    yield tables.choice, [
        {**who, "field": known.id, "fold": fold(each), "value": each} for known, values in several for each in values
    ]  # fmt: skip
    yield tables.tag, [{**who, "name": name_id(connection, tag)} for tag in sorted(person.tags)]
    said = {"at": now, "source": "test"}
    yield (
        tables.consent,
        [{**who, "channel": each, "given": yes, **said} for each, yes in person.consent.items()],
    )
    audience = tables.audience.c
    lists = connection.scalars(select(audience.id).where(audience.name.in_(person.lists)))
    yield tables.member, [{**who, "audience": number} for number in lists]


def happen(workspace: Workspace, events: Mapping[int, Iterable[Happening]]) -> None:
    """Put events of contacts (by number) into a workspace, as an import does."""
    from canvas_app.operations.events import event_row

    with workspace.write() as connection:
        for contact, found in events.items():
            for each in found:
                row = event_row(contact, name_id(connection, each.type), each.at, dict(each.properties))
                names = ("contact", "type", "at", "properties", "digest", "handled")
                values = dict(zip(names, row, strict=True))
                text = values["properties"]
                values["properties"] = None if text is None else json.loads(text)
                statement = insert(tables.event).prefix_with("OR IGNORE").values(values)
                connection.execute(statement)


def stored(value: Any) -> Any:
    """A value as its column keeps it."""
    if isinstance(value, bool):
        return int(value)
    return day_number(value) if isinstance(value, date) else value
