"""Going back."""

from sqlalchemy import case, literal, null

from nodes.fields import number, reference
from nodes.spec import Cohort, Names, NodeType, Plan, Port
from storage.base.words import N_, _, plural


class Goto(NodeType):
    """Go back to an earlier node, at most so many times; then go on by *exhausted*.

    On the way round there must be something that waits.
    """

    type_id, label, icon, family = "goto", N_("Jump"), "jump", "end"
    target = reference("node", N_("Jump to"), key="node", required=True)
    max_passes = number(N_("At most this many times"), minimum=1, maximum=1000, whole=True, required=True)

    def ports(self) -> tuple[Port, ...]:
        """After the last jump."""
        return (Port("exhausted", _("Used up")),)

    def summary(self, names: Names | None = None) -> str:
        """“To We miss you, 3 times”."""
        target = self.graph.nodes.get(self.target)
        label = (target.label or self.target) if target else self.target
        return _(
            "to {node}, {times}", node=label, times=plural("{n} time", "{n} times", self.max_passes or 0)
        )

    def plan(self, cohort: Cohort) -> Plan:
        """Jump while there are jumps left."""
        return Plan(
            port=literal(0), jump=case((cohort.jumps() < (self.max_passes or 0), literal(1)), else_=null())
        )
