"""What every node type promises: the ports of the contract, words for people, params that explain themselves."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodes.channel import Channel
from nodes.file import read_graph, write_graph
from nodes.graph import Edge, Graph, Node
from nodes.registry import behaviour, node_types
from nodes.spec import NodeType
from storage.base.problems import Level
from tests.helpers.graphs import JSON
from tests.helpers.oracle import Case, by_engine, by_walk, prepared, salt_of
from tests.helpers.people import Happening, Person

KINDS = sorted(node_types())
RULE = {"field": "score", "op": ">", "value": 1}
MINIMAL: dict[str, dict[str, Any]] = {
    "audience": {"rule": RULE},
    "event_entry": {"event": "signup"},
    "date_entry": {"field": "birthday"},
    "rule_split": {"branches": [{"port": "rich", "label": "Rich", "rule": RULE}]},
    "result_split": {"of": "mail", "branches": [{"port": "good", "label": "Good", "outcomes": ["opened"]}]},
    "ab_split": {
        "arms": [{"port": "a", "label": "A", "weight": 1}, {"port": "b", "label": "B", "weight": 1}]
    },
    "delay": {"for": "P1D"},
    "wait_for": {"event": "visit", "timeout": "P1D"},
    "data_sync": {"source": "crm"},
    "update_contact": {"set": {"stage": "mql"}},
    "task": {"title": "Call"},
    "preferred": {"order": ["email"], "messages": {"email": {"subject": "Hello", "body": "Hello"}}},
    "move": {"strategy": "Other"},
    "goto": {"node": "mail", "max_passes": 2},
    "exit": {},
    "email": {"subject": "Hello", "body": "Hello"},
    "sms": {"text": "Hello"},
    "wecom": {"text": "Hello"},
    "official_account": {"text": "Hello"},
    "app_push": {"title": "Hello", "text": "Hello"},
    "ai_call": {"script": "Hello"},
    "manual_call": {"script": "Hello"},
    "webhook": {"url": "https://example.com/hook"},
    "rpa": {"action": "greet"},
    "connector": {"action": "greet"},
}
PORTS: dict[str, list[str]] = {
    "rule_split": ["rich", "else"], "result_split": ["good", "else"], "ab_split": ["a", "b"],
    "wait_for": ["hit", "timeout"],
    "data_sync": ["ok", "error"], "task": ["done", "overdue"], "move": [], "goto": ["exhausted"], "exit": [],
}  # fmt: skip


def made(kind: str, params: dict[str, Any] | None = None) -> NodeType:
    found = behaviour(Node("n", kind, "", params or {}))
    assert found is not None
    return found


def test_every_node_type_of_the_contract_exists() -> None:
    assert set(MINIMAL) <= set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_node_is_right_or_says_what_is_missing(kind: str) -> None:
    problems = list(made(kind).check())
    params = {param.key for param in node_types()[kind].param_list()}
    assert {problem.code for problem in problems if problem.level is Level.ERROR} <= {"missing_param"}
    assert all(problem.field in params and problem.message for problem in problems)


@pytest.mark.parametrize("kind", sorted(MINIMAL))
def test_a_node_with_what_it_needs_is_right(kind: str) -> None:
    assert [problem for problem in made(kind, MINIMAL[kind]).check() if problem.level is Level.ERROR] == []


@pytest.mark.parametrize("kind", sorted(MINIMAL))
def test_a_node_has_the_ports_of_the_contract(kind: str) -> None:
    ports = made(kind, MINIMAL[kind]).ports()
    assert [port.id for port in ports] == PORTS.get(kind, ["out"])
    assert all(port.label for port in ports)


def test_a_move_that_stays_goes_on() -> None:
    assert [port.id for port in made("move", {"strategy": "Other", "leave": False}).ports()] == ["out"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_node_says_what_it_is(kind: str) -> None:
    found = node_types()[kind]
    assert found.label
    assert found.icon
    assert found.family
    assert found.__doc__
    assert found.tooltip()
    assert found.__doc__ != NodeType.__doc__


@pytest.mark.parametrize("kind", KINDS)
def test_every_param_has_a_label_and_a_key_of_its_own(kind: str) -> None:
    params = node_types()[kind].param_list()
    assert all(param.label for param in params)
    assert len({param.key for param in params}) == len(params)


@pytest.mark.parametrize("kind", sorted(MINIMAL))
def test_a_node_comes_back_from_the_file_as_it_was(kind: str) -> None:
    graph = Graph(name="One", nodes={"n": Node("n", kind, "Label", MINIMAL[kind], off=True)})
    text = write_graph(graph)
    assert read_graph(text).graph == graph
    assert json.loads(text)["nodes"][0]["params"] == MINIMAL[kind]


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25)
@given(data=st.data())
def test_no_params_make_a_node_fail(kind: str, data: st.DataObject) -> None:
    keys = [param.key for param in node_types()[kind].param_list()]
    found = made(kind, data.draw(st.dictionaries(st.sampled_from([*keys, "unknown"]), JSON, max_size=4)))
    assert isinstance(found.summary(), str)
    assert all(port.id for port in found.ports())
    assert all(problem.message for problem in found.check())


@pytest.mark.parametrize("kind", sorted(MINIMAL))
def test_a_param_nobody_knows_is_named(kind: str) -> None:
    found = [
        problem
        for problem in made(kind, {**MINIMAL[kind], "colour": "red"}).check()
        if problem.field == "colour"
    ]
    assert [problem.code for problem in found] == ["unknown_param"]


@pytest.mark.parametrize("kind", sorted(kind for kind in MINIMAL if not node_types()[kind].entry))
def test_a_node_that_is_off_is_passed_by_through_its_first_port(kind: str) -> None:
    """Nothing happens at it, and everybody goes on; after a node without ports nobody does."""
    off = Node("n", kind, "", MINIMAL[kind], off=True)
    start, last = (
        Node("in", "audience", "", {"rule": {"all": []}}),
        Node("last", "update_contact", "", {"add_tags": ["VIP"]}),
    )
    ports = made(kind, MINIMAL[kind]).ports()
    edges = [Edge("in", "out", "n"), *(Edge("n", port.id, "last") for port in ports[:1])]
    graph = Graph("Off", "", {"category": "service"}, {"in": start, "n": off, "last": last}, tuple(edges))
    case = Case(graph, [Person(1, events=[Happening("visit", 1_800_000_060)])], 1_800_000_000, 1_800_000_600)
    workspace = prepared(case)
    assert workspace is not None
    found = by_engine(case, workspace)
    passed = [("in", "out", 0, case.start), *([("last", "out", 0, case.start)] if ports else [])]
    assert found["steps"] == {(1, 1): passed}
    if kind in (
        "rule_split",
        "ab_split",
        "wait_for",
        "update_contact",
        "exit",
        "email",
        "sms",
        "ai_call",
        "delay",
    ):
        assert found == by_walk(case, salt_of(workspace))
    workspace.close()


@pytest.mark.parametrize(
    "kind", sorted(kind for kind, found in node_types().items() if issubclass(found, Channel))
)
def test_a_channel_node_says_which_outcomes_it_knows(kind: str) -> None:
    found = made(kind, MINIMAL.get(kind))
    assert isinstance(found, Channel)
    assert {"sent", "failed", "skipped", "unknown"} <= set(found.kept_outcomes())
