"""Ways of wires, tidying and the edits behind the gestures, for any graph."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from canvas_app.ui.canvas import edits, metrics
from canvas_app.ui.canvas.card import Card
from canvas_app.ui.canvas.drawn import Drawn, drawn_of, with_drawn, with_new
from canvas_app.ui.canvas.routing import Cards, Ends, route_all, route_one
from canvas_app.ui.canvas.tidy import forward, tidied
from canvas_app.ui.palette.catalogue import tile
from nodes.graph import Edge, Graph, Layout, Node
from tests.gui.drawing01 import drawing01

_PORTS = {"email": ("out",), "ab_split": ("a", "b"), "exit": ()}
_ARMS = {"arms": [{"port": port, "label": port.upper(), "weight": 50} for port in ("a", "b")]}


@pytest.fixture(autouse=True)
def _application(qapp: QApplication) -> None:
    """Cards measure their words."""


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    count = draw(st.integers(1, 14))
    graph = Graph("Any")
    for number in range(count):
        kind = draw(st.sampled_from(sorted(_PORTS)))
        place = draw(st.tuples(st.integers(-20, 60), st.integers(-20, 60)))
        node = Node(f"n{number}", kind, params=_ARMS if kind == "ab_split" else {})
        graph = graph.with_node(node, (place[0] * 8.0, place[1] * 8.0))
    for _step in range(draw(st.integers(0, 20))):
        source, target = (draw(st.sampled_from(sorted(graph.nodes))) for _ in range(2))
        ports = _PORTS[graph.nodes[source].type]
        if ports:
            graph = graph.with_edge(Edge(source, draw(st.sampled_from(ports)), target))
    return graph


def cards_of(graph: Graph) -> dict[str, Card]:
    return {key: Card(node, graph) for key, node in graph.nodes.items()}


def boxes_of(graph: Graph, cards: dict[str, Card]) -> dict[str, metrics.Box]:
    return {
        key: (x, y, x + metrics.WIDTH, y + cards[key].height)
        for key in cards
        for x, y in [graph.position(key)]
    }


def touch(a: metrics.Box, b: metrics.Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@given(graphs())
def test_tidy_cards_never_touch_and_stand_on_the_grid(graph: Graph) -> None:
    cards = cards_of(graph)
    after = tidied(graph, cards, tuple(graph.nodes))
    boxes = list(boxes_of(after, cards).values())
    assert not any(touch(a, b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert all(x % metrics.GRID == 0 and y % metrics.GRID == 0 for x, y, _right, _bottom in boxes)
    assert after.nodes == graph.nodes
    assert after.edges == graph.edges


@given(graphs())
def test_tidying_twice_changes_nothing_more_than_once_where_it_matters(graph: Graph) -> None:
    cards = cards_of(graph)
    once = tidied(graph, cards, tuple(graph.nodes))
    twice = tidied(once, cards, tuple(graph.nodes))
    assert {key: x for key, (x, _y) in once.layout.positions.items()} == {
        key: x for key, (x, _y) in twice.layout.positions.items()
    }


@given(graphs())
def test_tidy_wires_lead_right_except_the_few_that_lead_back(graph: Graph) -> None:
    cards = cards_of(graph)
    after = tidied(graph, cards, tuple(graph.nodes))
    inner = [edge for edge in graph.edges if edge.source != edge.target]
    for edge in forward(tuple(graph.nodes), inner):
        assert after.position(edge.source)[0] < after.position(edge.target)[0]


def test_tidy_keeps_the_order_of_the_ports() -> None:
    split = Node("split", "ab_split", params=_ARMS)
    graph = Graph("Two", nodes={"split": split, "b": Node("b", "exit"), "a": Node("a", "exit")},
                  edges=(Edge("split", "b", "b"), Edge("split", "a", "a")))  # fmt: skip
    after = tidied(graph, cards_of(graph), tuple(graph.nodes))
    assert after.position("a")[1] < after.position("b")[1]


def test_tidying_a_selection_leaves_the_others_where_they_are() -> None:
    graph = drawing01()
    after = tidied(graph, cards_of(graph), ("offer_a", "offer_b", "done"))
    moved = {key for key in graph.nodes if after.position(key) != graph.position(key)}
    assert moved <= {"offer_a", "offer_b", "done"}


@given(graphs())
def test_every_wire_runs_from_port_to_port_in_right_angles(graph: Graph) -> None:
    cards = cards_of(graph)
    boxes = boxes_of(graph, cards)
    ends = {}
    for edge in graph.edges:
        box, target = boxes[edge.source], boxes[edge.target]
        start = (box[2], box[1] + cards[edge.source].port_y(edge.port))
        ends[edge] = Ends(start, (target[0], target[1] + metrics.IN_PORT_Y), box, target)
    routes = route_all(ends, Cards(boxes.values()))
    assert set(routes) == set(graph.edges)
    for edge, route in routes.items():
        assert (route.points[0], route.points[-1]) == (ends[edge].start, ends[edge].end)
        for (x0, y0), (x1, y1) in zip(route.points, route.points[1:], strict=False):
            assert abs(x0 - x1) < 1 or abs(y0 - y1) < 1
        assert route.distance(route.middle) == 0


def test_two_wires_of_one_gap_do_not_lie_on_each_other() -> None:
    box, low, high = (0.0, 0.0, 176.0, 104.0), (300.0, 200.0, 476.0, 256.0), (300.0, 400.0, 476.0, 456.0)
    first, second = Edge("s", "a", "low"), Edge("s", "b", "high")
    ends = {first: Ends((176, 68), (300, 428), box, high), second: Ends((176, 92), (300, 228), box, low)}
    routes = route_all(ends, Cards([box, low, high]))
    assert routes[first].points[1][0] != routes[second].points[1][0]
    assert routes[first].points[1][0] > routes[second].points[1][0]  # the upper port takes the outer lane


def test_a_way_back_runs_below_the_cards() -> None:
    box, before = (300.0, 0.0, 476.0, 56.0), (0.0, 0.0, 176.0, 56.0)
    route = route_one(Ends((476, 28), (0, 28), box, before))
    assert route.back
    assert max(y for _x, y in route.points) > 56


@given(graphs(), st.data())
def test_a_spliced_node_stands_between_and_room_is_made(graph: Graph, data: st.DataObject) -> None:
    if not graph.edges:
        return
    edge = data.draw(st.sampled_from(graph.edges))
    kind = tile("delay")
    assert kind is not None
    after = edits.spliced(graph, edge, kind.node("new"), "out")
    assert any((e.source, e.target) == (edge.source, "new") for e in after.edges)
    assert any((e.source, e.target) == ("new", edge.target) for e in after.edges)
    assert edge not in after.edges
    lost = {key for key in graph.nodes if key not in after.nodes}
    assert lost == set()


@given(graphs(), st.data())
def test_a_pasted_part_is_a_copy_with_ids_of_its_own(graph: Graph, data: st.DataObject) -> None:
    ids = data.draw(st.sets(st.sampled_from(sorted(graph.nodes)), min_size=1))
    piece = edits.part(graph, ids)
    after, fresh = edits.with_part(graph, piece, (24.0, 24.0))
    assert len(after.nodes) == len(graph.nodes) + len(ids)
    assert set(fresh).isdisjoint(graph.nodes)
    assert len(after.edges) == len(graph.edges) + len(piece.edges)
    assert after.edges[: len(graph.edges)] == graph.edges


def test_a_wire_may_not_lead_into_a_start_onto_itself_or_twice() -> None:
    graph = drawing01()
    cards = cards_of(graph)
    assert not edits.may_join(graph, cards, "gold", "out", "in")
    assert not edits.may_join(graph, cards, "gold", "out", "gold")
    assert not edits.may_join(graph, cards, "gold", "out", "taken")
    assert edits.may_join(graph, cards, "gold", "out", "done")


def test_notes_of_other_hands_are_read_and_keep_their_form() -> None:
    entry = {"title": "Mine", "position": [8, 16], "size": [200, 80], "owner": "Lin"}
    graph = Graph("Notes", layout=Layout(notes=(entry,), lanes=({"label": "Sales"}, {"label": "Care"})))
    found = {each.id: each for each in drawn_of(graph.layout)}
    assert (found["notes:0"].x, found["notes:0"].width, found["notes:0"].text) == (8, 200, "Mine")
    assert found["lanes:1"].y == found["lanes:0"].y + found["lanes:0"].height
    moved = with_drawn(graph, {"notes:0": Drawn("notes:0", "note", "Mine", 40, 16, 200, 80)})
    assert moved.layout.notes[0]["position"] == [40, 16]
    assert moved.layout.notes[0]["owner"] == "Lin"


def test_a_new_note_is_written_and_taken_away() -> None:
    note = Drawn("", "note", "Hello", 0, 0, 200, 80)
    graph = with_new(Graph("Notes"), note)
    assert graph.layout.notes[0]["text"] == "Hello"
    assert with_drawn(graph, {"notes:0": None}) == Graph("Notes")
