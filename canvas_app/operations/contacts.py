"""Contacts: bring them in, look at them, count them, keep them from being written to, record what they agreed to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, exists, func, insert, or_, select, update

from canvas_app.operations.changes import Changes
from canvas_app.operations.contact_import import ContactsImported, import_contacts
from canvas_app.operations.contact_pages import ContactPage, contact_page
from canvas_app.operations.reach import ADDRESS_OF, MARKETING
from nodes.clauses import selected
from nodes.rules import parse_rule
from storage import tables
from storage.base.errors import UsageError, UserError
from storage.base.words import N_
from storage.codes import EnteredBy, RunState
from storage.contacts import Contacts, from_stored
from storage.journal import journal
from storage.lookup import find_contacts
from storage.regions import region_of
from storage.workspace import Workspace

__all__ = [
    "Changed", "ConsentRecorded", "ContactPage", "ContactShown", "ContactsCounted", "ContactsImported", "contact_page",
    "count_contacts", "import_contacts", "record_consent", "show_contact", "suppress",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactShown:
    """One contact with everything known of it."""

    id: int
    key: str
    fields: dict[str, Any]
    tags: tuple[str, ...]
    consent: dict[str, bool | None]
    strategies: tuple[dict[str, Any], ...]

    def as_json(self) -> dict[str, object]:
        """The form in which the command line prints it."""
        return {
            "key": self.key,
            "fields": self.fields,
            "tags": list(self.tags),
            "consent": self.consent,
            "strategies": list(self.strategies),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsCounted:
    """How many contacts there are, or match."""

    count: int

    def as_json(self) -> dict[str, object]:
        """The form in which the command line prints it."""
        return {"count": self.count}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed(Changes):
    """How many contacts are different now, and which keys nobody has."""

    changed: int = 0
    unknown: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The form in which the command line prints it."""
        return {"changed": self.changed, "unknown": list(self.unknown)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecorded(Changed):
    """As `Changed`; `kept` answers of people who had said no stayed as they were."""

    kept: int = 0


def show_contact(workspace: Workspace, key: str) -> ContactShown:
    """The contact whom a customer number, e-mail address or telephone number names."""
    with workspace.read() as connection:
        ids = find_contacts(connection, [key], region_of(connection))
        if key not in ids:
            raise UserError(N_("No contact has the customer number, email or phone “{key}”."), key=key)
        return contact_by_id(connection, ids[key])


def contact_by_id(connection: Connection, number: int) -> ContactShown:
    """Everything known of one contact."""
    contacts = Contacts.load(connection)
    row = connection.execute(select(contacts.table).where(contacts.table.c.id == number)).mappings().one()
    fields: dict[str, Any] = {}
    for name, known in contacts.fields.items():
        fields[name] = (
            _several(connection, number, known.id)
            if known.kind == "choices"
            else from_stored(known.kind, row[known.column])
        )
    tag, word, said = tables.tag.c, tables.name.c, tables.consent.c
    tags = connection.execute(
        select(word.text)
        .join_from(tables.tag, tables.name, tag.name == word.id)
        .where(tag.contact == number)
        .order_by(word.text)
    ).scalars()
    said_so = connection.execute(select(said.channel, said.given).where(said.contact == number))
    answers = {row.channel: row.given for row in said_so}
    consent: dict[str, bool | None] = dict.fromkeys((*ADDRESS_OF, MARKETING))
    return ContactShown(
        id=number,
        key=row["external_id"] or row["email"] or row["phone"] or "",
        fields=fields,
        tags=tuple(tags),
        consent={**consent, **{channel: bool(given) for channel, given in answers.items()}},
        strategies=_strategies(connection, number),
    )


def _several(connection: Connection, contact: int, field: int) -> list[str]:
    c = tables.choice.c
    query = select(c.value).where(c.contact == contact, c.field == field).order_by(c.value)
    return list(connection.execute(query).scalars())


def _strategies(connection: Connection, contact: int) -> tuple[dict[str, Any], ...]:
    run, strategy, word = tables.enrollment.c, tables.strategy, tables.name
    query = (
        select(
            strategy.c.name,
            run.state,
            run["pass"].label("number"),
            run.by,
            word.c.text.label("reason"),
            run.entry_key,
        )
        .join_from(tables.enrollment, strategy, strategy.c.id == run.strategy)
        .outerjoin(word, word.c.id == run.reason)
        .where(run.contact == contact)
        .order_by(run.id)
    )
    return tuple(
        {
            "strategy": row.name,
            "state": RunState(row.state).name.lower(),
            "pass": row.number,
            "by": EnteredBy(row.by).name.lower(),
            "reason": row.reason,
            "key": row.entry_key,
        }
        for row in connection.execute(query)
    )


def count_contacts(workspace: Workspace, rule: Any = None) -> ContactsCounted:
    """How many contacts there are, or for how many a rule (its JSON form) holds now."""
    now = workspace.clock().now()
    with workspace.read() as connection:
        people: Any = (
            select(tables.contact.c.id) if rule is None else selected(connection, parse_rule(rule), now)
        )
        return ContactsCounted(
            count=connection.execute(select(func.count()).select_from(people.subquery())).scalar_one()
        )


def suppress(
    workspace: Workspace,
    keys: Sequence[str],
    *,
    reason: str,
    until: int | None = None,
    channel: str = "",
    category: str = "",
) -> Changed:
    """Nothing more leaves to these contacts (by a channel, of a category, until an instant; by default at all)."""
    if not reason.strip():
        raise UsageError(N_("Say why these contacts are not to be written to."))
    now = workspace.clock().now()
    with workspace.write() as connection:
        ids = find_contacts(connection, keys, region_of(connection))
        c = tables.suppression.c
        same = and_(
            c.channel == channel,
            c.category == category,
            c.until.is_(None) if until is None else c.until == until,
        )
        have = set(connection.execute(select(c.contact).where(c.contact.in_(ids.values()), same)).scalars())
        new = sorted(set(ids.values()) - have)
        values = {"channel": channel, "category": category, "until": until, "reason": reason, "at": now}
        if new:
            connection.execute(insert(tables.suppression), [{"contact": each, **values} for each in new])
            _mark_changed(connection, new, now)
            journal(connection, at=now, verb="suppress", what=reason, details={"contacts": len(new)})
    return Changed(changed=len(new), unknown=tuple(key for key in keys if key not in ids), contacts=bool(new))


def record_consent(
    workspace: Workspace,
    *,
    channels: Sequence[str],
    given: bool = True,
    source: str,
    keys: Sequence[str] | None = None,
    rule: Any = None,
    list_name: str | None = None,
    at: int | None = None,
) -> ConsentRecorded:
    """Keep that contacts said yes or no: those with `keys`, those of a list or a rule, or (with none of these) all.

    A yes for many at once never overrides a no that somebody gave; a yes for named keys does.
    """
    if not source.strip():
        raise UsageError(N_("Say where the consent comes from, for example “Newsletter form, May 2026”."))
    now = workspace.clock().now()
    with workspace.write() as connection:
        ids = find_contacts(connection, keys, region_of(connection)) if keys is not None else {}
        people = _people(connection, list(ids.values()) if keys is not None else None, rule, list_name, now)
        changed, kept = 0, 0
        for channel in channels:
            done, left = _record(
                connection,
                people,
                channel,
                given=given,
                at=now if at is None else at,
                source=source,
                all_of=keys is not None,
            )
            changed, kept = max(changed, done), max(kept, left)
        if changed:
            touched = update(tables.contact).where(tables.contact.c.id.in_(people)).values(changed=now)
            connection.execute(touched)
        details = {"channels": list(channels), "given": given, "contacts": changed}
        journal(connection, at=now, verb="record_consent", what=source, details=details)
    unknown = tuple(key for key in keys or () if key not in ids)
    return ConsentRecorded(changed=changed, unknown=unknown, kept=kept, contacts=bool(changed))


def _people(connection: Connection, ids: list[int] | None, rule: Any, list_name: str | None, now: int) -> Any:
    c = tables.contact.c
    if ids is not None:
        return select(c.id).where(c.id.in_(ids))
    if list_name is not None:
        rule = {"audience": list_name}
    return select(c.id) if rule is None else selected(connection, parse_rule(rule), now)


def _record(
    connection: Connection, people: Any, channel: str, *, given: bool, at: int, source: str, all_of: bool
) -> tuple[int, int]:
    """(answers that are different now, answers of no that stayed)."""
    row = tables.consent
    ids = people.subquery()
    own = and_(row.c.contact == ids.c.id, row.c.channel == channel)
    stays = (
        row.c.given.is_(given) if all_of or not given else or_(row.c.given.is_(True), row.c.given.is_(False))
    )
    refused = exists().where(own, row.c.given.is_(False))
    kept = 0
    if given and not all_of:
        kept = connection.execute(select(func.count()).select_from(ids).where(refused)).scalar_one()
    missing = select(ids.c.id).where(~exists().where(own, stays))
    found = [int(each) for each in connection.execute(missing).scalars()]
    from canvas_app.operations.sidetables import record_consents

    record_consents(connection, ((each, channel, given) for each in found), at=at, source=source)
    return len(found), kept


def _mark_changed(connection: Connection, ids: Sequence[int], now: int) -> None:
    connection.execute(update(tables.contact).where(tables.contact.c.id.in_(ids)).values(changed=now))
