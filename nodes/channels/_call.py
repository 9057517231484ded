"""What calls share."""

from typing import ClassVar

from nodes.channel import Channel
from nodes.fields import choice, text, texts
from storage.base.words import N_


class Call(Channel):
    """Calls a contact; the contact goes on when the call has its result."""

    family = "call"
    address_field = "phone"
    is_call = True
    text_params: ClassVar[tuple[str, ...]] = ("script",)

    script = text(N_("Script"), long=True, required=True, merge_fields=True)
    team = text(N_("Team"))
    pacing = choice(
        N_("Dialling"),
        {"preview": N_("Preview: look first, then dial"), "predictive": N_("Predictive: dial ahead")},
        advanced=True,
    )
    dispositions = texts(N_("Results to choose from"), advanced=True)

    def first_words(self) -> str:
        """The team, then the script."""
        words = super().first_words()
        return f"{self.team} · {words}" if self.team and words else self.team or words
