"""Everything a person can do from anywhere, as actions with a shortcut, a name and an icon."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from canvas_app.ui.theme import icon
from canvas_app.ui.widgets import plain_tip
from storage.base.words import N_, _


@dataclass(frozen=True, slots=True)
class Deed:
    """One action: `name` makes the object name, `canvas` says that it needs a strategy on the canvas."""

    name: str
    words: str
    keys: str = ""
    icon: str = ""
    canvas: bool = False


DEEDS = (
    Deed("new", N_("New strategy"), "Ctrl+N", "mdi6.plus"),
    Deed("open", N_("Open a file…"), "Ctrl+O", "mdi6.folder-open-outline"),
    Deed("import", N_("Import a strategy…"), "Ctrl+Shift+O", "mdi6.file-import-outline"),
    Deed("import_contacts", N_("Bring in contacts…"), "Ctrl+Shift+I", "mdi6.account-multiple-plus-outline"),
    Deed("close", N_("Close this strategy"), "Ctrl+W", "mdi6.close", canvas=True),
    Deed("save", N_("Save now"), "Ctrl+S", "mdi6.content-save-outline", canvas=True),
    Deed("export", N_("Export…"), "Ctrl+Alt+E", "mdi6.file-export-outline", canvas=True),
    Deed("check", N_("Check"), "F9", "mdi6.check-circle-outline", canvas=True),
    Deed("rehearse", N_("Rehearse"), "F5", "mdi6.play-circle-outline", canvas=True),
    Deed("publish", N_("Publish…"), "Ctrl+Return", "mdi6.rocket-launch-outline", canvas=True),
    Deed("pause", N_("Pause"), "Ctrl+Shift+P", "mdi6.pause", canvas=True),
    Deed("stop", N_("Stop for good…"), "", "mdi6.stop", canvas=True),
    Deed("advance", N_("Let a day pass"), "Ctrl+Shift+D", "mdi6.fast-forward"),
    Deed("next_problem", N_("Next problem"), "F8", "mdi6.arrow-down", canvas=True),
    Deed("previous_problem", N_("Previous problem"), "Shift+F8", "mdi6.arrow-up", canvas=True),
    Deed("inspect", N_("Go to the inspector"), "F4", "mdi6.tune-variant", canvas=True),
    Deed("strategies", N_("Go to Strategies"), "Ctrl+1", "mdi6.sitemap-outline"),
    Deed("audiences", N_("Go to Audiences"), "Ctrl+2", "mdi6.account-group-outline"),
    Deed("templates", N_("Go to Templates"), "Ctrl+3", "mdi6.view-grid-outline"),
    Deed("results", N_("Go to Results"), "Ctrl+4", "mdi6.chart-bar"),
    Deed("tasks", N_("Go to Calls"), "Ctrl+5", "mdi6.phone-outline"),
    Deed("monitor", N_("Go to Monitor"), "Ctrl+6", "mdi6.monitor-dashboard"),
    Deed("preferences", N_("Go to Settings"), "Ctrl+,", "mdi6.cog-outline"),
    Deed("commands", N_("Find a node, strategy or command"), "Ctrl+K", "mdi6.magnify"),
    Deed("welcome", N_("Show the welcome page"), "", "mdi6.hand-wave-outline"),
    Deed("quit", N_("Quit"), "Ctrl+Q", "mdi6.exit-to-app"),
)


class Actions(QObject):
    """The actions of one window, by name."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.by_name: dict[str, QAction] = {}
        for deed in DEEDS:
            made = QAction(window)
            made.setObjectName(f"action_{deed.name}")
            if deed.icon:
                made.setIcon(icon(deed.icon))
            if deed.keys:
                made.setShortcut(QKeySequence(deed.keys))
                made.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            window.addAction(made)
            self.by_name[deed.name] = made
        self.retranslate()

    def __getitem__(self, name: str) -> QAction:
        return self.by_name[name]

    def on(self, name: str, slot: Callable[[], object]) -> None:
        """Do something when the action is triggered."""
        self.by_name[name].triggered.connect(lambda _checked=False: slot())

    def enable_canvas(self, there: bool) -> None:
        """Switch on what needs a strategy on the canvas."""
        for deed in DEEDS:
            if deed.canvas:
                self.by_name[deed.name].setEnabled(there)

    def retranslate(self) -> None:
        """Say everything in the language in force."""
        for deed in DEEDS:
            say(self.by_name[deed.name], _(deed.words))


def say(action: QAction, words: str) -> None:
    """Name an action; the tool tip tells its shortcut."""
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    action.setText(words)
    action.setToolTip(plain_tip(f"{words.rstrip('…')} ({keys})" if keys else words))
