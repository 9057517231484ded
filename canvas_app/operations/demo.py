"""“Look around in the demo”: 2,000 made-up people, drafts of some templates, and one strategy that runs."""

import json
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

import resources
from canvas_app.operations.changes import Changes, Progress, silent
from canvas_app.operations.publishing import publish
from canvas_app.operations.running import run_until
from canvas_app.operations.samples import Sample, add_samples, sample_people
from canvas_app.operations.templates import add_sandboxes, use_template
from nodes.channel import Channel
from nodes.registry import node_types
from storage import tables
from storage.base.clock import VirtualClock
from storage.base.durations import Duration
from storage.base.words import N_, _
from storage.workspace import Workspace, create_workspace

SHOWN = "18_wake_up"
DRAFTS = ("16_new_user", "21_birthday")
LENGTH = Duration.parse("P14D")
_AUDIENCES = (
    (N_("Asleep for 90 days"), {"field": "last_login", "op": "before", "value": "-P90D"}),
    (N_("Good customers"), {"field": "yearly_spend", "op": ">=", "value": 18000}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoMade(Changes):
    """The strategy to look at first, and how many people are new."""

    name: str
    created: int


def demo_people(*, now: int) -> tuple[Sample, ...]:
    """The people of the demo, the same every time."""
    spec = json.loads(resources.path("demo", "people.json").read_text(encoding="utf-8"))
    return sample_people("demo", spec, now=now)


def make_demo(workspace: Workspace, *, progress: Progress = silent) -> DemoMade:
    """Fill a workspace with the demo and publish a strategy; in a rehearsal two weeks pass at once."""
    now = workspace.clock().now()
    people = demo_people(now=now)
    with workspace.write() as connection:
        add_sandboxes(connection, [key for key, kind in node_types().items() if issubclass(kind, Channel)])
        _save_audiences(connection, now)
    created = add_samples(workspace, people=people)
    progress(1, 3)
    drafts = [use_template(workspace, template_id=key, samples=False).name for key in (SHOWN, *DRAFTS)]
    publish(workspace, name=drafts[0])
    progress(2, 3)
    if isinstance(workspace.clock(), VirtualClock):
        run_until(workspace, until=now + LENGTH.rough_seconds())
    progress(3, 3)
    return DemoMade(
        name=drafts[0], created=created, contacts=True, events=True, audiences=True, strategies=True, accounts=True,
        runs=True,
    )  # fmt: skip


def create_demo(target: str, *, now: int, timezone: str = "UTC", progress: Progress = silent) -> Workspace:
    """A workspace of its own for the demo: a rehearsal whose clock has come to `now` when it is shown."""
    workspace = create_workspace(target, timezone=timezone, rehearsal_now=now - LENGTH.rough_seconds())
    make_demo(workspace, progress=progress)
    return workspace


def _save_audiences(connection: Connection, now: int) -> None:
    known = set(connection.execute(select(tables.audience.c.name)).scalars())
    for label, rule in _AUDIENCES:
        if _(label) not in known:
            connection.execute(insert(tables.audience).values(name=_(label), rule=rule, changed=now))
