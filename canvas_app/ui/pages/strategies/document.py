"""One open strategy: its canvas, what the workspace has of it, saving by itself, checking by itself."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QDateTime, QMetaObject, QObject, QTimer, Signal

from canvas_app.operations.overview import LiveVersion
from canvas_app.ui.canvas.counts import Counts, NodeCount
from canvas_app.ui.canvas.editor import CanvasEditor
from canvas_app.ui.inspector.changes import count_changes
from canvas_app.ui.pages.strategies.forecast import Day
from canvas_app.ui.shell.session import Session
from nodes.file import ReadGraph
from nodes.graph import Graph, difference
from nodes.spec import Names
from storage.base.problems import Level, Problem
from storage.base.words import _
from storage.workspace import Workspace

SAVE_AFTER, CHECK_AFTER = 1000, 300
_log = logging.getLogger("strategy_canvas.document")


class Document(QObject):
    """`state_changed` for the bar, `checked` when the problems are known, `refused(sentence)` when saving fails."""

    state_changed = Signal()
    checked = Signal()
    figures_changed = Signal()
    refused = Signal(str)

    def __init__(self, session: Session, graph: Graph, *, name: str, revision: int | None, overwrite: bool = False,
                 parent: QObject) -> None:  # fmt: skip
        super().__init__(parent)
        self.session = session
        self.name, self.revision, self._overwrite = name, revision, overwrite
        self.status = ""
        self.version: int | None = None
        self.live: LiveVersion | None = None
        self.problems: tuple[Problem, ...] = ()
        self.known = False  # whether the problems belong to the graph shown
        self.saved_at = ""
        self.report: Mapping[str, Any] = {}
        self.runs: Mapping[str, Any] = {}
        self.report_source = ""
        self.days: tuple[Day, ...] = ()
        self.days_caption = ""
        self.canvas = CanvasEditor(graph, names=session.catalogue)
        self.watched: list[QMetaObject.Connection] = []
        self._saved: Graph | None = graph if revision is not None else None
        self._saving = False
        self._last: Graph | None = None
        self._save_timer = self._timer(SAVE_AFTER, self.save)
        self._check_timer = self._timer(CHECK_AFTER, self.check)
        self.canvas.graph_changed.connect(self._edited)
        self.check()
        if self._saved is None:
            self.save()

    def _timer(self, after: int, slot: Any) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(after)
        timer.timeout.connect(slot)
        return timer

    @property
    def graph(self) -> Graph:
        """What is drawn, or was when it was closed."""
        return self.canvas.graph if self._last is None else self._last

    @property
    def dirty(self) -> bool:
        """Whether the workspace does not have what is drawn."""
        return self.graph is not self._saved

    @property
    def changes(self) -> int:
        """How many things the draft changes in what is live."""
        return count_changes(difference(self.live.graph, self.graph)) if self.live else 0

    @property
    def errors(self) -> int:
        """How many problems must be mended."""
        return sum(each.level == Level.ERROR for each in self.problems)

    def _edited(self, _graph: object = None) -> None:
        self.known = False
        self._save_timer.start()
        self._check_timer.start()
        self.state_changed.emit()

    # -- saving ------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Keep the draft, unless the workspace has it already; saves follow each other, never side by side."""
        from canvas_app.operations.strategies import save_draft

        self._save_timer.stop()
        if self._saving or not self.dirty:
            return
        self._saving = True
        graph = self.graph

        def done(result: Any) -> None:
            self._saving = False
            self._saved, self.revision = graph, result.revision
            self.saved_at = QDateTime.currentDateTime().toString("HH:mm")
            self.state_changed.emit()
            if self.dirty:
                self._save_timer.start()

        def refused(sentence: str) -> None:
            self._saving = False
            self.refused.emit(sentence)

        # the first save of a file takes the place of a draft of the same name; one of a new drawing must not
        base = self.revision if self.revision is not None else None if self._overwrite else 0
        self.session.work.run_operation(
            save_draft, done=done, refused=refused, name=self.name, graph=graph, base=base
        )

    def rename(self, name: str) -> None:
        """Give the strategy another name, in the workspace and in the drawing."""
        from canvas_app.operations.strategies import rename_strategy

        def done(result: Any) -> None:
            self.name, self.revision = result.name, result.revision
            self._saved = replace(self.graph, name=self.name)
            self.canvas.set_graph(self._saved)
            self.state_changed.emit()

        def refused(sentence: str) -> None:
            self.refused.emit(sentence)
            self.state_changed.emit()

        self.session.work.run_operation(rename_strategy, done=done, refused=refused, name=self.name, to=name)

    def set_state(self, status: str, version: int | None) -> None:
        """What the list of strategies says of it."""
        if (status, version) != (self.status, self.version):
            self.status, self.version = status, version
            self.load_live()
            self.state_changed.emit()

    def load_live(self) -> None:
        """Read the version that runs, to compare with."""
        from canvas_app.operations.overview import live_version

        def done(found: Any) -> None:
            self.live = found
            self.state_changed.emit()

        self.session.work.run_operation(
            live_version, done=done, refused=_quiet, latest=f"live:{id(self)}", name=self.name
        )

    # -- checking ----------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Find out in the background what is wrong."""
        graph = self.graph

        def done(problems: Any) -> None:
            self.problems = tuple(problems)
            self.known = graph is self.graph
            self.canvas.show_problems(self.problems)
            self.checked.emit()

        self._check_timer.stop()
        self.session.work.run_operation(check_graph, done=done, latest=f"check:{id(self)}", graph=graph)

    # -- figures -----------------------------------------------------------------------------------------------

    def show_report(self, report: Mapping[str, Any], runs: Mapping[str, Any], source: str) -> None:
        """Show other counters on the cards and in the inspector."""
        self.report, self.runs, self.report_source = report, runs, source
        self.canvas.show_counts(counts_of(report, runs, live=self.status == "live"))
        self.figures_changed.emit()

    def show_forecast(self, days: tuple[Day, ...], caption: str) -> None:
        """Show another forecast in the strip."""
        self.days, self.days_caption = days, caption
        self.figures_changed.emit()

    def set_names(self, names: Names) -> None:
        """Fields or audiences have other names: say the cards anew and check again."""
        self.canvas.canvas.names = names
        self.canvas.retranslate()
        self.check()

    def close(self) -> None:
        """Save what is not saved and let the canvas go."""
        self._last = self.canvas.graph
        self.save()
        self._check_timer.stop()
        self.canvas.deleteLater()


