"""Branches by rule."""

from sqlalchemy import case, literal

from nodes.fields import branch_list, yes_no
from nodes.sentences import in_words
from nodes.spec import Cohort, Names, NodeType, Plan, Port
from storage.base.words import N_, _, plural


class RuleSplit(NodeType):
    """Send people different ways by what is known of them; the first branch that fits wins.

    Decided once, on arrival. Whoever fits no branch, also for lack of data, goes on by *Everyone else*.
    """

    type_id, label, icon, family = "rule_split", N_("Rule split"), "rule", "split"
    branches = branch_list(N_("Branches"))
    experiment = yes_no(N_("Compare the branches like arms of an A/B test"), advanced=True)

    def ports(self) -> tuple[Port, ...]:
        """One a branch, and everyone else."""
        return (
            *(Port(branch.port, branch.label) for branch in self.branches),
            Port("else", _("Everyone else")),
        )

    def summary(self, names: Names | None = None) -> str:
        """“3 branches, in order”, or the rule where there is one branch."""
        if len(self.branches) == 1:
            return in_words(self.branches[0].rule, names.field_label if names else lambda _name: None)
        return plural("{n} branch, in order", "{n} branches, in order", len(self.branches))

    def plan(self, cohort: Cohort) -> Plan:
        """The first rule that holds."""
        last = literal(len(self.branches))
        whens = [(cohort.rule(branch.rule), literal(index)) for index, branch in enumerate(self.branches)]
        return Plan(port=case(*whens, else_=last) if whens else last)
