"""From a mail node and a contact to the bytes that leave.

A `Recipe` is made once per node, version and account: everything that is the same for all is worked out there. The
bytes depend on nothing but the recipe and the `Order`, so a retry is byte-identical; Message-ID, boundaries and the
return path derive from the touch's key.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import quote

from canvas_app.runtime import mime
from canvas_app.runtime.bodies import Bodies, make_bodies
from canvas_app.runtime.signing import DkimSigner
from canvas_app.runtime.tracking import Kind, Tracker
from nodes.accounts import Message
from nodes.channels._smtp import SmtpAccount
from nodes.channels.email import Email
from nodes.merging import fields_in, fill_in, has_merge_fields
from storage.base.errors import UserError
from storage.base.words import N_, _

MARKETING = "marketing"
LARGEST_ATTACHMENT = 10 << 20
_PLACE = re.compile("\ue000(p|\\d+)\ue001")


class BadRecipient(UserError):  # noqa: N818  (the address is at fault, not the program)
    """The contact's address cannot be written to."""


@dataclass(frozen=True, slots=True)
class Order:
    """One mail to write: for which touch, to whom, and with which values of the contact.

    `at` is the instant of the first try: it is what the Date header says, on every try.
    """

    touch: int
    key: str
    at: int
    recipient: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Brand:
    """Who writes: named below marketing mail."""

    name: str = ""
    address: str = ""


def message_key(instance: str, parts: Iterable[object]) -> str:
    """The key of a message: from strategy, pass, round, node, contact and channel, within this workspace."""
    text = "\x1f".join([instance, *map(str, parts)])
    return blake2b(text.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True)
