"""The page of results: one strategy, its figures against its targets."""

from typing import Any

from PySide6.QtCore import QDateTime, QTimer
from PySide6.QtWidgets import QStackedWidget, QWidget

from canvas_app.operations.changes import Changes
from canvas_app.ui.pages.results.chart import ChartView
from canvas_app.ui.pages.results.figures import ab_sentence, headline, node_columns
from canvas_app.ui.shell.parts import box, column, frame, row, scroll
from canvas_app.ui.shell.session import Session
from canvas_app.ui.theme import size
from canvas_app.ui.widgets import ComboBox, DataTable, EmptyState, KpiStrip, Panel, RowsModel, button, label
from storage.base.words import _, plural
from storage.workspace import Workspace

_REFRESH = 5000


def read_results(workspace: Workspace, *, name: str) -> dict[str, Any]:
    """Every report the page shows, of one strategy."""
    from canvas_app.reports.ab import ab_report
    from canvas_app.reports.days import timeline_report
    from canvas_app.reports.funnel import funnel_report
    from canvas_app.reports.nodes import node_rows
    from canvas_app.reports.totals import totals_report

    return {
        "totals": totals_report(workspace, name=name), "funnel": funnel_report(workspace, name=name),
        "ab": ab_report(workspace, name=name), "days": timeline_report(workspace, name=name),
        "nodes": node_rows(workspace, name=name),
    }  # fmt: skip


def strategies_with_results(workspace: Workspace) -> list[str]:
    """Strategies that were ever published."""
    from canvas_app.operations.overview import list_strategy_infos

    return [each.name for each in list_strategy_infos(workspace) if each.version is not None]


class ResultsPage(QWidget):
    """Keeps the old figures until the new ones are there."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._wanted = ""
        self._stack = QStackedWidget()
        self._stack.addWidget(self._figures())
        self.empty = EmptyState(
            _("First figures come here about 10 minutes after the first send. Nothing is published yet."),
            _("Go to Strategies"),
        )
        self.empty.acted.connect(lambda: session.page_wanted.emit("strategies"))
        self._stack.addWidget(self.empty)
        self._stack.setCurrentIndex(1)
        self.setLayout(column(self._bar(), self._stack, gap=0))
        session.changed.connect(self._changed)
        self._timer = QTimer(self)
        self._timer.setInterval(_REFRESH)
        self._timer.timeout.connect(self._refresh)
        self._timer.start()
        self.reload()

    # -- building ----------------------------------------------------------------------------------------------

    def _bar(self) -> QWidget:
        self.choice = ComboBox()
        self.choice.setAccessibleName(_("Strategy"))
        self.choice.setMinimumWidth(260)
        self.choice.currentIndexChanged.connect(self._read)
        self._counted = label("", "muted")
        self._open = button(
            _("Open canvas"),
            lambda: self.session.strategy_wanted.emit(self.name),
            icon_name="mdi6.sitemap-outline",
        )
        made = frame(
            "bar",
            row(
                label(_("Results"), "page-title"),
                8,
                self.choice,
                None,
                self._counted,
                self._open,
                margins=(24, 0, 24, 0),
            ),
        )
        made.setFixedHeight(size("layout.page_bar"))
        return made

    def _figures(self) -> QWidget:
        self.kpis = KpiStrip()
        self.funnel = ChartView(self.session, "funnel", _("Funnel"))
        self.ab = ChartView(self.session, "ab", _("A/B test"))
        self.days = ChartView(self.session, "daily", _("Day by day"))
        self._ab_words = label("", "muted", wrap=True)
        self._ab_none = label(_("This strategy compares nothing: it has no A/B split."), "muted", wrap=True)
        self._funnel_panel = Panel(_("Funnel"))
        self._funnel_panel.add(self.funnel, 1)
        self._ab_panel = Panel(_("A/B test"))
        for piece in (self.ab, self._ab_words, self._ab_none):
            self._ab_panel.add(piece, 1 if piece is self.ab else 0)
        self._days_panel = Panel(_("Day by day"))
        self._days_panel.add(self.days, 1)
        charts = row(self._funnel_panel, self._ab_panel, self._days_panel, gap=16)
        for at in range(3):
            charts.setStretch(at, 1)
        place = box(charts)
        place.setMinimumHeight(380)
        self.table = DataTable(RowsModel(node_columns()), framed=True)
        self.table.setAccessibleName(_("Node by node"))
        self.table.row_opened.connect(lambda _at: self.session.strategy_wanted.emit(self.name))
        inner = box(column(self.kpis, place, self.table, None, gap=16, margins=(24, 16, 24, 24)))
        return scroll(inner, "page")

    # -- reading -----------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The strategy shown."""
        return str(self.choice.value() or "")

    def show_strategy(self, name: str) -> None:
        """Show the results of one strategy."""
        self._wanted = name
        self.reload()

    def reload(self) -> None:
        """Read which strategies have results, then those of the one shown."""
        self.session.work.run_operation(strategies_with_results, done=self._offer, latest="with results")

    def _refresh(self) -> None:
        if self.isVisible() and self.name:
            self._read()

    def _changed(self, changes: Changes) -> None:
        if changes.strategies or changes.runs:
            self.reload()

    def _offer(self, names: Any) -> None:
        wanted = self._wanted or self.name
        self._wanted = ""
        self.choice.set_options([(name, name) for name in names], wanted if wanted in names else None)
        self.choice.setVisible(bool(names))
        self._open.setVisible(bool(names))
        self._stack.setCurrentIndex(0 if names else 1)
        if names:
            self._read()

    def _read(self, _row: int = 0) -> None:
        if self.name:
            self.session.work.run_operation(
                read_results,
                done=self._show,
                refused=lambda _sentence: None,
                latest="results",
                name=self.name,
            )

    def _show(self, found: Any) -> None:
        totals = found["totals"]
        self.kpis.show_figures(headline(totals))
        when = QDateTime.fromSecsSinceEpoch(totals["at"]).toString("HH:mm")
        self._counted.setText(
            plural(
                "Counted at {time}, {n} person",
                "Counted at {time}, all {n} people",
                totals["entered"],
                time=when,
            )
        )
        self.funnel.show_data(found["funnel"])
        self.days.show_data(found["days"])
        tests = found["ab"]["nodes"]
        self.ab.setVisible(bool(tests))
        self._ab_none.setVisible(not tests)
        self._ab_words.setVisible(bool(tests))
        if tests:
            first = next(iter(tests.values()))
            self.ab.show_data(first)
            self._ab_words.setText(ab_sentence(first))
        model = self.table.model()
        assert isinstance(model, RowsModel)
        model.set_rows(found["nodes"])
        self.table.fit_height(at_most=40)
