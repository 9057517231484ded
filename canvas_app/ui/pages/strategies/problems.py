"""The problem list below the canvas: what must be mended first, and a way to each place."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QVBoxLayout

from canvas_app.ui.shell.parts import row
from canvas_app.ui.theme import icon, set_role
from canvas_app.ui.widgets import Chip, KeyCap, label, plain_tip
from storage.base.problems import Level, Problem
from storage.base.words import _, plural

_ORDER = {Level.ERROR: 0, Level.WARNING: 1, Level.INFO: 2}
_ICONS = {
    Level.ERROR: ("mdi6.alert-circle", "error_fill"), Level.WARNING: ("mdi6.alert", "warning_fill"),
    Level.INFO: ("mdi6.information-outline", "accent"),
}  # fmt: skip


def icon_of(level: Level) -> QIcon:
    """The icon of a level."""
    name, tone = _ICONS[level]
    return icon(name, tone)


class ProblemList(QFrame):
    """`wanted(problem)` when a person goes to one."""

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("problems")
        self.setAccessibleName(_("Problems"))
        set_role(self, "footer")
        self._problems: tuple[Problem, ...] = ()
        self.mend, self.know = Chip("", "error"), Chip("", "warning")
        self._none = label("", "muted", wrap=True)
        self.list = QListWidget()
        self.list.setObjectName("problem_list")
        self.list.setAccessibleName(_("Problems"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setIconSize(QSize(16, 16))
        self.list.itemClicked.connect(self._go)
        self.list.itemActivated.connect(self._go)
        head = row(
            label(_("Problems"), "panel-title"), self.mend, self.know, None, KeyCap("F8"), label(_("next"), "hint"),
            margins=(16, 8, 16, 0),
        )  # fmt: skip
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(4)
        column.addLayout(head)
        self._none.setContentsMargins(16, 0, 16, 0)
        column.addWidget(self._none)
        column.addWidget(self.list, 1)
        self.show_problems(())

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is listed, worst first."""
        return self._problems

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """List other problems."""
        kept = self.list.currentRow()
        self._problems = tuple(sorted(problems, key=lambda each: _ORDER[each.level]))
        errors = sum(each.level == Level.ERROR for each in self._problems)
        others = len(self._problems) - errors
        self.mend.set_text(plural("{n} to mend", "{n} to mend", errors))
        self.know.set_text(plural("{n} to know", "{n} to know", others))
        self.mend.setVisible(errors > 0)
        self.know.setVisible(others > 0)
        self._none.setVisible(not self._problems)
        self._none.setText(_("No problems."))
        self.list.setVisible(bool(self._problems))
        self.list.clear()
        for problem in self._problems:
            item = QListWidgetItem(icon_of(problem.level), problem.message)
            item.setToolTip(plain_tip(problem.message))
            self.list.addItem(item)
        if 0 <= kept < self.list.count():
            self.list.setCurrentRow(kept)

    def waiting(self) -> None:
        """Nothing is known yet."""
        self.show_problems(())
        self._none.setText(_("Checking…"))

    def step(self, by: int) -> None:
        """Go to the next (1) or previous (-1) problem."""
        if self._problems:
            at = self.list.currentRow()
            self.list.setCurrentRow(
                (at + by) % len(self._problems) if at >= 0 else 0 if by > 0 else len(self._problems) - 1
            )
            self.wanted.emit(self._problems[self.list.currentRow()])

    def _go(self, item: QListWidgetItem) -> None:
        self.wanted.emit(self._problems[self.list.row(item)])
