"""What all pages of one window share: the work, the preferences, what the workspace knows by name."""

from typing import Any

from PySide6.QtCore import QObject, Signal

from canvas_app.operations.changes import Changes
from canvas_app.ui.forms.catalogue import Catalogue
from canvas_app.ui.shell.preferences import Preferences
from canvas_app.ui.work import Work


class Session(QObject):
    """Shared by the pages; they ask it for work and tell it where to go, and never each other."""

    page_wanted = Signal(str)  # "audiences" …
    strategy_wanted = Signal(str)  # name of a strategy to open on the canvas
    graph_wanted = Signal(object)  # a graph to open as a new draft
    results_wanted = Signal(str)
    look_changed = Signal(str, str)  # language, theme
    told = Signal(str, str)  # level, sentence
    catalogue_changed = Signal(object)
    changed = Signal(object)

    def __init__(self, target: str, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.target = target
        self.preferences = preferences
        self.work = Work(target, self)
        self.catalogue = Catalogue()
        self.work.changed.connect(self._on_changed)
        self.work.refused.connect(lambda sentence: self.told.emit("error", sentence))

    def reload_catalogue(self) -> None:
        """Read again which fields, audiences, accounts … there are."""
        from canvas_app.ui.forms.catalogue import load_catalogue

        self.work.run_operation(load_catalogue, done=self._on_catalogue, latest="catalogue")

    def _on_catalogue(self, found: Any) -> None:
        if isinstance(found, Catalogue) and found != self.catalogue:
            self.catalogue = found
            self.catalogue_changed.emit(found)

    def _on_changed(self, changes: Changes) -> None:
        if changes.contacts or changes.audiences or changes.accounts or changes.strategies or changes.events:
            self.reload_catalogue()
        self.changed.emit(changes)
