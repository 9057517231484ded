"""The list of strategies: find, open, rename, duplicate, export, pause, stop, delete."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QDateTime, QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QStackedWidget, QVBoxLayout, QWidget

from canvas_app.operations.overview import StrategyInfo
from canvas_app.ui.pages.strategies.bar import STATUS
from canvas_app.ui.shell.actions import Actions
from canvas_app.ui.shell.parts import box, column, frame, row
from canvas_app.ui.theme import icon, size
from canvas_app.ui.widgets import Column, DataTable, EmptyState, RowsModel, SearchField, button, label
from storage.base.words import _, plural


class StrategyList(QWidget):
    """`opened(name)`; `asked(what, info)` with rename, duplicate, export, results, pause, resume, stop or delete."""

    opened = Signal(str)
    asked = Signal(str, object)
    templates_wanted = Signal()

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self._infos: tuple[StrategyInfo, ...] = ()
        bar = self._bar(actions)
        self.model = RowsModel(_columns())
        self.table = DataTable(
            self.model, framed=True, sortable=True, empty=_("No strategy has that in its name.")
        )
        self.table.setObjectName("strategy_table")
        self.table.setAccessibleName(_("Strategies"))
        self.table.row_opened.connect(lambda at: self.opened.emit(self.model.row(at).name))
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._menu)
        self.empty = EmptyState(
            _("Your strategies will be listed here. Start from a template, or draw one."),
            _("Start from a template"),
        )
        self.empty.acted.connect(self.templates_wanted)
        self._stack = QStackedWidget()
        self._stack.addWidget(box(column(self.table, margins=(24, 24, 24, 24)), "page"))
        self._stack.addWidget(self.empty)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(bar)
        outer.addWidget(self._stack, 1)

    def _bar(self, actions: Actions) -> QWidget:
        self.search = SearchField(_("Find a strategy"))
        self.search.setFixedWidth(240)
        self.search.textChanged.connect(lambda _text: self._filter())
        self._count = label("", "muted")
        new = button(actions["new"].text(), actions["new"].trigger, role="primary", icon_name="mdi6.plus")
        new.setObjectName("new_strategy")
        bring = button(_("Import…"), actions["import"].trigger, icon_name="mdi6.file-import-outline")
        template = button(
            _("From a template"), self.templates_wanted.emit, icon_name="mdi6.view-grid-outline"
        )
        bar = frame(
            "bar",
            row(
                label(_("Strategies"), "page-title"),
                self._count,
                None,
                self.search,
                bring,
                template,
                new,
                margins=(24, 0, 24, 0),
            ),
        )
        bar.setFixedHeight(size("layout.page_bar"))
        return bar

    @property
    def infos(self) -> tuple[StrategyInfo, ...]:
        """Every strategy, found or not."""
        return self._infos

    def show_infos(self, infos: Sequence[StrategyInfo]) -> None:
        """List other strategies."""
        self._infos = tuple(infos)
        self._stack.setCurrentIndex(0 if infos else 1)
        self._filter()

    def info(self, name: str) -> StrategyInfo | None:
        """What is known of one strategy."""
        return next((each for each in self._infos if each.name == name), None)

    def _filter(self) -> None:
        wanted = self.search.text().strip().casefold()
        found = [each for each in self._infos if wanted in each.name.casefold()]
        self.model.set_rows(found)
        self._count.setText(plural("{n} strategy", "{n} strategies", len(found)))

    def _menu(self, at: QPoint) -> None:
        index = self.table.indexAt(at)
        if not index.isValid():
            return
        menu = self.menu_for(self.model.row(index.row()))
        menu.popup(self.table.viewport().mapToGlobal(at))

    def menu_for(self, info: StrategyInfo) -> QMenu:
        """What can be done with one strategy."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(_("Open"), lambda: self.opened.emit(info.name))
        wanted: list[tuple[str, str, str]] = [
            ("rename", _("Rename…"), "mdi6.pencil-outline"),
            ("duplicate", _("Duplicate"), "mdi6.content-copy"),
            ("export", _("Export…"), "mdi6.file-export-outline"),
            ("results", _("Results"), "mdi6.chart-bar"),
        ]
        if info.status == "live":
            wanted.append(("pause", _("Pause"), "mdi6.pause"))
        if info.status in ("paused", "stopped"):
            wanted.append(("resume", _("Resume"), "mdi6.play"))
        if info.status in ("live", "paused"):
            wanted.append(("stop", _("Stop for good…"), "mdi6.stop"))
        if info.version is None:
            wanted.append(("delete", _("Delete…"), "mdi6.trash-can-outline"))
        for what, words, glyph in wanted:
            deed = menu.addAction(icon(glyph), words)
            deed.setObjectName(f"list_{what}")
            deed.triggered.connect(lambda _checked=False, what=what: self.asked.emit(what, info))
        return menu


def _columns() -> list[Column]:
    def tone(info: StrategyInfo) -> str:
        return STATUS.get(info.status, STATUS[""])[1]

    def status(info: StrategyInfo) -> str:
        return _(STATUS.get(info.status, STATUS[""])[0])

    def when(info: StrategyInfo) -> str:
        return QDateTime.fromSecsSinceEpoch(info.changed).toString(_("d MMM yyyy, HH:mm"))

    def nothing(info: StrategyInfo) -> Any:
        return info.reason or ""

    return [
        Column(_("Name"), lambda info: info.name, stretch=True, strong=True, note=nothing),
        Column(_("Status"), status, width=140, tone=tone),
        Column(_("Version"), lambda info: info.version, number=True, width=100),
        Column(_("In now"), lambda info: info.in_now, number=True, width=120),
        Column(_("Entered"), lambda info: info.entered, number=True, width=120),
        Column(_("Changed"), lambda info: info.changed, text=when, width=180),
    ]
