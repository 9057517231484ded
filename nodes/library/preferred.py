"""One message by the contact's own best channel."""

from sqlalchemy import literal

from nodes.fields import mapping, texts
from nodes.spec import Cohort, Names, NodeType, Plan
from storage.base.words import N_


class Preferred(NodeType):
    """Send one message by the channel this contact answers best, among those you have written it for."""

    type_id, label, icon, family, waits = "preferred", N_("Preferred channel"), "preferred", "message", True
    order = texts(N_("Channels, first choice first"), required=True)
    messages = mapping(N_("Messages"), required=True)

    def summary(self, names: Names | None = None) -> str:
        """“email, else wecom”."""
        return " → ".join(self.order)

    def plan(self, cohort: Cohort) -> Plan:
        """Everybody goes on (the runtime chooses the channel)."""
        return Plan(port=literal(0))
