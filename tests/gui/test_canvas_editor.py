"""The editor as its callers and the keyboard use it."""

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from canvas_app.ui.canvas import clipboard
from canvas_app.ui.canvas.actions import COMMANDS
from canvas_app.ui.canvas.editor import CanvasEditor
from nodes.graph import Edge, Graph, Node
from tests.gui.canvas_fixtures import editor, small
from tests.gui.drawing01 import drawing01
from tests.helpers import keys, mouse

__all__ = ["editor"]

NO_KEYS = Qt.KeyboardModifier.NoModifier
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


def key(editor: CanvasEditor, which: Qt.Key, held: Qt.KeyboardModifier = NO_KEYS) -> None:
    editor.view.setFocus()
    keys.tap(editor.view, which, held)


# -- undo ----------------------------------------------------------------------------------------------------------


def test_replacing_the_graph_is_one_undo_step_and_is_told(editor: CanvasEditor, qtbot: QtBot) -> None:
    changed = editor.graph.with_params("mail", subject="Good morning")
    with qtbot.waitSignal(editor.graph_changed) as told:
        editor.replace(changed, "Change subject")
    assert told.args == [changed]
    assert editor.undo_stack.undoText() == "Change subject"
    editor.actions()["undo"].trigger()
    assert editor.graph == small()
    editor.actions()["redo"].trigger()
    assert editor.graph == changed


def test_typing_within_a_second_is_one_step_and_another_field_is_another(editor: CanvasEditor) -> None:
    for text in ("H", "He", "Hey"):
        editor.replace(editor.graph.with_params("mail", subject=text), "Subject", merge="mail.subject")
    editor.replace(editor.graph.with_params("text", text="Hi"), "Text", merge="text.text")
    assert editor.undo_stack.count() == 2
    editor.undo_stack.undo()
    assert editor.graph.nodes["mail"].params["subject"] == "Hey"
    editor.undo_stack.undo()
    assert editor.graph == small()


def test_a_graph_that_is_the_same_is_no_step(editor: CanvasEditor) -> None:
    editor.replace(editor.graph, "Nothing")
    assert editor.undo_stack.count() == 0


def test_another_strategy_cannot_be_undone_into_the_last_one(editor: CanvasEditor) -> None:
    editor.add_node("delay")
    editor.set_graph(drawing01())
    assert not editor.undo_stack.canUndo()
    assert set(editor.canvas.items_by_id) == set(drawing01().nodes)


def test_undo_shows_what_redo_shows_after_any_walk(editor: CanvasEditor) -> None:
    editor.add_node("delay", (0.0, 300.0))
    editor.select(["mail"])
    editor.delete_selection()
    editor.tidy()
    for _step in range(3):
        editor.undo_stack.undo()
    places = {key: (item.x(), item.y()) for key, item in editor.canvas.items_by_id.items()}
    assert places == {key: small().position(key) for key in small().nodes}


# -- deleting, switching, copying --------------------------------------------------------------------------------


def test_deleting_a_node_keeps_its_wire_unless_asked_not_to(editor: CanvasEditor) -> None:
    editor.select(["mail"])
    editor.actions()["delete"].trigger()
    assert editor.graph.edges == (Edge("in", "out", "text"),)
    editor.undo_stack.undo()
    editor.select(["mail"])
    editor.actions()["delete_with_wires"].trigger()
    assert not editor.graph.edges


def test_a_node_is_switched_off_and_on(editor: CanvasEditor) -> None:
    editor.select(["mail"])
    key(editor, Qt.Key.Key_D)
    assert editor.graph.nodes["mail"].off
    assert editor.canvas.cards["mail"].sub_line[0] == "People pass by"
    key(editor, Qt.Key.Key_D)
    assert not editor.graph.nodes["mail"].off


