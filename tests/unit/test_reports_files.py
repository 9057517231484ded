"""Reports as files: nothing is run as a formula, and every format opens."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from canvas_app.reports.files import csv_text, guarded, write_xlsx
from canvas_app.reports.tabular import KINDS, Table, tables_of

RUN = {"pass": 1, "story": [{"at": "2026-03-01T00:00:00+00:00", "node": None, "text": "=1+1"}]}
ARM = {"port": "a", "label": "A", "n": 10, "converted": 3, "rate": 0.3, "ci": [0.1, 0.6]}
PAIR = {"a": "a", "b": "b", "diff": 0.1, "z": 1.0, "p": 0.3, "ci": [-0.1, 0.3]}
STEP = {"node": "in", "label": "In", "count": 5, "share": 1.0, "of_previous": 1.0, "of": None, "goal": False}
REPORTS: dict[str, dict[str, Any]] = {
    "nodes": {"nodes": {"in": {"entered": 5, "done": 5, "waiting": 0, "failed": 0, "skipped": 0, "exited": 0,
                               "ports": {"out": 5}}}, "runs": {"active": 5, "reasons": {"goal": 1}}},
    "funnel": {"steps": [STEP], "messages": [STEP]},
    "ab": {"nodes": {"ab": {"label": "Test", "arms": [ARM, ARM | {"port": "b"}], "comparisons": [PAIR],
                            "metrics": []}}},
    "touches": {"touches": [{"contact": "@evil", "node": "mail", "channel": "email", "status": "sent", "reason": None,
                             "outcomes": ["sent", "opened"], "at": None, "attempts": 1}]},
    "timeline": {"days": [{"day": "2026-03-01", "entered": 5, "sent": 0, "opened": 0, "clicked": 0, "goal": 1}],
                 "marks": []},
    "contact": {"runs": [RUN]},
}  # fmt: skip


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_text_that_a_spreadsheet_would_run_is_kept_as_text(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("value", ["+8613800138000", "-3.5", "plain", 12, -4, None])
def test_what_is_harmless_stays_as_it_is(value: object) -> None:
    assert guarded(value) == value


def test_every_report_has_tables() -> None:
    assert set(REPORTS) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_csv_has_a_line_for_every_row(kind: str) -> None:
    table = tables_of(kind, REPORTS[kind])[0]
    rows = list(csv.DictReader(io.StringIO(csv_text(table))))
    assert len(rows) == len(table.rows)
    assert list(rows[0]) == list(table.columns)


def test_lists_and_ports_are_readable_in_a_csv() -> None:
    touches = next(csv.DictReader(io.StringIO(csv_text(tables_of("touches", REPORTS["touches"])[0]))))
    assert (touches["outcomes"], touches["contact"]) == ("sent|opened", "'@evil")


@pytest.mark.parametrize("kind", KINDS)
def test_a_workbook_holds_texts_not_formulas(kind: str, tmp_path: Path) -> None:
    import openpyxl

    write_xlsx(tables_of(kind, REPORTS[kind]), tmp_path / "report.xlsx")
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    first = book.worksheets[0]
    assert first.max_row == len(tables_of(kind, REPORTS[kind])[0].rows) + 1
    assert all(cell.data_type != "f" for sheet in book for row in sheet for cell in row)


@pytest.mark.parametrize("kind", KINDS)
def test_every_report_can_be_printed(kind: str, tmp_path: Path) -> None:
    from canvas_app.charts.paper import save_pdf, save_png

    save_png(kind, REPORTS[kind], tmp_path / "report.png", title="Test")
    save_pdf(kind, REPORTS[kind], tmp_path / "report.pdf", title="Test")
    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_a_long_table_becomes_several_pages_and_counts_what_is_left() -> None:
    from canvas_app.charts.table import ROWS_A_PAGE, TableChart

    table = Table("Many", {"n": "People"}, [{"n": n} for n in range(3 * ROWS_A_PAGE)])
    pages = TableChart.pages(table, 2)
    assert [len(page.rows) for page in pages] == [ROWS_A_PAGE, ROWS_A_PAGE]
    assert [page.more for page in pages] == [0, ROWS_A_PAGE]
