"""Drawings of other tools become skeletons: structure, names, places; what has no counterpart is a note."""

import json
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_app.operations.strategies import import_strategy, list_strategies, load_draft
from nodes.check import FILE_CODES, check
from nodes.file import read_graph, write_graph
from nodes.graph import Edge, Graph
from nodes.imports import read_drawing
from storage.workspace import Workspace, create_workspace
from tests.helpers.drawings import BPMN, n8n_file, n8n_node, welcome


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return create_workspace(str(tmp_path / "shop.sqlite"), timezone="UTC")


def drawn(text: str | bytes) -> Graph:
    read = read_drawing(text)
    assert read.graph is not None, [each.message for each in read.problems]
    assert [each for each in check(read.graph) if each.code in FILE_CODES] == []
    assert read_graph(write_graph(read.graph)).graph == read.graph
    return read.graph


def refusal(text: str | bytes) -> str:
    read = read_drawing(text)
    assert read.graph is None
    (problem,) = read.problems
    return problem.code


def kinds(graph: Graph) -> dict[str, str]:
    return {node.label: node.type + (" off" if node.off else "") for node in graph.nodes.values()}


def wires(graph: Graph) -> set[tuple[str, str, str]]:
    names = {key: node.label for key, node in graph.nodes.items()}
    return {(names[each.source], each.port, names[each.target]) for each in graph.edges}


def test_a_workflow_keeps_its_names_and_structure() -> None:
    graph = drawn(welcome())
    assert graph.name == "Café welcome"
    assert kinds(graph) == {
        "New guest": "event_entry", "VIP?": "rule_split", "Tier": "rule_split", "Wait a bit": "delay",
        "Say hello": "email", "Tell the CRM": "webhook", "Join": "update_contact off", "Row": "connector",
        "Think": "connector",
    }  # fmt: skip
    assert wires(graph) == {
        ("New guest", "out", "VIP?"), ("VIP?", "way_1", "Tier"), ("VIP?", "else", "Wait a bit"),
        ("Tier", "way_1", "Say hello"), ("Tier", "way_2", "Say hello"), ("Tier", "else", "Join"),
        ("Wait a bit", "out", "Say hello"), ("Say hello", "out", "Tell the CRM"), ("Tell the CRM", "out", "Join"),
        ("Join", "out", "Row"), ("Row", "out", "Think"), ("Row", "out", "Wait a bit"),
    }  # fmt: skip
    assert [each["label"] for each in graph.nodes["tier"].params["branches"]] == ["Gold", "Silver"]


def test_places_keep_their_order_and_cards_do_not_lie_on_each_other() -> None:
    graph = drawn(welcome())
    across = [graph.position(key)[0] for key in ("new_guest", "vip", "tier", "say_hello", "join")]
    assert across == [0, 248, 496, 752, 1248]
    assert graph.position("tier")[1] < graph.position("say_hello")[1] < graph.position("wait_a_bit")[1]


def test_what_was_written_is_kept_but_no_recipient_and_no_secret() -> None:
    nodes = drawn(welcome()).nodes
    assert nodes["say_hello"].params == {"subject": "Welcome!", "body": "Good to see you."}
    assert nodes["tell_the_crm"].params == {"url": "https://crm.example.com/in", "method": "PUT"}
    assert nodes["wait_a_bit"].params == {"for": "P3D"}
    worked_out = n8n_file(
        [n8n_node("Mail", "gmail", subject="=Hi {{ $json.name }}", message="{{ $json.text }}")]
    )
    assert drawn(worked_out).nodes["mail"].params == {}


def test_only_ways_back_are_limited() -> None:
    graph = drawn(welcome())
    limited = [each for each in graph.edges if each.max_passes is not None]
    assert len(limited) == 1
    assert not nx.is_directed_acyclic_graph(graph.structure)
    assert nx.is_directed_acyclic_graph(graph.without_edges(limited).structure)
    alone = drawn(n8n_file([n8n_node("Code", "code")], ("Code", 0, "Code")))
    assert alone.edges == (Edge("code", "out", "code", 10),)


