"""What an import writes beside the contact itself: several choices, tags, consents, membership of a list."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, delete, select, update

from storage import tables
from storage.bulk import insert_rows
from storage.contacts import Contacts, fold
from storage.workspace import name_id

if TYPE_CHECKING:
    from canvas_app.operations.importing import ImportPlan

_CHUNK = 10_000
IMPORTED = "imported"  # a temporary table with everybody the import named


class SideRows:
    """Collects the side rows of a batch and writes them behind the contacts."""

    def __init__(self, connection: Connection, plan: "ImportPlan", contacts: Contacts) -> None:
        self._connection = connection
        self._plan = plan
        self._tags = [each.index for each in plan.columns if each.target == "tags"]
        self._consents = [(each.index, each.name) for each in plan.columns if each.target == "consent"]
        self._choices = [
            (each.index, contacts.fields[each.name].id)
            for each in plan.columns
            if each.target == "field" and each.kind == "choices"
        ]
        self._names: dict[str, int] = {}
        self._clear()
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {IMPORTED}")
        connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {IMPORTED} (id INTEGER PRIMARY KEY)")

    def _clear(self) -> None:
        self._has_tags: dict[int, set[int]] = {}
        self._has_consents: dict[tuple[int, str], bool] = {}
        self._has_choices: dict[tuple[int, int], tuple[str, ...]] = {}
        self._new_tags: list[tuple[int, int]] = []
        self._new_consents: dict[tuple[int, str], bool] = {}
        self._new_choices: dict[tuple[int, int], tuple[str, ...]] = {}
        self._replaced: list[dict[str, int]] = []

    def load(self, people: Sequence[int]) -> None:
        """What the known contacts of the batch have already."""
        self._clear()
        for some in _chunks(people):
            if self._tags:
                tag = tables.tag.c
                for contact, name in self._connection.execute(
                    select(tag.contact, tag.name).where(tag.contact.in_(some))
                ):
                    self._has_tags.setdefault(contact, set()).add(name)
            if self._consents or self._plan.consent:
                row = tables.consent.c
                for found in self._connection.execute(
                    select(row.contact, row.channel, row.given).where(row.contact.in_(some))
                ):
                    self._has_consents[found[0], found[1]] = found[2]
            if self._choices:
                choice = tables.choice.c
                query = select(choice.contact, choice.field, choice.value).where(choice.contact.in_(some))
                for contact, number, value in self._connection.execute(query):
                    key = (contact, number)
                    self._has_choices[key] = (*self._has_choices.get(key, ()), value)

    def take(self, person: int, side: dict[int, list[Any]], at: int, *, is_new: bool) -> bool:
        """Note what a row says of a contact; whether anything is different from before."""
        changed = False
        for index in self._tags:
            for text in side[index][at] or ():
                has = self._has_tags.setdefault(person, set())
                number = self._name(text)
                if number not in has:
                    has.add(number)
                    self._new_tags.append((person, number))
                    changed = True
        for index, field in self._choices:
            value = side[index][at]
            had = self._has_choices.get((person, field), ())
            if value and set(value) != set(had):
                if had:
                    self._replaced.append({"contact_": person, "field_": field})
                self._has_choices[person, field] = self._new_choices[person, field] = value
                changed = True
        for index, channel in self._consents:
            given = side[index][at]
            if given is not None:
                changed = self._consent(person, channel, bool(given)) or changed
        for channel in self._plan.consent:
            # a recorded “no” outlives a blanket “yes”
            if self._has_consents.get((person, channel)) is None:
                changed = self._consent(person, channel, True) or changed
        return changed

    def _consent(self, person: int, channel: str, given: bool) -> bool:
        if self._has_consents.get((person, channel)) == given:
            return False
        self._has_consents[person, channel] = self._new_consents[person, channel] = given
        return True

    def write(self, named: list[int]) -> None:
        """Write everything noted; `named` (everybody of the batch) is emptied."""
        connection, plan = self._connection, self._plan
        insert_rows(connection, "tag", ("contact", "name"), self._new_tags, ignore=True)
        if self._replaced:
            row = tables.choice.c
            gone = delete(tables.choice).where(
                row.contact == bindparam("contact_"), row.field == bindparam("field_")
            )
            connection.execute(gone, self._replaced)
        choices = {
            (*key, fold(each)): (*key, fold(each), each)
            for key, values in self._new_choices.items()
            for each in values
        }
        insert_rows(connection, "choice", ("contact", "field", "fold", "value"), choices.values())
        record_consents(
            connection,
            ((*key, given) for key, given in self._new_consents.items()),
            at=plan.now,
            source=plan.consent_source,
        )
        if plan.list_id is not None:
            put_on_list(connection, plan.list_id, set(named), plan.now)
        insert_rows(connection, IMPORTED, ("id",), ((each,) for each in named), ignore=True)
        named.clear()

    def _name(self, text: str) -> int:
        found = self._names.get(text)
        if found is None:
            found = self._names[text] = name_id(self._connection, text)
        return found


def put_on_list(connection: Connection, number: int, people: set[int], now: int) -> int:
    """Make contacts members of a list; who is new there counts as changed, so that live audiences notice."""
    row = tables.member.c
    added = 0
    for some in _chunks(sorted(people)):
        there = connection.execute(select(row.contact).where(row.audience == number, row.contact.in_(some)))
        new = sorted(set(some) - set(there.scalars()))
        added += insert_rows(connection, "member", ("audience", "contact"), ((number, each) for each in new))
        contact = tables.contact
        connection.execute(update(contact).where(contact.c.id.in_(new)).values(changed=now))
    return added


def record_consents(
    connection: Connection, rows: Iterator[tuple[int, str, bool]], *, at: int, source: str
) -> None:
    """Keep what contacts (id, channel, given) said, with time and source."""
    columns = ("contact", "channel", "given", "at", "source")
    values = ((contact, channel, given, at, source) for contact, channel, given in rows)
    insert_rows(connection, "consent", columns, values, key=columns[:2])


def _chunks(items: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
