"""Contacts by what people call them: customer number, e-mail address or telephone number."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Column, Connection, func, insert, select

from storage import tables
from storage.addresses import email_address
from storage.contacts import bucket_of, fold
from storage.phones import e164
from storage.places import NOWHERE

_CHUNK = 10_000


def find_contacts(connection: Connection, keys: Collection[str], region: str = "") -> dict[str, int]:
    """The id of every contact that a key names; of several with one address the oldest. Unknown keys are absent."""
    c = tables.contact.c
    found = _by(connection, c.external_id, {key: key for key in keys if key})
    rest = [key for key in keys if key and key not in found]
    if rest:
        found |= _by(connection, c.email_fold, {key: fold(key.strip()) for key in rest if "@" in key})
        phones = {key: number for key in rest if "@" not in key and (number := e164(key, region))}
        found |= _by(connection, c.phone, phones)
    return found


def create_contacts(
    connection: Connection, keys: Sequence[str], *, now: int, region: str = ""
) -> dict[str, int]:
    """A new contact for every key: an address where it is one, else a customer number. Broken addresses are absent."""
    highest = int(connection.execute(select(func.max(tables.contact.c.id))).scalar() or 0)
    made: dict[str, int] = {}
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for key in dict.fromkeys(keys):
        field, value = _meaning(key, region)
        if value is None:
            continue
        row = rows.get((field, fold(value)))
        if row is None:
            row = {
                "id": highest + len(rows) + 1,
                "external_id": None,
                "external_id_fold": None,
                "email": None,
            }
            row |= {"email_fold": None, "phone": None, "bucket": bucket_of(value), "place": NOWHERE}
            row |= {"created": now, "changed": now, field: value}
            if field != "phone":
                row[f"{field}_fold"] = fold(value)
            rows[field, fold(value)] = row
        made[key] = int(str(row["id"]))
    if rows:
        connection.execute(insert(tables.contact), list(rows.values()))
    return made


def _meaning(key: str, region: str) -> tuple[str, str | None]:
    key = key.strip()
    if "@" in key:
        return "email", email_address(key)
    number = e164(key, region)
    return ("phone", number) if number else ("external_id", key or None)


def _by(connection: Connection, column: "Column[str]", wanted: dict[str, str]) -> dict[str, int]:
    ids: dict[str, int] = {}
    for some in _chunks(list(set(wanted.values()))):
        # sorted here: ORDER BY id would make SQLite walk the whole table
        query = select(column, tables.contact.c.id).where(column.in_(some))
        ids |= {row[0]: row[1] for row in sorted(connection.execute(query), key=lambda row: -row[1])}
    return {key: ids[value] for key, value in wanted.items() if value in ids}


def _chunks(items: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
