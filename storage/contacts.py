"""The catalogue of contact fields, and the contact table with a real typed column for each of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    Integer,
    MetaData,
    Table,
    Text,
    insert,
    select,
    text,
)

from storage import tables
from storage.base.clock import parse_instant
from storage.base.errors import UserError
from storage.base.words import N_, _

HASH_PRIME = (1 << 31) - 1
EPOCH_DAY = date(1970, 1, 1)

KINDS: dict[str, str] = {
    "text": N_("Text"), "number": N_("Number"), "money": N_("Money"), "date": N_("Date"),
    "instant": N_("Date and time"), "choice": N_("Choice"), "choices": N_("Several choices"), "yes_no": N_("Yes or no"),
}  # fmt: skip
_SQL_TYPES: dict[str, type[Any]] = {
    "text": Text, "choice": Text, "number": Float, "money": Float, "date": Integer,
    "instant": BigInteger, "yes_no": Integer,
}  # fmt: skip

BUILTIN: dict[str, tuple[str, str]] = {
    "external_id": (N_("Customer number"), "text"), "email": (N_("Email address"), "text"),
    "phone": (N_("Phone"), "text"), "first_name": (N_("First name"), "text"), "last_name": (N_("Last name"), "text"),
    "timezone": (N_("Time zone"), "text"), "country": (N_("Country"), "text"), "language": (N_("Language"), "text"),
    "owner": (N_("Owner"), "text"), "stage": (N_("Stage"), "text"), "score": (N_("Score"), "number"),
    "wecom_id": (N_("WeCom ID"), "text"), "open_id": (N_("Official account ID"), "text"),
    "push_token": (N_("App push token"), "text"),
}  # fmt: skip
_OWN_COLUMNS = ("external_id", "email", "phone")  # stand in `storage.tables.contact` already


@dataclass(frozen=True, slots=True)
class ContactField:
    """One field of the catalogue; `fold` is the column with the case-folded text, where there is one."""

    id: int
    name: str
    label: str
    kind: str
    column: str
    builtin: bool = False

    @property
    def is_text(self) -> bool:
        """Whether values are compared as words, ignoring case."""
        return self.kind in ("text", "choice")

    @property
    def fold(self) -> str | None:
        """The column that rules on text look at."""
        if not self.is_text:
            return None
        return "phone" if self.name == "phone" else f"{self.column}_fold"

    @property
    def title(self) -> str:
        """What the reader calls it."""
        return _(self.label) if self.builtin else self.label


@dataclass(frozen=True)
class Contacts:
    """The contact table as it is now, with its fields by name."""

    table: Table
    fields: Mapping[str, ContactField] = field(default_factory=dict)

    @classmethod
    def load(cls, connection: Connection) -> "Contacts":
        """Read the catalogue and build the table with all its columns."""
        rows = connection.execute(select(tables.field).order_by(tables.field.c.id)).mappings()
        found = [
            ContactField(row["id"], row["name"], row["label"], row["kind"], row["column"], row["builtin"])
            for row in rows
        ]
        table = tables.contact.to_metadata(MetaData())
        for each in found:
            for column in _columns_of(each):
                if column.name not in table.c:
                    table.append_column(column)
        return cls(table, {each.name: each for each in found})

    def column(self, name: str) -> Column[Any] | None:
        """The column of a field; None where there is no such field or it holds several values."""
        known = self.fields.get(name)
        return None if known is None or known.kind == "choices" else self.table.c[known.column]


def _columns_of(known: ContactField) -> list[Column[Any]]:
    if known.kind == "choices":
        return []
    columns: list[Column[Any]] = [Column(known.column, _SQL_TYPES[known.kind])]
    if known.fold and known.fold != known.column:
        columns.append(Column(known.fold, Text))
    return columns


def add_field(
    connection: Connection, *, name: str, kind: str, label: str = "", builtin: bool = False
) -> ContactField:
    """A new contact field with its column; one that exists is returned as it is."""
    name = name.strip()
    row = connection.execute(select(tables.field).where(tables.field.c.name == name)).mappings().first()
    if row is not None:
        return ContactField(row["id"], row["name"], row["label"], row["kind"], row["column"], row["builtin"])
    if not name or len(name) > 120 or kind not in KINDS:
        raise UserError(N_("“{name}” cannot be the name of a field of kind “{kind}”."), name=name, kind=kind)
    values = {"name": name, "label": label or name, "kind": kind, "column": name, "builtin": builtin}
    if not builtin:
        values["column"] = f"pending_{name}"
    new = connection.execute(insert(tables.field).values(**values)).inserted_primary_key
    assert new is not None
    column = name if builtin else f"f_{new[0]}"
    connection.execute(tables.field.update().where(tables.field.c.id == new[0]).values(column=column))
    known = ContactField(new[0], name, label or name, kind, column, builtin)
    if name not in _OWN_COLUMNS:
        for each in _columns_of(known):
            kind_sql = each.type.compile(connection.dialect)
            connection.execute(text(f'ALTER TABLE contact ADD COLUMN "{each.name}" {kind_sql}'))
    return known


def fold(value: str) -> str:
    """Text as rules compare it: case ignored, accents kept."""
    return value.casefold()


def bucket_of(key: str) -> int:
    """The contact's own place in every random split: 0 … 2³¹ − 2, from a key that never changes."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big") % HASH_PRIME


def salted(bucket: int, salt: int, modulus: int) -> int:
    """The same arithmetic as in SQL: 0 … modulus − 1, independent between salts."""
    a, b = salt_pair(salt)
    return (bucket * a + b) % HASH_PRIME % modulus


def salt_pair(salt: int) -> tuple[int, int]:
    """Multiplier and offset of a salt, small enough that nothing overflows 63 bits."""
    digest = blake2b(salt.to_bytes(8, "big"), digest_size=16).digest()
    a = int.from_bytes(digest[:8], "big") % (HASH_PRIME - 1) + 1
    return a, int.from_bytes(digest[8:], "big") % HASH_PRIME


def day_number(day: date) -> int:
    """Days since 1970, as date fields are stored."""
    return (day - EPOCH_DAY).days


def day_of(number: int) -> date:
    """The date of a stored day."""
    return EPOCH_DAY + timedelta(days=number)


def to_stored(kind: str, value: object, zone: str = "UTC") -> Any:
    """A JSON value as its column keeps it; `UserError` where it does not fit the kind."""
    if value is None or value == "":
        return None
    try:
        match kind:
            case "number" | "money":
                return _number(value)
            case "date":
                return day_number(date.fromisoformat(str(value)[:10]))
            case "instant":
                return parse_instant(str(value), zone)
            case "yes_no":
                return {"true": 1, "yes": 1, "1": 1, "false": 0, "no": 0, "0": 0}[str(value).lower()]
            case _:
                return str(value)
    except (ValueError, KeyError) as error:
        raise UserError(N_("“{value}” is not a {kind}."), value=value, kind=kind) from error


def _number(value: object) -> float:
    number = float(str(value))
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError(value)
    return number


def from_stored(kind: str, stored: Any) -> Any:
    """A stored value as JSON shows it."""
    if stored is None:
        return None
    match kind:
        case "number" | "money":
            return int(stored) if float(stored).is_integer() else stored
        case "date":
            return day_of(stored).isoformat()
        case "instant":
            return datetime.fromtimestamp(stored, UTC).isoformat()
        case "yes_no":
            return bool(stored)
        case _:
            return stored
