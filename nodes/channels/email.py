"""Email over SMTP."""

import re
from collections.abc import Iterator
from typing import Any

from nodes.channel import Channel
from nodes.fields import Param, text
from nodes.spec import Names
from storage.base.errors import UserError
from storage.base.problems import Problem
from storage.base.words import N_

ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\\x00-\x1f\x7f]+@[^\s@<>,;:\"()\[\]\\\x00-\x1f\x7f]+")
CONTACT, OWNER = "contact", "owner"


def _recipient(value: Any) -> str:
    if value is None:
        return CONTACT
    if not isinstance(value, str) or not (value in (CONTACT, OWNER) or ADDRESS.fullmatch(value)):
        raise UserError(N_("must be “contact”, “owner” or an email address."))
    return value


def _attachments(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(name, str) and name for name in value):
        raise UserError(N_("must be a list of file names."))
    for name in value:
        # a strategy file from elsewhere must not make us mail any file of this computer
        if re.search(r"[/\\:\x00-\x1f]", name) or name.startswith("."):
            raise UserError(N_("“{name}” must be the name of a file in the attachments folder."), name=name)
    return tuple(value)


class Email(Channel):
    """Sends an email.

    Write the body as plain text or as HTML; the other form is made from it. Marketing mail gets a way to unsubscribe.
    """

    type_id, label, icon = "email", N_("Email"), "email"
    address_field, real = "email", True
    text_params = ("subject",)
    outcomes = (
        "sent", "delivered", "opened", "clicked", "replied", "bounced", "unsubscribed", "complained", "failed",
        "skipped", "unknown",
    )  # fmt: skip

    subject = text(N_("Subject"), required=True, merge_fields=True)
    body = text(N_("Body"), long=True, required=True, merge_fields=True)
    preheader = text(N_("Preview line"), merge_fields=True, hint=N_("Shown after the subject in the inbox"))
    sender = text(
        N_("From"), key="from", merge_fields=True, advanced=True, hint=N_("Empty: as the account says")
    )
    reply_to = text(N_("Replies to"), merge_fields=True, advanced=True)
    to: Param[str] = Param(
        "text", N_("To"), _recipient, CONTACT, advanced=True,
        hint=N_("contact, owner or an address; the last two are internal notices"),
    )  # fmt: skip
    attachments: Param[tuple[str, ...]] = Param(
        "texts", N_("Attachments"), _attachments, [], advanced=True,
        hint=N_("Names of files in the folder “attachments” beside the workspace"),
    )  # fmt: skip

    @property
    def is_notice(self) -> bool:
        """Whether it goes to a colleague instead of the contact: no cap, no consent, no funnel."""
        return self.to != CONTACT

    def check(self, names: Names | None = None) -> Iterator[Problem]:
        """The usual, and a From that is neither a name nor an address."""
        yield from super().check(names)
        sender = self.params.get("from")
        if isinstance(sender, str) and "@" in sender and "{" not in sender:
            address = re.search(r"<([^<>]*)>\s*$", sender)
            if not ADDRESS.fullmatch((address[1] if address else sender).strip()):
                text = N_("“{value}” is no sender. Write news@example.com or Name <news@example.com>.")
                yield Problem.error("bad_param", text, value=sender).at(field="from")
