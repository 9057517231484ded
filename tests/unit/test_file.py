"""The strategy file: what is written is read again, and what is wrong is said with its place."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.check import check
from nodes.file import FORMAT, MOST_NODES, read_graph, write_graph
from nodes.graph import Graph
from tests.helpers.graphs import JSON, any_graphs, audience, chain, delay, email


def file(**changes: Any) -> str:
    return json.dumps({**json.loads(write_graph(chain(audience(), email()))), **changes})


def codes(text: str | bytes) -> list[str]:
    return [problem.code for problem in read_graph(text).problems]


@given(any_graphs())
def test_a_graph_that_is_written_is_read_as_the_same_graph(graph: Graph) -> None:
    read = read_graph(write_graph(graph))
    assert read.problems == ()
    assert read.graph == graph
    assert list(read.graph.nodes) == list(graph.nodes)


@given(any_graphs())
def test_writing_twice_gives_the_same_bytes(graph: Graph) -> None:
    text = write_graph(graph)
    again = read_graph(text.encode()).graph
    assert again is not None
    assert write_graph(again) == text


@given(any_graphs())
def test_any_graph_can_be_checked(graph: Graph) -> None:
    assert all(problem.message for problem in check(graph))


@given(st.text() | st.binary() | JSON.map(json.dumps))
def test_whatever_is_read_a_sentence_comes_and_no_exception(text: str | bytes) -> None:
    read = read_graph(text)
    assert read.problems
    assert all(problem.message.endswith(".") for problem in read.problems)


@given(JSON, st.sampled_from(["name", "settings", "nodes", "edges", "layout"]))
def test_any_value_in_any_place_is_read_or_told(value: Any, key: str) -> None:
    read = read_graph(file(**{key: value}))
    assert read.graph is not None or read.problems
    if read.graph is not None:
        check(read.graph)


def test_keys_are_sorted_and_a_position_takes_one_line() -> None:
    text = write_graph(chain(audience(), email(), b=1, a=2))
    assert '"mail": [256, 0]' in text
    parsed = json.loads(text, object_pairs_hook=lambda pairs: pairs)
    assert [key for key, _ in parsed] == sorted(key for key, _ in parsed)
    assert text.index('"a": 2') < text.index('"b": 1')


def test_moving_a_card_changes_nothing_but_its_line() -> None:
    graph = chain(audience(), email(), delay())
    before, after = (
        write_graph(each).splitlines() for each in (graph, graph.with_positions({"mail": (8, 16)}))
    )
    assert len([pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]) == 1


def test_a_position_inside_a_text_is_left_alone() -> None:
    graph = chain(audience(), email(body="[\n 1,\n 2\n]"))
    assert read_graph(write_graph(graph)).graph == graph


def test_the_example_of_the_format_is_read() -> None:
    text = """{"format": "strategy-canvas/1", "name": "Wake up sleeping customers", "description": "",
 "settings": {"timezone": "Asia/Shanghai", "reentry": {"mode": "after_exit", "gap": "P30D"}},
 "nodes": [{"id": "in", "type": "audience", "label": "Sleeping", "params": {"rule": {"all": []}}},
           {"id": "mail", "type": "email", "label": "We miss you", "params": {"subject": "…", "body": "…"}}],
 "edges": [{"from": "in", "port": "out", "to": "mail", "max_passes": 2}],
 "layout": {"positions": {"in": [0, 0], "mail": [260, 0]}, "frames": [], "notes": [], "lanes": []}}"""
    read = read_graph(text)
    assert read.whole
    assert read.graph is not None
    assert check(read.graph) == []
    assert read.graph.edges[0].max_passes == 2


@pytest.mark.parametrize(
    ("changes", "code", "place"),
    [
        ({"format": "strategy-canvas/2"}, "unknown_format", (None, "format")),
        ({"status": "live"}, "unknown_key", (None, "status")),
        ({"name": 1}, "wrong_type", (None, "name")),
        ({"settings": []}, "wrong_type", (None, "settings")),
        ({"nodes": [{"id": "a", "type": "exit"}, {"id": "a", "type": "exit"}]}, "duplicate_node", ("a", "id")),
        ({"nodes": [{"id": "a", "type": "exit", "approved": True}]}, "unknown_key", ("a", "approved")),
        ({"nodes": [{"id": "a"}]}, "missing_type", ("a", "type")),
        ({"nodes": [{"type": "exit"}]}, "bad_node_id", (None, "nodes[0].id")),
        ({"nodes": [7]}, "bad_node", (None, "nodes[0]")),
        ({"nodes": [{"id": "a", "type": "exit", "params": "x"}]}, "wrong_type", ("a", "params")),
        ({"nodes": [{"id": "a", "type": "exit", "off": "no"}]}, "wrong_type", ("a", "off")),
        ({"edges": [{"from": "in", "to": "mail"}]}, "bad_edge", (None, "edges[0]")),
        ({"edges": [{"from": "in", "port": "out", "to": "mail", "max_passes": True}]}, "bad_edge",
         ("in", "edges[0].max_passes")),
        ({"edges": [{"from": "in", "port": "out", "to": "mail"}] * 2}, "duplicate_edge", ("in", "out")),
        ({"layout": {"positions": {"in": [1]}}}, "bad_position", ("in", "layout.positions")),
        ({"layout": {"zoom": 2}}, "unknown_key", (None, "zoom")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(
    changes: dict[str, Any], code: str, place: tuple[str | None, str]
) -> None:
    read = read_graph(file(**changes))
    assert not read.whole
    assert (code, *place) in [(each.code, each.node, each.field) for each in read.problems]


def test_everything_wrong_is_told_at_once() -> None:
    nodes = [{"id": "a", "type": 1}, {"id": "b", "type": "exit", "x": 1}]
    found = codes(file(status="live", nodes=nodes, edges=[{}]))
    assert {"unknown_key", "wrong_type", "bad_edge"} <= set(found)
    assert len(found) >= 4


def test_more_nodes_than_the_limit_are_refused() -> None:
    nodes = [{"id": str(number), "type": "exit"} for number in range(MOST_NODES + 1)]
    assert codes(file(nodes=nodes)) == ["too_many_nodes"]
    assert "too_many_nodes" not in codes(file(nodes=nodes[:-1]))


def test_a_byte_order_mark_is_passed_over_and_told() -> None:
    read = read_graph(b"\xef\xbb\xbf" + file().encode())
    assert read.whole
    assert [problem.code for problem in read.problems] == ["byte_order_mark"]


def test_what_no_node_knows_stays_in_the_graph() -> None:
    nodes = [{"id": "a", "type": "telepathy", "params": {"to": "all"}}]
    read = read_graph(file(nodes=nodes, edges=[{"from": "a", "port": "x", "to": "nowhere"}]))
    assert read.whole
    assert read.graph is not None
    assert json.loads(write_graph(read.graph))["nodes"][0]["params"] == {"to": "all"}
    assert {"unknown_type", "dangling_edge"} <= {problem.code for problem in check(read.graph)}


def test_the_format_names_itself() -> None:
    assert json.loads(write_graph(Graph()))["format"] == FORMAT
