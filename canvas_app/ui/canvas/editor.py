"""The editor widget: the core, its parts, the commands and the small things that lie on the canvas."""

from collections.abc import Callable

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout

from canvas_app.ui.canvas import actions as commands
from canvas_app.ui.canvas.adding import Adding
from canvas_app.ui.canvas.arranging import Arranging
from canvas_app.ui.canvas.bars import EmptySentence, LiveBox, Minimap, ZoomBar
from canvas_app.ui.canvas.naming import Naming
from canvas_app.ui.canvas.steering import Steering
from canvas_app.ui.theme import size, theme
from nodes.graph import Graph
from nodes.spec import Names

_ZOOM_STEP = 1.25
_EDGE = 12  # from the rim to the small things on the canvas


class CanvasEditor(Adding, Arranging, Naming, Steering):
    """Shows a strategy and lets a person change it. Whoever wants to change it calls `replace`: one undo step."""

    def __init__(self, graph: Graph | None = None, names: Names | None = None) -> None:
        super().__init__(names)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self._actions = commands.make_actions(self, self._verbs())
        self.minimap = Minimap(self.view)
        self.zoom_bar = ZoomBar(self.view, self._actions)
        self.live_box = LiveBox(self.view)
        self.empty_sentence = EmptySentence(self.view)
        self._actions["minimap"].setChecked(True)
        self.undo_stack.canUndoChanged.connect(self._actions["undo"].setEnabled)
        self.undo_stack.canRedoChanged.connect(self._actions["redo"].setEnabled)
        theme.theme_changed.connect(self._redress)
        self.set_graph(graph or Graph())
        self.refreshed()

    def _verbs(self) -> dict[str, Callable[[], object]]:
        found: dict[str, Callable[[], object]] = {
            "undo": self.undo_stack.undo, "redo": self.undo_stack.redo,
            "cut": self.cut, "copy": self.copy, "paste": self.paste, "duplicate": self.duplicate,
            "delete": self.delete_selection, "delete_with_wires": lambda: self.delete_selection(keep_wire=False),
            "select_all": self.select_all, "add_node": self.ask_add, "connect": self.ask_connect,
            "insert": self.ask_insert_selected,
            "open_node": self.open_node, "rename": self.rename, "switch_off": self.switch_off,
            "note": self.add_note, "frame": self.add_frame, "find": self.ask_find,
            "fit": self.fit, "zoom_100": lambda: self.zoom_to(1.0), "fit_selection": self.fit_selection,
            "zoom_in": lambda: self.view.zoom_at(self.view.zoom * _ZOOM_STEP),
            "zoom_out": lambda: self.view.zoom_at(self.view.zoom / _ZOOM_STEP),
            "tidy": self.tidy, "tidy_selection": self.tidy_selection, "straighten": self.straighten,
            "distribute_across": lambda: self.distribute(across=True),
            "distribute_down": lambda: self.distribute(across=False),
            "minimap": self._place_bars, "save_picture": self.ask_save_picture,
        }  # fmt: skip
        for side in ("left", "center", "right", "top", "middle", "bottom"):
            found[f"align_{side}"] = self._aligning(side)
        return found

    def _aligning(self, side: str) -> Callable[[], None]:
        return lambda: self.align(side)

    def refreshed(self) -> None:
        super().refreshed()
        self.empty_sentence.setVisible(not self.graph.nodes and not self.canvas.drawn)
        self._actions["undo"].setEnabled(self.undo_stack.canUndo())
        self._actions["redo"].setEnabled(self.undo_stack.canRedo())

    def _show_pending(self) -> None:
        super()._show_pending()
        self.live_box.show_counts(self._pending_counts)
        self._place_bars()

    # -- looks -------------------------------------------------------------------------------------------

    def actions(self) -> dict[str, QAction]:  # type: ignore[override]
        """The commands by name, for menus, tool bars and the command search."""
        return self._actions

    def set_in_front(self, front: bool) -> None:
        """Only the editor in front bears the names by which tests and screen readers find its parts."""
        suffix = "" if front else "_behind"
        self.view.setObjectName(f"canvas{suffix}")
        self.minimap.setObjectName(f"minimap{suffix}")
        for name, action in self._actions.items():
            action.setObjectName(f"action_{name}{suffix}")

    def retranslate(self) -> None:
        """The language changed."""
        commands.retranslate(self._actions)
        self.empty_sentence.retranslate()
        self.live_box.show_counts(self.canvas.counts)
        self.zoom_bar.show_zoom()
        self._redress()
        self._place_bars()

    def _redress(self) -> None:
        self.view.picture.forget()
        self.canvas.describe_all()

    def show_menu(self, at: QPoint) -> None:
        """The menu of what is selected, or of the canvas."""
        menu = QMenu(self)
        some = self.selected() or self.canvas.selected_drawn()
        wire = commands.WIRE_MENU if self.canvas.selected_edges else commands.CANVAS_MENU
        for name in commands.NODE_MENU if some else wire:
            if name == "-":
                menu.addSeparator()
            else:
                menu.addAction(self._actions[name])
        menu.popup(at)

    def close_popups(self) -> None:
        """Close what is open above the canvas."""
        self.picker.close_quietly()
        self.finish_naming()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_bars()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._place_bars()

    def _place_bars(self) -> None:
        width, height = self.view.width(), self.view.height()
        self.zoom_bar.adjustSize()
        bar_top = height - _EDGE - self.zoom_bar.height()
        self.zoom_bar.move(_EDGE, bar_top)
        self.minimap.move(_EDGE, bar_top - size("space.gap_controls") - self.minimap.height())
        self.minimap.setVisible(self._actions["minimap"].isChecked() and height > 2 * self.minimap.height())
        self.live_box.move(width - _EDGE - self.live_box.width(), _EDGE)
        self.empty_sentence.move((width - self.empty_sentence.width()) // 2, height // 2)
