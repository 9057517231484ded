"""Work for a person."""

from sqlalchemy import literal

from nodes.fields import duration, number, structured, text, texts
from nodes.spec import FOREVER, Cohort, Names, NodeType, Place, Plan, Port
from storage.base.errors import UserError
from storage.base.words import N_, _

DONE, OVERDUE = 0, 1


def parse_assign(value: object) -> str:
    """`owner`, a person, or a team."""
    if isinstance(value, dict) and isinstance(value.get("team"), str):
        return str(value["team"])
    if not isinstance(value, str):
        raise UserError(N_("must be “owner”, a person or a team."))
    return value


class Task(NodeType):
    """Give a person something to do and go on when it is done, or when it is overdue."""

    type_id, label, icon, family, waits = "task", N_("Task"), "task", "call", True
    subject = text(N_("What to do"), key="title", required=True, merge_fields=True)
    note = text(N_("Note"), long=True, merge_fields=True)
    assign = structured("assign", N_("Assigned to"), parse_assign, "owner")
    due = duration(N_("Due within"))
    priority = number(N_("Priority"), default=0, whole=True, advanced=True)
    log = texts(N_("Fields to fill in"), advanced=True)

    def ports(self) -> tuple[Port, ...]:
        """Done, or overdue."""
        return Port("done", _("Done")), Port("overdue", _("Overdue"))

    def summary(self, names: Names | None = None) -> str:
        """“Account owner, within 24 hours”."""
        who = _("account owner") if self.assign == "owner" else self.assign
        return _("{who}, within {time}", who=who, time=self.due.in_words()) if self.due else who

    def deadline(self, now: int, place: Place, _value: object = None) -> int:
        """When the task is overdue."""
        return self.due.add_to(now, place.zone) if self.due else FOREVER

    def plan(self, cohort: Cohort) -> Plan:
        """Rest until somebody has done it."""
        return Plan(
            port=literal(DONE), hold_until=cohort.moment(self.deadline), resume=literal(OVERDUE), tasks=True
        )
