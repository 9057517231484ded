"""Figures that the editor asks for in the background."""

from collections.abc import Mapping
from typing import Any

from storage.workspace import Workspace


def count_rule(workspace: Workspace, *, rule: Any) -> int:
    """How many contacts a rule holds for now; everybody without a rule."""
    from canvas_app.operations.contacts import count_contacts

    found = count_contacts(workspace, rule=rule)
    return found.count


def node_figures(workspace: Workspace, *, name: str) -> Mapping[str, Any]:
    """The counters of every node and of the runs."""
    from canvas_app.reports.nodes import node_report

    found = node_report(workspace, name=name)
    return found if isinstance(found, Mapping) else found.as_json()
