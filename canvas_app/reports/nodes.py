"""What happened at every node: entered = done + waiting + failed + skipped + exited."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from canvas_app.reports.reaching import STAGES, Runs, messages
from canvas_app.reports.subject import Subject
from nodes.spec import ENDED, ENTERED, EXITED, FAILED, JUMPED, SKIPPED
from storage import tables
from storage.base.words import _
from storage.codes import RunState, TouchState
from storage.workspace import Workspace

JUMP = "jump"  # the port under which jumps of a goto are counted
_OWN = {ENTERED: "entered", FAILED: "failed", SKIPPED: "skipped", EXITED: "exited"}


def nodes_report(workspace: Workspace, *, name: str) -> dict[str, Any]:
    """Counters of every node by its id, and how the runs stand."""
    now = workspace.clock().now()
    with workspace.read() as connection:
        subject = Subject.load(connection, name, now)
        return {"nodes": counters(connection, subject), "runs": run_counts(connection, subject)}


def counters(connection: Connection, subject: Subject) -> dict[str, dict[str, Any]]:
    """What every node has counted over all versions; nodes of old versions only where people came by."""
    found = {key: _Counter() for key in subject.graph.nodes}
    for kind in subject.types.values():
        found[kind.node.id].ports.update({port.id: 0 for port in kind.ports()})
    row = tables.counter.c
    query = select(row.version, row.node, row.code, row.n).where(row.version.in_(subject.versions))
    for version, node, code, n in connection.execute(query):
        key = subject.keys.get(node)
        if key is not None and n:
            port = subject.versions[version].port(key, code)
            found.setdefault(key, _Counter()).take(code, n, port)
    return {key: counter.as_json() for key, counter in found.items()}


class _Counter:
    """The figures of one node."""

    def __init__(self) -> None:
        self.ports: dict[str, int] = {}
        self.own: dict[str, int] = defaultdict(int)
        self.ended = 0

    def take(self, code: int, n: int, port: str | None) -> None:
        if code in _OWN:
            self.own[_OWN[code]] += n
        elif code == JUMPED:
            self.ports[JUMP] = self.ports.get(JUMP, 0) + n
        elif port is not None:
            self.ports[port] = self.ports.get(port, 0) + n
        elif code <= ENDED:
            self.ended += n

    def as_json(self) -> dict[str, Any]:
        own = {key: self.own[key] for key in ("entered", "failed", "skipped", "exited")}
        done = sum(self.ports.values()) + self.ended
        waiting = own["entered"] - done - own["failed"] - own["skipped"] - own["exited"]
        return {
            "entered": own["entered"], "done": done, "waiting": waiting, "failed": own["failed"],
            "skipped": own["skipped"], "exited": own["exited"], "ports": self.ports,
        }  # fmt: skip


def run_counts(connection: Connection, subject: Subject) -> dict[str, Any]:
    """How many runs are in which state, and why they ended; removed by hand counts as exited."""
    run = tables.enrollment.c
    query = select(run.state, run.reason, func.count()).where(run.strategy == subject.id)
    counts: dict[str, Any] = {"active": 0, "completed": 0, "exited": 0, "held_out": 0}
    reasons: dict[str, int] = {}
    for state, reason, n in connection.execute(query.group_by(run.state, run.reason)):
        known = RunState(state)
        counts["exited" if known is RunState.REMOVED else known.name.lower()] += n
        if reason is not None:
            reasons[subject.spoken[reason]] = reasons.get(subject.spoken[reason], 0) + n
    return {**counts, "reasons": dict(sorted(reasons.items()))}


# -- the table of the results page ------------------------------------------------------------------------------------


def node_rows(workspace: Workspace, *, name: str) -> list[dict[str, Any]]:
    """A row a node in the order of the graph: counters, rates of messages, who reached the goal after it."""
    now = workspace.clock().now()
    with workspace.read() as connection:
        return rows_of(connection, Subject.load(connection, name, now))


def rows_of(connection: Connection, subject: Subject) -> list[dict[str, Any]]:
    """As `node_rows`, within a transaction."""
    sent, why, goals = (
        _by_stage(connection, subject),
        _reasons(connection, subject),
        _goals(connection, subject),
    )
    rows = []
    for key, counter in counters(connection, subject).items():
        kind, message = subject.kind(key), sent.get(key)
        row = {
            "node": key, "label": subject.title(key), "type": kind.type_id if kind else "",
            "kind": _(kind.label) if kind else "", **counter, "message": key in sent,
            **{stage: message[stage] if message else None for stage in STAGES},
            "reach": _share(message, "reached", counter["entered"]),
            "open_rate": _share(message, "opened", message["reached"] if message else 0),
            "click_rate": _share(message, "clicked", message["reached"] if message else 0),
            "click_to_open": _share(message, "clicked", message["opened"] if message else 0),
            "goal": goals.get(key) if message else None, "reasons": why.get(key, {}),
        }  # fmt: skip
        rows.append(row)
    return rows


def _share(message: Mapping[str, int] | None, stage: str, whole: int) -> float | None:
    return message[stage] / whole if message and whole else None


def _by_stage(connection: Connection, subject: Subject) -> dict[str, dict[str, int]]:
    nodes = list(subject.messages())
    message = messages(subject, nodes)
    query = select(message.c.node, *(func.sum(message.c[stage]).label(stage) for stage in STAGES))
    found = {key: dict.fromkeys(STAGES, 0) for key in nodes}
    for row in connection.execute(query.group_by(message.c.node)).mappings():
        found[subject.keys[row["node"]]] = {stage: int(row[stage]) for stage in STAGES}
    return found


def _reasons(connection: Connection, subject: Subject) -> dict[str, dict[str, int]]:
    """Why messages did not leave, by node."""
    touch = tables.touch.c
    states = (int(TouchState.SKIPPED), int(TouchState.FAILED))
    query = select(touch.node, touch.reason, func.count()).where(
        touch.node.in_(subject.keys), touch.reason.is_not(None), touch.state.in_(states)
    )
    found: dict[str, dict[str, int]] = {}
    for node, reason, n in connection.execute(query.group_by(touch.node, touch.reason)):
        found.setdefault(subject.keys[node], {})[subject.spoken[reason]] = n
    return found


def _goals(connection: Connection, subject: Subject) -> dict[str, int]:
    """Runs that reached the goal after a message of the node had left."""
    runs, message = Runs.of(connection, subject), messages(subject, list(subject.messages()))
    reached = runs.select(subject, tables.enrollment.c.id).where(runs.reached)
    query = (
        select(message.c.node, func.count(func.distinct(message.c.enrollment)))
        .where(message.c.sent == 1, message.c.enrollment.in_(reached))
        .group_by(message.c.node)
    )
    return {subject.keys[node]: n for node, n in connection.execute(query)}
