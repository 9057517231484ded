"""Any other service."""

from nodes.channels._action import Action
from storage.base.words import N_


class Connector(Action):
    """Hands the contact to another service."""

    type_id, label, icon = "connector", N_("Connector"), "connector"
