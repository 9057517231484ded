"""The page of strategies: the list, and over it the editor of those that are open."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QVBoxLayout, QWidget

from canvas_app.operations.changes import Changes
from canvas_app.operations.overview import StrategyInfo
from canvas_app.ui.dialogs.ask import ask, ask_text
from canvas_app.ui.forms.catalogue import Catalogue
from canvas_app.ui.pages.strategies.document import Document, read_file, untitled
from canvas_app.ui.pages.strategies.editor import RUNNING, EditorView
from canvas_app.ui.pages.strategies.listing import StrategyList
from canvas_app.ui.pages.strategies.running import Running
from canvas_app.ui.shell.actions import Actions
from canvas_app.ui.shell.session import Session
from nodes.graph import Graph
from storage.base.problems import Problem
from storage.base.words import _, plural

FILES = "*.json"
DRAWINGS = "*.json *.bpmn *.xml"
_REFRESH = 2000  # milliseconds between two looks at the list while something runs


class StrategiesPage(QWidget):
    """`templates_wanted` when a person would rather start from one."""

    templates_wanted = Signal()
    titled = Signal(str)  # the strategy in front, or nothing

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__()
        self.session, self.actions_ = session, actions
        self.list = StrategyList(actions)
        self.editor = EditorView(session, actions)
        self.running = Running(session, self)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self.editor)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self.list.opened.connect(self.open_strategy)
        self.list.asked.connect(self._asked)
        self.list.templates_wanted.connect(self.templates_wanted)
        self.editor.left.connect(self.show_list)
        self.editor.emptied.connect(self.show_list)
        self.editor.copy_wanted.connect(self.new_strategy)
        actions.enable_canvas(False)
        on = actions.on
        on("new", self.new_strategy)
        on("open", self.choose_file)
        on("import", self.choose_file)
        on("export", lambda: self._with(lambda one: self._export(one.name)))
        on("rehearse", lambda: self._with(self.running.rehearse))
        on("publish", lambda: self._with(self.running.publish))
        on("pause", lambda: self._with(self._pause_or_resume))
        on("advance", self.running.let_a_day_pass)
        actions["advance"].setVisible(session.catalogue.rehearsal)
        session.catalogue_changed.connect(self._catalogue_changed)
        on("stop", lambda: self._with(lambda one: self._asked("stop", self.list.info(one.name))))
        session.changed.connect(self._changed)
        self._timer = QTimer(self)
        self._timer.setInterval(_REFRESH)
        self._timer.timeout.connect(self._refresh)
        self._timer.start()
        self.reload()

    # -- the list ----------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read the list of strategies again."""
        from canvas_app.operations.overview import list_strategy_infos

        self.session.work.run_operation(list_strategy_infos, done=self._show_infos, latest="strategies")

    def _refresh(self) -> None:
        """While a strategy runs its figures move by themselves."""
        if self.isVisible() and any(info.status in RUNNING for info in self.list.infos):
            self.reload()

    def _show_infos(self, infos: Any) -> None:
        self.list.show_infos(infos)
        for document in self.editor.documents:
            info = self.list.info(document.name)
            if info is not None:
                document.set_state(info.status, info.version)

    def _changed(self, changes: Changes) -> None:
        if changes.strategies or changes.runs:
            self.reload()

    def _catalogue_changed(self, catalogue: Catalogue) -> None:
        self.actions_["advance"].setVisible(catalogue.rehearsal)

    def show_list(self) -> None:
        """Go back to the list; the open strategies stay open."""
        self.editor.save_all()
        self.actions_.enable_canvas(False)
        self._stack.setCurrentWidget(self.list)
        self.list.table.setFocus()
        self.titled.emit("")

    @property
    def showing_editor(self) -> bool:
        """Whether a strategy is in front and not the list."""
        return self._stack.currentWidget() is self.editor

    def show_editor(self) -> None:
        """Go to the strategy in front."""
        self._stack.setCurrentWidget(self.editor)
        self.titled.emit(self.editor.current.name if self.editor.current is not None else "")
        self.actions_.enable_canvas(self.editor.current is not None)
        if self.editor.current is not None:
            self.editor.current.canvas.view.setFocus()

    # -- opening -----------------------------------------------------------------------------------------------

    def open_strategy(self, name: str) -> None:
        """Open the draft of a strategy, or put it in front."""
        from canvas_app.operations.strategies import load_draft

        known = self.editor.opened(name)
        if known is not None:
            self.editor.bring_front(known)
            self.show_editor()
            return

        def done(draft: Any) -> None:
            self._open(draft.graph, draft.name, draft.revision, draft.status, draft.version)

        self.session.work.run_operation(load_draft, done=done, name=name)

    def _open(
        self, graph: Graph, name: str, revision: int | None, status: str = "draft", version: int | None = None
    ) -> Document:
        document = self.editor.open_graph(graph, name=name, revision=revision, status=status, version=version)
        self.show_editor()
        return document

    def new_strategy(self, graph: Graph | None = None) -> Document:
        """An empty strategy (or a graph) as a new draft."""
        taken = (*self.session.catalogue.strategies, *(each.name for each in self.editor.documents))
        name = graph.name if graph is not None and graph.name and graph.name not in taken else untitled(taken)
        return self._open(replace(graph or Graph(), name=name), name, None)

    def choose_file(self) -> None:
        """Ask for a strategy file and open it."""
        chosen, _kind = QFileDialog.getOpenFileName(
            self, _("Open a strategy"), "", f"{_('Strategy, n8n, BPMN')} ({DRAWINGS})"
        )
        if chosen:
            self.open_file(chosen)

    def open_file(self, file: str) -> Document | None:
        """Put a strategy file on the canvas at once; it is kept in the workspace as a draft."""
        try:
            read = read_file(file)
        except OSError as error:
            self.session.told.emit(
                "error", _("{file} cannot be read: {why}.", file=file, why=error.strerror or str(error))
            )
            return None
        graph, problems = read.graph, read.problems
        if graph is None:
            self.session.told.emit(
                "error", _("{file} is no strategy. {why}", file=Path(file).name, why=_first(problems))
            )
            return None
        name = graph.name.strip() or Path(file).stem
        if read.tool:
            return self._open_drawing(graph, name, read.tool)
        known = self.editor.opened(name)
        if known is not None:
            self.editor.close_tab(self.editor.documents.index(known))
        document = self._open_imported(replace(graph, name=name), name)
        if problems:
            words = plural(
                "The file has {n} problem: {first}",
                "The file has {n} problems: {first}",
                len(problems),
                first=_first(problems),
            )
            self.editor.tell(words, "warning")
        return document

    def _open_drawing(self, graph: Graph, name: str, tool: str) -> Document:
        """A drawing of another tool as a new draft: it never takes the place of a strategy."""
        taken = (*self.session.catalogue.strategies, *(each.name for each in self.editor.documents))
        name = untitled(taken, name)
        document = self._open(replace(graph, name=name), name, None)
        words = _("A skeleton of the {tool} drawing. The note on the canvas says what to fill in.", tool=tool)
        self.editor.tell(words, "info")
        return document

    def _open_imported(self, graph: Graph, name: str) -> Document:
        document = self.editor.open_graph(
            graph, name=name, revision=None, status="draft", version=None, overwrite=True
        )
        self.show_editor()
        return document

    # -- doing -------------------------------------------------------------------------------------------------

    def _with(self, deed: Callable[[Document], object]) -> None:
        if self.editor.current is not None:
            deed(self.editor.current)

    def _pause_or_resume(self, document: Document) -> None:
        info = self.list.info(document.name)
        if info is not None:
            self._asked("pause" if document.status == "live" else "resume", info)

    def _asked(self, what: str, info: StrategyInfo | None) -> None:
        if info is None:
            return
        match what:
            case "rename":
                rename = partial(self._rename, info.name)
                ask_text(self, _("Rename"), name=_("Name"), text=info.name, effect=_("Rename"), on=rename)
            case "duplicate":
                from canvas_app.operations.strategies import duplicate_strategy

                self.session.work.run_operation(duplicate_strategy, name=info.name)
            case "export":
                self._export(info.name)
            case "results":
                self.session.results_wanted.emit(info.name)
            case "delete":
                self._delete(info.name)
            case _:
                self.running.ask(what, info)

    def _rename(self, name: str, to: str) -> None:
        from canvas_app.operations.strategies import rename_strategy

        document = self.editor.opened(name)
        if document is not None:
            document.rename(to)
        else:
            self.session.work.run_operation(rename_strategy, name=name, to=to)

    def _delete(self, name: str) -> None:
        from canvas_app.operations.strategies import delete_strategy

        def go() -> None:
            document = self.editor.opened(name)
            if document is not None:
                self.editor.close_tab(self.editor.documents.index(document))
            self.session.work.run_operation(delete_strategy, name=name)

        question = _(
            "“{name}” was never published, so nobody is in it. It cannot be brought back.", name=name
        )
        ask(self, _("Delete this strategy?"), question, _("Delete “{name}”", name=name), go)

    def _export(self, name: str) -> None:
        from canvas_app.operations.strategies import export_strategy

        chosen, _kind = QFileDialog.getSaveFileName(
            self, _("Export"), f"{name}.json", f"{_('Strategies')} ({FILES})"
        )
        if not chosen:
            return

        def done(text: Any) -> None:
            try:
                Path(chosen).write_text(text, encoding="utf-8")
            except OSError as error:
                why = error.strerror or str(error)
                self.session.told.emit("error", _("{file} cannot be written: {why}.", file=chosen, why=why))
                return
            self.session.told.emit("success", _("Exported to {file}.", file=chosen))

        self.session.work.run_operation(export_strategy, done=done, name=name)


def _first(problems: tuple[Problem, ...]) -> str:
    return problems[0].message if problems else ""
