"""A page of contacts for the table on the screen, with addresses masked."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from nodes.clauses import selected
from nodes.rules import parse_rule
from storage import tables
from storage.contacts import ContactField, Contacts, fold, from_stored
from storage.workspace import Workspace

_SEARCHED = ("external_id", "email", "phone", "first_name", "last_name")
_FIRST = ("external_id", "first_name", "last_name", "email", "phone", "country", "stage", "score")
_KEYS = ("id", "external_id", "email", "phone")
_MOST = 1000


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One contact as the table shows it: values in the order of the page's columns."""

    id: int
    key: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPage:
    """Some rows out of `total`; `columns` are field names, `labels` what the reader calls them."""

    columns: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    rows: tuple[ContactRow, ...] = ()
    total: int = 0


def contact_page(
    workspace: Workspace,
    *,
    offset: int = 0,
    limit: int = 100,
    search: str = "",
    sort: str = "",
    descending: bool = False,
    rule: Any = None,
    columns: tuple[str, ...] = (),
    masked: bool = True,
) -> ContactPage:
    """Contacts whose number, name or address begins with `search` (or who match a rule), sorted by a field."""
    now = workspace.clock().now()
    with workspace.read() as connection:
        contacts = Contacts.load(connection)
        table = contacts.table
        where: list[ColumnElement[bool]] = [_matches(contacts, search)] if search.strip() else []
        if rule is not None:
            where.append(table.c.id.in_(selected(connection, parse_rule(rule), now)))
        names = columns or _columns(contacts)
        shown = [contacts.fields[name] for name in names if contacts.column(name) is not None]
        query = select(*(table.c[name] for name in _KEYS), *(table.c[each.column] for each in shown)).where(
            *where
        )
        query = query.order_by(*_order(contacts, sort, descending)).limit(min(limit, _MOST)).offset(offset)
        rows = connection.execute(query).all()
        total = connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one()
    return ContactPage(
        columns=tuple(each.name for each in shown), labels=tuple(each.title for each in shown),
        rows=tuple(_row(row, shown, masked) for row in rows), total=total,
    )  # fmt: skip


def _order(contacts: Contacts, sort: str, descending: bool) -> list[Any]:
    known, table = contacts.fields.get(sort), contacts.table
    if known is None or known.kind == "choices":
        return [table.c.id]
    column = table.c[known.fold or known.column]
    return [column.is_(None), column.desc() if descending else column, table.c.id]


def _row(row: Any, shown: list[ContactField], masked: bool) -> ContactRow:
    values = [from_stored(each.kind, row[len(_KEYS) + at]) for at, each in enumerate(shown)]
    if masked:
        values = [mask(each.name, value) for each, value in zip(shown, values, strict=True)]
    return ContactRow(row[0], row[1] or row[2] or row[3] or "", tuple(values))


def _columns(contacts: Contacts) -> tuple[str, ...]:
    own = [name for name, known in contacts.fields.items() if not known.builtin and known.kind != "choices"]
    return (*_FIRST, *own[:12])


def _matches(contacts: Contacts, search: str) -> ColumnElement[bool]:
    words = fold(search).split()
    table = contacts.table
    columns = [
        table.c[known.fold or known.column] for name in _SEARCHED if (known := contacts.fields.get(name))
    ]
    return and_(*(or_(*(column.contains(word, autoescape=True) for column in columns)) for word in words))


def mask(field: str, value: Any) -> Any:
    """An address as it may stand on a screen: 138****0000, a***@x.com."""
    if not isinstance(value, str):
        return value
    if field == "email":
        local, at, domain = value.rpartition("@")
        return f"{local[:1]}***{at}{domain}"
    if field == "phone":
        digits = value.removeprefix("+86")
        return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 10 else f"{digits[:2]}****{digits[-2:]}"
    return value


def tags_of(workspace: Workspace, ids: list[int]) -> dict[int, tuple[str, ...]]:
    """The tags of some contacts, for the same table."""
    tag, word = tables.tag.c, tables.name.c
    query = (
        select(tag.contact, word.text)
        .join_from(tables.tag, tables.name, tag.name == word.id)
        .order_by(word.text)
    )
    found: dict[int, tuple[str, ...]] = {}
    with workspace.read() as connection:
        for contact, text in connection.execute(query.where(tag.contact.in_(ids))):
            found[contact] = (*found.get(contact, ()), text)
    return found
