"""The SMTP line, answer by answer, against a server that says what the test tells it."""

import datetime as dt
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from nodes.accounts import Message, Receipt, Verdict
from nodes.channels._smtp import SmtpAccount
from tests.helpers.smtp import mail_server

GREETING = ["220 hello", "250-me\r\n250 PIPELINING"]
PLAIN_GREETING = ["220 hello", "250 me"]


class Scripted:
    """Gives its answers in order: one a command, one for the text; `None` cuts the line."""

    def __init__(self, lines: Sequence[Sequence[str | None]]) -> None:
        self._lines = [list(line) for line in lines]
        self.heard: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        for answers in self._lines:
            line, _peer = self._socket.accept()
            self._talk(line, answers)
            line.close()

    def _talk(self, line: socket.socket, answers: list[str | None]) -> None:
        stream, text = line.makefile("rb"), False
        while answers:
            answer = answers.pop(0)
            if answer is None:
                return
            line.sendall(answer.encode() + b"\r\n")
            text = answer.startswith("354")
            said = b""
            while text and said != b".\r\n":
                said = stream.readline()
            if not text:
                said = stream.readline()
            self.heard.append("(text)" if text else said.decode().strip())
            if not said:
                return


@contextmanager
def scripted(*lines: Sequence[str | None]) -> Iterator[Scripted]:
    server = Scripted(lines)
    yield server
    server._socket.close()


def send(server: Scripted, *recipients: str, marks: list[int] | None = None) -> list[Receipt]:
    account = SmtpAccount(
        {"host": "127.0.0.1", "port": server.port, "security": "none", "from": "a@x.example"}
    )
    line = account.open(None, lambda message: (marks if marks is not None else []).append(message.key))
    batch = [
        Message(number, "a@x.example", each, b"Subject: x\r\n\r\n.dot\r\n")
        for number, each in enumerate(recipients)
    ]
    receipts = list(line.send(batch))
    line._drop()
    return receipts


@pytest.mark.parametrize(
    ("answers", "verdict", "reason", "marked"),
    [
        (["250 ok", "250 ok", "354 go", "250 taken"], Verdict.SENT, "", True),
        (["250 ok", "250 ok", "354 go", "451 later"], Verdict.LATER, "smtp_451", True),
        (["250 ok", "250 ok", "354 go", "554 spam"], Verdict.REFUSED, "smtp_554", True),
        (["250 ok", "250 ok", "354 go", "421 bye"], Verdict.LATER, "smtp_421", True),
        (["250 ok", "250 ok", "354 go", "what?"], Verdict.UNKNOWN, "no_smtp_answer", True),
        (["250 ok", "250 ok", "354 go", None], Verdict.UNKNOWN, "line_lost", True),
        (["250 ok", "250 ok", "451 busy", "250 reset"], Verdict.LATER, "smtp_451", False),
        (["250 ok", "450 grey", "503 no", "250 reset"], Verdict.LATER, "smtp_450", False),
        (["550 not you", "503 no", "503 no", "250 reset"], Verdict.REFUSED, "smtp_550", False),
        (["250 ok", "421 closing"], Verdict.LATER, "smtp_421", False),
        (["250 ok", "what?"], Verdict.LATER, "no_smtp_answer", False),
        (["250 ok", None], Verdict.LATER, "line_lost_before", False),
    ],
)
@pytest.mark.parametrize("greeting", [GREETING, PLAIN_GREETING], ids=["pipelined", "one by one"])
def test_each_answer_has_its_verdict(
    greeting: list[str], answers: list[str | None], verdict: Verdict, reason: str, marked: bool
) -> None:
    if greeting is PLAIN_GREETING and len(answers) == 4 and answers[3] == "250 reset":
        refused = next(index for index, answer in enumerate(answers) if str(answer)[0] in "45")
        answers = [*answers[: refused + 1], "250 reset"]
    marks: list[int] = []
    with scripted([*greeting, *answers]) as server:
        (receipt,) = send(server, "b@x.example", marks=marks)
    assert (receipt.verdict, receipt.reason, bool(marks)) == (verdict, reason, marked)
    assert not receipt.bounced


def test_a_pipelined_server_that_waits_for_a_text_without_recipient_gets_none() -> None:
    with scripted(
        [*GREETING, "250 ok", "550 5.1.1 unknown", "354 go", "554 nobody", "250 reset", None]
    ) as server:
        (receipt,) = send(server, "b@x.example")
    assert (receipt.verdict, receipt.bounced) == (Verdict.REFUSED, True)
    assert "(text)" in server.heard
    assert "rset" in server.heard


def test_a_line_is_kept_for_the_next_mail_and_renewed_after_a_cut() -> None:
    taken = ["250 ok", "250 ok", "354 go", "250 taken"]
    with scripted([*GREETING, *taken, "250 ok", None], [*GREETING, *taken]) as server:
        receipts = send(server, "1@x.example", "2@x.example", "3@x.example")
    assert [receipt.verdict for receipt in receipts] == [Verdict.SENT, Verdict.LATER, Verdict.SENT]


@pytest.mark.parametrize(
    "greeting", [["554 go away"], ["220 hello", "502 no", "502 no"], [None], ["nonsense"]]
)
def test_a_server_that_does_not_want_us_is_asked_later(greeting: list[str | None]) -> None:
    with scripted(greeting) as server:
        (receipt,) = send(server, "b@x.example")
    assert (receipt.verdict, receipt.reason) == (Verdict.LATER, "no_connection")


def test_a_mark_that_cannot_be_written_keeps_the_dot_back() -> None:
    def full(message: Message) -> None:
        raise OSError(28, "No space left on device")

    with scripted([*GREETING, "250 ok", "250 ok", "354 go", "250 taken"]) as server:
        account = SmtpAccount(
            {"host": "127.0.0.1", "port": server.port, "security": "none", "from": "a@x.example"}
        )
        line = account.open(None, full)
        (receipt,) = line.send([Message(1, "a@x.example", "b@x.example", b"x")])
    assert receipt.verdict is Verdict.LATER


def test_mail_travels_encrypted_and_a_foreign_certificate_is_refused(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path)
    with mail_server(tmp_path / "server", certificate=certificate, user="u", password="p") as server:
        params = {
            "host": "127.0.0.1",
            "port": server.port,
            "security": "starttls",
            "from": "a@x.example",
            "username": "u",
        }
        mail = Message(1, "a@x.example", "b@x.example", b"Subject: x\r\nMessage-ID: <1@x>\r\n\r\nx")
        for trusted, verdict in ((str(certificate[0]), Verdict.SENT), ("", Verdict.LATER)):
            line = SmtpAccount({**params, "ca_file": trusted}).open("p", lambda _message: None)
            (receipt,) = line.send([mail])
            line.close()
            assert receipt.verdict is verdict
        assert server.taken() == {"b@x.example": 1}


def self_signed(folder: Path) -> tuple[Path, Path]:
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key: Any = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(dt.datetime(2020, 1, 1)).not_valid_after(dt.datetime(2120, 1, 1))
        .add_extension(alternative, critical=False).add_extension(x509.BasicConstraints(True, None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    return paths
