"""Saved audiences (a rule that fills itself) and lists (members put in by hand or by import)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from canvas_app.operations.changes import Changes
from canvas_app.operations.sidetables import put_on_list
from nodes.clauses import selected
from nodes.rules import parse_rule, reads
from storage import tables
from storage.base.errors import UserError
from storage.base.words import N_
from storage.journal import journal
from storage.lookup import find_contacts
from storage.regions import region_of
from storage.workspace import Workspace

LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Audience:
    """One audience: `rule` is None for a list; `count` how many are in it now."""

    name: str
    rule: Any
    count: int
    changed: int

    @property
    def is_list(self) -> bool:
        """Whether members are put in by hand or by import."""
        return self.rule is None


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceSaved(Changes):
    """The name under which it is saved now, and how many are in it."""

    name: str
    count: int = 0
    unknown: tuple[str, ...] = ()


def list_audiences(workspace: Workspace) -> list[Audience]:
    """Every audience and list by name, with how many are in it now."""
    now = workspace.clock().now()
    with workspace.read() as connection:
        rows = connection.execute(select(tables.audience).order_by(tables.audience.c.name)).mappings().all()
        return [
            Audience(row["name"], row["rule"], _count(connection, row, now), row["changed"]) for row in rows
        ]


def save_audience(workspace: Workspace, name: str, *, rule: Any) -> AudienceSaved:
    """Save a live audience under a name; one of that name gets the new rule."""
    name = _named(name)
    parsed = parse_rule(rule)
    now = workspace.clock().now()
    with workspace.write() as connection:
        row = _find(connection, name)
        if row is not None and row["rule"] is None:
            raise UserError(N_("“{name}” is a list. Choose another name for the audience."), name=name)
        _refuse_circle(connection, name, rule)
        if row is None:
            connection.execute(insert(tables.audience).values(name=name, rule=rule, changed=now))
        else:
            connection.execute(_of(row["id"]).values(rule=rule, changed=now))
        journal(connection, at=now, verb="save_audience", what=name, details=rule)
        count = connection.execute(
            select(func.count()).select_from(selected(connection, parsed, now).subquery())
        ).scalar_one()
    return AudienceSaved(name=name, count=count, audiences=True)


def save_list(workspace: Workspace, name: str, *, keys: Sequence[str] = ()) -> AudienceSaved:
    """Put contacts on a list, made where there is none."""
    name = _named(name)
    now = workspace.clock().now()
    with workspace.write() as connection:
        number = list_number(connection, name, now)
        ids = find_contacts(connection, keys, region_of(connection))
        added = put_on_list(connection, number, set(ids.values()), now)
        journal(connection, at=now, verb="save_list", what=name, details={"added": added})
        member = tables.member.c
        count = connection.execute(select(func.count()).where(member.audience == number)).scalar_one()
    return AudienceSaved(
        name=name, count=count, unknown=tuple(key for key in keys if key not in ids), audiences=True
    )


def rename_audience(workspace: Workspace, name: str, *, to: str) -> AudienceSaved:
    """Give it another name; rules and drafts that name the old one must be changed by hand."""
    to = _named(to)
    now = workspace.clock().now()
    with workspace.write() as connection:
        row = _existing(connection, name)
        if to != name and _find(connection, to) is not None:
            raise UserError(N_("There is an audience “{name}” already. Choose another name."), name=to)
        _refuse_used(connection, name)
        connection.execute(_of(row["id"]).values(name=to, changed=now))
        journal(connection, at=now, verb="rename_audience", what=name, details={"to": to})
    return AudienceSaved(name=to, audiences=True)


def delete_audience(workspace: Workspace, name: str) -> AudienceSaved:
    """Forget it; the contacts stay."""
    now = workspace.clock().now()
    with workspace.write() as connection:
        row = _existing(connection, name)
        _refuse_used(connection, name)
        connection.execute(delete(tables.audience).where(tables.audience.c.id == row["id"]))
        journal(connection, at=now, verb="delete_audience", what=name)
    return AudienceSaved(name=name, audiences=True)


def list_number(connection: Connection, name: str, now: int) -> int:
    """The number of a list, made where there is none."""
    row = _find(connection, name)
    if row is None:
        new = connection.execute(
            insert(tables.audience).values(name=name, rule=None, changed=now)
        ).inserted_primary_key
        assert new is not None
        return int(new[0])
    if row["rule"] is not None:
        text = N_("“{name}” is a live audience and fills itself. Choose another name for the list.")
        raise UserError(text, name=name)
    connection.execute(_of(row["id"]).values(changed=now))
    return int(row["id"])


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise UserError(N_("A name has 1 to {most} characters."), most=LONGEST_NAME)
    return name


def _find(connection: Connection, name: str) -> RowMapping | None:
    return (
        connection.execute(select(tables.audience).where(tables.audience.c.name == name)).mappings().first()
    )


def _existing(connection: Connection, name: str) -> RowMapping:
    row = _find(connection, name)
    if row is None:
        raise UserError(N_("There is no audience “{name}”."), name=name)
    return row


def _of(number: int) -> Any:
    return update(tables.audience).where(tables.audience.c.id == number)


def _count(connection: Connection, row: RowMapping, now: int) -> int:
    if row["rule"] is None:
        query = select(func.count()).where(tables.member.c.audience == row["id"])
    else:
        query = select(func.count()).select_from(
            selected(connection, parse_rule(row["rule"]), now).subquery()
        )
    return int(connection.execute(query).scalar_one())


def _refuse_used(connection: Connection, name: str) -> None:
    """A name that other audiences build on must not go."""
    for row in connection.execute(select(tables.audience.c.name, tables.audience.c.rule)):
        if row.rule is not None and name in reads(parse_rule(row.rule)).audiences:
            text = N_("The audience “{other}” builds on “{name}”. Change it first.")
            raise UserError(text, other=row.name, name=name)


def _refuse_circle(connection: Connection, name: str, rule: Any) -> None:
    """An audience must not build on itself, not even by way of others."""
    rules = {
        row.name: row.rule
        for row in connection.execute(select(tables.audience.c.name, tables.audience.c.rule))
    }
    rules[name] = rule
    seen: set[str] = set()
    open_names = list(reads(parse_rule(rule)).audiences)
    while open_names:
        each = open_names.pop()
        if each == name:
            raise UserError(N_("The audience “{name}” would build on itself."), name=name)
        if each not in seen and rules.get(each) is not None:
            seen.add(each)
            open_names += reads(parse_rule(rules[each])).audiences
