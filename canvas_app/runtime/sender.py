"""The sender: for each message the final transmission starts at most once.

`pump` is called by the one thread that owns the workspace, as often as it likes: it keeps what the lines report and
claims more when they run dry. Lines never wait for the workspace, and the workspace never for a line.
"""

import time
from collections.abc import Mapping
from contextlib import suppress as ignoring
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from sqlalchemy import func, select, text, update

from canvas_app.runtime.journal import Claim, Journal, journal_path, read_journal
from canvas_app.runtime.lines import Done, Job, Lines
from canvas_app.runtime.outbox import Claimed, Eligible, Owed, Settled, claim, everyone, hold_lease, settle
from canvas_app.runtime.recipes import Kitchen
from canvas_app.runtime.routes import Account, Routes
from nodes.accounts import Receipt, Verdict
from nodes.channels.email import Email
from storage import tables
from storage.base.clock import Clock
from storage.codes import TouchState
from storage.secrets import SecretStore
from storage.workspace import Workspace

BATCH = 400
JOURNAL_LIMIT = 8 << 20
GREYLIST_SECONDS = 300
"""The first “not now” of a server is tried again after this long at the latest: that is how greylisting works."""


@dataclass(frozen=True, slots=True)
class Pumped:
    """What one call of `pump` did: messages claimed, settled, and still with the lines."""

    claimed: int = 0
    settled: int = 0
    in_flight: int = 0
    sandboxed: int = 0

    @property
    def idle(self) -> bool:
        """Whether nothing happened and nothing is on its way."""
        return not (self.claimed or self.settled or self.in_flight)