def test_what_is_copied_comes_back_under_new_ids_with_its_wires(editor: CanvasEditor) -> None:
    editor.select(["in", "mail"])
    editor.copy()
    editor.paste()
    fresh = set(editor.graph.nodes) - set(small().nodes)
    assert fresh == {"in_2", "mail_2"}
    assert Edge("in_2", "out", "mail_2") in editor.graph.edges
    assert Edge("mail_2", "out", "text") not in editor.graph.edges
    assert editor.graph.nodes["mail_2"].params == small().nodes["mail"].params
    assert set(editor.selected()) == fresh
    assert editor.undo_stack.count() == 1


def test_the_clipboard_holds_a_strategy_as_text(editor: CanvasEditor) -> None:
    editor.select(["mail"])
    editor.cut()
    assert "mail" not in editor.graph.nodes
    assert '"strategy-canvas/1"' in QGuiApplication.clipboard().text()
    other = CanvasEditor(Graph("Other"))
    data = QMimeData()
    data.setText(QGuiApplication.clipboard().text())
    clipboard.put(data)
    other.paste()
    assert [node.type for node in other.graph.nodes.values()] == ["email"]


def test_a_clipboard_with_something_else_pastes_nothing(editor: CanvasEditor) -> None:
    for text in ("hello", "{}", '{"format": "strategy-canvas/1"}'):
        QGuiApplication.clipboard().setText(text)
        editor.paste()
    assert editor.graph == small()


def test_a_copied_jump_leads_to_the_copied_node(editor: CanvasEditor) -> None:
    jump = Node("jump", "goto", params={"node": "mail", "max_passes": 2})
    editor.replace(editor.graph.with_node(jump, (720.0, 0.0)), "Add")
    editor.select(["mail", "jump"])
    editor.duplicate()
    assert editor.graph.nodes["jump_2"].params["node"] == "mail_2"


# -- keys ----------------------------------------------------------------------------------------------------------


def test_every_command_says_its_key(editor: CanvasEditor) -> None:
    for command in COMMANDS:
        action = editor.actions()[command.name]
        assert action.objectName() == f"action_{command.name}"
        if command.keys:
            assert action.shortcut().toString() in action.toolTip()


def test_no_two_commands_share_a_key() -> None:
    keys = [each for command in COMMANDS for each in command.keys]
    assert len(keys) == len(set(keys))


def test_arrows_walk_along_the_wires(editor: CanvasEditor) -> None:
    editor.select(["in"])
    key(editor, Qt.Key.Key_Right)
    assert editor.selected() == ("mail",)
    key(editor, Qt.Key.Key_Right)
    key(editor, Qt.Key.Key_Down)
    assert editor.selected() == ("end",)
    key(editor, Qt.Key.Key_Up)
    key(editor, Qt.Key.Key_Left)
    assert editor.selected() == ("mail",)


def test_shift_and_an_arrow_select_all_that_follows_or_leads_here(editor: CanvasEditor) -> None:
    editor.select(["mail"])
    key(editor, Qt.Key.Key_Right, SHIFT)
    assert editor.selected() == ("mail", "text")
    editor.select(["mail"])
    key(editor, Qt.Key.Key_Left, SHIFT)
    assert editor.selected() == ("in", "mail")


def test_alt_and_an_arrow_nudge_in_one_step(editor: CanvasEditor) -> None:
    editor.select(["end"])
    key(editor, Qt.Key.Key_Down, ALT)
    key(editor, Qt.Key.Key_Down, ALT | SHIFT)
    assert editor.graph.position("end") == (480.0, 169.0)
    assert editor.undo_stack.count() == 1


def test_a_node_is_renamed_in_its_place(editor: CanvasEditor) -> None:
    editor.select(["mail"])
    key(editor, Qt.Key.Key_F2)
    field = editor.view.viewport().focusWidget()
    assert field is not None
    keys.write(field, "Greeting")
    keys.tap(field, Qt.Key.Key_Return)
    assert editor.graph.nodes["mail"].label == "Greeting"


