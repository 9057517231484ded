"""Arms by chance."""

from sqlalchemy import case, literal

from nodes.fields import arm_list, mapping, number
from nodes.spec import Cohort, Names, NodeType, Plan, Port
from storage.base.words import N_, _

SCALE = 1_000_000


class AbSplit(NodeType):
    """Deal people out by chance to see what works better.

    Each contact always gets the same arm, also when it comes again or when you edit the strategy; splits are
    independent of each other. Weights are shares: 50 and 50, or 45, 45 and 10 for a hold-out.
    """

    type_id, label, icon, family = "ab_split", N_("A/B split"), "ab", "split"
    arms = arm_list(N_("Arms"))
    winner = mapping(N_("Choose the winner"), advanced=True)
    test_share = number(N_("Test on a share of people, percent"), minimum=1, maximum=100, advanced=True)

    def ports(self) -> tuple[Port, ...]:
        """One an arm."""
        return tuple(Port(arm.port, arm.label) for arm in self.arms)

    def summary(self, names: Names | None = None) -> str:
        """“45 / 45 / 10 %”."""
        total = sum(arm.weight for arm in self.arms) or 1
        return _("{shares} %", shares=" / ".join(f"{100 * arm.weight / total:.3g}" for arm in self.arms))

    def limits(self) -> tuple[int, ...]:
        """Where each arm ends on a scale of a million."""
        total = sum(arm.weight for arm in self.arms)
        ends, reached = [], 0.0
        for arm in self.arms:
            reached += arm.weight
            ends.append(round(SCALE * reached / total))
        return tuple(ends)

    def plan(self, cohort: Cohort) -> Plan:
        """The arm in whose part of the scale the contact's own number falls."""
        spot = cohort.bucket(self.node.id, SCALE)
        whens = [(spot < limit, literal(index)) for index, limit in enumerate(self.limits()[:-1])]
        last = literal(len(whens))
        return Plan(port=case(*whens, else_=last) if whens else last)
