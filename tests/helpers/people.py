"""Made-up contacts as plain Python values, and the way they get into a workspace."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import insert

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


def fill(
    workspace: Workspace, people: Iterable[Person], now: int, *, lists: Sequence[str] = ()
) -> dict[str, int]:
    """Put contacts with all they have into a workspace; the ids of the lists by name."""
    people = list(people)
    with workspace.write() as connection:
        for name, kind in FIELDS.items():
            add_field(connection, name=name, kind=kind)
        contacts, places = Contacts.load(connection), Places(connection)
        numbers = {
            name: connection.execute(insert(tables.audience).values(name=name, rule=None, changed=now)).inserted_primary_key[0]  # type: ignore[index]  # noqa: E501
            for name in lists
        }  # fmt: skip
        rows, choices, tags, consents, members = [], [], [], [], []
        for person in people:
            row: dict[str, Any] = {column.name: None for column in contacts.table.c}
            row |= {
                "id": person.number,
                "bucket": person.bucket,
                "created": now - 1000,
                "changed": now - 1000,
            }
            row["place"] = places.number(person.zone, person.country)
            values = {**person.fields, "external_id": person.key, "email": person.address("email")}
            values |= {
                "phone": person.address("phone"),
                "timezone": person.zone or None,
                "country": person.country or None,
            }
            for name, value in values.items():
                known = contacts.fields[name]
                if known.kind == "choices":
                    choices += [
                        {"contact": person.number, "field": known.id, "fold": fold(each), "value": each}
                        for each in value
                    ]
                    continue
                row[known.column] = stored(value)
                if known.fold:
                    row[known.fold] = None if value is None else fold(str(value))
            rows.append(row)
            tags += [
                {"contact": person.number, "name": name_id(connection, tag)} for tag in sorted(person.tags)
            ]
            consents += [
                {"contact": person.number, "channel": channel, "given": given, "at": now, "source": "test"}
                for channel, given in person.consent.items()
            ]
            members += [
                {"audience": numbers[name], "contact": person.number} for name in sorted(person.lists)
            ]
        for table, found in (
            (contacts.table, rows), (tables.choice, choices), (tables.tag, tags), (tables.consent, consents),
            (tables.member, members),
        ):  # fmt: skip
            if found:
                connection.execute(insert(table), found)
    happen(workspace, {person.number: person.events for person in people})
    return numbers


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
