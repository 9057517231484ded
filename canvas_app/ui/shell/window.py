"""The main window: navigation on top, one page below it, banners and progress in between."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QByteArray, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from canvas_app.ui.pages.strategies.page import StrategiesPage
from canvas_app.ui.shell.actions import Actions
from canvas_app.ui.shell.dropping import FileDrop
from canvas_app.ui.shell.parts import box, column, row
from canvas_app.ui.shell.preferences import Preferences
from canvas_app.ui.shell.progress import ProgressStrip
from canvas_app.ui.shell.session import Session
from canvas_app.ui.theme import set_theme, sizes, theme
from canvas_app.ui.widgets import Banner, NavBar
from storage.base.words import _, language, set_language

PAGES = ("strategies", "audiences", "templates", "results", "tasks", "monitor", "settings")
_STAY = 5000  # milliseconds for which good news stays


class PageHost(QWidget):
    """The place of a page; what is in it is made when it is first shown."""

    def __init__(self, name: str, make: Callable[[], QWidget]) -> None:
        super().__init__()
        self.setObjectName(f"page_{name}")
        self._make = make
        self.page: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def need(self) -> QWidget:
        """The page, made now if it was not yet."""
        if self.page is None:
            self.page = self._make()
            self._column.addWidget(self.page)
        return self.page


class MainWindow(QMainWindow):
    """Pages ask for each other through the session; the window is the only one that knows them all."""

    closing = Signal()

    def __init__(self, target: str, preferences: Preferences) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.preferences = preferences
        self.session = Session(target, preferences, self)
        self.actions_ = Actions(self)
        width, height = (int(each) for each in sizes("layout.min_window"))
        self.setMinimumSize(width, height)
        self._restore()
        self._hosts: dict[str, PageHost] = {}
        self._build()
        self._connect()
        self._connect_session()
        self.session.reload_catalogue()

    # -- building ----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.nav = NavBar()
        self.banner = Banner("")
        self.banner.hide()
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.timeout.connect(self.banner.hide)
        self.progress = ProgressStrip(self.session.work)
        self.stack = QStackedWidget()
        for name in PAGES:
            self._add_host(name)
        self._welcome = PageHost("welcome", self._make_welcome)
        self.stack.addWidget(self._welcome)
        self.setCentralWidget(
            box(column(self.nav, row(self.banner), self.stack, self.progress, gap=0), "page")
        )
        self._retitle()
        FileDrop(self, self.open_file)

    def _add_host(self, name: str) -> None:
        host = PageHost(name, partial(self._make, name))
        self._hosts[name] = host
        self.stack.addWidget(host)

    def _make(self, name: str) -> QWidget:
        """A page; each imports what it needs only now."""
        match name:
            case "strategies":
                page = StrategiesPage(self.session, self.actions_)
                page.templates_wanted.connect(lambda: self.show_page("templates"))
                page.titled.connect(self._retitle)
                return page
            case "audiences":
                from canvas_app.ui.pages.audiences.page import AudiencesPage

                return AudiencesPage(self.session)
            case "templates":
                from canvas_app.ui.pages.templates.page import TemplatesPage

                return TemplatesPage(self.session)
            case "results":
                from canvas_app.ui.pages.results.page import ResultsPage

                return ResultsPage(self.session)
            case "tasks":
                from canvas_app.ui.pages.tasks import TasksPage

                return TasksPage(self.session)
            case "monitor":
                from canvas_app.ui.pages.monitor import MonitorPage

                return MonitorPage(self.session)
            case _:
                from canvas_app.ui.pages.settings import SettingsPage

                return SettingsPage(self.session)

    def _make_welcome(self) -> QWidget:
        from canvas_app.ui.shell.welcome import Welcome

        welcome = Welcome(self.session)
        welcome.chosen.connect(self._welcomed)
        welcome.plan_chosen.connect(self._plan_chosen)
        return welcome

    def _connect(self) -> None:
        session, on = self.session, self.actions_.on
        self.nav.page_chosen.connect(self.show_page)
        self.nav.language_chosen.connect(lambda code: session.look_changed.emit(code, ""))
        self.nav.theme_chosen.connect(lambda mode: session.look_changed.emit("", mode))
        self.nav.search.returnPressed.connect(self._focus_search)
        self.banner.acted.connect(self.banner.hide)
        for name in PAGES[:-1]:
            on(name, partial(self.show_page, name))
        on("preferences", lambda: self.show_page("settings"))
        on("commands", self._focus_search)
        on("welcome", self.show_welcome)
        on("quit", self.close)
        on("import_contacts", self._bring_contacts)

    def _connect_session(self) -> None:
        session = self.session
        session.look_changed.connect(self._change_look)
        session.page_wanted.connect(self.show_page)
        session.strategy_wanted.connect(self.open_strategy)
        session.graph_wanted.connect(self.open_graph)
        session.results_wanted.connect(self._show_results)
        session.told.connect(self.tell)
        session.work.broke.connect(self._broke)

    # -- pages -------------------------------------------------------------------------------------------------

    @property
    def strategies(self) -> StrategiesPage:
        """The page of strategies."""
        page = self._hosts["strategies"].need()
        assert isinstance(page, StrategiesPage)
        return page

    def page(self, name: str) -> QWidget:
        """A page, made if it was not yet."""
        return self._hosts[name].need()

    def show_page(self, name: str) -> None:
        """Go to a page."""
        if name not in self._hosts:
            return
        if (
            name == "strategies"
            and self.nav.page() == "strategies"
            and self.stack.currentWidget() is self._hosts[name]
        ):
            self.strategies.show_list()
        self._hosts[name].need()
        self.stack.setCurrentWidget(self._hosts[name])
        self.nav.set_page(name)
        self.nav.show()
        there = name == "strategies" and self.strategies.showing_editor
        self.actions_.enable_canvas(there and self.strategies.editor.current is not None)

    def show_welcome(self) -> None:
        """Go to the page for the first five minutes."""
        self._welcome.need().setFocus()
        self.nav.hide()
        self.stack.setCurrentWidget(self._welcome)

    def _welcomed(self, choice: str) -> None:
        self.preferences.keep("welcomed", True)
        match choice:
            case "template":
                self.show_page("templates")
            case "contacts":
                self._bring_contacts()
            case "empty":
                self.show_page("strategies")
                self.strategies.new_strategy()
            case "file":
                self.show_page("strategies")
                self.strategies.choose_file()
            case "demo":
                self._make_demo()
            case _:
                self.show_page("strategies")

    def _plan_chosen(self, template: str) -> None:
        self.preferences.keep("welcomed", True)
        self.show_page("templates")
        page: Any = self.page("templates")
        page.use(template)

    def _make_demo(self) -> None:
        from canvas_app.ui.shell.demo import make_demo

        self.show_page("strategies")
        self.session.work.run_operation(
            make_demo, title=_("Making the demo"), done=lambda made: self.open_strategy(made.name)
        )

    def _bring_contacts(self) -> None:
        self.show_page("audiences")
        page: Any = self.page("audiences")
        page.bring_contacts()

    def open_strategy(self, name: str) -> None:
        """Open a strategy of the workspace on the canvas."""
        self.show_page("strategies")
        self.strategies.open_strategy(name)

    def open_graph(self, graph: Any) -> None:
        """Open a graph as a new draft."""
        self.show_page("strategies")
        self.strategies.new_strategy(graph)

    def open_file(self, file: str) -> None:
        """Open a strategy file on the canvas."""
        self.show_page("strategies")
        self.strategies.open_file(file)

    def _show_results(self, name: str) -> None:
        self.show_page("results")
        page: Any = self.page("results")
        page.show_strategy(name)

    # -- finding -----------------------------------------------------------------------------------------------

    def _focus_search(self) -> None:
        from canvas_app.ui.shell.commands import CommandList

        if self.nav.isHidden():
            return
        if not hasattr(self, "_commands"):
            self._commands = CommandList(self.nav.search, self)
        self.nav.search.setFocus()
        self.nav.search.selectAll()
        self._commands.offer()

    # -- telling -----------------------------------------------------------------------------------------------

    def tell(self, level: str, sentence: str) -> None:
        """Say something on top of the page; good news goes by itself."""
        self.banner.say(sentence, level, _("Close"))
        self.banner.show()
        self._quiet.stop()
        if level in ("success", "info"):
            self._quiet.start(_STAY)

    def _broke(self, sentence: str, details: str) -> None:
        from canvas_app.ui.dialogs.ask import show_details

        show_details(self, sentence, details)

    # -- language, theme, place --------------------------------------------------------------------------------

    def _change_look(self, code: str, mode: str) -> None:
        if mode and mode != theme.mode:
            self.preferences.keep("theme", mode)
            set_theme(mode)
        if code and code != language():
            self.preferences.keep("language", set_language(code))
            # after the menu that was used has closed
            QTimer.singleShot(0, self, self._speak_anew)

    def _speak_anew(self) -> None:
        """Make every page anew in the language in force; open strategies keep their canvas and its undo steps."""
        page = self.nav.page() if self.stack.currentWidget() is not self._welcome else "welcome"
        opened = self.strategies.editor.hand_over() if self._hosts["strategies"].page else []
        editing = bool(opened) and self.strategies.showing_editor
        old = self.takeCentralWidget()
        if old is not None:
            old.hide()
            # what the old pages still hold goes with them, not before
            self.actions_.setParent(old)
            for action in self.actions():
                self.removeAction(action)
                action.setParent(old)
            old.deleteLater()
        if hasattr(self, "_commands"):
            del self._commands
        self.actions_ = Actions(self)
        self._hosts = {}
        self._build()
        self._connect()
        for document in opened:
            self.strategies.editor.take_over(document)
        self.show_welcome() if page == "welcome" else self.show_page(page)
        if page == "strategies" and editing:
            self.strategies.show_editor()

    def _retitle(self, name: str = "") -> None:
        product = _("Strategy Canvas")
        self.setWindowTitle(f"{name} – {product}" if name else product)

    def _restore(self) -> None:
        width, height = (int(each) for each in sizes("layout.design_window"))
        screen = self.screen().availableGeometry()
        self.resize(min(width, screen.width()), min(height, screen.height()))
        kept = self.preferences.get("geometry")
        if isinstance(kept, str):
            self.restoreGeometry(QByteArray.fromBase64(kept.encode()))

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._hosts["strategies"].page is not None:
            self.strategies.editor.save_everything()
        self.preferences.keep("geometry", bytes(self.saveGeometry().toBase64().data()).decode())
        self.closing.emit()
        self.session.work.close()
        super().closeEvent(event)