def test_what_has_no_counterpart_is_told_on_the_canvas() -> None:
    texts = [note["text"] for note in drawn(welcome()).layout.notes]
    assert "## Welcome\nby us" in texts
    assert any("Model (lm Chat Open Ai), used by Think" in text for text in texts)
    assert any("google Sheets: Row" in text and "1 way back is limited" in text for text in texts)


def test_nobody_takes_a_branch_before_its_rule_is_written() -> None:
    (branch,) = drawn(welcome()).nodes["vip"].params["branches"]
    assert branch["rule"] == {"any": []}


def test_a_second_way_out_gets_a_card_of_its_own() -> None:
    nodes = [n8n_node("Ask", "httpRequest"), n8n_node("Fine", "noOp"), n8n_node("Broken", "noOp")]
    graph = drawn(n8n_file(nodes, ("Ask", 0, "Fine"), ("Ask", 1, "Broken")))
    assert wires(graph) == {
        ("Ask", "out", "Ask: outcome"), ("Ask: outcome", "else", "Fine"), ("Ask: outcome", "way_1", "Broken"),
    }  # fmt: skip


def test_wires_that_lead_nowhere_are_counted() -> None:
    graph = drawn(n8n_file([n8n_node("A", "code")], ("A", 0, "Gone"), ("Gone", 0, "A")))
    assert graph.edges == ()
    assert "2 connections lead nowhere." in graph.layout.notes[0]["text"]


def test_a_start_in_the_middle_lets_people_pass() -> None:
    graph = drawn(n8n_file([n8n_node("A", "cron"), n8n_node("B", "webhook")], ("A", 0, "B")))
    assert kinds(graph) == {"A": "audience", "B": "update_contact off"}
    assert "edge_into_entry" not in {each.code for each in check(graph)}


def test_what_is_switched_off_stays_off() -> None:
    assert drawn(n8n_file([{**n8n_node("A", "wait"), "disabled": True}])).nodes["a"].off


def test_a_diagram_keeps_its_names_and_structure() -> None:
    graph = drawn(BPMN)
    assert graph.name == "Order"
    assert kinds(graph) == {
        "Ordered": "event_entry", "In stock?": "rule_split", "Ask the supplier": "task", "A week": "delay",
        "Too late": "update_contact off", "": "update_contact off",
        "Print label": "connector", "Tell the customer": "email", "Done": "exit",
    }  # fmt: skip
    assert {
        ("Ordered", "out", "In stock?"), ("In stock?", "way_1", ""), ("In stock?", "else", "Ask the supplier"),
        ("Ask the supplier", "done", "A week"), ("Ask the supplier", "overdue", "Too late"),
        ("Too late", "out", "Done"), ("", "out", "Print label"), ("Print label", "out", ""),
        ("", "out", "Tell the customer"), ("Tell the customer", "out", "Done"), ("A week", "out", "In stock?"),
    } == wires(graph)  # fmt: skip
    assert [edge.source for edge in graph.edges if edge.max_passes] == ["a_week"]


def test_a_diagram_keeps_lanes_frames_and_remarks() -> None:
    graph = drawn(BPMN)
    assert [lane["title"] for lane in graph.layout.lanes] == ["Sales"]
    assert [frame["title"] for frame in graph.layout.frames] == ["Ship"]
    assert "Mind the holidays" in [note["text"] for note in graph.layout.notes]
    assert graph.nodes["ask_the_supplier"].params == {"title": "Ask the supplier", "note": "By phone"}
    assert graph.nodes["a_week"].params == {"for": "P7D"}


def test_a_sub_process_that_only_goes_round_can_be_left() -> None:
    round_and_round = BPMN.replace('sourceRef="st" targetRef="se"', 'sourceRef="st" targetRef="ss"').replace(
        '<b:endEvent id="se"/>', ""
    )
    assert ("Print label", "out", "Tell the customer") not in wires(drawn(round_and_round))
    assert [edge.target for edge in drawn(round_and_round).edges_to("tell_the_customer")] == [
        "tell_the_customer"
    ]


