"""Every message owed or sent: to whom, from which node, what became of it and why."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, select

from canvas_app.reports.subject import Subject
from nodes.channel import Channel
from storage import tables
from storage.base.clock import instant_text
from storage.codes import TouchState
from storage.workspace import Workspace

STATUS = {
    TouchState.PENDING: "waiting", TouchState.CLAIMED: "waiting", TouchState.EXPECTING: "waiting",
    TouchState.SENT: "sent", TouchState.FAILED: "failed", TouchState.SKIPPED: "skipped",
    TouchState.UNKNOWN: "unknown", TouchState.CANCELLED: "cancelled",
}  # fmt: skip
_IS_OUTCOME = ("sent", "failed", "skipped", "unknown")
_LADDER = {word: rank for rank, word in enumerate(("sent", "delivered", "opened", "clicked"))}
_LEFT = (TouchState.SENT, TouchState.FAILED, TouchState.UNKNOWN, TouchState.EXPECTING)


def touches_report(workspace: Workspace, *, name: str) -> dict[str, Any]:
    """Every touch of a strategy in the order in which they were made."""
    now = workspace.clock().now()
    with workspace.read() as connection:
        subject = Subject.load(connection, name, now)
        return {"touches": list(touch_rows(connection, subject))}


def touch_rows(
    connection: Connection, subject: Subject, runs: Sequence[int] | None = None
) -> Iterator[dict[str, Any]]:
    """The touches of a strategy, or only those of some runs."""
    outcomes = _outcomes(connection, subject, runs)
    account = tables.account.c
    accounts = connection.execute(select(account.id, account.channel))
    channels = {row.id: row.channel for row in accounts}
    for row in connection.execute(_query(subject, runs)):
        state = TouchState(row.state)
        kind = subject.kind(subject.keys[row.node])
        own = kind.channel if isinstance(kind, Channel) else kind.type_id if kind else ""
        yield {
            "contact": row.contact, "node": subject.keys[row.node], "channel": channels.get(row.account) or own,
            "status": STATUS[state], "reason": subject.spoken.get(row.reason),
            "outcomes": _said(STATUS[state], outcomes.get(row.id, [])),
            "at": None if row.at is None else instant_text(row.at, subject.zone),
            "attempts": row.attempts or (1 if state in _LEFT else 0),
        }  # fmt: skip


def _query(subject: Subject, runs: Sequence[int] | None) -> Select[Any]:
    touch, contact = tables.touch.c, tables.contact.c
    key = func.coalesce(contact.external_id, contact.email, contact.phone)
    query = (
        select(touch.id, touch.node, touch.state, touch.reason, touch.account, touch.at, touch.attempts,
               key.label("contact"))
        .join_from(tables.touch, tables.contact, contact.id == touch.contact)
        .where(touch.node.in_(subject.keys))
        .order_by(touch.id)
    )  # fmt: skip
    return query if runs is None else query.where(touch.enrollment.in_(runs))


def _outcomes(connection: Connection, subject: Subject, runs: Sequence[int] | None) -> dict[int, list[str]]:
    """What is known by now of every touch, in the order in which it became known."""
    outcome, touch = tables.outcome.c, tables.touch.c
    query = (
        select(outcome.touch, outcome.kind, outcome.at)
        .join_from(tables.outcome, tables.touch, touch.id == outcome.touch)
        .where(touch.node.in_(subject.keys), outcome.at <= subject.now)
        .order_by(outcome.touch, outcome.at)
    )
    known: dict[int, list[tuple[int, int, str]]] = {}
    for number, kind, at in connection.execute(
        query if runs is None else query.where(touch.enrollment.in_(runs))
    ):
        word = subject.spoken[kind]
        known.setdefault(number, []).append((at, _LADDER.get(word, len(_LADDER)), word))
    return {number: [word for _at, _rank, word in sorted(each)] for number, each in known.items()}


def _said(status: str, known: list[str]) -> list[str]:
    """The outcomes with the status among them, where it is one; who clicked has opened."""
    found = [word for word in known if word != status]
    if status in _IS_OUTCOME:
        found.insert(0, status)
    if "clicked" in found and "opened" not in found:
        found.insert(found.index("clicked"), "opened")
    return found
