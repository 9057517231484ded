"""Operations in the background: the screen never waits for the database and never touches it itself."""

import inspect
import logging
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QRunnable, QThreadPool, QTimer, Signal
from shiboken6 import isValid

from canvas_app.operations.changes import Changes
from storage.base.errors import Cancelled, UserError
from storage.base.words import N_, _
from storage.workspace import MEMORY, Workspace, create_workspace, open_workspace

Verb = Callable[..., Any]
Done = Callable[[Any], None]
Refused = Callable[[str], None]

SLOW_AFTER = 1000  # milliseconds until a person is told that something takes its time
_log = logging.getLogger("strategy_canvas.work")


class Job:
    """One operation on its way: how far it is, and whether the person wants it stopped."""

    def __init__(self, verb: Verb, values: dict[str, Any], *, title: str, latest: str) -> None:
        self.verb, self.values, self.title, self.latest = verb, values, title, latest
        self.done: Done | None = None
        self.refused: Refused | None = None
        self.count, self.total = 0, 0
        self.over = False
        self.started = time.monotonic()
        self._stop = threading.Event()

    @property
    def can_tell(self) -> bool:
        """Whether the operation reports progress and can be stopped."""
        return "progress" in inspect.signature(self.verb).parameters

    def cancel(self) -> None:
        """Ask the operation to stop at its next step; it leaves nothing by halves."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Whether the person asked to stop."""
        return self._stop.is_set()

    def tell(self, count: int, total: int | None) -> None:
        """What the operation calls now and then, from its own thread."""
        self.count, self.total = count, total or 0
        if self._stop.is_set():
            raise Cancelled(N_("Stopped. Nothing was changed."))


class _Task(QRunnable):
    def __init__(self, work: "Work", job: Job) -> None:
        super().__init__()
        self._work, self._job = work, job

    def run(self) -> None:
        result: Any = None
        error: Exception | None = None
        try:
            values = dict(self._job.values)
            if self._job.can_tell:
                values["progress"] = self._job.tell
            result = self._job.verb(self._work.workspace(), **values)
        except Exception as caught:
            error = caught
        self._work.report(self._job, result, error)


class Work(QObject):
    """Runs operations on worker threads, one transaction each, and tells the pages what changed."""

    changed = Signal(object)
    refused = Signal(str)
    broke = Signal(str, str)
    slow = Signal(object)
    ended = Signal(object)
    _reported = Signal(object, object, object)

    def __init__(self, target: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.target = target
        self._lock = threading.Lock()
        self._workspace: Workspace | None = None
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(3)
        self._newest: dict[str, Job] = {}
        self._jobs: set[Job] = set()
        self._reported.connect(self._finish)

    def workspace(self) -> Workspace:
        """The open workspace, made where there is none yet. Called on worker threads only."""
        with self._lock:
            if self._workspace is None:
                path = Path(self.target)
                file = "://" not in self.target and self.target != MEMORY
                if self.target == MEMORY or (file and not (path.exists() and path.stat().st_size)):
                    self._workspace = create_workspace(self.target, timezone=system_zone())
                else:
                    self._workspace = open_workspace(self.target)
            return self._workspace

    def run_operation(
        self, verb: Verb, *, done: Done | None = None, refused: Refused | None = None, title: str = "",
        latest: str = "", **values: Any,
    ) -> Job:  # fmt: skip
        """Start `verb(workspace, **values)`; `done` gets its result on the screen's thread.

        Of jobs with the same `latest` only the newest is listened to. Without `refused` a refusal goes to the banner.
        """
        job = Job(verb, values, title=title, latest=latest)
        job.done, job.refused = done, refused
        if latest:
            self._newest[latest] = job
        self._jobs.add(job)
        self._pool.start(_Task(self, job))
        QTimer.singleShot(SLOW_AFTER, self, lambda: self._tell_slow(job))
        return job

    def report(self, job: Job, result: Any, error: Exception | None) -> None:
        """Hand the end of a job over to the screen's thread."""
        if isValid(self):
            self._reported.emit(job, result, error)

    @property
    def busy(self) -> bool:
        """Whether anything is on its way."""
        return bool(self._jobs)

    def settle(self, milliseconds: int = 5000) -> bool:
        """Let everything on its way come to its end, as far as the time allows; whether it did."""
        end = time.monotonic() + milliseconds / 1000
        while self._jobs and time.monotonic() < end:
            QCoreApplication.processEvents()
            time.sleep(0.005)
        return not self._jobs

    def close(self) -> None:
        """Stop what can be stopped, wait for the rest, and let go of the workspace."""
        for job in self._jobs:
            if job.can_tell:
                job.cancel()
        self._pool.waitForDone(10_000)
        if self._workspace is not None:
            self._workspace.close()

    def _tell_slow(self, job: Job) -> None:
        if not job.over and job.can_tell:
            self.slow.emit(job)

    def _finish(self, job: Job, result: Any, error: Exception | None) -> None:
        job.over = True
        self._jobs.discard(job)
        self.ended.emit(job)
        current = not job.latest or self._newest.get(job.latest) is job
        if error is None:
            if current and job.done is not None:
                _call(job.done, result)
            if isinstance(result, Changes) and result.any():
                self.changed.emit(result)
        elif current and not isinstance(error, Cancelled):
            self._tell(job, error)

    def _tell(self, job: Job, error: Exception) -> None:
        if isinstance(error, UserError):
            if job.refused is not None:
                _call(job.refused, str(error))
            else:
                self.refused.emit(str(error))
            return
        details = "".join(traceback.format_exception(error))
        _log.error("%s", details)
        self.broke.emit(_("Something in the program went wrong. Your work up to here is kept."), details)


def _call(back: Callable[[Any], None], value: Any) -> None:
    """Call back, unless the widget that waits for it is gone."""
    owner = getattr(back, "__self__", None)
    if isinstance(owner, QObject) and not isValid(owner):
        return
    try:
        back(value)
    except RuntimeError as error:
        if "already deleted" not in str(error):
            raise


def system_zone() -> str:
    """The time zone of this computer."""
    from PySide6.QtCore import QTimeZone

    from storage.base.clock import is_zone

    name = bytes(QTimeZone.systemTimeZoneId().data()).decode()
    return name if is_zone(name) else "UTC"
