"""Runs that end before their tokens do: goal, exit rule, removal, move, stop."""

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.schema import CreateTable

from nodes.spec import COMING, EXITED
from storage import tables
from storage.codes import RunState, TouchState

leaving = Table(
    "leaving", MetaData(), Column("enrollment", Integer, primary_key=True), Column("reason", Integer),
    prefixes=["TEMPORARY"],
)  # fmt: skip


_SOME_OPEN = text("SELECT 1 FROM touch WHERE state IN (0, 1) LIMIT 1")  # as the partial index says it


def forget_leaving(connection: Connection) -> None:
    """An empty list of who leaves."""
    connection.execute(CreateTable(leaving, if_not_exists=True))
    connection.execute(delete(leaving))


def leave(connection: Connection, now: int, *, state: RunState) -> int:
    """End the runs listed in `leaving`: waiting work is cancelled, history stays. Returns how many ended."""
    who = select(leaving.c.enrollment)
    token, run, touch = tables.token.c, tables.enrollment.c, tables.touch.c
    standing = select(token.version, token.node, literal(EXITED), func.count()).where(
        token.enrollment.in_(who), token.port != COMING
    )
    more = upsert(tables.counter).from_select(
        ["version", "node", "code", "n"], standing.group_by(token.version, token.node)
    )
    connection.execute(
        more.on_conflict_do_update(
            index_elements=["version", "node", "code"], set_={"n": tables.counter.c.n + more.excluded.n}
        )
    )
    for table in (tables.token, tables.waiter):
        connection.execute(delete(table).where(table.c.enrollment.in_(who)))
    if connection.execute(_SOME_OPEN).first() is not None:
        connection.execute(
            update(tables.touch)
            .where(touch.enrollment.in_(who), touch.state == TouchState.PENDING)
            .values(state=int(TouchState.CANCELLED), at=now)
        )
    open_tasks = (tables.task.c.enrollment.in_(who), tables.task.c.state == "open")
    connection.execute(update(tables.task).where(*open_tasks).values(state="cancelled", done=now))
    reason = select(leaving.c.reason).where(leaving.c.enrollment == run.id).scalar_subquery()
    ended = connection.execute(
        update(tables.enrollment)
        .where(run.id.in_(who), run.state == RunState.ACTIVE)
        .values(state=int(state), reason=reason, ended=now)
    )
    return ended.rowcount


def leave_all(
    connection: Connection, runs: list[int], reason: int | None, now: int, *, state: RunState
) -> int:
    """End some runs for one reason."""
    forget_leaving(connection)
    if runs:
        connection.execute(insert(leaving), [{"enrollment": run, "reason": reason} for run in runs])
    return leave(connection, now, state=state) if runs else 0
