"""The runtime of a live workspace: one thread that ticks and sends, woken by a clock and by changes."""

import threading
from collections.abc import Callable

import structlog

from canvas_app.runtime.engine import Engine, send_sandboxed
from canvas_app.runtime.ownership import Ownership
from canvas_app.runtime.sender import Sender
from storage.base.errors import UserError
from storage.workspace import Workspace

ALARM_SECONDS = 1
log = structlog.get_logger()


class Runtime:
    """Owns the workspace, moves tokens, drains the outbox. `step` is what is due now; `run` goes on until told."""

    def __init__(self, workspace: Workspace, *, owner: str = "desktop") -> None:
        self.workspace = workspace
        self.clock = workspace.clock()
        now = self.clock.now()
        self.ownership = Ownership(workspace, owner=owner, now=now)
        self.engine = Engine(workspace, send_due=send_sandboxed)
        try:
            self.sender = Sender(workspace, epoch=self.ownership.epoch, now=now, eligible=self.engine.judge)
        except BaseException:
            self.ownership.release()
            raise
        self.problem: UserError | None = None
        self._wake, self._stop = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def step(self) -> bool:
        """Do what is due now, without waiting for a line; whether anything happened or is under way."""
        now = self.clock.now()
        moved = self.engine.tick(now)
        pumped = self.sender.pump(now)
        return bool(moved) or not pumped.idle

    def once(self) -> None:
        """Do everything due now, messages included, until nothing is left."""
        while self.step():
            self.sender.wait(0.5)

    def drain(self, *, sleep: Callable[[float], bool] | None = None) -> None:
        """Go on until nothing is due and nothing waits for a time."""
        pause = sleep or self._stop.wait
        while True:
            self.once()
            following = self.engine.next_due(self.clock.now())
            if following is None or pause(min(max(following - self.clock.now(), 0.05), 1.0)):
                return

    def run(self) -> None:
        """Work until `stop`. The alarm clock rings each second; changes ring at once through `wake`."""
        from apscheduler.schedulers.background import BackgroundScheduler

        alarm = BackgroundScheduler(timezone="UTC")
        alarm.add_job(
            self.wake,
            "interval",
            seconds=ALARM_SECONDS,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        alarm.start()
        try:
            while not self._stop.is_set():
                try:
                    busy = self.step()
                    self.problem = None
                except UserError as error:
                    self.problem, busy = error, False
                    log.warning("runtime_refused", why=str(error))
                if busy:
                    self.sender.wait(0.2)
                else:
                    self._wake.wait(ALARM_SECONDS * 2)
                    self._wake.clear()
        finally:
            alarm.shutdown(wait=False)

    def start(self) -> None:
        """Run in a thread of its own."""
        self._thread = threading.Thread(target=self._run_logged, name="runtime", daemon=True)
        self._thread.start()

    def _run_logged(self) -> None:
        try:
            self.run()
        except Exception as error:
            log.exception("runtime_died")
            self.problem = UserError("{why}", why=error)

    def wake(self) -> None:
        """Something may be due."""
        self._wake.set()

    def request_stop(self) -> None:
        """End `run` soon (safe in a signal handler)."""
        self._stop.set()
        self._wake.set()

    def stop(self) -> None:
        """Let the lines finish and give the workspace back."""
        self.request_stop()
        if self._thread is not None:
            self._thread.join(timeout=60)
        self.sender.close(self.clock.now())
        self.ownership.release()
