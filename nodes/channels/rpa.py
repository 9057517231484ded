"""Steps in other programs, done by a robot."""

from nodes.channels._action import Action
from storage.base.words import N_


class Rpa(Action):
    """Has a robot work through recorded steps in another program."""

    type_id, label, icon = "rpa", N_("RPA task"), "rpa"
