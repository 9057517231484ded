"""What the canvas shows: problems, figures, comparisons, pictures, words for screen readers."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QAccessible, QAction, QImage
from pytestqt.qtbot import QtBot

from canvas_app.ui.canvas.card import short
from canvas_app.ui.canvas.counts import Counts, NodeCount
from canvas_app.ui.canvas.editor import CanvasEditor
from canvas_app.ui.canvas.hits import Hit
from canvas_app.ui.canvas.tips import tip_for
from canvas_app.ui.canvas.wire_art import _repeated
from canvas_app.ui.theme import color, set_theme
from nodes.graph import Edge, Graph, Node
from storage.base.problems import Problem
from storage.base.words import set_language
from tests.gui.canvas_fixtures import editor, small
from tests.gui.drawing01 import drawing01, figures
from tests.helpers import mouse

__all__ = ["editor"]

COUNTS = Counts(
    {"mail": NodeCount(1000, 40, 12, {"out": 948}), "in": NodeCount(1000, 0, 0, {"out": 1000})}, now=40
)


# -- what is told about the strategy ---------------------------------------------------------------------------


def test_an_error_takes_the_sub_line_and_a_remark_does_not(editor: CanvasEditor) -> None:
    editor.show_problems(
        [Problem.error("x", "No sender account").at("mail"), Problem.info("y", "Fine").at("text")]
    )
    assert editor.canvas.cards["mail"].sub_line[0] == "No sender account"
    assert editor.canvas.cards["text"].level is None
    editor.show_problems([])
    assert editor.canvas.cards["mail"].level is None


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("“Mail” has no sender account. Choose who it comes from.", "Has no sender account"),
        ("“Mail”没有发件账户。请选择发件人。", "没有发件账户"),
        ("Nothing leads here.", "Nothing leads here"),
        ("“Mail”", "“Mail”"),
    ],
)
def test_the_sub_line_says_the_problem_without_the_name_again(message: str, line: str) -> None:
    assert short(message, "Mail") == line


def test_a_draft_is_compared_with_what_is_live(editor: CanvasEditor) -> None:
    editor.compare_with(small())
    changed = editor.graph.with_params("mail", subject="Other").without_nodes(["end"])
    editor.replace(changed.with_node(Node("new", "delay"), (720.0, 0.0)), "Change")
    comparison = editor.canvas.comparison
    assert comparison is not None
    assert [comparison.mark(editor.graph, key) for key in ("in", "mail", "new")] == [
        "",
        "warning_fill",
        "success_fill",
    ]
    place = editor.view.viewport_place(QPointF(241, 40))
    assert (
        editor.view.grab().toImage().pixelColor(place.x(), place.y()).name() == color("warning_fill").name()
    )
    editor.compare_with(None)
    assert (
        editor.view.grab().toImage().pixelColor(place.x(), place.y()).name() != color("warning_fill").name()
    )


def test_a_click_on_a_figure_asks_for_the_people_behind_it(editor: CanvasEditor, qtbot: QtBot) -> None:
    editor.set_graph(drawing01())
    editor.show_counts(figures())
    editor.zoom_to(1.0)
    x, y = editor.graph.position("outcome")
    for down, expected in ((68, "interested"), (92, "declined"), (164, "")):
        editor.view.center_at(QPointF(x, y))
        with qtbot.waitSignal(editor.people_wanted) as told:
            mouse.click(editor.view, (x + 120, y + down))
        assert told.args == ["outcome", expected]


def test_a_frame_collapses_to_its_head_and_its_wires_end_there(editor: CanvasEditor) -> None:
    editor.select(["mail"])
    editor.add_frame()
    editor.close_popups()
    frame = editor.graph.layout.frames[0]
    right = frame["x"] + frame["width"]
    mouse.click(editor.view, (right - 16, frame["y"] + 16))
    assert editor.graph.layout.frames[0]["collapsed"] is True
    assert not editor.canvas.items_by_id["mail"].isVisible()
    route = editor.canvas.routes[Edge("mail", "out", "text")]
    assert route.points[0] == (right, frame["y"] + 20)
    mouse.drag(editor.view, (frame["x"] + 60, frame["y"] + 16), (frame["x"] + 60, frame["y"] + 96))
    assert editor.graph.position("mail") == (240.0, 80.0)
    mouse.click(editor.view, (right - 16, frame["y"] + 96))
    assert "collapsed" not in editor.graph.layout.frames[0]
    assert editor.canvas.items_by_id["mail"].isVisible()


def test_only_the_editor_in_front_bears_the_names_of_its_parts(editor: CanvasEditor) -> None:
    editor.set_in_front(False)
    assert editor.findChild(QAction, "action_undo") is None
    editor.set_in_front(True)
    assert editor.findChild(QAction, "action_undo") is editor.actions()["undo"]


def test_a_tip_says_what_the_card_had_no_room_for_and_never_reads_data_as_markup(
    editor: CanvasEditor,
) -> None:
    editor.replace(editor.graph.with_params("mail", subject="<img src=x>"), "Change")
    editor.show_problems([Problem.error("x", "No sender account. Choose one.").at("mail")])
    tip = tip_for(editor.canvas, Hit("node", "mail"))
    assert "No sender account. Choose one." in tip
    assert "<img" not in tip
    assert tip_for(editor.canvas, None) == ""


def test_figures_come_and_go_with_their_rows(editor: CanvasEditor) -> None:
    assert editor.canvas.cards["mail"].height == 56
    editor.show_counts(COUNTS)
    assert editor.canvas.cards["mail"].height == 80
    assert editor.live_box.isVisible()
    editor.show_counts(None)
    assert editor.canvas.cards["mail"].height == 56
    assert not editor.live_box.isVisible()


def test_figures_change_at_most_twice_a_second(editor: CanvasEditor, qtbot: QtBot) -> None:
    editor.show_counts(COUNTS)
    later = Counts({"mail": NodeCount(2000)})
    editor.show_counts(later)
    assert editor.canvas.counts == COUNTS
    qtbot.waitUntil(lambda: editor.canvas.counts == later, timeout=2000)


def test_shares_at_one_node_add_up() -> None:
    counts = figures()
    for key, count in counts.nodes.items():
        shares = [counts.share(key, port) for port in count.ports]
        assert not shares or sum(share or 0 for share in shares) == pytest.approx(1)


def test_the_picture_comes_along_when_a_drag_leaves_the_view(editor: CanvasEditor) -> None:
    before = editor.view.visible_scene().right()
    mouse.press(editor.view, (568, 188))
    for _step in range(10):
        mouse.move(editor.view, (editor.view.visible_scene().right() + 20, 188))
    mouse.release(editor.view, (editor.view.visible_scene().right(), 188))
    assert editor.view.visible_scene().right() > before + 100
    assert editor.graph.position("end")[0] > before


def test_a_way_back_says_how_often_or_how_many(editor: CanvasEditor) -> None:
    back = Edge("text", "out", "mail", 3)
    editor.replace(editor.graph.with_edge(back), "Connect")
    assert _repeated(editor.canvas, back) == "at most 3 times"
    editor.show_counts(
        Counts({"text": NodeCount(90, 0, 0, {"out": 90}), "mail": NodeCount(9, 0, 0, {"out": 90})})
    )
    assert _repeated(editor.canvas, back) == "100\u202f% out · 90 repeated"


def test_an_unknown_kind_is_shown_with_the_ports_that_are_wired(editor: CanvasEditor) -> None:
    graph = small().with_node(Node("odd", "teleport"), (720.0, 0.0)).with_edge(Edge("odd", "there", "end"))
    editor.set_graph(graph)
    assert [port.id for port in editor.canvas.cards["odd"].ports] == ["there"]
    assert "teleport" in editor.canvas.cards["odd"].summary


def test_broken_params_never_break_the_picture(editor: CanvasEditor) -> None:
    broken = {
        "branches": 7,
        "arms": "x",
        "for": [],
        "of": {},
        "refresh": 3,
        "rule": [],
        "window": "no",
        "set": 1,
    }
    graph = Graph("Broken")
    for place, type_id in enumerate(
        ("rule_split", "ab_split", "delay", "result_split", "audience", "update_contact")
    ):
        graph = graph.with_node(Node(type_id, type_id, params=broken), (place * 240.0, 0.0))
    editor.set_graph(graph)
    editor.grab()


# -- looks ---------------------------------------------------------------------------------------------------------


def test_the_picture_follows_the_theme(editor: CanvasEditor) -> None:
    def below_the_cards() -> str:
        return editor.view.grab().toImage().pixelColor(600, 60).name()

    try:
        set_theme("dark")
        assert below_the_cards() == color("canvas", "dark").name()
    finally:
        set_theme("light")
    assert below_the_cards() == color("canvas", "light").name()


def test_the_words_follow_the_language(editor: CanvasEditor) -> None:
    set_language("zh_CN")
    editor.retranslate()
    set_language("en")
    editor.retranslate()
    assert editor.actions()["undo"].text() == "Undo"


def test_a_selected_card_is_framed_in_the_accent(editor: CanvasEditor) -> None:
    editor.select(["mail"])
    place = editor.view.viewport_place(QPointF(300, 0))
    seen = editor.view.grab().toImage().pixelColor(place.x(), place.y())
    assert seen.name() == color("accent").name()


def test_pushing_the_picture_paints_the_same_as_painting_it_anew(editor: CanvasEditor) -> None:
    editor.show_counts(COUNTS)
    editor.view.grab()
    for dx, dy in ((37, -11), (-90, 45), (3, 260)):
        editor.view.pan_by(dx, dy)
        pushed = editor.view.grab().toImage()
        editor.view.picture.forget()
        assert _differences(pushed, editor.view.grab().toImage()) == 0


def test_a_picture_can_be_saved_in_three_kinds(editor: CanvasEditor, tmp_path: Path) -> None:
    for ending, head in (("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")):
        file = tmp_path / f"strategy.{ending}"
        editor.save_picture(file)
        assert file.read_bytes().startswith(head)


def test_an_empty_canvas_says_what_to_do_first(editor: CanvasEditor) -> None:
    assert not editor.empty_sentence.isVisible()
    editor.set_graph(Graph())
    assert editor.empty_sentence.isVisible()
    assert "Tab" in editor.empty_sentence.text()


def test_a_screen_reader_finds_every_node_in_reading_order(editor: CanvasEditor) -> None:
    editor.show_counts(COUNTS)
    editor.show_problems([Problem.error("x", "No sender account").at("mail")])
    editor.select(["mail"])
    canvas = QAccessible.queryAccessibleInterface(editor.view)
    items = [canvas.child(place) for place in range(canvas.childCount())]
    assert [item.text(QAccessible.Text.Name) for item in items] == ["Everybody", "Mail", "Text", "End"]
    said = items[1].text(QAccessible.Text.Description)
    for part in ("Email", "1,000 entered", "No sender account", "after Everybody", "leads to Text"):
        assert part in said
    assert items[1].role() == QAccessible.Role.ListItem
    assert canvas.indexOfChild(items[2]) == 2
    editor.delete_selection()
    assert not items[1].isValid()
    assert items[1].text(QAccessible.Text.Name) == ""


def _differences(one: QImage, other: QImage) -> int:
    small_step = 3
    return sum(
        one.pixel(x, y) != other.pixel(x, y)
        for x in range(0, one.width(), small_step)
        for y in range(0, one.height(), small_step)
    )
