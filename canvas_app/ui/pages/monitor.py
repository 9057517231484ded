"""Monitor: what the wallboard will be, said honestly while it is not there."""

from PySide6.QtWidgets import QWidget

from canvas_app.ui.shell.parts import box, column, frame, row
from canvas_app.ui.shell.session import Session
from canvas_app.ui.theme import size
from canvas_app.ui.widgets import EmptyState, label
from storage.base.words import _


class MonitorPage(QWidget):
    """The wallboard comes here."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        bar = frame("bar", row(label(_("Monitor"), "page-title"), None, margins=(24, 0, 24, 0)))
        bar.setFixedHeight(size("layout.page_bar"))
        empty = EmptyState(
            _(
                "All running strategies will be watched here at a glance. Until this page is built, see Results."
            ),
            _("Go to Results"),
        )
        empty.acted.connect(lambda: session.page_wanted.emit("results"))
        self.setLayout(column(bar, box(column(empty), "page"), gap=0))
