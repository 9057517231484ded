"""The start for contacts to whom something happens."""

from sqlalchemy import literal

from nodes.fields import reference, structured
from nodes.rules import parse_tests
from nodes.sentences import tests_in_words
from nodes.spec import Cohort, Names, NodeType, Plan
from storage.base.words import N_, _


class EventEntry(NodeType):
    """Start when an event arrives: a registration, a cart left behind, a page seen.

    With conditions only events whose properties fit let a contact in.
    """

    type_id, label, icon, family, entry = "event_entry", N_("Event"), "event", "entry", True
    event = reference("event", N_("Event"), required=True)
    where = structured("where", N_("Only if"), parse_tests)

    def summary(self, names: Names | None = None) -> str:
        """“cart_updated, value more than 0”."""
        tests = tests_in_words(self.where)
        return _("{event}, {tests}", event=self.event, tests=tests) if tests else self.event

    def plan(self, cohort: Cohort) -> Plan:
        """Everybody goes on."""
        return Plan(port=literal(0))
