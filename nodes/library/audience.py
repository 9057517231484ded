"""The start for contacts who match a rule."""

from sqlalchemy import literal

from nodes.fields import reference, rule, structured
from nodes.rules import EVERYBODY, InAudience, Rule
from nodes.sentences import in_words
from nodes.spec import Cohort, Names, NodeType, Plan
from storage.base.errors import UserError
from storage.base.words import N_


def parse_refresh(value: object) -> str:
    """`once`, `live`, or the five fields of a cron expression."""
    if value in ("once", "live"):
        return str(value)
    if isinstance(value, dict) and set(value) == {"cron"} and isinstance(value["cron"], str):
        from apscheduler.triggers.cron import CronTrigger  # slow to import, needed only here

        try:
            CronTrigger.from_crontab(value["cron"])
        except ValueError as error:
            raise UserError(
                N_("“{text}” is no schedule. Write minute, hour, day, month, weekday: 0 10 1 * *."),
                text=value["cron"],
            ) from error
        return value["cron"]
    raise UserError(N_("must be “once”, “live” or a schedule."))


class Audience(NodeType):
    """Start with everybody who matches a rule or belongs to a saved audience.

    *Once*: all who match when you publish. *Live*: those and whoever starts to match later. *On a schedule*: all who
    match at that moment, for example at 10:00 on the first of each month.
    """

    type_id, label, icon, family, entry = "audience", N_("Audience"), "audience", "entry", True
    saved = reference("audience", N_("Saved audience"), key="audience")
    match = rule(N_("People for whom"), key="rule")
    refresh = structured("refresh", N_("When they enter"), parse_refresh, "once",
                         choices={"once": N_("Once, when published"), "live": N_("As soon as they match"),
                                  "cron": N_("On a schedule")})  # fmt: skip

    @property
    def wanted(self) -> Rule:
        """Who may enter, as one rule."""
        if self.saved:
            return InAudience(self.saved)
        return self.match if self.match is not None else EVERYBODY

    def summary(self, names: Names | None = None) -> str:
        """“Last purchase more than 90 days ago”."""
        if self.saved:
            return self.saved
        return in_words(self.wanted, names.field_label if names else lambda _name: None)

    def plan(self, cohort: Cohort) -> Plan:
        """Everybody goes on."""
        return Plan(port=literal(0))
