"""Text messages."""

from nodes.channel import Channel
from nodes.fields import mapping, text
from storage.base.words import N_


class Sms(Channel):
    """Sends a text message.

    Write a text, or name a template registered with the operator and its values.
    """

    type_id, label, icon = "sms", N_("SMS"), "sms"
    address_field = "phone"
    text_params = ("text", "template")
    outcomes = (*Channel.outcomes, "clicked", "replied", "unsubscribed")

    words = text(N_("Text"), key="text", long=True, merge_fields=True)
    template = text(N_("Registered template"), advanced=True)
    template_values = mapping(N_("Values of the template"), key="params", advanced=True)
