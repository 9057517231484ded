"""Handing contacts over to another strategy."""

from sqlalchemy import literal

from nodes.fields import reference, yes_no
from nodes.spec import Cohort, Names, NodeType, Plan, Port
from storage.base.words import N_, _


class Move(NodeType):
    """Start another strategy for the contact; it leaves this one unless you say it stays."""

    type_id, label, icon, family = "move", N_("Move"), "move", "end"
    strategy = reference("strategy", N_("Strategy"), required=True)
    leave = yes_no(N_("Leave this strategy"), default=True)

    def ports(self) -> tuple[Port, ...]:
        """On, if it stays."""
        return () if self.leave else (Port("out", _("Out")),)

    def summary(self, names: Names | None = None) -> str:
        """The other strategy."""
        return _("to {strategy}", strategy=self.strategy)

    def plan(self, cohort: Cohort) -> Plan:
        """Ends here, or goes on; the other strategy takes in whoever passed."""
        return Plan(port=literal(0), ends="move" if self.leave else None, moves_to=self.strategy)