def counts_of(report: Mapping[str, Any], runs: Mapping[str, Any], *, live: bool) -> Counts | None:
    """A report as the cards show it."""
    if not report:
        return None
    nodes = {
        key: NodeCount(each["entered"], each["waiting"], each["failed"], each.get("ports") or {})
        for key, each in report.items()
    }
    left = int(runs.get("completed") or 0) + int(runs.get("exited") or 0)
    return Counts(nodes, runs.get("active"), left, (runs.get("reasons") or {}).get("goal", 0), live)


def check_graph(workspace: Workspace, *, graph: Graph) -> list[Problem]:
    """Everything wrong with a graph in this workspace."""
    from canvas_app.operations import strategies

    return strategies.check_graph(workspace, graph=graph)


def read_file(file: str) -> ReadGraph:
    """A strategy file, or a drawing of n8n or BPMN, as a graph as far as it can be read."""
    from nodes.file import LARGEST_FILE
    from nodes.imports import read_drawing

    with Path(file).open("rb") as stream:
        return read_drawing(stream.read(LARGEST_FILE + 1), Path(file).stem)


def _quiet(sentence: str) -> None:
    _log.info("%s", sentence)


def untitled(taken: tuple[str, ...], stem: str = "") -> str:
    """A name for a new strategy that no other has."""
    stem, number = stem or _("New strategy"), 1
    name = stem
    while name in taken:
        number += 1
        name = f"{stem} {number}"
    return name
