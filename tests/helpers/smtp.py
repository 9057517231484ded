"""A real mail server (aiosmtpd) on 127.0.0.1, in a process of its own, that counts durably and can misbehave.

Every mail taken is a line `recipient <tab> message-id` in a file, written before the answer is sent. What the server
does wrong is read from the recipient's local part, so that a test chooses it per contact:

`temp3-…` 451 at RCPT three times, then fine · `gone-…` 550 at RCPT · `full-…` 552 · `policy-…` 550 5.7.1 · `spam-…` 554
after the text · `later-…` 451 after the text, once · `cut-…` the line is cut before the final dot, once ·
`lost-…` the mail is taken and the line cut instead of an answer · `slow-…` half a second before the answer
"""

import asyncio
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class MailServer:
    """A running server: where it listens and what it has taken."""

    port: int
    folder: Path
    process: "subprocess.Popen[bytes]"

    def taken(self) -> "Counter[str]":
        """How often each recipient's mail was taken."""
        return Counter(line.split("\t")[0] for line in self._lines())

    def message_ids(self) -> list[str]:
        """The Message-ID of each mail taken."""
        return [line.split("\t")[1] for line in self._lines()]

    def mails(self) -> list[bytes]:
        """Every mail taken, as it came (only where the server was started with `keep`)."""
        return [path.read_bytes() for path in sorted(self.folder.glob("*.eml"))]

    def sessions(self) -> int:
        """How many connections were opened."""
        path = self.folder / "sessions"
        return path.stat().st_size if path.exists() else 0

    def _lines(self) -> list[str]:
        path = self.folder / "taken"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


@contextmanager
def mail_server(
    folder: Path,
    *,
    keep: bool = False,
    user: str = "",
    password: str = "",
    certificate: tuple[Path, Path] | None = None,
) -> Iterator[MailServer]:
    """Start a server; it is stopped at the end. With `certificate` (certificate, key) it offers STARTTLS."""
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {"port": port, "folder": str(folder), "keep": keep, "user": user, "password": password,
               "certificate": [str(path) for path in certificate or ()]}  # fmt: skip
    command = [sys.executable, "-m", "tests.helpers.smtp", json.dumps(options)]
    with (folder / "errors").open("wb") as errors:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=errors)
    try:
        _await_port(port, process)
        yield MailServer(port, folder, process)
    finally:
        process.terminate()
        process.wait(10)


def _await_port(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _try in range(300):
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError("the mail server did not start")


class Misbehaving:
    """The handler of aiosmtpd: counts, and does wrong what the recipient asks for."""

    def __init__(self, folder: Path, keep: bool) -> None:
        self.folder, self._keep, self.seen = folder, keep, Counter[str]()
        self._file = os.open(folder / "taken", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._number = 0

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        kind = address.partition("-")[0]
        self.seen[address] += 1
        tries = re.fullmatch(r"temp(\d+)", kind)
        if tries and self.seen[address] <= int(tries[1]):
            return "451 4.7.1 greylisted, come back"
        refusals = {
            "gone": "550 5.1.1 no such user",
            "full": "552 5.2.2 full",
            "policy": "550 5.7.1 not from you",
        }
        if kind in refusals:
            return refusals[kind]
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str | None:
        (address,) = envelope.rcpt_tos
        kind = address.partition("-")[0]
        if kind == "spam":
            return "554 5.6.0 this is spam"
        if kind == "later" and self.seen[address] == 1:
            return "451 4.3.0 try later"
        if kind == "slow":
            await asyncio.sleep(0.5)
        name = BytesHeaderParser().parsebytes(envelope.content)["message-id"]
        os.write(self._file, f"{address}\t{name}\n".encode())
        if self._keep:
            self._number += 1
            (self.folder / f"{self._number:06}.eml").write_bytes(envelope.content)
        if kind == "lost":
            server.transport.abort()
            return None
        return "250 taken"


class Server(SMTP):
    """aiosmtpd that counts its connections, and cuts a line in the middle of a text where it is asked to."""

    def connection_made(self, transport: Any) -> None:
        with (self.event_handler.folder / "sessions").open("ab") as counting:
            counting.write(b".")
        raw = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)

    async def smtp_DATA(self, arg: str) -> None:
        recipients = list(self.envelope.rcpt_tos) if self.envelope else []
        if recipients and recipients[0].startswith("cut-") and self.event_handler.seen[recipients[0]] == 1:
            await self.push("354 go on")
            assert isinstance(self.transport, asyncio.Transport)
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


def _serve(options: dict[str, Any]) -> None:
    handler = Misbehaving(Path(options["folder"]), options["keep"])

    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        known = (data.login, data.password) == (options["user"].encode(), options["password"].encode())
        return AuthResult(success=known, handled=False)

    context = None
    if options["certificate"]:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*options["certificate"])
    wants = bool(options["user"])

    async def run() -> None:
        loop = asyncio.get_running_loop()
        listening = await loop.create_server(
            lambda: Server(
                handler, hostname="mail.test", loop=loop, tls_context=context, timeout=60, auth_required=wants,
                authenticator=authenticate if wants else None, auth_require_tls=context is not None,
            ),
            "127.0.0.1", options["port"],
        )  # fmt: skip
        await listening.serve_forever()

    asyncio.run(run())


if __name__ == "__main__":
    _serve(json.loads(sys.argv[1]))
