"""Messages of a WeChat official account."""

from nodes.channel import Channel
from nodes.fields import text
from storage.base.words import N_


class OfficialAccount(Channel):
    """Writes to a follower of the official account."""

    type_id, label, icon = "official_account", N_("Official account"), "oa"
    address_field = "open_id"
    text_params = ("text", "template")
    outcomes = (*Channel.outcomes, "opened", "clicked", "replied", "unsubscribed")

    words = text(N_("Text"), key="text", long=True, merge_fields=True)
    link = text(N_("Link"), merge_fields=True)
    template = text(N_("Template"), advanced=True)
