"""What an import would do, or did: how many may be written to, and what could not be taken."""

from typing import Any

from PySide6.QtWidgets import QHBoxLayout

from canvas_app.ui.shell.parts import row
from canvas_app.ui.widgets import Column, DataTable, RowsModel, ToneIcon, label
from storage.base.words import _


def reach_line(reach: Any) -> QHBoxLayout:
    """How many may be written to; a sign of warning where it is nobody."""
    line = row(
        ToneIcon("success" if reach.allowed else "warning"), label(str(reach.sentence), wrap=True), gap=8
    )
    line.setStretch(1, 1)
    return line


def reject_table(rejects: Any) -> DataTable:
    """Line, field, value and the reason of each rejected value."""
    columns = [
        Column(_("Line"), lambda each: each.line, number=True, width=72),
        Column(_("Field"), lambda each: each.field, width=110),
        Column(_("Value"), lambda each: each.value, width=140),
        Column(_("Why"), lambda each: str(each.reason), stretch=True),
    ]
    made = DataTable(RowsModel(columns, rejects[:1000]), framed=True)
    made.setAccessibleName(_("What could not be taken"))
    made.setMinimumHeight(220)
    return made
