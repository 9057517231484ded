"""Fetching data of contacts from elsewhere."""

from sqlalchemy import literal

from nodes.fields import choice, duration, mapping, reference
from nodes.spec import Cohort, Names, NodeType, Plan, Port
from storage.base.words import N_, _

OK, ERROR = 0, 1


class DataSync(NodeType):
    """Read fresh values from a saved source before going on: a balance, the stock, the owner in the CRM.

    *ok*: the contact was found there. *error*: it was not, or the source did not answer.
    """

    type_id, label, icon, family, barrier = "data_sync", N_("Data sync"), "sync", "data", True
    source = reference("source", N_("Source"), required=True)
    direction = choice(
        N_("Direction"), {"pull": N_("Read from the source"), "push": N_("Write to the source")}
    )
    fields = mapping(N_("Column → field"), key="map")
    max_age = duration(N_("Read again when older than"), advanced=True)

    def ports(self) -> tuple[Port, ...]:
        """Found, or not."""
        return Port("ok", _("Read")), Port("error", _("Not read"))

    def summary(self, names: Names | None = None) -> str:
        """“crm · balance, limit”."""
        return " · ".join(
            part for part in (self.source, ", ".join(str(each) for each in self.fields.values())) if part
        )

    def plan(self, cohort: Cohort) -> Plan:
        """The runtime reads the source and says which way each goes."""
        return Plan(port=literal(ERROR))
