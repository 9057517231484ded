"""Waiting for something to happen."""

from collections.abc import Iterator

from sqlalchemy import false, literal, null

from nodes.fields import duration, reference, rule, structured, texts
from nodes.library.result_split import parse_nodes, resting
from nodes.rules import parse_tests
from nodes.sentences import in_words, tests_in_words
from nodes.spec import Cohort, Names, NodeType, Place, Plan, Port
from storage.base.problems import Problem
from storage.base.words import N_, _

HIT, TIMEOUT = 0, 1


class WaitFor(NodeType):
    """Wait until something happens, but not longer than the time you set.

    For an event (an order), for a result of a message (a click), or until a rule holds. An event counts from the moment
    the message before it was sent; one that comes after the time is history only.
    """

    type_id, label, icon, family, waits = "wait_for", N_("Wait for"), "wait", "time", True
    event = reference("event", N_("An event"))
    where = structured("where", N_("Only if"), parse_tests)
    of = structured("channel_nodes", N_("A result of"), parse_nodes)
    outcomes = texts(N_("Results"))
    until_rule = rule(N_("Until this is true"), key="rule")
    timeout = duration(N_("But not longer than"), required=True)

    def ports(self) -> tuple[Port, ...]:
        """It happened, or the time is over."""
        return Port("hit", _("Happened")), Port("timeout", _("Time over"))

    def check(self, names: Names | None = None) -> Iterator[Problem]:
        """One thing to wait for."""
        yield from super().check(names)
        ways = [key for key in ("event", "of", "rule") if self.params.get(key) not in (None, "", [])]
        if len(ways) != 1:
            text = N_("“{label}” must wait for one thing: an event, a result of a message, or a rule.")
            yield Problem.error("bad_param" if ways else "missing_param", text, label=self.title).at(
                field="event"
            )
        if ways == ["of"] and not self.params.get("outcomes"):
            text = N_("“{label}” does not say which results to wait for. Choose at least one.")
            yield Problem.error("missing_param", text, label=self.title).at(field="outcomes")

    def summary(self, names: Names | None = None) -> str:
        """“clicked, up to 3 days”."""
        if self.event:
            tests = tests_in_words(self.where)
            what = _("{event}, {tests}", event=self.event, tests=tests) if tests else self.event
        elif self.of:
            what = ", ".join(_(OUTCOME_WORDS.get(word, word)) for word in self.outcomes)
        else:
            what = (
                in_words(self.until_rule, names.field_label if names else lambda _name: None)
                if self.until_rule
                else ""
            )
        return _("{what}, up to {time}", what=what, time=self.timeout.in_words()) if self.timeout else what

    def deadline(self, now: int, place: Place, _value: object = None) -> int:
        """When waiting ends for a contact that arrives now."""
        return self.timeout.add_to(now, place.zone) if self.timeout else now

    def plan(self, cohort: Cohort) -> Plan:
        """What has happened already is a hit; everybody else rests."""
        until = cohort.moment(self.deadline)
        words: tuple[str, ...] = ()
        if self.of:
            known, words = cohort.outcome(self.of, self.outcomes, until), self.outcomes
        elif self.event:
            known, words = cohort.happened(self.event, self.where, until), (self.event,)
        elif self.until_rule is not None:
            known = cohort.rule(self.until_rule)
        else:
            known = false()
        coming = cohort.next_outcome(self.of, self.outcomes) if self.of else null()
        hold, resume = resting(known, until, coming, literal(TIMEOUT))
        return Plan(port=literal(HIT), hold_until=hold, resume=resume, waits_for=words)


OUTCOME_WORDS: dict[str, str] = {
    "sent": N_("sent"), "delivered": N_("delivered"), "opened": N_("opened"), "clicked": N_("clicked"),
    "replied": N_("replied"), "converted": N_("converted"), "answered": N_("answered"), "no_answer": N_("no answer"),
    "busy": N_("busy"), "rejected": N_("rejected"), "invalid_number": N_("invalid number"),
    "voicemail": N_("voicemail"),
    "accepted": N_("accepted"), "declined": N_("declined"), "failed": N_("failed"), "bounced": N_("bounced"),
    "complained": N_("complained"), "unsubscribed": N_("unsubscribed"), "skipped": N_("skipped"),
    "unknown": N_("unknown"),
}  # fmt: skip
