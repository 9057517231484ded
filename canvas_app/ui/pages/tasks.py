"""Calls and tasks: what is owed by people; the desk to work on them is not built yet, and says so."""

from typing import Any

from PySide6.QtCore import QDateTime
from PySide6.QtWidgets import QStackedWidget, QWidget

from canvas_app.operations.changes import Changes
from canvas_app.operations.overview import OpenTask
from canvas_app.ui.shell.parts import box, column, frame, row
from canvas_app.ui.shell.session import Session
from canvas_app.ui.theme import size
from canvas_app.ui.widgets import Column, DataTable, EmptyState, Panel, RowsModel, label
from storage.base.words import _, plural


class TasksPage(QWidget):
    """A list to look at; a strategy opens with Enter."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._count = label("", "muted")
        bar = frame("bar", row(label(_("Calls"), "page-title"), self._count, None, margins=(24, 0, 24, 0)))
        bar.setFixedHeight(size("layout.page_bar"))
        empty = EmptyState(
            _(
                "Calls and tasks for people will be worked on here, one person at a time. The desk is not built yet."
            ),
            _("Go to Strategies"),
        )
        empty.acted.connect(lambda: session.page_wanted.emit("strategies"))
        self.model = RowsModel(_columns())
        table = DataTable(self.model)
        table.setAccessibleName(_("Open tasks"))
        table.row_opened.connect(lambda at: session.strategy_wanted.emit(self.model.row(at).strategy))
        panel = Panel(_("Open tasks"), _("the desk to work on them is not built yet"), flush=True)
        panel.add(table, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(box(column(empty), "page"))
        self._stack.addWidget(box(column(panel, margins=(24, 24, 24, 24)), "page"))
        self.setLayout(column(bar, self._stack, gap=0))
        session.changed.connect(self._changed)
        self.reload()

    def reload(self) -> None:
        """Read the tasks again."""
        from canvas_app.operations.overview import open_tasks

        self.session.work.run_operation(open_tasks, done=self._show, latest="tasks")

    def _changed(self, changes: Changes) -> None:
        if changes.runs or changes.strategies:
            self.reload()

    def _show(self, tasks: Any) -> None:
        self.model.set_rows(tasks)
        self._count.setText(plural("{n} open task", "{n} open tasks", len(tasks)) if tasks else "")
        self._stack.setCurrentIndex(1 if tasks else 0)


def _columns() -> list[Column]:
    def when(task: OpenTask) -> str:
        return "–" if task.due is None else QDateTime.fromSecsSinceEpoch(task.due).toString(_("d MMM, HH:mm"))

    return [
        Column(_("What to do"), lambda task: task.title, stretch=True, strong=True),
        Column(_("Contact"), lambda task: task.contact, width=160),
        Column(_("Strategy"), lambda task: task.strategy, width=220),
        Column(_("Who"), lambda task: task.assignee, width=140),
        Column(_("Until"), lambda task: task.due, text=when, width=140),
    ]
