"""Why something was not sent, and why a run ended, in the reader's words."""

from storage.base.words import N_, _

REASONS: dict[str, str] = {
    "removed": N_("taken out by hand"),
    "suppressed": N_("is not to be contacted"),
    "no_address": N_("has no address for this channel"),
    "bad_address": N_("has an address that cannot be right"),
    "unsubscribed": N_("unsubscribed"),
    "no_consent": N_("did not agree to this channel"),
    "cap": N_("had enough messages that day"),
    "quiet_hours": N_("outside the send window"),
    "late": N_("it was too late for it"),
    "duplicate_address": N_("somebody else with this address got it"),
    "goal": N_("reached the goal"),
    "exit_rule": N_("the exit rule held"),
    "move": N_("moved to another strategy"),
    "on_leave": N_("no longer belonged to the audience"),
    "reentered": N_("came again and started over"),
    "expired": N_("the strategy's time was over"),
    "unreachable": N_("could not be reached"),
    "deleted_node": N_("stood at a node that was deleted"),
    "stopped": N_("the strategy was stopped"),
}


def reason_in_words(reason: str | None) -> str:
    """The reason as people read it; one of the marketer's own stays as it is."""
    if not reason:
        return ""
    return _(REASONS[reason]) if reason in REASONS else reason
