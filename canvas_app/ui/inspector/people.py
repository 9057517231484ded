"""How many people came to a node, are there now, and where they went."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QWidget

from canvas_app.ui.shell.parts import clear, column, row
from canvas_app.ui.widgets import divider, label
from storage.base.words import N_, _

_ROWS = {
    "entered": N_("Came here"), "waiting": N_("Here now"), "done": N_("Went on"), "failed": N_("Failed"),
    "skipped": N_("Skipped"), "exited": N_("Left the strategy here"),
}  # fmt: skip

_RUNS = {
    "active": N_("In it now"), "completed": N_("Went through to the end"), "exited": N_("Left before the end"),
    "held_out": N_("Kept for comparison"),
}  # fmt: skip
REASONS = {
    "goal": N_("Reached the goal"), "exit_rule": N_("The leaving rule held"), "removed": N_("Taken out by hand"),
    "move": N_("Moved to another strategy"), "on_leave": N_("No longer in the audience"), "late": N_("Too late"),
    "reentered": N_("Came in again"), "expired": N_("The time was over"), "unreachable": N_("Could not be reached"),
    "deleted_node": N_("The node was removed"), "stopped": N_("The strategy was stopped"),
}  # fmt: skip


class PeopleView(QWidget):
    """The counters of one node; `entered` is the sum of the others."""

    def __init__(self) -> None:
        super().__init__()
        self._report: Mapping[str, Any] = {}
        self._runs: Mapping[str, Any] = {}
        self._source = ""
        self._node = ""
        self._column = column(gap=8, margins=(16, 16, 16, 16))
        self.setLayout(self._column)

    def show_report(self, report: Mapping[str, Any], runs: Mapping[str, Any], source: str) -> None:
        """Other figures: of the running strategy or of a rehearsal, as `source` says."""
        if (report, runs, source) != (self._report, self._runs, self._source):
            self._report, self._runs, self._source = report, runs, source
            self._draw()

    def show_node(self, node: str) -> None:
        """Show another node."""
        if node != self._node or not self._column.count():
            self._node = node
            self._draw()

    def _draw(self) -> None:
        clear(self._column)
        figures = self._report.get(self._node)
        if not self._node and self._runs:
            self._draw_runs()
            return
        if not figures:
            words = _("Nobody has been here yet. Rehearse to see who would come, or publish.")
            self._column.addWidget(label(words, "muted", wrap=True))
            self._column.addStretch(1)
            return
        self._column.addWidget(label(self._source, "hint", wrap=True))
        for key, words in _ROWS.items():
            self._line(_(words), int(figures.get(key) or 0), strong=key == "entered")
        ports = figures.get("ports") or {}
        if len(ports) > 1:
            self._column.addWidget(divider())
            for port, count in ports.items():
                self._line(str(port), int(count))
        self._column.addStretch(1)

    def _draw_runs(self) -> None:
        self._column.addWidget(label(self._source, "hint", wrap=True))
        for key, words in _RUNS.items():
            self._line(_(words), int(self._runs.get(key) or 0), strong=key == "active")
        reasons = self._runs.get("reasons") or {}
        if reasons:
            self._column.addWidget(divider())
            self._column.addWidget(label(_("Why they left"), "section"))
        for reason, count in sorted(reasons.items(), key=lambda each: -int(each[1])):
            self._line(_(REASONS.get(reason, reason)), int(count))
        self._column.addStretch(1)

    def _line(self, words: str, count: int, *, strong: bool = False) -> None:
        figure = label(f"{count:,}", "strong" if strong else "value")
        self._column.addLayout(row(label(words), None, figure))