class Sender:
    """Drains the outbox of a workspace through the accounts' lines."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        epoch: int,
        now: int,
        eligible: Eligible = everyone,
        secrets: SecretStore | None = None,
        batch: int = BATCH,
    ) -> None:
        """Open the journal beside the workspace; what a crash left open is settled first."""
        self._workspace, self._epoch, self._eligible, self._batch = workspace, epoch, eligible, batch
        self._secrets = secrets or SecretStore()
        self.recovered = recover(workspace, now=now)
        self._journal = Journal(journal_path(workspace))
        self._kitchen = Kitchen(workspace, self._secrets)
        self._lines: dict[int, tuple[Account, Lines]] = {}
        self._done: SimpleQueue[Done] = SimpleQueue()
        self._reported: list[Done] = []
        self._in_flight = 0
        self._number = self._last_batch()

    def pump(self, now: int) -> Pumped:
        """Keep what the lines have reported, claim more where they have room, and return at once."""
        settled = self._keep(now)
        claimed = Claimed()
        if self._in_flight <= self._batch // 2:
            claimed = self._claim(now)
        if not self._in_flight and self._journal.size > JOURNAL_LIMIT:
            self._journal.clear()  # every claim is settled, and that is on the disk
        return Pumped(len(claimed.owed), settled + claimed.settled, self._in_flight, claimed.sandboxed)

    def wait(self, seconds: float) -> bool:
        """Sleep until the lines have reported a fair share of what they have, at most so long; whether one did.

        Each `pump` that finds reports is a transaction on the disk: better a few with many.
        """
        share, until = min(self._in_flight, self._batch // 4), time.monotonic() + seconds
        with ignoring(Empty):
            while len(self._reported) < share:
                self._reported.append(self._done.get(timeout=max(0.0, until - time.monotonic())))
        return bool(self._reported)

    def drain(self, clock: Clock) -> int:
        """Send until nothing is due; returns how many messages were settled."""
        settled = 0
        while not (pumped := self.pump(clock.now())).idle:
            settled += pumped.settled
            self.wait(0.5)
        return settled

    def close(self, now: int) -> None:
        """Let the lines finish, keep what they report, say goodbye."""
        for _account, lines in self._lines.values():
            lines.close()
        self._lines.clear()
        while self._in_flight:
            self._keep(now)
        self._journal.close()

    # -- claiming ----------------------------------------------------------------------------------------------------

    def _claim(self, now: int) -> Claimed:
        with self._workspace.read() as connection:
            if connection.execute(_ANY_DUE, {"now": now}).first() is None:
                return Claimed()
        self._number += 1
        with self._workspace.durable() as connection:
            claimed = claim(
                connection,
                now=now,
                epoch=self._epoch,
                batch=self._number,
                most=self._batch,
                eligible=self._eligible,
            )
            writers = self._kitchen.writers(connection, claimed.owed)
        for owed in claimed.owed:
            job = Job(owed, (self._epoch, self._number, owed.touch), writers[owed.touch])
            account = owed.route.account
            assert account is not None
            self._lines_of(account).put(job)
        self._in_flight += len(claimed.owed)
        return claimed

    def _lines_of(self, account: Account) -> Lines:
        known = self._lines.get(account.id)
        if known is not None and known[0] == account:
            return known[1]
        if known is not None:
            known[1].close()
        kind = account.speaks()
        assert kind is not None
        secret = self._secrets.read(account.secret) if account.secret else None
        lines = Lines(kind, secret, self._journal, self._done)
        self._lines[account.id] = (account, lines)
        return lines

    def _last_batch(self) -> int:
        with self._workspace.read() as connection:
            last = select(func.max(tables.touch.c.batch)).where(tables.touch.c.epoch == self._epoch)
            return int(connection.execute(last).scalar() or 0)

    # -- keeping -----------------------------------------------------------------------------------------------------

    def _keep(self, now: int) -> int:
        with ignoring(Empty):
            while True:
                self._reported.append(self._done.get_nowait())
        if not self._reported:
            return 0
        results = [what_became(done.job.owed, done.receipt, now, done.problem) for done in self._reported]
        with self._workspace.durable() as connection:
            hold_lease(connection, self._epoch)
            settle(connection, results, now)
        kept = len(self._reported)
        self._reported.clear()
        self._in_flight -= kept
        return kept


def what_became(owed: Owed, receipt: Receipt | None, now: int, problem: str = "") -> Settled:
    """A receipt as a state of the touch."""
    if receipt is None:
        if problem == "bad_address":
            return Settled.of(owed, TouchState.SKIPPED, problem)
        return Settled.of(owed, TouchState.FAILED, problem, outcomes=("failed",))
    match receipt.verdict:
        case Verdict.SENT:
            return Settled.of(owed, TouchState.SENT, outcomes=("sent",))
        case Verdict.UNKNOWN:
            return Settled.of(owed, TouchState.UNKNOWN, receipt.reason, outcomes=("unknown",))
        case Verdict.LATER:
            return _later(owed, receipt, now)
    return _refused(owed, receipt, now)


def _later(owed: Owed, receipt: Receipt, now: int) -> Settled:
    retry = owed.route.channel.retry
    due = retry.due(owed.attempts, now)
    if due is None:
        return Settled.of(owed, TouchState.FAILED, receipt.reason, outcomes=("failed",))
    if owed.attempts == 1:
        due = min(due, now + GREYLIST_SECONDS)
    spread = (due - now) // 10  # never all at the same second again
    due += owed.touch * 2_654_435_761 % (spread + 1)
    return Settled.of(owed, TouchState.PENDING, receipt.reason, again=due)


def _refused(owed: Owed, receipt: Receipt, now: int) -> Settled:
    retry = owed.route.channel.retry
    outcomes = ("failed", "bounced") if receipt.bounced else ("failed",)
    due = retry.due(owed.attempts, now) if retry.on.intersection(outcomes) else None
    if due is not None:
        return Settled.of(owed, TouchState.PENDING, receipt.reason, again=due)
    channel = owed.route.channel
    notice = isinstance(channel, Email) and channel.is_notice  # a colleague's address is no contact's
    lost = (channel, owed.contact) if receipt.bounced and not notice else None
    return Settled.of(owed, TouchState.FAILED, receipt.reason, outcomes=outcomes, lost=lost)


_ANY_DUE = text("SELECT 1 FROM touch WHERE state IN (0, 1) AND state = 0 AND not_before <= :now LIMIT 1")


def recover(workspace: Workspace, *, now: int) -> int:
    """Settle what a crash left claimed, by the journal; returns how many messages that were.

    No line: it never left, and is pending again. A line with an answer: by the answer. A line alone: unknown.
    """
    path = journal_path(workspace)
    marks = read_journal(path)
    with workspace.durable() as connection:
        rows = connection.execute(_CLAIMED).all()
        routes = Routes(connection)
        results = [_recovered(row, marks, routes, now) for row in rows]
        settle(connection, results, now)
        never_left = [row.id for row in rows if (row.epoch, row.batch, row.id) not in marks]
        connection.execute(
            update(tables.touch)
            .where(tables.touch.c.id.in_(never_left))
            .values(attempts=tables.touch.c.attempts - 1)
        )
    if marks:
        journal = Journal(path)
        journal.clear()
        journal.close()
    return len(rows)


_CLAIMED = text(
    """SELECT touch.id, touch.enrollment, touch.contact, touch.node, touch.round, touch.attempts, touch.at, touch.epoch,
       touch.batch, enrollment.version, enrollment.pass AS pass_ FROM touch
       JOIN enrollment ON enrollment.id = touch.enrollment WHERE touch.state IN (0, 1) AND touch.state = 1"""
)


def _recovered(row: Any, marks: Mapping[Claim, Verdict | None], routes: Routes, now: int) -> Settled:
    place, claim_ = (row.id, row.enrollment, row.node, row.round), (row.epoch, row.batch, row.id)
    if claim_ not in marks:
        return Settled(*place, TouchState.PENDING, again=now)
    verdict = marks[claim_] or Verdict.UNKNOWN
    reason = "line_lost" if verdict is Verdict.UNKNOWN else "before_the_crash"
    route = routes.of(row.version, row.node)
    if route is None:
        return Settled(*place, TouchState.SENT if verdict is Verdict.SENT else TouchState.UNKNOWN, reason)
    owed = Owed(*place[:2], row.contact, row.node, row.round, row.pass_, row.attempts, row.at, route)
    return what_became(owed, Receipt(row.id, verdict, reason), now)
