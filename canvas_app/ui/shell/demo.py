"""The demo: a template with its made-up people and sandbox accounts."""

from dataclasses import dataclass

from canvas_app.operations.changes import Changes, Progress, silent
from storage.workspace import Workspace

TEMPLATE = "18_wake_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoMade(Changes):
    """The name of the demo strategy."""

    name: str


def make_demo(workspace: Workspace, *, progress: Progress = silent) -> DemoMade:
    """Make the demo strategy and its people; returns its name."""
    from canvas_app.operations.templates import use_template

    progress(0, 1)
    used = use_template(workspace, template_id=TEMPLATE, samples=True)
    progress(1, 1)
    return DemoMade(name=used.name, strategies=True, contacts=True, accounts=True, events=True)
