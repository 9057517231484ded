"""Threads that do nothing but network: each keeps a line to an account and works through orders.

They never see the database. What they transmit comes by one queue, what became of it goes back by another.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress as ignoring
from dataclasses import dataclass
from queue import SimpleQueue

from canvas_app.runtime.journal import Claim, Journal
from canvas_app.runtime.outbox import Owed
from canvas_app.runtime.rendering import BadRecipient
from nodes.accounts import AccountKind, Line, Message, Receipt, Verdict

DOWN_SECONDS = 1.0  # a host that does not answer is asked once a second
_DOWN = frozenset({"no_connection", "sign_in"})


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed message and how to write it: `write` may raise `UserError`."""

    owed: Owed
    claim: Claim
    write: Callable[[], Message]


@dataclass(frozen=True, slots=True)
class Done:
    """A job with its receipt, or with why it could not even be written: `bad_address` or `not_written`."""

    job: Job
    receipt: Receipt | None = None
    problem: str = ""


class Pace:
    """Lets so many through in a second, over all threads; 0 = as fast as it goes."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second if per_second else 0.0
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> None:
        """Return when it is one's turn."""
        if not self._gap:
            return
        with self._lock:
            turn = max(self._next, time.monotonic())
            self._next = turn + self._gap
        time.sleep(max(0.0, turn - time.monotonic()))


class Lines:
    """The open lines of one account."""

    def __init__(
        self, account: AccountKind, secret: str | None, journal: Journal, done: "SimpleQueue[Done]"
    ) -> None:
        self._account, self._secret, self._journal, self._done = account, secret, journal, done
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._pace = Pace(account.per_second())
        self._down_until = 0.0
        self._threads = [
            threading.Thread(target=self._work, name=f"line-{number + 1}", daemon=True)
            for number in range(account.lines())
        ]
        for thread in self._threads:
            thread.start()

    def put(self, job: Job) -> None:
        """Have a job done by whichever line is free first."""
        self._jobs.put(job)

    def close(self) -> None:
        """Finish what was put, then say goodbye."""
        for _thread in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        claims: dict[int, Claim] = {}
        line = self._account.open(
            self._secret, lambda message: self._journal.about_to_send(claims[message.key])
        )
        while (job := self._jobs.get()) is not None:
            claims[job.owed.touch] = job.claim
            self._done.put(self._do(job, line))
            del claims[job.owed.touch]
        line.close()

    def _do(self, job: Job, line: Line) -> Done:
        try:
            message = job.write()
        except BadRecipient:
            return Done(job, problem="bad_address")
        except (
            Exception
        ):  # nothing has left; a thread that died here would leave its messages claimed for good
            return Done(job, problem="not_written")
        if time.monotonic() < self._down_until:
            return Done(job, Receipt(message.key, Verdict.LATER, "no_connection"))
        self._pace.wait()
        try:
            receipt = next(iter(line.send([message])))
        except Exception:  # a line of a plug-in that raises may have handed the message over
            receipt = Receipt(message.key, Verdict.UNKNOWN, "line_lost")
        if receipt.reason in _DOWN:
            self._down_until = time.monotonic() + DOWN_SECONDS
        with ignoring(OSError):  # a full disk: after a crash the message would be unknown, never doubled
            self._journal.answered(job.claim, receipt.verdict)
        return Done(job, receipt)
