"""Calls by people."""

from nodes.channels._call import Call
from storage.base.words import N_


class ManualCall(Call):
    """Puts a call on the desk of a team."""

    type_id, label, icon = "manual_call", N_("Human call"), "human"
