"""Branches by what became of a message."""

from sqlalchemy import ColumnElement, and_, case, false, literal, null, or_

from nodes.fields import duration, outcome_branch_list, structured
from nodes.spec import RUN_NODE, Cohort, Column, Names, NodeType, Place, Plan, Port
from storage.base.errors import UserError
from storage.base.words import N_, _, plural


def parse_nodes(value: object) -> tuple[str, ...]:
    """One node id or a list of them."""
    found = (value,) if isinstance(value, str) else value
    if value is None:
        return ()
    if not isinstance(found, list | tuple) or not all(isinstance(each, str) and each for each in found):
        raise UserError(N_("must name a message node, or a list of them."))
    return tuple(str(each) for each in found)


class ResultSplit(NodeType):
    """Send people different ways by what became of a message: opened, clicked, answered, no answer.

    Without a wait it decides on what is known now. With a wait it takes the first listed outcome that comes, at most so
    long after the message was sent; whoever has none by then goes on by *Everyone else*.
    """

    type_id, label, icon, family = "result_split", N_("Result split"), "result", "split"
    of = structured("channel_nodes", N_("Result of"), parse_nodes, required=True)
    branches = outcome_branch_list(N_("Branches"))
    wait = duration(N_("Wait for a result at most"))

    @property
    def waits(self) -> bool:  # type: ignore[override]  # depends on a param here
        """Whether people may rest here."""
        return self.wait is not None

    def ports(self) -> tuple[Port, ...]:
        """One a branch, and everyone else."""
        return (
            *(Port(branch.port, branch.label) for branch in self.branches),
            Port("else", _("Everyone else")),
        )

    def summary(self, names: Names | None = None) -> str:
        """“4 outcomes”, “2 outcomes, up to 3 days”."""
        count = plural("{n} outcome", "{n} outcomes", len(self.branches))
        return _("{count}, up to {time}", count=count, time=self.wait.in_words()) if self.wait else count

    def plan(self, cohort: Cohort) -> Plan:
        """The first branch with an outcome; with a wait those without one rest until the deadline."""
        known = [cohort.outcome(self.of, branch.outcomes) for branch in self.branches]
        last = literal(len(self.branches))
        port = (
            case(*((clause, literal(index)) for index, clause in enumerate(known)), else_=last)
            if known
            else last
        )
        if self.wait is None:
            return Plan(port=port)
        span = self.wait

        def deadline(_now: int, place: Place, sent: int | None) -> int | None:
            return None if sent is None else span.add_to(sent, place.zone)

        until = cohort.since_message(self.of, deadline)
        words = tuple(word for branch in self.branches for word in branch.outcomes)
        over = or_(false(), *known, until.is_(None), until <= cohort.now)
        hold, resume = resting(over, until, cohort.next_outcome(self.of, words), last)
        return Plan(port=port, hold_until=hold, resume=resume, waits_for=words)


def resting(over: ColumnElement[bool], until: Column, coming: Column, late: Column) -> tuple[Column, Column]:
    """Rest unless `over`: until the deadline, then leave by `late`; or until an outcome that is known to come."""
    soon = and_(coming.is_not(None), coming <= until)
    hold = case((over, null()), (soon, coming), else_=until)
    return hold, case((soon, literal(RUN_NODE)), else_=late)
