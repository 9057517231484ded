"""Reports as pictures: one PNG, or a PDF with every chart and every table of the report."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from canvas_app.charts import figure_for
from canvas_app.reports.tabular import Table, tables_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 900.0
MOST_PAGES = 50


def save_png(kind: str, report: Mapping[str, Any], path: Path, *, title: str = "") -> None:
    """The first picture of a report."""
    next(pictures(kind, report, title=title)).savefig(path, format="png", dpi=200)


def save_pdf(kind: str, report: Mapping[str, Any], path: Path, *, title: str = "") -> None:
    """Every picture of a report, a page each."""
    from matplotlib.backends.backend_pdf import PdfPages

    with PdfPages(path) as pages:
        for figure in pictures(kind, report, title=title):
            pages.savefig(figure)


def pictures(kind: str, report: Mapping[str, Any], *, title: str = "") -> Iterator["Figure"]:
    """The charts of a report, then its tables."""
    charts, tables = list(_charts(kind, report, title)), tables_of(kind, report)
    yield from charts
    shown = [table for table in tables if table.rows] or ([] if charts else tables[:1])
    for table in shown:
        yield from _pages(table, title)


def _charts(kind: str, report: Mapping[str, Any], title: str) -> Iterator["Figure"]:
    if kind == "funnel":
        yield figure_for("funnel", report, title=title)
    elif kind == "timeline":
        yield figure_for("daily", report, title=title)
    elif kind == "ab":
        for test in (*report["nodes"].values(), *filter(None, [report.get("holdout")])):
            about = " · ".join(filter(None, (title, test.get("label"))))
            yield figure_for("ab", test, title=about)
            for metric in test["metrics"]:
                yield figure_for("ab", metric, title=f"{about} · {metric['name']}")


def _pages(table: Table, title: str) -> Iterator["Figure"]:
    from canvas_app.charts.sheet import painted
    from canvas_app.charts.style import look_of
    from canvas_app.charts.table import TableChart

    heading = " · ".join(filter(None, (title, table.title)))
    for page in TableChart.pages(table, MOST_PAGES):
        yield painted(page, look_of("light"), size=(WIDTH, page.height() + 56), title=heading)
