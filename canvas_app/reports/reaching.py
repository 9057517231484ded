"""Who reached the goal, and what became of messages: the two queries that most reports stand on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Subquery,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)

from canvas_app.reports.subject import Subject
from nodes.clauses import Scope, load_audiences, load_places
from nodes.rules import Happened, Rule
from storage import tables
from storage.codes import RunState, TouchState
from storage.contacts import Contacts

Column = ColumnElement[Any]
LEFT = (int(TouchState.SENT), int(TouchState.EXPECTING))
KINDS = ("delivered", "bounced", "opened", "clicked")


class SinceScope(Scope):
    """Rules over a contact whose events count from an instant of its own."""

    start: Column | None = None

    @property
    def since(self) -> Column | None:
        """Events before this do not count."""
        return self.start

    @classmethod
    def of(cls, connection: Connection, subject: Subject, start: Column) -> "SinceScope":
        """The scope of a workspace; `start` is where events begin to count."""
        scope = cls(
            Contacts.load(connection), places=load_places(connection, subject.zone), now=subject.now,
            audiences=load_audiences(connection),
        )  # fmt: skip
        scope.start = start
        return scope


@dataclass(frozen=True)
class Runs:
    """The runs of a strategy joined with their contacts, and which of them reached the goal."""

    scope: SinceScope
    source: FromClause
    reached: ColumnElement[bool]

    @classmethod
    def of(cls, connection: Connection, subject: Subject) -> "Runs":
        """A run reached the goal when it left by it, or (held out, or over) when the goal holds by now."""
        run = tables.enrollment
        scope = SinceScope.of(connection, subject, run.c.entered)
        contact = scope.contacts.table
        source = run.join(contact, contact.c.id == run.c.contact)
        return cls(scope, source, goal_clause(scope, subject, run.c.goal_at, newest=_newest()))

    def select(self, subject: Subject, *columns: Column) -> Select[Any]:
        """Some columns of the strategy's runs."""
        return select(*columns).select_from(self.source).where(tables.enrollment.c.strategy == subject.id)


def goal_clause(
    scope: SinceScope, subject: Subject, goal_at: Column, *, newest: ColumnElement[bool] | None = None
) -> ColumnElement[bool]:
    """Whether the goal was reached; never true for a strategy without one. Later knowledge counts for `newest` only."""
    goal = subject.settings.goal
    if goal is None:
        return goal_at.is_not(None)
    later = scope.clause(goal)
    return or_(goal_at.is_not(None), later if newest is None else and_(newest, later))


def goal_moment(subject: Subject, start: Column) -> Column:
    """When the goal was reached: when the run left by it, else by the event that made it true."""
    run, event = tables.enrollment.c, tables.event.c
    words = [subject.words[name] for name in _events_of(subject.settings.goal) if name in subject.words]
    first = select(func.min(event.at)).where(
        event.contact == run.contact, event.type.in_(words), event.at >= start, event.at <= subject.now
    )
    by_event = first.correlate_except(tables.event).scalar_subquery() if words else literal(None)
    return func.coalesce(run.goal_at, by_event, run.ended, run.entered)


def _events_of(rule: Rule | None) -> list[str]:
    return [leaf.event for leaf in rule.leaves() if isinstance(leaf, Happened)] if rule is not None else []


def _newest() -> ColumnElement[bool]:
    run, later = tables.enrollment.c, tables.enrollment.alias("later")
    same = and_(later.c.strategy == run.strategy, later.c.contact == run.contact, later.c.id > run.id)
    return ~exists().where(same).correlate(tables.enrollment)


def treated() -> ColumnElement[bool]:
    """Runs that were not held out."""
    return tables.enrollment.c.state != int(RunState.HELD_OUT)


def messages(subject: Subject, nodes: Sequence[str]) -> Subquery:
    """A row a touch: run, node, and as 0 or 1 whether it was sent, reached, delivered, opened, clicked …"""
    touch, outcome = tables.touch.c, tables.outcome.c
    numbers = {word: subject.words.get(word, -1) for word in KINDS}

    def got(*words: str) -> Column:
        kinds = [numbers[word] for word in words]
        return func.max(case((outcome.kind.in_(kinds), 1), else_=0))

    known = and_(outcome.touch == touch.id, outcome.at <= subject.now)
    sent = case((func.max(touch.state).in_(LEFT), 1), else_=0)
    reached = case((and_(func.max(touch.state).in_(LEFT), got("bounced") == 0), 1), else_=0)
    return (
        select(
            touch.enrollment, touch.node, sent.label("sent"), reached.label("reached"),
            (reached * got("delivered")).label("delivered"), (reached * got("opened", "clicked")).label("opened"),
            (reached * got("clicked")).label("clicked"),
        )
        .select_from(tables.touch.outerjoin(tables.outcome, known))
        .where(touch.node.in_([subject.numbers[key] for key in nodes if key in subject.numbers]))
        .group_by(touch.id, touch.enrollment, touch.node)
        .subquery("message")
    )  # fmt: skip


STAGES = ("sent", "reached", "delivered", "opened", "clicked")


def runs_by_stage(connection: Connection, subject: Subject) -> Mapping[str, int]:
    """In how many runs a message was sent, reached, delivered, opened, clicked."""
    message = messages(subject, list(subject.messages()))
    run = select(*(func.max(message.c[stage]).label(stage) for stage in STAGES)).group_by(
        message.c.enrollment
    )
    inner = run.subquery()
    row = connection.execute(select(*(func.sum(inner.c[stage]).label(stage) for stage in STAGES))).one()
    return {stage: int(getattr(row, stage) or 0) for stage in STAGES}
