"""The commands of the editor: names, words and keys in one table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from canvas_app.ui.theme import icon
from storage.base.words import N_, _


@dataclass(frozen=True, slots=True)
class Command:
    """One command: what it is called and by which keys (the first is shown)."""

    name: str
    text: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    checkable: bool = False


COMMANDS = (
    Command("undo", N_("Undo"), ("Ctrl+Z",), "mdi6.undo"),
    Command("redo", N_("Redo"), ("Ctrl+Y", "Ctrl+Shift+Z"), "mdi6.redo"),
    Command("cut", N_("Cut"), ("Ctrl+X",), "mdi6.content-cut"),
    Command("copy", N_("Copy"), ("Ctrl+C",), "mdi6.content-copy"),
    Command("paste", N_("Paste"), ("Ctrl+V",), "mdi6.content-paste"),
    Command("duplicate", N_("Duplicate"), ("Ctrl+D",), "mdi6.content-duplicate"),
    Command("delete", N_("Delete, keep the wire"), ("Del", "Backspace"), "mdi6.delete-outline"),
    Command("delete_with_wires", N_("Delete with wires"), ("Shift+Del",)),
    Command("select_all", N_("Select all"), ("Ctrl+A",)),
    Command("add_node", N_("Add node…"), ("Tab", "N"), "mdi6.plus"),
    Command("insert", N_("Insert on the wire…"), ("I",), "mdi6.plus-circle-outline"),
    Command("connect", N_("Connect to…"), ("C",), "mdi6.transit-connection-horizontal"),
    Command("open_node", N_("Open settings"), ("Return", "Enter"), "mdi6.tune-variant"),
    Command("rename", N_("Rename"), ("F2",), "mdi6.rename-outline"),
    Command("switch_off", N_("Switch off or on"), ("D",), "mdi6.power"),
    Command("note", N_("Add note"), ("Shift+S",), "mdi6.note-plus-outline"),
    Command("frame", N_("Frame around selection"), ("Ctrl+G",), "mdi6.vector-square"),
    Command("find", N_("Find node…"), ("Ctrl+F",), "mdi6.magnify"),
    Command("fit", N_("Fit to window"), ("1",), "mdi6.fit-to-screen-outline"),
    Command("zoom_100", N_("Zoom to 100 %"), ("0", "Ctrl+0")),
    Command("fit_selection", N_("Fit selection"), ("2",)),
    Command("zoom_in", N_("Zoom in"), ("Ctrl++", "Ctrl+="), "mdi6.plus"),
    Command("zoom_out", N_("Zoom out"), ("Ctrl+-",), "mdi6.minus"),
    Command("tidy", N_("Tidy up"), ("Ctrl+Alt+L",), "mdi6.sitemap-outline"),
    Command("tidy_selection", N_("Tidy selection"), ("Ctrl+Shift+L",)),
    Command("straighten", N_("Straighten wires"), ("Shift+Q",)),
    Command("align_left", N_("Align left"), ("Alt+Shift+A",), "mdi6.align-horizontal-left"),
    Command("align_center", N_("Align centres"), ("Alt+Shift+H",), "mdi6.align-horizontal-center"),
    Command("align_right", N_("Align right"), ("Alt+Shift+D",), "mdi6.align-horizontal-right"),
    Command("align_top", N_("Align top"), ("Alt+Shift+W",), "mdi6.align-vertical-top"),
    Command("align_middle", N_("Align middles"), ("Alt+Shift+V",), "mdi6.align-vertical-center"),
    Command("align_bottom", N_("Align bottom"), ("Alt+Shift+S",), "mdi6.align-vertical-bottom"),
    Command(
        "distribute_across", N_("Distribute across"), ("Alt+Shift+X",), "mdi6.distribute-horizontal-center"
    ),
    Command("distribute_down", N_("Distribute down"), ("Alt+Shift+Y",), "mdi6.distribute-vertical-center"),
    Command("minimap", N_("Minimap"), ("M",), "mdi6.map-outline", checkable=True),
    Command("save_picture", N_("Save picture…"), ("Ctrl+Shift+E",), "mdi6.image-outline"),
)

NODE_MENU = ("open_node", "rename", "connect", "switch_off", "-", "cut", "copy", "duplicate", "frame", "tidy_selection",
             "-", "delete", "delete_with_wires")  # fmt: skip
WIRE_MENU = ("insert", "-", "delete")
CANVAS_MENU = ("add_node", "note", "paste", "-", "select_all", "tidy", "fit", "find", "-", "save_picture")


def make_actions(owner: QWidget, does: Mapping[str, Callable[[], object]]) -> dict[str, QAction]:
    """The commands as actions of a widget, their keys working while it or a part of it has the focus."""
    actions = {}
    for command in COMMANDS:
        action = QAction(owner)
        action.setObjectName(f"action_{command.name}")
        action.setShortcuts([QKeySequence(key) for key in command.keys])
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setCheckable(command.checkable)
        if command.icon:
            checked = "accent" if command.checkable else None
            action.setIcon(icon(command.icon, "text2", checked=checked))
        action.triggered.connect(_call(does[command.name]))
        owner.addAction(action)
        actions[command.name] = action
    retranslate(actions)
    return actions


def retranslate(actions: Mapping[str, QAction]) -> None:
    """Say them in the language in force; the key is part of the tool tip."""
    for command in COMMANDS:
        action, text = actions[command.name], _(command.text)
        action.setText(text)
        key = (
            QKeySequence(command.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)
            if command.keys
            else ""
        )
        action.setToolTip(f"{text.rstrip('…')} ({key})" if key else text)


def _call(done: Callable[[], object]) -> Callable[[bool], None]:
    def triggered(_checked: bool = False) -> None:
        done()

    return triggered