class Recipe:
    """All that is the same for everyone who gets the mail of one node."""

    node: Email
    account: SmtpAccount
    category: str = MARKETING
    brand: Brand = field(default_factory=Brand)
    tracker: Tracker | None = None
    attachments: Path | None = None

    @cached_property
    def bodies(self) -> Bodies:
        """Both forms of the body, as templates."""
        marketing = self.is_marketing
        return make_bodies(
            self.node.body,
            preheader=self.node.preheader,
            footer=self._footer() if marketing else (),
            unsubscribe=marketing,
            tracked=self.tracker is not None and not self.node.is_notice,
        )

    @property
    def is_marketing(self) -> bool:
        """Whether it needs a footer and a way out."""
        return self.category == MARKETING and not self.node.is_notice

    @cached_property
    def fields(self) -> frozenset[str]:
        """The contact fields that are read."""
        node = self.node
        sources = (
            node.subject,
            node.sender,
            node.reply_to,
            self.bodies.text,
            self.bodies.html,
            *self.bodies.links,
        )
        return frozenset(name for source in sources for name in fields_in(source))

    def write(self, order: Order) -> Message:
        """The mail for one contact; `UserError` where it cannot be written."""
        name, sender = self._sender(order.values)
        try:
            recipient = mime.ascii_address(order.recipient)
        except UserError as error:
            raise BadRecipient(error.words.text, **dict(error.words.values)) from error
        unsubscribe = self._unsubscribe(order, sender)
        values = {**order.values, "unsubscribe_url": unsubscribe}
        body = self._body(order, values)
        head = [
            f"From: {mime.mailbox_header(name, sender)}",
            f"To: {recipient}",
            f"Subject: {mime.header_words(fill_in(self.node.subject, values))}",
            f"Date: {mime.date_header(order.at)}",
            f"Message-ID: <{order.key}@{sender.rpartition('@')[2]}>",
            *self._reply_to(values),
            *self._way_out(unsubscribe),
            "MIME-Version: 1.0\r\n",
        ]
        data = "\r\n".join(head).encode("ascii") + body
        if self._signer is not None:
            data = self._signer.header(data, order.at) + data
        return Message(order.touch, self._return_path(order, sender), recipient, data)

    def click_target(self, link: int, values: Mapping[str, Any]) -> str | None:
        """Where link number `link` of this mail leads for a contact; None where there is no such link."""
        if not 0 <= link < len(self.bodies.links):
            return None
        return fill_in(self.bodies.links[link], values)

    # -- headers -----------------------------------------------------------------------------------------------------

    def _sender(self, values: Mapping[str, Any]) -> tuple[str, str]:
        name, address = mime.mailbox(self.account.sender)
        own = fill_in(self.node.sender, values).strip()
        if not own:
            return name, address
        return mime.mailbox(own) if "@" in own else (own, address)

    def _reply_to(self, values: Mapping[str, Any]) -> list[str]:
        own = fill_in(self.node.reply_to, values).strip()
        return [f"Reply-To: {mime.mailbox_header(*mime.mailbox(own))}"] if own else []

    def _unsubscribe(self, order: Order, sender: str) -> str:
        if self.tracker is not None:
            return self.tracker.address(Kind.UNSUBSCRIBE, order.touch)
        return f"mailto:{quote(sender, safe='@')}?subject=unsubscribe%20{order.key}"

    def _way_out(self, unsubscribe: str) -> list[str]:
        if not self.is_marketing:
            return []
        one_click = ["List-Unsubscribe-Post: List-Unsubscribe=One-Click"] if self.tracker is not None else []
        return [f"List-Unsubscribe: <{unsubscribe}>", *one_click]

    def _return_path(self, order: Order, sender: str) -> str:
        path = mime.mailbox(self.account.return_path)[1] if self.account.return_path else sender
        if not self.account.verp:
            return path
        local, _at, domain = path.rpartition("@")
        return f"{local}+{order.key}@{domain}"

    def _footer(self) -> list[str]:
        writer = self.brand.name or mime.mailbox(self.account.sender)[0]
        if writer:
            why = _("You get this mail because you agreed to hear from {sender}.", sender=_plain(writer))
        else:
            why = _("You get this mail because you agreed to hear from us.")
        return [why, *([_plain(self.brand.address)] if self.brand.address else [])]

    @cached_property
    def _signer(self) -> DkimSigner | None:
        dkim = self.account.dkim
        return None if dkim is None else DkimSigner.load(dkim.domain, dkim.selector, dkim.key_file)

    # -- body --------------------------------------------------------------------------------------------------------

    def _body(self, order: Order, values: Mapping[str, Any]) -> bytes:
        text = self._plain_part or mime.text_part(fill_in(self.bodies.text, values), "plain")
        page = self._page_part
        if page is None:
            page = mime.text_part(
                self._placed(fill_in(self.bodies.html, values, html=True), order.touch), "html"
            )
        inner = mime.multipart("alternative", b"=_" + order.key.encode(), (text, page))
        if not self._files:
            return inner
        return mime.multipart("mixed", b"=_" + order.key[::-1].encode(), (inner, *self._files))

    @cached_property
    def _plain_part(self) -> bytes | None:
        """The text part, where it is the same for all."""
        source = self.bodies.text
        return None if has_merge_fields(source) else mime.text_part(source, "plain")

    @cached_property
    def _page_part(self) -> bytes | None:
        source = self.bodies.html
        return (
            None if has_merge_fields(source) or self.tracker is not None else mime.text_part(source, "html")
        )

    def _placed(self, page: str, touch: int) -> str:
        """The page with the addresses of pixel and counted links of this touch."""
        tracker = self.tracker
        if tracker is None or "\ue000" not in page:
            return page

        def address(match: re.Match[str]) -> str:
            if match[1] == "p":
                return tracker.address(Kind.OPEN, touch)
            return tracker.address(Kind.CLICK, touch, int(match[1]))

        return _PLACE.sub(address, page)

    @cached_property
    def _files(self) -> tuple[bytes, ...]:
        return tuple(mime.file_part(name, self._read(name)) for name in self.node.attachments)

    def _read(self, name: str) -> bytes:
        path = self.attachments / name if self.attachments is not None else None
        if path is None or not path.is_file() or path.is_symlink():
            raise UserError(
                N_("The attachment “{name}” is not there. Put it into the folder {folder}."),
                name=name, folder=str(self.attachments or "attachments"),
            )  # fmt: skip
        if path.stat().st_size > LARGEST_ATTACHMENT:
            raise UserError(N_("The attachment “{name}” is larger than 10 MB."), name=name)
        return path.read_bytes()


def _plain(text: str) -> str:
    """Words of the brand, which are no template."""
    return mime.header_text(text).replace("{{", "{ {").replace("{%", "{ %")
