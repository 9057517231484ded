"""Reports on small strategies whose figures can be worked out by hand."""

from typing import Any

import pytest

from canvas_app.reports.ab import ab_report
from canvas_app.reports.contact import contact_report
from canvas_app.reports.days import timeline_report
from canvas_app.reports.funnel import funnel_report
from canvas_app.reports.nodes import node_rows, nodes_report
from canvas_app.reports.totals import totals_report
from canvas_app.reports.touches import touches_report
from nodes.graph import Edge, Graph, Node
from storage.base.errors import UserError
from tests.helpers.graphs import chain
from tests.helpers.rehearsals import DAY, HOUR, Rehearsed

MAIL = {"subject": "Hello", "body": "Come back"}
EVERYBODY = Node("in", "audience", "Everybody", {"rule": {"all": []}})
GOAL = {"event": "purchase"}
METRICS = [{"name": "visit", "event": "visit"}, {"name": "spend", "event": "purchase", "sum": "amount"}]
FIRST, SECOND = Node("first", "email", "First", MAIL), Node("second", "email", "Second", MAIL)
PAUSE = Node("pause", "delay", "Two days", {"for": "P2D"})


def rehearsed_chain() -> Rehearsed:
    """100 people: a mail, two days, a mail; 30 buy in between, 20 after the second mail, 10 when all is over."""
    rehearsed = Rehearsed.with_people(100)
    rehearsed.publish(
        chain(EVERYBODY, FIRST, PAUSE, SECOND, Node("last", "delay", "", {"for": "P1D"}), goal=GOAL)
    )
    rehearsed.pass_time(HOUR)
    rehearsed.happened("purchase", range(1, 31), amount=10)
    rehearsed.pass_time(2 * DAY)
    rehearsed.happened("purchase", range(31, 51), amount=10)
    rehearsed.pass_time(2 * DAY)
    rehearsed.happened("purchase", range(51, 61), amount=10)
    rehearsed.pass_time(HOUR)
    return rehearsed


def test_counters_say_where_everybody_went() -> None:
    report = nodes_report(rehearsed_chain().workspace, name="Test")
    assert report["nodes"]["pause"] == {
        "entered": 100, "done": 70, "waiting": 0, "failed": 0, "skipped": 0, "exited": 30, "ports": {"out": 70},
    }  # fmt: skip
    assert report["runs"] == {
        "active": 0, "completed": 50, "exited": 50, "held_out": 0, "reasons": {"goal": 50},
    }  # fmt: skip


def test_the_funnel_follows_the_messages_down_to_the_goal() -> None:
    steps = funnel_report(rehearsed_chain().workspace, name="Test")["steps"]
    assert [(step["node"], step["count"]) for step in steps] == [
        ("in", 100), ("first", 100), ("second", 70), ("goal", 60),
    ]  # fmt: skip
    assert [step["share"] for step in steps] == [1, 1, 0.7, 0.6]
    assert [step["of_previous"] for step in steps] == pytest.approx([1, 1, 0.7, 60 / 70])


def test_a_purchase_after_the_end_of_the_run_still_counts_for_the_goal() -> None:
    totals = totals_report(rehearsed_chain().workspace, name="Test")
    assert (totals["target"], totals["goal"], totals["conversion"]) == (100, 60, 0.6)


def test_days_are_those_of_the_strategys_clock() -> None:
    days = timeline_report(rehearsed_chain().workspace, name="Test")
    assert [(day["day"], day["entered"], day["sent"], day["goal"]) for day in days["days"]] == [
        ("2026-03-02", 100, 100, 30), ("2026-03-04", 0, 70, 20), ("2026-03-06", 0, 0, 10),
    ]  # fmt: skip
    assert days["marks"] == [{"day": "2026-03-02", "label": "v1 published"}]


def test_arms_that_lie_side_by_side_are_compared_with_the_step_before_the_split() -> None:
    graph = split_graph(
        "rule_split", {"branches": [{"port": "b", "label": "B", "rule": {"tag": "x"}}]}, "else"
    )
    rehearsed = Rehearsed.with_people(10)
    rehearsed.publish(graph)
    rehearsed.pass_time()
    steps = {step["node"]: step for step in funnel_report(rehearsed.workspace, name="Test")["steps"]}
    assert (steps["second"]["count"], steps["second"]["of"], steps["second"]["of_previous"]) == (
        10,
        "in",
        1.0,
    )
    assert steps["goal"]["of"] == "in"


def split_graph(kind: str, params: dict[str, Any], other: str) -> Graph:
    nodes = [EVERYBODY, Node("split", kind, "Test", params), FIRST, SECOND, PAUSE]
    edges = (
        Edge("in", "out", "split"), Edge("split", "b", "first"), Edge("split", other, "second"),
        Edge("first", "out", "pause"), Edge("second", "out", "pause"),
    )  # fmt: skip
    settings = {"goal": GOAL, "metrics": METRICS}
    return Graph("Test", "", settings, {node.id: node for node in nodes}, edges)


