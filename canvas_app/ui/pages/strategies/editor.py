"""The editor: tabs of open strategies around one palette, one inspector and one strip."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QDateTime, QObject, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from canvas_app.ui.inspector.inspector import Inspector
from canvas_app.ui.pages.strategies.bar import EditorBar
from canvas_app.ui.pages.strategies.document import Document
from canvas_app.ui.pages.strategies.forecast import Forecast
from canvas_app.ui.pages.strategies.problems import ProblemList
from canvas_app.ui.palette.palette import Palette
from canvas_app.ui.shell.actions import Actions, say
from canvas_app.ui.shell.parts import box, row, shown
from canvas_app.ui.shell.session import Session
from canvas_app.ui.theme import set_role, size
from canvas_app.ui.widgets import Banner, divider
from nodes.graph import Graph
from nodes.registry import node_types
from storage.base.problems import Problem
from storage.base.words import N_, _

RUNNING = ("live", "paused")
_REFRESH = 500  # milliseconds: counters change at most twice a second
_PAUSE = {"live": N_("Pause"), "paused": N_("Resume"), "stopped": N_("Resume")}


class EditorView(QWidget):
    """`left` for back to the list, `emptied` when the last tab is closed, `copy_wanted(graph)` after a conflict."""

    left = Signal()
    emptied = Signal()
    copy_wanted = Signal(object)

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__()
        self.session, self.actions_ = session, actions
        self.documents: list[Document] = []
        self.tabs = QTabBar()
        self.tabs.setTabsClosable(True)
        self.tabs.setExpanding(False)
        self.tabs.setMovable(False)
        self.tabs.setAccessibleName(_("Open strategies"))
        self.tabs.currentChanged.connect(self._show_current)
        self.tabs.tabCloseRequested.connect(self.close_tab)
        self.canvases = QStackedWidget()
        self._timer = QTimer(self)
        self._timer.setInterval(_REFRESH)
        self._timer.timeout.connect(self._refresh_counts)
        self._reading = False
        self._build()
        session.catalogue_changed.connect(self._catalogue_changed)
        self._connect_actions()

    # -- building ----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.bar = EditorBar(self.actions_)
        self.banner = Banner("")
        self.palette_ = Palette()
        self.inspector = Inspector()
        self.problems, self.forecast = ProblemList(), Forecast()
        self.bar.left.connect(self.left)
        self.palette_.node_wanted.connect(self._add_node)
        self.bar.renamed.connect(self._rename)
        self.inspector.asked.connect(self._node_asked)
        self.problems.wanted.connect(self._go_to_problem)
        self.banner.acted.connect(self._banner_acted)
        self._on_banner: Callable[[], object] | None = None
        self.banner.hide()
        strip = box(row(self.problems, divider(vertical=True), self.forecast, gap=0), "surface")
        strip.setFixedHeight(size("layout.bottom_strip"))
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.canvases, 1)
        middle.addWidget(strip)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self.palette_)
        body.addLayout(middle, 1)
        body.addWidget(self.inspector)
        self._tab_row = QFrame()
        set_role(self._tab_row, "bar")
        self._tab_row.setLayout(row(self.tabs, None, margins=(16, 0, 16, 0)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._tab_row)
        column.addWidget(self.bar)
        column.addWidget(self.banner)
        column.addLayout(body, 1)

    def _connect_actions(self) -> None:
        on = self.actions_.on
        on("save", lambda: self._with(lambda one: one.save()))
        on("check", self._check)
        on("close", lambda: self.close_tab(self.tabs.currentIndex()))
        on("next_problem", lambda: self.problems.step(1))
        on("previous_problem", lambda: self.problems.step(-1))
        on("inspect", self._inspect)

    def _with(self, deed: Any) -> None:
        if self.current is not None:
            deed(self.current)

    # -- documents ---------------------------------------------------------------------------------------------

    @property
    def current(self) -> Document | None:
        """The strategy in front."""
        at = self.tabs.currentIndex()
        return self.documents[at] if 0 <= at < len(self.documents) else None

    def opened(self, name: str) -> Document | None:
        """The open strategy of that name."""
        return next((each for each in self.documents if each.name == name), None)

    def open_graph(self, graph: Graph, *, name: str, revision: int | None, status: str = "draft",
                   version: int | None = None, overwrite: bool = False) -> Document:  # fmt: skip
        """Put a graph on a canvas of its own, in front."""
        document = Document(
            self.session, graph, name=name, revision=revision, overwrite=overwrite, parent=self
        )
        self._add(document)
        document.set_state(status, version)
        return document

    def _add(self, document: Document) -> None:
        canvas = document.canvas
        self.documents.append(document)
        self.canvases.addWidget(canvas)
        document.watched = [
            document.state_changed.connect(lambda: self._state_changed(document)),
            document.checked.connect(lambda: self._checked(document)),
            document.figures_changed.connect(lambda: self._figures_changed(document)),
            document.refused.connect(lambda sentence: self._save_refused(document, sentence)),
            canvas.graph_changed.connect(lambda _graph: self._graph_changed(document)),
            canvas.selection_changed.connect(lambda chosen: self._selected(document, chosen)),
            canvas.node_activated.connect(lambda _node: self._inspect()),
        ]
        self.tabs.addTab(shown(document.name))
        self.tabs.setCurrentIndex(len(self.documents) - 1)
        self._tab_row.setVisible(len(self.documents) > 1)
        self._show_current()

    def hand_over(self) -> list[Document]:
        """Let go of the open strategies, canvases and all, for another editor to take over."""
        documents, self.documents = self.documents, []
        self._timer.stop()
        self.inspector.bind(None)
        for document in documents:
            for connection in document.watched:
                QObject.disconnect(connection)
            document.setParent(self.session)
            self.canvases.removeWidget(document.canvas)
            document.canvas.setParent(None)
        return documents

    def take_over(self, document: Document) -> None:
        """Show a strategy that another editor had open, with its undo steps."""
        document.setParent(self)
        document.canvas.retranslate()
        self._add(document)
        document.check()

    def bring_front(self, document: Document) -> None:
        """Put an open strategy in front."""
        self.tabs.setCurrentIndex(self.documents.index(document))

    def close_tab(self, at: int) -> None:
        """Close a strategy; its draft is kept."""
        if not 0 <= at < len(self.documents):
            return
        document = self.documents.pop(at)
        self.canvases.removeWidget(document.canvas)
        if self.inspector.canvas is document.canvas:
            self.inspector.bind(None)
        document.close()
        self.tabs.removeTab(at)
        self._tab_row.setVisible(len(self.documents) > 1)
        if self.documents:
            self._show_current()
        else:
            self.actions_.enable_canvas(False)
            self.emptied.emit()

    def save_all(self) -> None:
        """Keep every draft now."""
        for document in self.documents:
            document.save()

    def save_everything(self) -> None:
        """Keep every draft before the window goes, edits made while saving included."""
        for _try in range(3):
            self.save_all()
            if self.session.work.settle() and not any(each.dirty for each in self.documents):
                return

    def _show_current(self, _at: int = 0) -> None:
        document = self.current
        if document is None or len(self.documents) != self.tabs.count():
            return
        for each in self.documents:
            front = each is document
            each.canvas.view.setObjectName("canvas" if front else "canvas_behind")
            each.canvas.minimap.setObjectName("minimap" if front else "minimap_behind")
        self.canvases.setCurrentWidget(document.canvas)
        self.inspector.bind(document.canvas, self._count)
        self.inspector.set_catalogue(self.session.catalogue)
        self.banner.hide()
        self.actions_.enable_canvas(True)
        self._state_changed(document)
        self._checked(document)
        self._figures_changed(document)

    def _catalogue_changed(self, catalogue: Any) -> None:
        self.inspector.set_catalogue(catalogue)
        for document in self.documents:
            document.set_names(catalogue)

    # -- what a document tells ---------------------------------------------------------------------------------

    def _graph_changed(self, document: Document) -> None:
        if document is self.current:
            self.inspector.refresh()

    def _selected(self, document: Document, chosen: Any) -> None:
        if document is self.current:
            self.inspector.choose(tuple(each for each in chosen if each in document.graph.nodes))

    def _state_changed(self, document: Document) -> None:
        self.tabs.setTabText(self.documents.index(document), shown(document.name))
        if document is not self.current:
            return
        live = document.live
        since = (
            QDateTime.fromSecsSinceEpoch(live.published).toString(_("d MMM"))
            if live and document.version
            else ""
        )
        self.bar.show_tools(document.canvas.actions()["undo"], document.canvas.actions()["redo"])
        self.bar.show_name(document.name)
        self.bar.show_status(document.status, document.version, since, document.changes)
        saved = _("Saved {time}", time=document.saved_at) if document.saved_at else ""
        self.bar.saved.setText(_("Saving…") if document.dirty else saved)
        self.inspector.changes.compare_with(
            live.graph if live else None, _("version {version}", version=document.version or 0)
        )
        self._fit_actions()
        wanted = document.status in RUNNING
        if wanted != self._timer.isActive():
            self._timer.start() if wanted else self._timer.stop()

    def _fit_actions(self) -> None:
        document = self.current
        if document is None:
            return
        deeds = self.actions_
        deeds["pause"].setVisible(bool(document.version) and document.status in RUNNING)
        deeds["stop"].setEnabled(document.status in RUNNING)
        say(deeds["pause"], _(_PAUSE.get(document.status, _PAUSE["live"])))
        say(deeds["publish"], _("Publish v{version}…", version=(document.version or 0) + 1))

    def _checked(self, document: Document) -> None:
        if document is not self.current:
            return
        self.problems.show_problems(document.problems)
        self.inspector.show_problems(document.problems)
        self.bar.check.set_errors(document.errors)

    def _figures_changed(self, document: Document) -> None:
        if document is not self.current:
            return
        self.inspector.people.show_report(document.report, document.runs, document.report_source)
        self.forecast.show_days(document.days, document.days_caption)

    # -- doing -------------------------------------------------------------------------------------------------

    def tell(
        self, sentence: str, tone: str = "info", action: str = "", on: Callable[[], object] | None = None
    ) -> None:
        """Say something above the canvas."""
        self._on_banner = on
        self.banner.say(sentence, tone, action or _("Close"))
        self.banner.show()

    def _banner_acted(self) -> None:
        self.banner.hide()
        if self._on_banner is not None:
            self._on_banner()

    def _save_refused(self, document: Document, sentence: str) -> None:
        self.tell(sentence, "error", _("Keep mine as a copy"), lambda: self.copy_wanted.emit(document.graph))

    def _add_node(self, kind: str) -> None:
        self._with(lambda one: one.canvas.add_node(kind))

    def _rename(self, name: str) -> None:
        self._with(lambda one: one.rename(name))

    def _check(self) -> None:
        if self.current is not None:
            self.problems.waiting()
            self.current.check()
            self.problems.list.setFocus()

    def _inspect(self) -> None:
        self.inspector.edit_name() if self.inspector.node else self.inspector.tabs.setFocus()

    def _go_to_problem(self, problem: Problem) -> None:
        document = self.current
        if document is None:
            return
        if problem.node and problem.node in document.graph.nodes:
            document.canvas.select([problem.node])
            document.canvas.reveal(problem.node)
        else:
            document.canvas.select([])
        self.inspector.go_to_field(problem.field)

    def _node_asked(self, what: str) -> None:
        document, node = self.current, self.inspector.node
        if document is None or node is None:
            return
        kind = node_types().get(node.type)
        if what == "help" and kind is not None:
            from canvas_app.ui.dialogs.help import show_help

            show_help(self, _(kind.label), node.type, kind.__doc__ or "")
        elif what == "delete":
            document.canvas.delete_selection()
        elif what == "duplicate":
            document.canvas.actions()["duplicate"].trigger()

    # -- counting ----------------------------------------------------------------------------------------------

    def _count(self, place: str, rule: Any, tell: Any) -> None:
        from canvas_app.ui.pages.strategies.counting import count_rule

        self.session.work.run_operation(
            count_rule, done=tell, refused=lambda _sentence: tell(None), latest=f"count:{place}", rule=rule
        )

    def _refresh_counts(self) -> None:
        from canvas_app.ui.pages.strategies.counting import node_figures

        document = self.current
        if document is None or self._reading or not self.isVisible():
            return
        self._reading = True

        def done(found: Any) -> None:
            self._reading = False
            if document in self.documents:
                document.show_report(found["nodes"], found["runs"], _("People in the running strategy"))

        def refused(_sentence: str) -> None:
            self._reading = False

        self.session.work.run_operation(node_figures, done=done, refused=refused, name=document.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # the canvas has these keys itself; here they come from the palette, the inspector or the strip
        for name, keys in (("undo", QKeySequence.StandardKey.Undo), ("redo", QKeySequence.StandardKey.Redo)):
            if self.current is not None and event.matches(keys):
                self.current.canvas.actions()[name].trigger()
                return
        super().keyPressEvent(event)
