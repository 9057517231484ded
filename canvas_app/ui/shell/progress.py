"""The strip at the foot of the window while something takes longer than a second."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from canvas_app.ui.shell.parts import frame, row
from canvas_app.ui.widgets import BusyBar
from canvas_app.ui.work import Job, Work
from storage.base.words import _, plural

_LOOK = 100


class ProgressStrip(QWidget):
    """Shows the oldest slow job, how far it is, and a way to stop it."""

    def __init__(self, work: Work) -> None:
        super().__init__()
        self._jobs: list[Job] = []
        self.bar = BusyBar("")
        self.bar.cancelled.connect(self._cancel)
        inner = frame("footer", row(self.bar, margins=(24, 8, 24, 8)))
        self.setLayout(row(inner))
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK)
        self._timer.timeout.connect(self._look)
        work.slow.connect(self._add)
        work.ended.connect(self._drop)
        self.hide()

    def _add(self, job: Job) -> None:
        self._jobs.append(job)
        self.bar.cancel_button.setEnabled(True)
        self._look()
        self.show()
        self._timer.start()

    def _drop(self, job: Job) -> None:
        if job in self._jobs:
            self._jobs.remove(job)
        if not self._jobs:
            self._timer.stop()
            self.hide()

    def _cancel(self) -> None:
        if self._jobs:
            self._jobs[0].cancel()

    def _look(self) -> None:
        if not self._jobs:
            return
        job = self._jobs[0]
        words = job.title or _("Working")
        if job.stopping:
            words = _("Stopping…")
        elif job.total:
            words = _("{what}: {done} of {total}", what=words, done=f"{job.count:,}", total=f"{job.total:,}")
        elif job.count:
            words = f"{words}: " + plural("{n} row", "{n} rows", job.count)
        self.bar.set_text(words)
        self.bar.set_progress(job.count, job.total)
