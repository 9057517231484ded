"""Calls by a voice robot."""

from nodes.channels._call import Call
from storage.base.words import N_


class AiCall(Call):
    """Has a voice robot call the contact; keys and recognised answers become results."""

    type_id, label, icon = "ai_call", N_("AI call"), "ai"
