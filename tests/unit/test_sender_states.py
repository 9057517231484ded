"""Whatever the server says and whenever the program dies: nothing leaves twice, nothing is lost, nothing is silent."""

import shutil
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from canvas_app.runtime.journal import Claim, Journal, journal_path
from canvas_app.runtime.outbox import Owed, Settled, claim, settle
from canvas_app.runtime.sender import recover, what_became
from nodes.accounts import Receipt, Verdict
from nodes.spec import FOREVER
from storage import tables
from storage.codes import TouchState
from tests.helpers.outbox import NOW, owing, reopened, smtp_account, tokens

PEOPLE = 5
OPEN = {TouchState.PENDING, TouchState.CLAIMED}
# what the other side does with one message: refused before the text, refused after it, taken, or nobody knows
ANSWERS = st.sampled_from(
    ["busy", "no", "busy after", "no after", "taken", "taken", "cut but taken", "cut and lost"]
)


class Outbox(RuleBasedStateMachine):
    """Claims, transmits and keeps in any order, and dies at any moment."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        params = {"subject": "s", "body": "b", "retry": {"times": 2, "gap": "PT1H"}}
        self.workspace = owing(
            self.folder, [f"p{number}@x.example" for number in range(PEOPLE)], params=params
        )
        smtp_account(self.workspace, 9)
        self.journal = Journal(journal_path(self.workspace))
        self.now, self.batch = NOW, 0
        self.lines: list[tuple[Owed, Claim]] = []
        self.results: list[Settled] = []
        self.dots: Counter[int] = Counter()  # final dots that left
        self.noes: Counter[int] = Counter()  # definite noes after the dot
        self.taken: Counter[int] = Counter()

    @rule(most=st.integers(1, PEOPLE))
    def claims(self, most: int) -> None:
        self.batch += 1
        with self.workspace.durable() as connection:
            owed = claim(connection, now=self.now, epoch=1, batch=self.batch, most=most).owed
        self.lines += [(each, (1, self.batch, each.touch)) for each in owed]

    @precondition(lambda self: self.lines)
    @rule(answer=ANSWERS)
    def transmits(self, answer: str) -> None:
        owed, mark = self.lines.pop(0)
        receipt = self._exchange(owed, mark, answer)
        self.journal.answered(mark, receipt.verdict)
        self.results.append(what_became(owed, receipt, self.now))

    def _exchange(self, owed: Owed, mark: Claim, answer: str) -> Receipt:
        if answer in ("busy", "no"):
            return Receipt(owed.touch, Verdict.LATER if answer == "busy" else Verdict.REFUSED, "smtp")
        self.journal.about_to_send(mark)
        self.dots[owed.touch] += 1
        if answer in ("busy after", "no after"):
            self.noes[owed.touch] += 1
            return Receipt(owed.touch, Verdict.LATER if answer == "busy after" else Verdict.REFUSED, "smtp")
        self.taken[owed.touch] += answer != "cut and lost"
        return Receipt(owed.touch, Verdict.SENT if answer == "taken" else Verdict.UNKNOWN, "line_lost")

    @precondition(lambda self: self.lines)
    @rule(how=st.sampled_from(["before the mark", "after the mark", "after the dot", "after the answer"]))
    def dies_while_transmitting(self, how: str) -> None:
        owed, mark = self.lines.pop(0)
        if how != "before the mark":
            self.journal.about_to_send(mark)
        if how in ("after the dot", "after the answer"):
            self.dots[owed.touch] += 1
            self.taken[owed.touch] += 1
        if how == "after the answer":
            self.journal.answered(mark, Verdict.SENT)
        self.dies()

    @rule()
    def dies(self) -> None:
        self.lines.clear()
        self.results.clear()
        self.journal.close()
        self.workspace = reopened(self.workspace)
        recover(self.workspace, now=self.now)
        self.journal = Journal(journal_path(self.workspace))

    @precondition(lambda self: self.results)
    @rule()
    def keeps(self) -> None:
        with self.workspace.durable() as connection:
            settle(connection, self.results, self.now)
        self.results.clear()

    @rule(hours=st.integers(1, 6))
    def waits(self, hours: int) -> None:
        self.now += hours * 3600

    # -- what always holds -------------------------------------------------------------------------------------------

    @invariant()
    def nobody_gets_it_twice(self) -> None:
        assert all(n <= 1 for n in self.taken.values())

    @invariant()
    def a_dot_leaves_again_only_after_a_definite_no(self) -> None:
        assert all(self.dots[number] <= self.noes[number] + 1 for number in self.dots)

    @invariant()
    def a_token_rests_as_long_as_its_message_is_open(self) -> None:
        resting = {number for number, (due, _port) in tokens(self.workspace).items() if due == FOREVER}
        assert resting == {number for number, state in self._states().items() if state in OPEN}

    @invariant()
    def what_was_taken_is_never_called_failed_and_what_is_called_sent_was_taken(self) -> None:
        for number, state in self._states().items():
            assert not (self.taken[number] and state is TouchState.FAILED)
            assert not (state is TouchState.SENT and not self.taken[number])

    def _states(self) -> dict[int, TouchState]:
        with self.workspace.read() as connection:
            rows = connection.execute(select(tables.touch.c.id, tables.touch.c.state))
            return {row.id: TouchState(row.state) for row in rows}

    def teardown(self) -> None:
        """In the end everybody has a result that says what happened."""
        if not hasattr(self, "workspace"):
            return
        for _round in range(6):
            while self.lines:
                self.transmits("taken")
            if self.results:
                self.keeps()
            self.now += 100 * 3600
            self.claims(PEOPLE)
        assert not OPEN.intersection(self._states().values())
        self.nobody_gets_it_twice()
        self.a_token_rests_as_long_as_its_message_is_open()
        self.journal.close()
        self.workspace.close()
        shutil.rmtree(self.folder)


TestOutbox = Outbox.TestCase
TestOutbox.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
