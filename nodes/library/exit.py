"""The end."""

from sqlalchemy import literal

from nodes.fields import text
from nodes.spec import Cohort, Names, NodeType, Plan, Port
from storage.base.words import N_


class Exit(NodeType):
    """End the whole run, whatever else still waits in it."""

    type_id, label, icon, family = "exit", N_("Exit"), "exit", "end"
    reason = text(N_("Reason"))

    def ports(self) -> tuple[Port, ...]:
        """None."""
        return ()

    def summary(self, names: Names | None = None) -> str:
        """The reason."""
        return self.reason

    def plan(self, cohort: Cohort) -> Plan:
        """Everybody ends here."""
        return Plan(port=literal(0), ends=self.reason)
