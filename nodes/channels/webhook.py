"""Signed requests to another system."""

import re
from collections.abc import Iterator

from nodes.channel import Channel
from nodes.fields import choice, mapping, text
from nodes.spec import Names
from storage.base.problems import Problem
from storage.base.words import N_


class Webhook(Channel):
    """Calls an address of another system with the contact's data."""

    type_id, label, icon, family = "webhook", N_("Webhook"), "webhook", "data"
    text_params = ("url",)

    url = text(N_("Address"), required=True, merge_fields=True, hint=N_("https://…"))
    method = choice(
        N_("Method"), {"POST": "POST", "PUT": "PUT", "GET": "GET", "PATCH": "PATCH", "DELETE": "DELETE"}
    )
    headers = mapping(N_("Headers"), advanced=True)
    body = text(N_("Body"), long=True, merge_fields=True)

    def check(self, names: Names | None = None) -> Iterator[Problem]:
        """The usual, and an address that is none."""
        yield from super().check(names)
        url = self.params.get("url")
        if isinstance(url, str) and url and not re.match(r"https?://[^\s/]", url):
            text = N_("“{value}” is no web address. Begin it with https://.")
            yield Problem.error("bad_param", text, value=url).at(field="url")