_BOMB = '<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (_BOMB, "doctype"),
        ('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>', "doctype"),
        ("<html/>", "not_bpmn"),
        ("<a><b></a>", "not_xml"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "bad_encoding"),
        ("<a>" * 100 + "</a>" * 100, "too_deep"),
        (b"<a>" + b" " * (21 << 20) + b"</a>", "too_large"),
        (BPMN[: BPMN.index("<b:collaboration")] + "</b:definitions>", "empty_drawing"),
        ('{"nodes": [], "connections": {}}', "empty_drawing"),
        ('{"nodes": [1], "connections": {}}', "bad_node"),
        ('{"nodes": [{"name": "A"}], "connections": {}}', "bad_node"),
        ('{"connections": {}, "nodes": ' + "[" * 100 + "]" * 100 + "}", "too_deep"),
        ('{"connections": {}, "nodes": ' + "[" * 100_000 + "]" * 100_000 + "}", "too_deep"),
        (n8n_file([n8n_node(str(n), "set") for n in range(5001)]), "too_many_nodes"),
        ('{"nodes": {}, "edges": []}', "unknown_format"),
    ],
    ids=range(15),
)
def test_what_cannot_be_read_is_refused_by_name(text: str | bytes, code: str) -> None:
    assert refusal(text) == code


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["a", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["node", "main", "a"]), inner),
    max_leaves=8,
)  # fmt: skip
_KINDS = st.sampled_from(
    ["if", "switch", "wait", "emailSend", "httpRequest", "stickyNote", "set", "cron", "", "x.y"]
)
_FIELDS = st.sampled_from(
    [
        "rules",
        "amount",
        "unit",
        "subject",
        "url",
        "method",
        "resume",
        "content",
        "width",
        "numberOutputs",
        "operation",
    ]
)


@given(st.data())
def test_no_workflow_throws_and_each_is_kept_equal(data: st.DataObject) -> None:
    items = data.draw(
        st.lists(
            st.fixed_dictionaries(
                {"type": _KINDS, "name": st.sampled_from(["a", "b", "c"]) | _JSON},
                optional={
                    "position": _JSON,
                    "parameters": st.dictionaries(_FIELDS, _JSON),
                    "typeVersion": _JSON,
                },
            ),
            max_size=5,
        )
    )
    links = st.lists(
        st.lists(st.fixed_dictionaries({"node": st.sampled_from("abcd")}) | _JSON, max_size=3) | _JSON
    )
    connections = data.draw(
        st.dictionaries(
            st.sampled_from("abcd"), st.dictionaries(st.sampled_from(["main", "ai_x"]), links) | _JSON
        )
    )
    text = json.dumps({"nodes": items, "connections": connections, "name": data.draw(_JSON)})
    read = read_drawing(text)
    assert (read.graph is None) == any(each.code == "empty_drawing" for each in read.problems)
    if read.graph is not None:
        drawn(text)


@given(st.data())
def test_a_broken_diagram_never_throws(data: st.DataObject) -> None:
    start = data.draw(st.integers(60, len(BPMN)))
    end = data.draw(st.integers(start, len(BPMN)))
    read = read_drawing(
        BPMN[:start] + data.draw(st.sampled_from(["", "id=", "<", "p", "g", "/>"])) + BPMN[end:]
    )
    assert read.graph is not None or read.problems


@pytest.mark.parametrize("text", [welcome(), BPMN])
def test_a_drawing_never_takes_the_place_of_a_strategy(workspace: Workspace, text: str) -> None:
    first = import_strategy(workspace, text=text)
    second = import_strategy(workspace, text=text)
    assert (first.refused, first.revision, second.name) == (False, 1, f"{first.name} 2")
    assert [each.name for each in list_strategies(workspace)] == [first.name, second.name]


def test_a_drawing_without_a_name_is_called_like_its_file(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "Winter sale.json"
    file.write_text(n8n_file([n8n_node("A", "cron")], name=""), encoding="utf-8")
    assert import_strategy(workspace, file=file).name == "Winter sale"
    assert list(load_draft(workspace, name="Winter sale").graph.nodes) == ["a"]
