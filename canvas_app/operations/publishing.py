"""Publish, pause, resume, stop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from canvas_app.operations.changes import Changes
from canvas_app.operations.names import WorkspaceNames
from canvas_app.operations.strategies import strategy_row
from canvas_app.runtime.leaving import leave_all
from canvas_app.runtime.published import Published, load_published
from canvas_app.runtime.starts import prepare
from nodes.check import check
from nodes.file import read_graph
from nodes.library.update_contact import UpdateContact
from nodes.spec import RUN_NODE
from storage import tables
from storage.base.errors import UserError
from storage.base.problems import Level, Problem
from storage.base.words import N_
from storage.codes import RunState
from storage.contacts import Contacts, add_field
from storage.workspace import Workspace, name_id


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedVersion(Changes):
    """What publishing did; with errors among the problems nothing was published."""

    name: str
    version: int | None
    problems: tuple[Problem, ...] = field(default=())
    in_flight: int = 0

    @property
    def refused(self) -> bool:
        """Whether problems kept it from being published."""
        return self.version is None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged(Changes):
    """A strategy that was paused, resumed or stopped; `waiting`: runs in it."""

    name: str
    status: str
    waiting: int = 0


def publish(
    workspace: Workspace, *, name: str, in_flight: str = "stay", mapping: Mapping[str, str] | None = None
) -> PublishedVersion:
    """Freeze the draft as a version that contacts enter from now on; refused while the check finds errors.

    Contacts in flight stay on their version, or with `in_flight="migrate"` stand at the same node of the new one; where
    that is gone, at the node that `mapping` names, else they leave (`deleted_node`).
    """
    names = WorkspaceNames.read(workspace)
    now = workspace.clock().now()
    with workspace.read() as connection:
        draft = strategy_row(connection, name)["draft"]
    read = read_graph(draft)
    problems = list(read.problems) if read.graph is None else check(read.graph, names)
    if read.graph is None or any(problem.level is Level.ERROR for problem in problems):
        return PublishedVersion(name=name, version=None, problems=tuple(problems))
    with workspace.write() as connection:
        row = strategy_row(connection, name)
        if row["draft"] != draft:
            raise UserError(N_("“{name}” was changed just now. Look at it and publish again."), name=name)
        _make_fields(connection, read.graph.nodes.values())
        version = load_published(connection, _freeze(connection, row, now))
        prepare(connection, version, now)
        moved = _migrate(connection, version, mapping or {}, now) if in_flight == "migrate" else 0
        return PublishedVersion(
            name=name,
            version=version.number,
            problems=tuple(problems),
            in_flight=moved,
            strategies=True,
            runs=True,
        )


def _freeze(connection: Connection, row: RowMapping, now: int) -> int:
    """The draft as a new version that is live from now on; returns its id."""
    numbers = select(func.coalesce(func.max(tables.version.c.number), 0))
    last = connection.scalar(numbers.where(tables.version.c.strategy == row["id"])) or 0
    values = {"strategy": row["id"], "number": last + 1, "graph": row["draft"], "published": now}
    new = connection.execute(insert(tables.version).values(**values)).inserted_primary_key
    assert new is not None
    live = {"status": "live", "live": new[0], "reason": None, "changed": now}
    connection.execute(update(tables.strategy).where(tables.strategy.c.id == row["id"]).values(**live))
    return int(new[0])


def _make_fields(connection: Connection, nodes: Any) -> None:
    """Fields that a strategy sets and nobody has yet."""
    known = Contacts.load(connection).fields
    for node in nodes:
        if node.type != UpdateContact.type_id:
            continue
        for name, value in UpdateContact(node).values.items():
            if name not in known:
                number = isinstance(value, int | float | dict) and not isinstance(value, bool)
                kind = "number" if number else "yes_no" if isinstance(value, bool) else "text"
                add_field(connection, name=name, kind=kind)


def _migrate(connection: Connection, version: Published, mapping: Mapping[str, str], now: int) -> int:
    """Runs of older versions go on in this one: same node, same place; waiting times are counted anew from arrival."""
    run, token = tables.enrollment.c, tables.token.c
    older = select(run.id).where(
        run.strategy == version.strategy, run.state == RunState.ACTIVE, run.version != version.id
    )
    standing = (
        connection.execute(select(token.node).where(token.enrollment.in_(older)).distinct()).scalars().all()
    )
    keys = {
        row.id: row.key
        for row in connection.execute(select(tables.node).where(tables.node.c.strategy == version.strategy))
    }
    gone: list[int] = []
    for node in standing:
        target = mapping.get(keys[node], keys[node])
        if target not in version.shape.types:
            gone += connection.scalars(
                select(token.enrollment).where(token.node == node, token.enrollment.in_(older))
            )
            continue
        values: dict[str, Any] = {"version": version.id, "node": version.node_ids[target]}
        kind = version.shape.types[target]
        if kind.waits and target not in version.channels:
            values |= {"due": now, "port": RUN_NODE}
        connection.execute(
            update(tables.token).where(token.node == node, token.enrollment.in_(older)).values(**values)
        )
    if gone:
        leave_all(connection, gone, name_id(connection, "deleted_node"), now, state=RunState.EXITED)
    return connection.execute(
        update(tables.enrollment).where(run.id.in_(older)).values(version=version.id)
    ).rowcount


def pause(workspace: Workspace, *, name: str, reason: str | None = None) -> StatusChanged:
    """Nothing of a live strategy happens any more until it is resumed; waiting work is kept."""
    return _change_status(workspace, name, {"live"}, "paused", reason)


def resume(workspace: Workspace, *, name: str) -> StatusChanged:
    """A paused strategy goes on."""
    return _change_status(workspace, name, {"paused"}, "live", None)


def stop(workspace: Workspace, *, name: str) -> StatusChanged:
    """End a strategy for good: every run leaves with the reason `stopped`."""
    changed = _change_status(workspace, name, {"live", "paused"}, "stopped", None)
    now = workspace.clock().now()
    with workspace.write() as connection:
        row = strategy_row(connection, name)
        run = tables.enrollment.c
        runs = list(
            connection.scalars(select(run.id).where(run.strategy == row["id"], run.state == RunState.ACTIVE))
        )
        leave_all(connection, runs, name_id(connection, "stopped"), now, state=RunState.EXITED)
    return changed


def _change_status(
    workspace: Workspace, name: str, before: set[str], after: str, reason: str | None
) -> StatusChanged:
    now = workspace.clock().now()
    with workspace.write() as connection:
        row = strategy_row(connection, name)
        if row["status"] not in before:
            text = N_("“{name}” is {status}; it cannot become {wanted}.")
            raise UserError(text, name=name, status=row["status"], wanted=after)
        values = {"status": after, "reason": reason, "changed": now}
        connection.execute(update(tables.strategy).where(tables.strategy.c.id == row["id"]).values(**values))
        run = tables.enrollment.c
        waiting = connection.scalar(
            select(func.count()).where(run.strategy == row["id"], run.state == RunState.ACTIVE)
        )
        return StatusChanged(name=name, status=after, waiting=waiting or 0, strategies=True, runs=True)
