"""WeCom messages."""

from nodes.channel import Channel
from nodes.fields import text
from storage.base.words import N_


class Wecom(Channel):
    """Writes to a contact in WeCom."""

    type_id, label, icon = "wecom", N_("WeCom"), "wecom"
    address_field = "wecom_id"
    text_params = ("text", "template")
    outcomes = (*Channel.outcomes, "accepted", "declined", "opened", "clicked", "replied")

    words = text(N_("Text"), key="text", long=True, merge_fields=True)
    link = text(N_("Link"), merge_fields=True)
    template = text(N_("Template"), advanced=True)
