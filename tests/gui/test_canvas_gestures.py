"""What a hand on the mouse does to a strategy."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from canvas_app.ui.canvas.editor import CanvasEditor
from nodes.graph import Edge
from tests.gui.canvas_fixtures import editor, small
from tests.helpers import keys, mouse

__all__ = ["editor"]

SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_a_click_selects_a_node_and_tells_so(editor: CanvasEditor, qtbot: QtBot) -> None:
    with qtbot.waitSignal(editor.selection_changed) as told:
        mouse.click(editor.view, (328, 28))
    assert told.args == [("mail",)]
    assert editor.selected() == ("mail",)


def test_shift_adds_to_the_selection_and_takes_from_it(editor: CanvasEditor) -> None:
    mouse.click(editor.view, (328, 28))
    mouse.click(editor.view, (568, 28), keys=SHIFT)
    assert editor.selected() == ("mail", "text")
    mouse.click(editor.view, (328, 28), keys=SHIFT)
    assert editor.selected() == ("text",)


def test_a_box_selects_what_it_touches(editor: CanvasEditor) -> None:
    mouse.drag(editor.view, (200, -60), (500, 40))
    assert editor.selected() == ("mail", "text")


def test_a_press_on_nothing_selects_nothing(editor: CanvasEditor) -> None:
    editor.select(["mail"])
    mouse.click(editor.view, (100, 300))
    assert editor.selected() == ()


def test_a_drag_moves_a_node_on_the_grid_in_one_undo_step(editor: CanvasEditor) -> None:
    mouse.drag(editor.view, (568, 188), (587, 291))
    assert editor.graph.position("end") == (496.0, 264.0)
    assert editor.undo_stack.count() == 1
    editor.undo_stack.undo()
    assert editor.graph == small()


def test_a_drag_takes_the_whole_selection_along(editor: CanvasEditor) -> None:
    editor.select(["mail", "text"])
    mouse.drag(editor.view, (328, 28), (328, 228))
    assert editor.graph.position("mail") == (240.0, 200.0)
    assert editor.graph.position("text") == (480.0, 200.0)
    assert editor.graph.position("in") == (0.0, 0.0)


def test_a_tremble_is_no_drag(editor: CanvasEditor) -> None:
    mouse.drag(editor.view, (328, 28), (330, 29))
    assert editor.undo_stack.count() == 0


def test_escape_takes_a_drag_back(editor: CanvasEditor) -> None:
    mouse.press(editor.view, (568, 188))
    mouse.move(editor.view, (700, 400))
    assert editor.canvas.position("end") != (480.0, 160.0)
    keys.tap(editor.view, Qt.Key.Key_Escape)
    mouse.release(editor.view, (700, 400))
    assert editor.canvas.position("end") == (480.0, 160.0)
    assert editor.undo_stack.count() == 0


def test_a_drag_from_port_to_port_wires_two_nodes(editor: CanvasEditor) -> None:
    mouse.drag(editor.view, (656, 28), (480, 188))
    assert Edge("text", "out", "end") in editor.graph.edges
    assert editor.undo_stack.count() == 1


def test_a_wire_may_be_let_go_on_the_card_or_near_its_port(editor: CanvasEditor) -> None:
    mouse.drag(editor.view, (656, 28), (560, 195))
    assert Edge("text", "out", "end") in editor.graph.edges
    editor.undo_stack.undo()
    mouse.drag(editor.view, (656, 28), (462, 205))
    assert Edge("text", "out", "end") in editor.graph.edges


def test_a_wire_drawn_backward_from_a_port_in_is_the_same_wire(editor: CanvasEditor) -> None:
    mouse.drag(editor.view, (480, 188), (656, 28))
    assert Edge("text", "out", "end") in editor.graph.edges


def test_nothing_leads_into_a_start_nor_twice_the_same_way(editor: CanvasEditor) -> None:
    mouse.drag(editor.view, (656, 28), (4, 32))
    mouse.drag(editor.view, (416, 28), (560, 40))
    assert editor.graph == small()


def test_a_wire_that_leads_back_gets_a_limit(editor: CanvasEditor) -> None:
    mouse.drag(editor.view, (656, 28), (330, 40))
    assert Edge("text", "out", "mail", 3) in editor.graph.edges


def test_the_end_of_a_wire_can_be_moved_to_another_node(editor: CanvasEditor) -> None:
    mouse.drag(editor.view, (480, 28), (480, 188))
    assert Edge("mail", "out", "end") in editor.graph.edges
    assert Edge("mail", "out", "text") not in editor.graph.edges


def test_a_wire_let_go_on_nothing_asks_what_comes_next_and_wires_it(editor: CanvasEditor) -> None:
    mouse.drag(editor.view, (656, 28), (720, 300))
    assert editor.picker.isVisible()
    keys.write(editor.picker.search, "delay")
    keys.tap(editor.picker.search, Qt.Key.Key_Return)
    (added,) = set(editor.graph.nodes) - set(small().nodes)
    assert editor.graph.nodes[added].type == "delay"
    assert Edge("text", "out", added) in editor.graph.edges
    assert editor.undo_stack.count() == 1


def test_a_tile_that_falls_on_the_canvas_becomes_a_node_there(editor: CanvasEditor) -> None:
    mouse.drop(editor.view, "delay", (200, 300))
    (added,) = set(editor.graph.nodes) - set(small().nodes)
    assert editor.graph.nodes[added].type == "delay"
    assert editor.graph.position(added) == (112.0, 272.0)
    assert editor.selected() == (added,)


def test_a_tile_that_falls_on_a_wire_is_spliced_in_and_what_follows_makes_room(editor: CanvasEditor) -> None:
    mouse.drop(editor.view, "delay", (448, 28))
    (added,) = set(editor.graph.nodes) - set(small().nodes)
    assert Edge("mail", "out", added) in editor.graph.edges
    assert Edge(added, "out", "text") in editor.graph.edges
    assert Edge("mail", "out", "text") not in editor.graph.edges
    assert editor.graph.position("text")[0] >= editor.graph.position(added)[0] + 176
    assert editor.undo_stack.count() == 1


def test_an_unknown_tile_changes_nothing(editor: CanvasEditor) -> None:
    mouse.drop(editor.view, "no_such_thing", (200, 300))
    assert editor.graph == small()


def test_a_loose_node_dragged_onto_a_wire_is_spliced_in(editor: CanvasEditor) -> None:
    wait = editor.add_node("delay", (240.0, 240.0))
    assert wait is not None
    mouse.drag(editor.view, (328, 268), (208, 30))
    assert Edge("in", "out", wait) in editor.graph.edges
    assert Edge(wait, "out", "mail") in editor.graph.edges


def test_the_plus_in_the_middle_of_a_wire_inserts_a_node(editor: CanvasEditor) -> None:
    mouse.move(editor.view, (440, 28), held=mouse.NONE)
    mouse.move(editor.view, (448, 28), held=mouse.NONE)
    mouse.click(editor.view, (448, 28))
    assert editor.picker.isVisible()
    keys.write(editor.picker.search, "wecom")
    keys.tap(editor.picker.search, Qt.Key.Key_Return)
    (added,) = set(editor.graph.nodes) - set(small().nodes)
    assert {Edge("mail", "out", added), Edge(added, "out", "text")} <= set(editor.graph.edges)


def test_the_plus_beside_a_free_port_adds_what_comes_next(editor: CanvasEditor) -> None:
    mouse.move(editor.view, (600, 28), held=mouse.NONE)
    mouse.move(editor.view, (676, 28), held=mouse.NONE)
    mouse.click(editor.view, (676, 28))
    keys.write(editor.picker.search, "exit")
    keys.tap(editor.picker.search, Qt.Key.Key_Return)
    (added,) = set(editor.graph.nodes) - set(small().nodes)
    assert Edge("text", "out", added) in editor.graph.edges


def test_a_double_click_on_nothing_opens_quick_add_there(editor: CanvasEditor) -> None:
    mouse.double_click(editor.view, (100, 300))
    keys.write(editor.picker.search, "audience")
    keys.tap(editor.picker.search, Qt.Key.Key_Return)
    (added,) = set(editor.graph.nodes) - set(small().nodes)
    assert editor.graph.position(added) == (16.0, 272.0)


def test_a_double_click_on_a_node_opens_it(editor: CanvasEditor, qtbot: QtBot) -> None:
    with qtbot.waitSignal(editor.node_activated) as told:
        mouse.double_click(editor.view, (328, 28))
    assert told.args == ["mail"]


def test_a_wire_is_selected_by_a_click_and_deleted_alone(editor: CanvasEditor) -> None:
    mouse.click(editor.view, (434, 28))
    editor.actions()["delete"].trigger()
    assert editor.graph.edges == (Edge("in", "out", "mail"),)


def test_the_middle_button_moves_the_picture_and_nothing_else(editor: CanvasEditor) -> None:
    before = editor.view.visible_scene()
    mouse.drag(editor.view, (328, 28), (228, 28), button=Qt.MouseButton.MiddleButton)
    assert editor.view.visible_scene().x() == pytest.approx(before.x() + 100, abs=2)
    assert editor.graph == small()
