"""From everybody who entered down to the goal: along the graph, and along the life of a message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from canvas_app.reports.reaching import Runs, messages, runs_by_stage, treated
from canvas_app.reports.subject import ROOT, Subject, walked
from nodes.sentences import in_words
from storage.base.words import N_, _
from storage.workspace import Workspace

GOAL = "goal"
_STAGE_WORDS = {
    "sent": N_("Sent"), "reached": N_("Reached"), "opened": N_("Opened"), "clicked": N_("Clicked"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One bar: runs that got there; `parent` is the place of the step they all came by."""

    node: str
    label: str
    count: int
    parent: int | None = None
    goal: bool = False


def funnel_report(workspace: Workspace, *, name: str) -> dict[str, Any]:
    """Runs that entered, that were sent each message, that reached the goal; and the same by stages of a message.

    `share` is of the first step. `of_previous` is of the step before on the same way (named in `of`): messages on two
    arms are both compared with the step before the split. Held-out contacts are left out.
    """
    now = workspace.clock().now()
    with workspace.read() as connection:
        subject = Subject.load(connection, name, now)
        runs = Runs.of(connection, subject)
        goal = _count(connection, runs, subject, reached=True)
        entered = _count(connection, runs, subject)
        steps = _steps(connection, subject, runs, entered=entered, goal=goal)
        stages = _stages(connection, subject, entered=entered, goal=goal)
    return {"steps": _as_json(steps), "messages": _as_json(stages)}


def _count(connection: Connection, runs: Runs, subject: Subject, *, reached: bool = False) -> int:
    query = runs.select(subject, func.count()).where(treated())
    return int(connection.execute(query.where(runs.reached) if reached else query).scalar_one())


def _steps(connection: Connection, subject: Subject, runs: Runs, *, entered: int, goal: int) -> list[Step]:
    counts = _sent(connection, subject)
    entries = [key for key, kind in subject.types.items() if kind.entry and not kind.node.off]
    first = entries[0] if len(entries) == 1 else ""
    steps = [Step(first, subject.title(first) if first else _("Entered"), entered)]
    order, dominators = walked(subject.graph, entries)
    shown = [
        key
        for key in order
        if key in subject.messages() and key in subject.types and not subject.types[key].node.off
    ]
    places = {key: index for index, key in enumerate(shown, 1)}
    steps += [
        Step(key, subject.title(key), counts.get(key, 0), _parent(key, dominators, places)) for key in shown
    ]
    for stage in subject.settings.goals:
        query = runs.select(subject, func.count()).where(treated(), runs.scope.clause(stage.when))
        n = int(connection.execute(query).scalar_one())
        steps.append(Step(f"goal:{stage.name}", stage.name, n, _last(steps), goal=True))
    if subject.settings.goal is not None:
        steps.append(Step(GOAL, goal_words(subject), goal, _last(steps), goal=True))
    return steps


def goal_words(subject: Subject) -> str:
    """The goal as a short sentence."""
    goal = subject.settings.goal
    words = in_words(goal) if goal is not None else ""
    return _("Goal: {rule}", rule=words) if words and len(words) <= 40 else _("Reached the goal")


def _last(steps: Sequence[Step]) -> int:
    """The step before, where all steps lie on one way; else everybody who entered."""
    chain = all(step.parent == place - 1 for place, step in enumerate(steps) if place)
    return len(steps) - 1 if chain else 0


def _parent(key: str, dominators: Mapping[str, str], places: Mapping[str, int]) -> int:
    """The nearest message through which everybody came who got here, else the start."""
    above = dominators.get(key, ROOT)
    while above != ROOT:
        if above in places:
            return places[above]
        above = dominators.get(above, ROOT)
    return 0


def _sent(connection: Connection, subject: Subject) -> dict[str, int]:
    """Runs to which a message of the node was sent."""
    message = messages(subject, list(subject.messages()))
    query = (
        select(message.c.node, func.count(func.distinct(message.c.enrollment)))
        .where(message.c.sent == 1)
        .group_by(message.c.node)
    )
    return {subject.keys[node]: n for node, n in connection.execute(query)}


def _stages(connection: Connection, subject: Subject, *, entered: int, goal: int) -> list[Step]:
    counts = runs_by_stage(connection, subject)
    steps = [Step("target", _("On the list"), entered)]
    for stage, label in _STAGE_WORDS.items() if subject.messages() else ():
        steps.append(Step(stage, _(label), counts[stage], len(steps) - 1))
    if subject.settings.goal is not None:
        # the goal needs no click: it is compared with everybody
        steps.append(Step(GOAL, goal_words(subject), goal, 0, goal=True))
    return steps


def _as_json(steps: Sequence[Step]) -> list[dict[str, Any]]:
    return [_step_json(steps, step) for step in steps]


def _step_json(steps: Sequence[Step], step: Step) -> dict[str, Any]:
    before = _before(steps, step)
    return {
        "node": step.node, "label": step.label, "count": step.count, "share": _ratio(step.count, steps[0].count),
        "of_previous": 1.0 if before is None and step.count else _ratio(step.count, before.count if before else 0),
        "of": before.node if before else None, "goal": step.goal,
    }  # fmt: skip


def _before(steps: Sequence[Step], step: Step) -> Step | None:
    """The step it is compared with: further up where more came than were sent the message before."""
    before = None if step.parent is None else steps[step.parent]
    while before is not None and before.parent is not None and step.count > before.count:
        before = steps[before.parent]
    return before


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
