"""Data sources: saved connections that `data_sync` reads from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from canvas_app.operations.changes import Changes
from nodes.sources import SourceTable, fetch, source_kind
from storage import tables
from storage.base.errors import UserError
from storage.base.words import N_
from storage.journal import journal
from storage.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Source:
    """A saved source; never its secret."""

    name: str
    kind: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSaved(Changes):
    """The source as it is kept."""

    name: str


@dataclass(frozen=True, slots=True)
class SourceTested:
    """What a source gave: how many rows, its columns and the one that names the contact, the first rows."""

    name: str
    rows: int
    columns: tuple[str, ...]
    key: str
    sample: tuple[Mapping[str, Any], ...]


def add_source(
    workspace: Workspace, name: str, *, kind: str, params: Mapping[str, Any], secret: str | None = None
) -> SourceSaved:
    """Save a source under a name; one of that name is replaced. `secret` names where the key is kept."""
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise UserError(N_("A name has 1 to {most} characters."), most=120)
    source = source_kind(kind, params)
    problems = list(source.check())
    if problems:
        raise UserError(problems[0].words.text, **dict(problems[0].words.values))
    values = {"kind": kind, "params": source.settled(), "secret": secret}
    now = workspace.clock().now()
    with workspace.write() as connection:
        known = connection.execute(select(tables.source.c.id).where(tables.source.c.name == name)).scalar()
        if known is None:
            connection.execute(insert(tables.source).values(name=name, **values))
        else:
            connection.execute(update(tables.source).where(tables.source.c.id == known).values(**values))
        journal(connection, at=now, verb="add_source", what=name, details={"kind": kind})
    return SourceSaved(name=name, settings=True)


def list_sources(workspace: Workspace) -> list[Source]:
    """Every saved source by name."""
    c = tables.source.c
    with workspace.read() as connection:
        rows = connection.execute(select(c.name, c.kind, c.params).order_by(c.name))
        return [Source(row.name, row.kind, row.params) for row in rows]


def fetch_source(workspace: Workspace, name: str) -> SourceTable:
    """All rows of a saved source."""
    c = tables.source.c
    with workspace.read() as connection:
        row = connection.execute(select(c.kind, c.params).where(c.name == name)).first()
    if row is None:
        raise UserError(N_("There is no data source “{name}”."), name=name)
    return fetch(row.kind, row.params)


def test_source(workspace: Workspace, name: str) -> SourceTested:
    """Read a source once, changing nothing."""
    table = fetch_source(workspace, name)
    return SourceTested(name, len(table.rows), table.columns, table.key, tuple(table.rows[:5]))
