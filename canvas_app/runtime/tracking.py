"""Signed tokens in links and pixels: they say which touch, nothing of the contact, and cannot be made up.

A click target is looked up by its number in the mail, never taken from the address. Keys have a number, so that they
can change while links of the last one still work.
"""

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

_MAC = 12


class Kind(IntEnum):
    """What following the link means."""

    OPEN = 1
    CLICK = 2
    UNSUBSCRIBE = 3


_FOLDER = {Kind.OPEN: "o", Kind.CLICK: "c", Kind.UNSUBSCRIBE: "u"}


@dataclass(frozen=True, slots=True)
class Tracked:
    """What a valid token says; `link` is the number of the link in the mail."""

    kind: Kind
    touch: int
    link: int = 0


@dataclass(frozen=True, slots=True)
class Tracker:
    """Makes and reads tokens. `keys`: secret keys by number (0 to 255); new tokens use `current`."""

    public_url: str
    keys: Mapping[int, bytes]
    current: int = 0

    def address(self, kind: Kind, touch: int, link: int = 0) -> str:
        """The address to put into a mail."""
        return f"{self.public_url}/{_FOLDER[kind]}/{self.token(kind, touch, link)}"

    def token(self, kind: Kind, touch: int, link: int = 0) -> str:
        """30 letters for one touch and one link."""
        payload = bytes((self.current, kind)) + touch.to_bytes(6, "big") + link.to_bytes(2, "big")
        return base64.urlsafe_b64encode(payload + self._mac(self.current, payload)).decode().rstrip("=")

    def read(self, token: str) -> Tracked | None:
        """What the token says; None for one that we did not make."""
        try:
            data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except ValueError:
            return None
        payload, mac = data[:-_MAC], data[-_MAC:]
        if len(payload) != 10 or payload[0] not in self.keys or self.token_bytes(data) != token:
            return None
        if not hmac.compare_digest(mac, self._mac(payload[0], payload)) or payload[1] not in set(Kind):
            return None
        return Tracked(
            Kind(payload[1]), int.from_bytes(payload[2:8], "big"), int.from_bytes(payload[8:10], "big")
        )

    @staticmethod
    def token_bytes(data: bytes) -> str:
        """The one way in which bytes are written: a second spelling of a token is refused."""
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    def _mac(self, key: int, payload: bytes) -> bytes:
        return hmac.digest(self.keys[key], payload, "sha256")[:_MAC]
