"""Day by day, by the clock of the strategy: who entered, what was sent, opened, clicked, and who reached the goal."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, select

from canvas_app.reports.reaching import LEFT, Runs, goal_moment, treated
from canvas_app.reports.subject import Subject
from storage import tables
from storage.base.clock import local
from storage.base.words import _
from storage.workspace import Workspace

QUARTER = 900  # every zone is a multiple of a quarter of an hour away from UTC
FIGURES = ("entered", "sent", "opened", "clicked", "goal")


def timeline_report(workspace: Workspace, *, name: str) -> dict[str, Any]:
    """A row a day on which something happened, and the days on which versions were published."""
    now = workspace.clock().now()
    with workspace.read() as connection:
        subject = Subject.load(connection, name, now)
        days = _days(connection, subject)
    marks = [
        {"day": _day(version.published, subject), "label": _("v{n} published", n=version.number)}
        for version in subject.versions.values()
    ]
    return {"days": [{"day": day, **days[day]} for day in sorted(days)], "marks": marks}


def _days(connection: Connection, subject: Subject) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for figure, query in _queries(connection, subject):
        for at, n in connection.execute(query):
            if at is not None:
                day = found.setdefault(_day(int(at), subject), dict.fromkeys(FIGURES, 0))
                day[figure] += n
    return found


def _queries(connection: Connection, subject: Subject) -> Iterator[tuple[str, Select[Any]]]:
    run, touch, outcome = tables.enrollment.c, tables.touch.c, tables.outcome.c
    yield "entered", _counted(run.entered).where(run.strategy == subject.id, treated())
    nodes = [subject.numbers[key] for key in subject.messages() if key in subject.numbers]
    mine = (touch.node.in_(nodes), touch.state.in_(LEFT))
    yield "sent", _counted(touch.at).where(*mine)
    for figure, words in (("opened", ("opened", "clicked")), ("clicked", ("clicked",))):
        kinds = [subject.words.get(word, -1) for word in words]
        first = (
            select(func.min(outcome.at).label("at"))
            .join_from(tables.outcome, tables.touch, touch.id == outcome.touch)
            .where(*mine, outcome.kind.in_(kinds), outcome.at <= subject.now)
            .group_by(outcome.touch)
            .subquery()
        )
        yield figure, _counted(first.c.at)
    runs = Runs.of(connection, subject)
    moment = goal_moment(subject, run.entered)
    when = runs.select(subject, case((runs.reached, moment)).label("at")).where(treated(), runs.reached)
    yield "goal", _counted(when.subquery().c.at)


def _counted(at: ColumnElement[Any]) -> Select[Any]:
    quarter = at - at % QUARTER
    return select(quarter, func.count()).group_by(quarter)


def _day(instant: int, subject: Subject) -> str:
    return local(instant, subject.zone).date().isoformat()