def test_escape_leaves_the_name_as_it_was(editor: CanvasEditor) -> None:
    editor.select(["mail"])
    key(editor, Qt.Key.Key_F2)
    field = editor.view.viewport().focusWidget()
    keys.write(field, "Greeting")
    keys.tap(field, Qt.Key.Key_Escape)
    assert editor.graph == small()


def test_enter_opens_the_selected_node(editor: CanvasEditor, qtbot: QtBot) -> None:
    editor.select(["text"])
    with qtbot.waitSignal(editor.node_activated) as told:
        key(editor, Qt.Key.Key_Return)
    assert told.args == ["text"]


def test_connect_to_wires_by_name(editor: CanvasEditor) -> None:
    editor.select(["text"])
    key(editor, Qt.Key.Key_C)
    keys.write(editor.picker.search, "End")
    keys.tap(editor.picker.search, Qt.Key.Key_Return)
    assert Edge("text", "out", "end") in editor.graph.edges


def test_tab_adds_a_node_by_name_even_mistyped(editor: CanvasEditor) -> None:
    key(editor, Qt.Key.Key_Tab)
    keys.write(editor.picker.search, "dely")
    keys.tap(editor.picker.search, Qt.Key.Key_Return)
    assert "delay" in {node.type for node in editor.graph.nodes.values()}


def test_find_reveals_a_node_that_is_out_of_view(editor: CanvasEditor) -> None:
    editor.view.center_at(QPointF(9000, 9000), 1.0)
    key(editor, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    keys.write(editor.picker.search, "mail")
    keys.tap(editor.picker.search, Qt.Key.Key_Return)
    assert editor.selected() == ("mail",)
    assert editor.view.visible_scene().contains(QPointF(328, 28))


def test_zoom_keys_do_what_they_say(editor: CanvasEditor) -> None:
    key(editor, Qt.Key.Key_0)
    assert editor.view.zoom == 1.0
    editor.select(["mail"])
    key(editor, Qt.Key.Key_2)
    assert editor.view.zoom == pytest.approx(1.5)
    key(editor, Qt.Key.Key_1)
    assert editor.view.visible_scene().contains(editor.canvas.bounds())


# -- notes, frames, order ------------------------------------------------------------------------------------------


def test_a_note_is_typed_moved_and_deleted(editor: CanvasEditor) -> None:
    editor.actions()["note"].trigger()
    field = editor.view.viewport().focusWidget()
    assert isinstance(field, QPlainTextEdit)
    keys.write(field, "Ask Lin")
    editor.close_popups()
    (note,) = editor.graph.layout.notes
    assert note["text"] == "Ask Lin"
    middle = (note["x"] + 100, note["y"] + 40)
    mouse.drag(editor.view, middle, (middle[0] + 80, middle[1] + 40))
    assert editor.graph.layout.notes[0]["x"] == note["x"] + 80
    editor.delete_selection()
    assert not editor.graph.layout.notes


def test_a_frame_takes_what_is_in_it_along(editor: CanvasEditor) -> None:
    editor.select(["mail", "text"])
    editor.add_frame()
    editor.close_popups()
    (frame,) = editor.graph.layout.frames
    mouse.drag(editor.view, (frame["x"] + 150, frame["y"] + 10), (frame["x"] + 150, frame["y"] + 90))
    assert editor.graph.position("mail") == (240.0, 80.0)
    assert editor.graph.position("in") == (0.0, 0.0)
    assert editor.graph.layout.frames[0]["y"] == frame["y"] + 80


def test_cards_are_lined_up_and_dealt_out(editor: CanvasEditor) -> None:
    editor.select(["text", "end"])
    editor.replace(editor.graph.with_positions({"end": (600.0, 160.0)}), "Move")
    editor.align("left")
    assert editor.graph.position("end")[0] == 480.0
    editor.replace(editor.graph.with_positions({"mail": (400.0, 0.0)}), "Move")
    editor.select(["in", "mail", "text"])
    editor.distribute(across=True)
    assert editor.graph.position("mail")[0] == 240.0
