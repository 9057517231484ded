"""Calls: what the call desk will be, said honestly while it is not there."""

from PySide6.QtWidgets import QWidget

from canvas_app.ui.shell.parts import box, column, frame, row
from canvas_app.ui.shell.session import Session
from canvas_app.ui.theme import size
from canvas_app.ui.widgets import EmptyState, label
from storage.base.words import _


class TasksPage(QWidget):
    """The desk for people who call comes here."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        bar = frame("bar", row(label(_("Calls"), "page-title"), None, margins=(24, 0, 24, 0)))
        bar.setFixedHeight(size("layout.page_bar"))
        empty = EmptyState(
            _(
                "Calls and tasks for people will be worked on here, one person at a time. This page is not built yet."
            ),
            _("Go to Strategies"),
        )
        empty.acted.connect(lambda: session.page_wanted.emit("strategies"))
        self.setLayout(column(bar, box(column(empty), "page"), gap=0))
