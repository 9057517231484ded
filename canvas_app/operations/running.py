"""Let strategies run: a rehearsal to an instant, live work once or until stopped, and contacts by hand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, literal, select

from canvas_app.operations.changes import Changes, Progress, silent
from canvas_app.operations.publishing import PublishedVersion, pause, publish, resume, stop
from canvas_app.operations.strategies import strategy_row
from canvas_app.runtime.engine import Engine, send_sandboxed
from canvas_app.runtime.entries import collect, enter
from canvas_app.runtime.leaving import leave_all
from storage import tables
from storage.base.clock import VirtualClock, instant_text
from storage.base.errors import UsageError, UserError
from storage.base.words import N_
from storage.codes import EnteredBy, RunState
from storage.lookup import find_contacts
from storage.workspace import Workspace, name_id, set_setting, setting

__all__ = [
    "ByHand", "PublishedVersion", "Ran", "add_contacts", "pause", "publish", "remove_contacts", "resume", "run_live",
    "run_until", "stop",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran(Changes):
    """What a run did: the instant it reached, ticks that had something to do, tokens and messages moved."""

    now: int
    ticks: int
    moved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand(Changes):
    """Contacts added or removed by hand; `unknown`: keys nobody has."""

    changed: int
    unknown: tuple[str, ...] = ()


def sandbox_engine(workspace: Workspace) -> Engine:
    """An engine whose only senders are sandbox accounts."""

    return Engine(workspace, send_due=send_sandboxed)


def run_until(
    workspace: Workspace, *, until: int | None, only: Sequence[str] = (), progress: Progress = silent
) -> Ran:
    """Let a rehearsal run: ticks at every moment something is due, up to and including `until` (None: now, once)."""
    clock = workspace.clock()
    if not isinstance(clock, VirtualClock):
        raise UsageError(
            N_("Only a rehearsal can be run to an instant. Make one with “init --rehearsal --now …”.")
        )
    start = clock.now()
    end = start if until is None else until
    if end < start:
        with workspace.read() as connection:
            zone = setting(connection, "timezone", "UTC")
        raise UsageError(
            N_("{instant} lies before the rehearsal's clock, {now}."),
            instant=instant_text(end, zone), now=instant_text(start, zone),
        )  # fmt: skip
    chosen = _numbers(workspace, only) if only else None
    return advance(workspace, sandbox_engine(workspace), start, end, progress, only=chosen)


def advance(
    workspace: Workspace,
    engine: Engine,
    start: int,
    end: int,
    progress: Progress,
    *,
    only: frozenset[int] | None = None,
) -> Ran:
    """Tick at every moment something is due from `start` to `end`, and leave the virtual clock at `end`."""
    now, ticks, moved = start, 0, 0
    while True:
        moved += engine.tick(now, only=only)
        ticks += 1
        _set_clock(workspace, now)
        progress(now - start, end - start)
        following = engine.next_due(now)
        if following is None or following > end:
            break
        now = following
    _set_clock(workspace, end)
    return Ran(now=end, ticks=ticks, moved=moved, runs=True, contacts=True)


def _set_clock(workspace: Workspace, now: int) -> None:
    with workspace.write() as connection:
        set_setting(connection, "now", now)


def _numbers(workspace: Workspace, keys: Sequence[str]) -> frozenset[int]:
    with workspace.read() as connection:
        found = find_contacts(connection, keys)
    unknown = [key for key in keys if key not in found]
    if unknown:
        raise UserError(N_("No contact has the key “{key}”."), key=unknown[0])
    return frozenset(found.values())


def run_live(
    workspace: Workspace, *, once: bool = False, drain: bool = False, owner: str = "headless"
) -> None:
    """The headless runtime: what is due now, until nothing waits, or until the process is told to stop."""
    import signal

    from canvas_app.runtime.service import Runtime

    runtime = Runtime(workspace, owner=owner)
    try:
        if once:
            runtime.once()
        elif drain:
            runtime.drain()
        else:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda _number, _frame: runtime.request_stop())
            runtime.run()
    finally:
        runtime.stop()


def add_contacts(workspace: Workspace, *, strategy: str, keys: Sequence[str]) -> ByHand:
    """Contacts enter a live strategy by hand, whatever its entry rule says."""

    def change(connection: Connection, engine: Engine, contacts: list[int], now: int) -> int:
        row = strategy_row(connection, strategy)
        if row["status"] != "live":
            raise UserError(N_("“{name}” is not live. Publish it first."), name=strategy)
        version = engine.version(connection, row["live"])
        who = select(tables.contact.c.id, literal("")).where(tables.contact.c.id.in_(contacts))
        collect(connection, who)
        return enter(connection, version, next(iter(version.entries)), EnteredBy.HAND, now)

    return _by_hand(workspace, keys, change)


def remove_contacts(workspace: Workspace, *, strategy: str, keys: Sequence[str]) -> ByHand:
    """Contacts leave a strategy by hand; they come back only by hand."""

    def change(connection: Connection, _engine: Engine, contacts: list[int], now: int) -> int:
        row, run = strategy_row(connection, strategy), tables.enrollment.c
        mine = (run.strategy == row["id"], run.contact.in_(contacts), run.state == RunState.ACTIVE)
        runs = list(connection.scalars(select(run.id).where(*mine)))
        return leave_all(connection, runs, name_id(connection, "removed"), now, state=RunState.REMOVED)

    return _by_hand(workspace, keys, change)


def _by_hand(
    workspace: Workspace, keys: Sequence[str], change: Callable[[Connection, Engine, list[int], int], int]
) -> ByHand:
    engine, now = sandbox_engine(workspace), workspace.clock().now()
    with workspace.write() as connection:
        found = find_contacts(connection, keys)
        changed = change(connection, engine, list(found.values()), now)
    unknown = tuple(key for key in keys if key not in found)
    return ByHand(changed=changed, unknown=unknown, runs=bool(changed))
