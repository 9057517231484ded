"""Whatever people draw, and wherever it stands: its reports add up."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canvas_app.operations.strategies import has_errors
from nodes.check import check
from nodes.graph import Edge, Graph, Node
from tests.helpers.adding_up import assert_adds_up
from tests.helpers.rehearsals import DAY, HOUR, Rehearsed

MAIL = {"subject": "Hello", "body": "Come back"}
SHARES = st.sampled_from([0.0, 0.1, 0.5, 1.0])
RULE = {"event": "visit"}


@st.composite
def drawn_strategies(draw: st.DrawFn) -> Graph:
    """Messages, waits, splits, merges, a jump and an exit after one entry, in any order."""
    nodes = [Node("in", "audience", "Everybody", {"rule": {"all": []}})]
    edges: list[Edge] = []
    open_ports: list[tuple[str, str]] = [("in", "out")]
    mails: list[str] = []
    for number in range(draw(st.integers(1, 7))):
        key = f"n{number}"
        kind = draw(
            st.sampled_from(["email", "delay", "ab_split", "rule_split", "wait_for", "result_split", "exit"])
        )
        if kind == "result_split" and not mails:
            kind = "email"
        params, ports = _params(kind, mails[-1] if mails else "")
        taken = open_ports[: draw(st.sampled_from([1, len(open_ports)]))]
        edges += [Edge(source, port, key) for source, port in taken]
        open_ports = open_ports[len(taken) :] + [(key, port) for port in ports]
        nodes.append(Node(key, kind, "", params))
        mails += [key] if kind == "email" else []
        if not open_ports:
            break
    if draw(st.booleans()) and open_ports:
        nodes += [
            Node("pause", "delay", "", {"for": "PT5H"}),
            Node("again", "goto", "", {"node": "pause", "max_passes": 2}),
        ]
        edges += [Edge(*open_ports[0], "pause"), Edge("pause", "out", "again")]
    settings_: dict[str, Any] = {"goal": {"event": "purchase"}, "holdout": draw(st.sampled_from([0, 20]))}
    return Graph("Any", "", settings_, {node.id: node for node in nodes}, tuple(edges))


def _params(kind: str, mail: str) -> tuple[dict[str, Any], list[str]]:
    match kind:
        case "email":
            return MAIL, ["out"]
        case "delay":
            return {"for": "PT30H"}, ["out"]
        case "ab_split":
            arms = [{"port": "a", "label": "A", "weight": 2}, {"port": "b", "label": "B", "weight": 1}]
            return {"arms": arms}, ["a", "b"]
        case "rule_split":
            return {"branches": [{"port": "yes", "label": "Yes", "rule": RULE}], "experiment": True}, [
                "yes",
                "else",
            ]
        case "wait_for":
            return {"event": "visit", "timeout": "P1D"}, ["hit", "timeout"]
        case "result_split":
            branches = [{"port": "yes", "label": "Yes", "outcomes": ["clicked"]}]
            return {"of": mail, "branches": branches, "wait": "PT6H"}, ["yes", "else"]
        case _:
            return {"reason": "enough"}, []


def publishable(graph: Graph) -> bool:
    """A result split may have come before its message."""
    return not has_errors(check(graph))


@settings(max_examples=15)
@given(
    graph=drawn_strategies().filter(publishable),
    opened=SHARES,
    failed=st.sampled_from([0.0, 0.05]),
    stop=st.booleans(),
)
def test_the_reports_of_any_strategy_add_up(graph: Graph, opened: float, failed: float, stop: bool) -> None:
    rates = {"delivered": 1.0, "opened": opened, "clicked": opened / 2, "failed": failed, "bounced": failed}
    rehearsed = Rehearsed.with_people(40, rates=rates)
    rehearsed.publish(graph)
    assert_adds_up(rehearsed.workspace, "Any")
    rehearsed.pass_time()
    assert_adds_up(rehearsed.workspace, "Any")
    rehearsed.happened("visit", range(1, 40, 3))
    rehearsed.happened("purchase", range(1, 40, 7), amount=10)
    rehearsed.pass_time(HOUR)
    assert_adds_up(rehearsed.workspace, "Any")
    rehearsed.pass_time(2 * DAY)
    rehearsed.happened("purchase", range(2, 40, 7), amount=10)
    rehearsed.pass_time(1)
    if stop:
        from canvas_app.operations.running import stop as end

        end(rehearsed.workspace, name="Any")
    assert_adds_up(rehearsed.workspace, "Any")


@pytest.mark.parametrize("report", ["nodes", "funnel", "ab", "touches", "timeline"])
def test_a_draft_has_empty_reports(report: str) -> None:
    from importlib import import_module

    from canvas_app.operations.strategies import save_draft

    rehearsed = Rehearsed.with_people(1)
    graph = Graph("Draft", nodes={"in": Node("in", "audience"), "mail": Node("mail", "email", "Hi", MAIL)},
                  edges=(Edge("in", "out", "mail"),))  # fmt: skip
    save_draft(rehearsed.workspace, name="Draft", graph=graph)
    module = import_module(f"canvas_app.reports.{'days' if report == 'timeline' else report}")
    found = getattr(module, f"{report}_report")(rehearsed.workspace, name="Draft")
    assert isinstance(found, dict)
    assert_adds_up(rehearsed.workspace, "Draft")
