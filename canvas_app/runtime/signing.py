"""DKIM signatures (RFC 6376, relaxed/relaxed), the same bytes for the same mail and instant.

dkimpy signs with the time of the call and in pure Python; a retry must be byte-identical, and the key is used often.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from storage.base.errors import UserError
from storage.base.words import N_

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

SIGNED = (
    "from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type", "list-unsubscribe",
    "list-unsubscribe-post",
)  # fmt: skip


@dataclass(frozen=True)
class DkimSigner:
    """Signs mail of a domain with the key published under a selector."""

    domain: str
    selector: str
    key: "RSAPrivateKey | Ed25519PrivateKey"

    @classmethod
    def load(cls, domain: str, selector: str, key_file: str) -> "DkimSigner":
        """Read the private key (PEM)."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            key = load_pem_private_key(Path(key_file).read_bytes(), password=None)
        except (OSError, ValueError, TypeError) as error:
            raise UserError(
                N_("The DKIM key {file} cannot be read. Choose a private key in PEM form."), file=key_file
            ) from error
        if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
            raise UserError(N_("The DKIM key {file} is neither RSA nor Ed25519."), file=key_file)
        return cls(domain, selector, key)

    def header(self, mail: bytes, at: int) -> bytes:
        """The DKIM-Signature header of a finished mail, to be put before it."""
        head, _blank, body = mail.partition(b"\r\n\r\n")
        fields = _fields(head)
        names = [name for name in SIGNED if name in fields]
        algorithm = "rsa-sha256" if hasattr(self.key, "key_size") else "ed25519-sha256"
        digest = base64.b64encode(hashlib.sha256(relaxed_body(body)).digest()).decode()
        value = (
            f"v=1; a={algorithm}; c=relaxed/relaxed; d={self.domain}; s={self.selector}; t={at};\r\n"
            f" h={':'.join(names)};\r\n bh={digest};\r\n b="
        )
        signed = b"".join(fields[name] + b"\r\n" for name in names)
        signed += _relaxed_header(b"DKIM-Signature: " + value.encode())
        signature = base64.b64encode(self._sign(signed)).decode()
        folded = "\r\n ".join(signature[start : start + 70] for start in range(0, len(signature), 70))
        return f"DKIM-Signature: {value}{folded}\r\n".encode()

    def _sign(self, data: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        if isinstance(self.key, Ed25519PrivateKey):
            return self.key.sign(hashlib.sha256(data).digest())
        return self.key.sign(data, PKCS1v15(), SHA256())


def _fields(head: bytes) -> dict[str, bytes]:
    unfolded = re.split(rb"\r\n(?![ \t])", head)
    return {
        line.partition(b":")[0].decode("ascii").strip().lower(): _relaxed_header(line) for line in unfolded
    }


def _relaxed_header(line: bytes) -> bytes:
    name, _colon, value = line.partition(b":")
    return name.strip().lower() + b":" + re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip()


def relaxed_body(body: bytes) -> bytes:
    """White space at the end of lines and empty lines at the end do not count."""
    body = re.sub(rb"[ \t]+(?=\r\n)", b"", re.sub(rb"[ \t]+", b" ", body))
    body = re.sub(rb"(\r\n)+\Z", b"", body)
    return body + b"\r\n" if body else b""
