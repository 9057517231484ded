"""The figures on top of the results page, each by the contract's definition."""

from typing import Any

from sqlalchemy import func

from canvas_app.reports.nodes import run_counts
from canvas_app.reports.reaching import Runs, runs_by_stage, treated
from canvas_app.reports.subject import Subject
from storage.workspace import Workspace


def totals_report(workspace: Workspace, *, name: str) -> dict[str, Any]:
    """How many runs entered, are the target, were reached, opened, clicked, reached the goal; the rates; the targets.

    target = entered − held out · reach = sent and not bounced / target · open and click rate = of those reached ·
    click-to-open = of those who opened · conversion = reached the goal / target. Rates are shares of 1 or None.
    """
    now = workspace.clock().now()
    with workspace.read() as connection:
        subject = Subject.load(connection, name, now)
        counts, stages = run_counts(connection, subject), runs_by_stage(connection, subject)
        runs = Runs.of(connection, subject)
        goal = int(
            connection.execute(
                runs.select(subject, func.count()).where(treated(), runs.reached)
            ).scalar_one()
        )  # fmt: skip
    target = counts["active"] + counts["completed"] + counts["exited"]
    has_goal = subject.settings.goal is not None
    return {
        "name": subject.name, "status": subject.status, "at": now, "entered": target + counts["held_out"],
        "target": target, "held_out": counts["held_out"], "active": counts["active"], **stages,
        "goal": goal if has_goal else None,
        "reach": _ratio(stages["reached"], target), "open_rate": _ratio(stages["opened"], stages["reached"]),
        "click_rate": _ratio(stages["clicked"], stages["reached"]),
        "click_to_open": _ratio(stages["clicked"], stages["opened"]),
        "conversion": _ratio(goal, target) if has_goal else None,
        "targets": {each.metric: each.value / 100 for each in subject.settings.targets},
    }  # fmt: skip


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