def test_branches_marked_as_an_experiment_are_compared_like_arms() -> None:
    rehearsed = Rehearsed.with_people(20)
    rehearsed.set_field("first_name", "B", range(1, 9))
    rehearsed.set_field("first_name_fold", "b", range(1, 9))
    rule = {"field": "first_name", "op": "=", "value": "b"}
    params = {"branches": [{"port": "b", "label": "B", "rule": rule}], "experiment": True}
    rehearsed.happened("purchase", [3, 10], amount=500)  # before the start: not theirs
    rehearsed.pass_time(HOUR)
    rehearsed.publish(split_graph("rule_split", params, "else"))
    rehearsed.pass_time(HOUR)
    rehearsed.happened("visit", [1, 2, 3, 9])
    rehearsed.happened("purchase", [1, 2], amount=30)
    rehearsed.happened("purchase", [9], amount=12)
    rehearsed.pass_time(HOUR)
    test = ab_report(rehearsed.workspace, name="Test")["nodes"]["split"]
    assert [(arm["port"], arm["n"], arm["converted"]) for arm in test["arms"]] == [
        ("b", 8, 2),
        ("else", 12, 1),
    ]
    visit, spend = test["metrics"]
    assert [(arm["port"], arm["value"]) for arm in visit["arms"]] == [("b", 3 / 8), ("else", 1 / 12)]
    assert [arm["value"] for arm in spend["arms"]] == pytest.approx([60 / 8, 1])
    assert (spend["kind"], spend["arms"][1]["sd"]) == ("mean", pytest.approx(12 / 12**0.5))
    assert test["srm"]["p"] is not None
    assert test["comparisons"][0]["a"] == "b"


def test_an_ab_split_deals_out_everybody_and_is_held_to_its_weights() -> None:
    arms = [{"port": "b", "label": "B", "weight": 1}, {"port": "c", "label": "C", "weight": 3}]
    rehearsed = Rehearsed.with_people(400)
    rehearsed.publish(split_graph("ab_split", {"arms": arms}, "c"))
    rehearsed.pass_time()
    test = ab_report(rehearsed.workspace, name="Test")["nodes"]["split"]
    assert sum(arm["n"] for arm in test["arms"]) == 400
    assert test["srm"]["warn"] is False
    assert test["arms"][0]["n"] < test["arms"][1]["n"]


def test_held_out_contacts_are_compared_with_everyone_else() -> None:
    rehearsed = Rehearsed.with_people(200)
    rehearsed.publish(chain(EVERYBODY, FIRST, PAUSE, goal=GOAL, holdout=25))
    rehearsed.pass_time(HOUR)
    rehearsed.happened("purchase", range(1, 201))
    rehearsed.pass_time(HOUR)
    held = ab_report(rehearsed.workspace, name="Test")["holdout"]
    arms = {arm["port"]: arm for arm in held["arms"]}
    assert arms["treated"]["n"] + arms["holdout"]["n"] == 200
    assert arms["holdout"]["converted"] == arms["holdout"]["n"] > 20
    assert nodes_report(rehearsed.workspace, name="Test")["nodes"]["in"]["entered"] == arms["treated"]["n"]


def test_a_touch_names_its_contact_status_reason_and_outcomes() -> None:
    rehearsed = Rehearsed.with_people(2, rates={"delivered": 1.0, "opened": 1.0, "clicked": 1.0})
    rehearsed.set_field("email", None, [2])
    rehearsed.set_field("email_fold", None, [2])
    rehearsed.publish(chain(EVERYBODY, FIRST, PAUSE))
    rehearsed.pass_time(HOUR)
    first, second = touches_report(rehearsed.workspace, name="Test")["touches"]
    assert first == {
        "contact": "c1", "node": "first", "channel": "email", "status": "sent", "reason": None,
        "outcomes": ["sent", "delivered"], "at": "2026-03-02T09:00:00+00:00", "attempts": 1,
    }  # fmt: skip
    assert (second["status"], second["reason"], second["outcomes"]) == ("skipped", "no_address", ["skipped"])
    rehearsed.pass_time(2 * HOUR)
    again = touches_report(rehearsed.workspace, name="Test")["touches"][0]
    assert again["outcomes"] == ["sent", "delivered", "opened", "clicked"]


def test_a_row_a_node_tells_rates_and_reasons() -> None:
    rehearsed = Rehearsed.with_people(10, rates={"delivered": 1.0, "opened": 1.0})
    rehearsed.set_field("email", None, [2, 3])
    rehearsed.publish(chain(EVERYBODY, FIRST, PAUSE))
    rehearsed.pass_time(3 * HOUR)
    row = next(row for row in node_rows(rehearsed.workspace, name="Test") if row["node"] == "first")
    assert (row["entered"], row["reached"], row["reach"]) == (10, 8, 0.8)
    assert (row["open_rate"], row["click_rate"], row["reasons"]) == (1.0, 0.0, {"no_address": 2})


def test_the_story_of_a_contact_gives_the_reason_in_words() -> None:
    rehearsed = rehearsed_chain()
    run = contact_report(rehearsed.workspace, name="Test", key="c1")["runs"][0]
    assert (run["state"], run["reason"], run["by"], run["pass"]) == ("exited", "goal", "audience", 1)
    said = [line["text"] for line in run["story"]]
    assert said[0] == "Entered by the audience"
    assert said[-1] == "Left: reached the goal"
    assert [step["node"] for step in run["steps"]] == ["in", "first"]
    assert contact_report(rehearsed.workspace, name="Test", key="c99")["runs"][0]["state"] == "completed"


def test_an_unknown_contact_or_strategy_is_refused_with_its_name() -> None:
    rehearsed = rehearsed_chain()
    with pytest.raises(UserError, match="nobody"):
        contact_report(rehearsed.workspace, name="Test", key="nobody")
    with pytest.raises(UserError, match="Nothing"):
        nodes_report(rehearsed.workspace, name="Nothing")


def test_counters_of_older_versions_are_kept_by_node_and_port() -> None:
    rehearsed = Rehearsed.with_people(10)
    rehearsed.publish(chain(EVERYBODY, FIRST, PAUSE))
    rehearsed.pass_time(HOUR)
    rehearsed.publish(chain(EVERYBODY, SECOND, PAUSE))
    rehearsed.pass_time(HOUR)
    nodes = nodes_report(rehearsed.workspace, name="Test")["nodes"]
    assert nodes["first"]["ports"] == {"out": 10}
    assert nodes["second"]["entered"] == 0
