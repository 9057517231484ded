"""What actions in other systems share."""

from nodes.channel import Channel
from nodes.fields import mapping, text
from storage.base.words import N_


class Action(Channel):
    """Has another system do something for the contact."""

    family = "data"
    text_params = ("action",)

    action = text(N_("Action"), required=True)
    inputs = mapping(N_("Inputs"))
