"""A wave: the tokens on one segment's start walk it together, in one transaction, by a fixed list of statements."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Integer, delete, insert, literal, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.schema import CreateTable

from canvas_app.runtime.frontier import GONE_GOAL, GONE_RULE
from canvas_app.runtime.inline import keep_inlined
from canvas_app.runtime.leaving import forget_leaving, leave, leaving
from canvas_app.runtime.moments import fill_moments
from canvas_app.runtime.ready import ReadySegment
from canvas_app.runtime.scratch import moment
from canvas_app.runtime.segments import Occurrence
from nodes.spec import ENDED, ENTERED, FAILED, JUMPED, RESTING, SKIPPED
from storage import tables
from storage.codes import RunState
from storage.workspace import name_id


@dataclass(frozen=True, slots=True)
class Moved:
    """What a wave did: tokens taken in, contacts that `move` hands to other strategies, whether contacts changed."""

    tokens: int
    moves: tuple[tuple[str, int], ...] = ()
    wrote: bool = False


def run_wave(connection: Connection, ready: ReadySegment, now: int) -> Moved:
    """Walk the tokens in `seed` to their next rest. The caller holds the transaction."""
    at = {"now": now}
    connection.execute(CreateTable(moment, if_not_exists=True))
    moments = fill_moments(connection, ready.frontier, ready.places, now)
    connection.execute(CreateTable(ready.table, if_not_exists=True))
    connection.execute(delete(ready.table))
    tokens = connection.execute(ready.fill, {**at, **moments}).rowcount
    row = {"at": now, "version": ready.version.id, "segment": ready.version.node_ids[ready.segment.start]}
    new = connection.execute(insert(tables.wave), row).inserted_primary_key
    assert new is not None
    counts = [tuple(each) for each in connection.execute(ready.count, at)] if ready.count is not None else []
    if ready.log is not None:
        connection.execute(ready.log, {**at, "wave": new[0]})
    for statement in ready.visits:
        connection.execute(statement, at)
    moves = _settle(connection, ready, counts, at)
    _count(connection, ready, counts)
    keep_inlined(connection, ready.frontier, ready.table, counts, now)
    for statement in ready.writes:
        connection.execute(statement, at)
    _leave(connection, ready, counts, now)
    if _may_be_over(ready, counts):
        complete(connection, ready.table.c.s_enrollment, now)
    return Moved(tokens, moves, ready.changes_contacts)


def _settle(
    connection: Connection, ready: ReadySegment, counts: list[Any], at: dict[str, int]
) -> tuple[tuple[str, int], ...]:
    resting = {index for index, port, _n in counts if port == RESTING}
    passing = {index for index, port, _n in counts if port != RESTING and index >= 0}
    moves: list[tuple[str, int]] = []
    for index in sorted(passing):
        for statement in ready.passed(index):
            connection.execute(statement, at)
        target = ready.frontier.plans[ready.segment.order[index]].moves_to
        if target:
            port = ready.table.c[f"p_{index}"]
            who = select(ready.table.c.s_contact).where(port.is_not(None), port != RESTING)
            moves += [(target, contact) for contact in connection.scalars(who)]
    for index in sorted(resting):
        for statement in ready.rest(index):
            connection.execute(statement, at)
    return tuple(moves)


def _count(connection: Connection, ready: ReadySegment, counts: list[Any]) -> None:
    found: dict[tuple[int, int], int] = {}
    for index, port, n in counts:
        occurrence = ready.segment.order[index] if index >= 0 else Occurrence(ready.segment.start)
        node = ready.node(occurrence)
        entered = index >= 0 and not ready.is_start(occurrence) and occurrence not in ready.segment.ahead
        codes = [ENTERED] if entered else []
        codes += [] if port == RESTING else [port]
        for code in codes:
            found[node, code] = found.get((node, code), 0) + n
    add_counts(connection, ready.version.id, found)


def _leave(connection: Connection, ready: ReadySegment, counts: list[Any], now: int) -> None:
    ended = {index for index, port, _n in counts if port == ENDED}
    looks, lost = "g_" in ready.table.c, _unreachable(ready, counts)
    if not ended and not looks and not lost:
        return
    forget_leaving(connection)
    column = ready.table.c
    for index in sorted(ended):
        reason = ready.frontier.plans[ready.segment.order[index]].ends
        rows = select(column.s_enrollment, literal(name_id(connection, reason) if reason else None, Integer))
        rows = rows.where(column[f"p_{index}"] == ENDED).distinct()
        connection.execute(
            upsert(leaving).from_select(["enrollment", "reason"], rows).on_conflict_do_nothing()
        )
    for index, port, _n in counts if lost else ():
        if index < 0 and port == SKIPPED:
            rows = select(column.s_enrollment, literal(name_id(connection, "unreachable"))).where(
                column.s_port == SKIPPED
            )
            connection.execute(
                upsert(leaving).from_select(["enrollment", "reason"], rows).on_conflict_do_nothing()
            )
    if looks:
        reached = select(column.s_enrollment).where(column.g_ == GONE_GOAL)
        run = tables.enrollment.c
        connection.execute(
            update(tables.enrollment).where(run.id.in_(reached), run.goal_at.is_(None)).values(goal_at=now)
        )
    for code, word in ((GONE_GOAL, "goal"), (GONE_RULE, "exit_rule")) if looks else ():
        rows = (
            select(column.s_enrollment, literal(name_id(connection, word)))
            .where(column.g_ == code)
            .distinct()
        )
        connection.execute(
            upsert(leaving).from_select(["enrollment", "reason"], rows).on_conflict_do_nothing()
        )
    leave(connection, now, state=RunState.EXITED)


def _may_be_over(ready: ReadySegment, counts: list[Any]) -> bool:
    """Whether a token may have ended on a port that leads nowhere, or in another."""
    shape = ready.version.shape
    if shape.guarded or "g_" in ready.table.c:
        return True
    for index, port, _n in counts:
        node = ready.segment.order[index].node if index >= 0 else ready.segment.start
        way = 0 if port in (FAILED, SKIPPED) else port
        if port not in (RESTING, ENDED, JUMPED) and not shape.targets(node, way):
            return True
    return False


def _unreachable(ready: ReadySegment, counts: list[Any]) -> bool:
    """Whether contacts that a message could not go to leave the strategy here."""
    channel = ready.version.channels.get(ready.segment.start)
    skipped = any(index < 0 and port == SKIPPED for index, port, _n in counts)
    return channel is not None and channel.if_unreachable == "exit" and skipped


def add_counts(connection: Connection, version: int, found: dict[tuple[int, int], int]) -> None:
    """Add to the counters that the screen reads: (node, code) -> how many."""
    rows = [
        {"version": version, "node": node, "code": code, "n": n} for (node, code), n in found.items() if n
    ]
    if rows:
        more = upsert(tables.counter)
        total = tables.counter.c.n + more.excluded.n
        connection.execute(
            more.on_conflict_do_update(index_elements=["version", "node", "code"], set_={"n": total}), rows
        )


def complete(connection: Connection, who: Any, now: int) -> None:
    """Runs without a token left are over."""
    row = tables.enrollment.c
    standing = select(literal(1)).where(tables.token.c.enrollment == row.id).exists()
    connection.execute(
        update(tables.enrollment)
        .where(row.id.in_(select(who)), row.state == RunState.ACTIVE, ~standing)
        .values(state=int(RunState.COMPLETED), ended=now)
    )
