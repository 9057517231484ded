"""Drafts of strategies: check, import, export, save, rename, duplicate, delete."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any
from unicodedata import category

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from canvas_app.operations.changes import Changes
from canvas_app.operations.names import WorkspaceNames
from nodes.check import FILE_CODES, check
from nodes.file import LARGEST_FILE, ReadGraph, read_graph, write_graph
from nodes.graph import Graph
from nodes.imports import read_drawing
from storage import tables
from storage.base.clock import local
from storage.base.errors import UserError
from storage.base.problems import Level, Problem
from storage.base.words import N_, _
from storage.workspace import Workspace

LONGEST_NAME = 200
DRAFT = "draft"


class Conflict(UserError):  # noqa: N818  (a refusal: somebody else saved in between)
    """The draft in the workspace is newer than the one that was opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyChecked(Changes):
    """What is wrong with a strategy file, and its graph as far as it could be read."""

    problems: tuple[Problem, ...] = ()
    graph: Graph | None = None

    @property
    def has_errors(self) -> bool:
        """Whether it could not be published."""
        return has_errors(self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategySaved(Changes):
    """Which draft revision holds the graph; `revision` 0 where nothing was kept (see `problems`)."""

    name: str = ""
    revision: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether nothing was kept."""
        return self.revision == 0 or any(each.code == "conflict" for each in self.problems)


@dataclass(frozen=True, slots=True)
class StrategyRow:
    """One line of the list of strategies; `version` None: never published."""

    name: str
    status: str
    version: int | None
    revision: int
    reason: str | None
    changed: int

    def as_json(self) -> dict[str, Any]:
        """The form in which the command line prints it."""
        keys = ("name", "status", "version", "revision", "reason")
        return {key: getattr(self, key) for key in keys}


@dataclass(frozen=True, slots=True)
class Draft:
    """The draft of a strategy with the revision it was opened at."""

    name: str
    graph: Graph
    revision: int
    status: str
    version: int | None


def has_errors(problems: tuple[Problem, ...] | list[Problem]) -> bool:
    """Whether one of them must be mended before publishing."""
    return any(each.level is Level.ERROR for each in problems)


def check_graph(workspace: Workspace | None, *, graph: Graph) -> list[Problem]:
    """Everything wrong with a graph in this workspace (None: with the graph alone)."""
    if workspace is None:
        return check(graph)
    names = WorkspaceNames.read(workspace)
    return check(graph, names, year=local(names.now, "UTC").year)


def check_file(
    workspace: Workspace | None, *, file: Path | None = None, text: str | bytes | None = None
) -> StrategyChecked:
    """Everything wrong with a strategy file: with the file itself, then with what it says."""
    read = _read(file, text)
    found = check_graph(workspace, graph=read.graph) if read.graph is not None else []
    return StrategyChecked(problems=(*read.problems, *found), graph=read.graph)


def import_strategy(
    workspace: Workspace,
    *,
    file: Path | None = None,
    text: str | bytes | None = None,
    base: int | None = None,
) -> StrategySaved:
    """Keep a strategy file, or the skeleton of an n8n or BPMN drawing, as a draft, all or nothing.

    A name that exists gets a new revision (none where the file says the same); with `base` only while the draft is no
    newer than that. A file that could not be kept whole is refused with its problems. A drawing of another tool never
    takes the place of a strategy: it gets a free name.
    """
    read = _read(file, text)
    if read.graph is None or not read.whole:
        found = check(read.graph) if read.graph is not None else []
        return StrategySaved(problems=(*read.problems, *found))
    name = read.graph.name.strip()
    found = check_graph(workspace, graph=read.graph)
    problems = (*read.problems, *found)
    if any(each.code in FILE_CODES for each in found) or not name:
        return StrategySaved(name=name, problems=problems)
    _refuse_bad_name(name)
    if read.tool:
        with workspace.read() as connection:
            name = free_name(connection, name)
    graph = replace(read.graph, name=name)
    try:
        saved = save_draft(workspace, name=name, graph=graph, base=base)
    except Conflict as conflict:
        newer = load_draft(workspace, name=name).revision
        refusal = Problem.error("conflict", N_("{why}"), why=conflict.words).at(field="revision")
        return StrategySaved(name=name, revision=newer, problems=(refusal, *problems))
    return replace(saved, problems=problems)


def export_strategy(workspace: Workspace, *, name: str) -> str:
    """The draft of a strategy as a file."""
    return write_graph(load_draft(workspace, name=name).graph)


def list_strategies(workspace: Workspace) -> list[StrategyRow]:
    """Every strategy, by name."""
    columns, version = tables.strategy.c, tables.version
    query = (
        select(
            columns.name, columns.status, version.c.number, columns.revision, columns.reason, columns.changed
        )
        .outerjoin_from(tables.strategy, version, version.c.id == columns.live)
        .order_by(columns.name)
    )
    with workspace.read() as connection:
        return [StrategyRow(*row) for row in connection.execute(query)]


def load_draft(workspace: Workspace, *, name: str) -> Draft:
    """The draft of a strategy, to look at or to edit."""
    with workspace.read() as connection:
        row = strategy_row(connection, name)
        version = connection.execute(
            select(tables.version.c.number).where(tables.version.c.id == row["live"])
        ).scalar()
    read = read_graph(row["draft"])
    if read.graph is None:
        raise UserError(N_("The draft of “{name}” cannot be read. Restore a backup."), name=name)
    return Draft(row["name"], replace(read.graph, name=row["name"]), row["revision"], row["status"], version)


def save_draft(workspace: Workspace, *, name: str, graph: Graph, base: int | None = None) -> StrategySaved:
    """Keep a graph as the draft of a strategy, which is made where there is none.

    `base` is the revision that was opened; a newer one in the workspace refuses (`Conflict`). 0: there must be none.
    """
    _refuse_bad_name(name)
    text = write_graph(replace(graph, name=name))
    now = workspace.clock().now()
    with workspace.write() as connection:
        row = _find(connection, name)
        if row is None:
            _insert(connection, name=name, text=text, now=now)
            return StrategySaved(strategies=True, name=name, revision=1)
        if row["draft"] == text:
            return StrategySaved(name=name, revision=row["revision"])
        if base is not None and row["revision"] > base:
            raise Conflict(
                N_(
                    "conflict: “{name}” is at revision {newer} now, yours began at {base}. Compare them first."
                ),
                name=name,
                newer=row["revision"],
                base=base,
            )
        revision = row["revision"] + 1
        _update(connection, row["id"], draft=text, revision=revision, changed=now)
    return StrategySaved(strategies=True, name=name, revision=revision)


def rename_strategy(workspace: Workspace, *, name: str, to: str) -> StrategySaved:
    """Give a strategy another name; its runs and figures stay with it."""
    to = to.strip()
    _refuse_bad_name(to)
    now = workspace.clock().now()
    with workspace.write() as connection:
        row = strategy_row(connection, name)
        if to == name:
            return StrategySaved(name=name, revision=row["revision"])
        if _find(connection, to) is not None:
            raise UserError(N_("There is a strategy “{name}” already. Choose another name."), name=to)
        text = write_graph(replace(_graph_of(row), name=to))
        revision = row["revision"] + 1
        _update(connection, row["id"], name=to, draft=text, revision=revision, changed=now)
    return StrategySaved(strategies=True, name=to, revision=revision)


def duplicate_strategy(workspace: Workspace, *, name: str, to: str | None = None) -> StrategySaved:
    """A new draft with the same graph under a free name."""
    now = workspace.clock().now()
    with workspace.write() as connection:
        row = strategy_row(connection, name)
        copy = to.strip() if to is not None else free_name(connection, _("{name} (copy)", name=name))
        _refuse_bad_name(copy)
        if _find(connection, copy) is not None:
            raise UserError(N_("There is a strategy “{name}” already. Choose another name."), name=copy)
        _insert(connection, name=copy, text=write_graph(replace(_graph_of(row), name=copy)), now=now)
    return StrategySaved(strategies=True, name=copy, revision=1)


def delete_strategy(workspace: Workspace, *, name: str) -> StrategySaved:
    """Delete a draft that was never published; history is never deleted."""
    with workspace.write() as connection:
        row = strategy_row(connection, name)
        published = select(tables.version.c.id).where(tables.version.c.strategy == row["id"]).limit(1)
        if row["status"] != DRAFT or connection.execute(published).first() is not None:
            raise UserError(
                N_("“{name}” was published and has a history. Stop it instead of deleting it."), name=name
            )
        connection.execute(delete(tables.node).where(tables.node.c.strategy == row["id"]))
        connection.execute(delete(tables.strategy).where(tables.strategy.c.id == row["id"]))
    return StrategySaved(strategies=True, name=name)


def strategy_row(connection: Connection, name: str) -> RowMapping:
    """The row of a strategy; refused with the names that come near where there is none."""
    row = _find(connection, name)
    if row is not None:
        return row
    import difflib

    names = list(
        connection.execute(select(tables.strategy.c.name).order_by(tables.strategy.c.name)).scalars()
    )
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        raise UserError(N_("There is no strategy “{name}”. Is it “{near}”?"), name=name, near=near[0])
    raise UserError(N_("There is no strategy “{name}”. “strategy list” shows them all."), name=name)


def free_name(connection: Connection, stem: str) -> str:
    """`stem`, or `stem 2`, `stem 3` … where it is taken."""
    number, candidate = 1, stem
    while _find(connection, candidate) is not None:
        number += 1
        candidate = f"{stem} {number}"
    return candidate


def salt_of(name: str) -> int:
    """The salt of a strategy's splits: from its first name, 31 bits."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big") >> 33


def _insert(connection: Connection, *, name: str, text: str, now: int) -> None:
    values: Mapping[str, Any] = {
        "name": name, "status": DRAFT, "reason": None, "live": None, "revision": 1, "draft": text,
        "salt": salt_of(name), "changed": now,
    }  # fmt: skip
    connection.execute(insert(tables.strategy).values(**values))


def _update(connection: Connection, key: int, **values: Any) -> None:
    connection.execute(update(tables.strategy).where(tables.strategy.c.id == key).values(**values))


def _find(connection: Connection, name: str) -> RowMapping | None:
    return (
        connection.execute(select(tables.strategy).where(tables.strategy.c.name == name)).mappings().first()
    )


def _graph_of(row: RowMapping) -> Graph:
    graph = read_graph(row["draft"]).graph
    if graph is None:
        raise UserError(N_("The draft of “{name}” cannot be read. Restore a backup."), name=row["name"])
    return graph


def _refuse_bad_name(name: str) -> None:
    if not name.strip():
        raise UserError(N_("The strategy has no name. Give it one."))
    if (
        len(name) > LONGEST_NAME
        or name != name.strip()
        or any(category(sign) in ("Cc", "Cs") for sign in name)
    ):
        raise UserError(
            N_("“{name}” cannot be the name of a strategy. Use up to 200 signs in one line."), name=name[:60]
        )


def _read(file: Path | None, text: str | bytes | None) -> ReadGraph:
    if file is None:
        return read_drawing(text if text is not None else "")
    try:
        with file.open("rb") as stream:
            return read_drawing(stream.read(LARGEST_FILE + 1), file.stem)
    except OSError as error:
        why = error.strerror or str(error)
        raise UserError(
            N_("{file} cannot be read: {why}. Check the path."), file=str(file), why=why
        ) from error
