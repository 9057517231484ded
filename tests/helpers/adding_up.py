"""What must hold of the reports of any strategy in any workspace."""

from typing import Any

from canvas_app.reports.ab import ab_report
from canvas_app.reports.days import timeline_report
from canvas_app.reports.funnel import funnel_report
from canvas_app.reports.nodes import node_rows, nodes_report
from canvas_app.reports.totals import totals_report
from canvas_app.reports.touches import touches_report
from storage.workspace import Workspace

RATES = ("reach", "open_rate", "click_rate", "click_to_open", "conversion")


def assert_adds_up(workspace: Workspace, name: str) -> None:
    """Counters, funnel, arms, days, touches and totals agree with each other, and no rate is above 100 %."""
    report, totals = nodes_report(workspace, name=name), totals_report(workspace, name=name)
    nodes, runs = report["nodes"], report["runs"]
    for key, node in nodes.items():
        left = node["done"] + node["waiting"] + node["failed"] + node["skipped"] + node["exited"]
        assert node["entered"] == left, (key, node)
        assert min(node[figure] for figure in ("done", "waiting", "failed", "skipped", "exited")) >= 0, (
            key,
            node,
        )
        if node["ports"]:
            assert sum(node["ports"].values()) == node["done"], (key, node)
    assert totals["target"] == runs["active"] + runs["completed"] + runs["exited"]
    assert totals["entered"] == totals["target"] + runs["held_out"]
    assert sum(runs["reasons"].values()) <= runs["exited"] + runs["completed"]
    assert_rates(totals)
    for row in node_rows(workspace, name=name):
        assert_rates(row)
    _assert_funnel(workspace, name, totals)
    _assert_days(workspace, name, totals)
    touches = touches_report(workspace, name=name)["touches"]
    for key in {touch["node"] for touch in touches}:
        mine = [touch["status"] for touch in touches if touch["node"] == key]
        for figure in ("skipped", "failed"):
            assert mine.count(figure) == nodes[key][figure], (key, figure)
    for key, test in ab_report(workspace, name=name)["nodes"].items():
        assert sum(arm["n"] for arm in test["arms"]) <= nodes[key]["entered"]
        assert all(0 <= arm["converted"] <= arm["n"] for arm in test["arms"])


def assert_rates(figures: dict[str, Any]) -> None:
    """Every rate is a share of 1, or not known."""
    for rate in RATES:
        value = figures.get(rate)
        assert value is None or 0 <= value <= 1, (rate, figures)


def _assert_funnel(workspace: Workspace, name: str, totals: dict[str, Any]) -> None:
    report = funnel_report(workspace, name=name)
    for steps in (report["steps"], report["messages"]):
        assert steps[0]["count"] == totals["target"]
        for step in steps:
            for share in (step["share"], step["of_previous"]):
                assert share is None or 0 <= share <= 1, step
    if totals["goal"] is not None:
        assert report["steps"][-1]["count"] == report["messages"][-1]["count"] == totals["goal"]


def _assert_days(workspace: Workspace, name: str, totals: dict[str, Any]) -> None:
    days = timeline_report(workspace, name=name)["days"]
    assert [each["day"] for each in days] == sorted({each["day"] for each in days})
    assert sum(each["entered"] for each in days) == totals["target"]
    if totals["goal"] is not None:
        assert sum(each["goal"] for each in days) == totals["goal"]
