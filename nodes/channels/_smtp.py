"""Accounts that speak SMTP: a form, and a line that knows for each message whether it left.

The mark is made just before the final dot. Whatever goes wrong before it is a definite no; a line that dies after it
leaves the message unknown.
"""

import base64
import re
import select
import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

from nodes.accounts import AccountKind, Mark, Message, Receipt, Verdict
from nodes.channels.email import ADDRESS
from nodes.fields import Param, choice, number, structured, text, yes_no
from storage.base.errors import UserError
from storage.base.problems import Problem
from storage.base.words import N_

CONNECT_SECONDS, REPLY_SECONDS, FINAL_SECONDS = 30.0, 60.0, 300.0
MESSAGES_A_LINE = 1_000
_ENHANCED = re.compile(rb"\b[245]\.\d{1,3}\.\d{1,3}\b")
# full boxes, broken systems and policies say nothing about the address itself
_NOT_THE_ADDRESS = (b"5.2.2", b"5.2.3", b"5.3.", b"5.4.", b"5.5.", b"5.6.", b"5.7.")


@dataclass(frozen=True, slots=True)
class DkimKey:
    """Where the key lies with which mail is signed."""

    domain: str
    selector: str
    key_file: str


def _dkim(value: Any) -> DkimKey | None:
    if not value:
        return None
    names = ("domain", "selector", "key_file")
    if not isinstance(value, dict) or not all(
        isinstance(value.get(name), str) and value[name] for name in names
    ):
        raise UserError(N_("must hold domain, selector and key_file."))
    return DkimKey(*(value[name] for name in names))


def _sender(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or (value and not ADDRESS.fullmatch(parseaddr(value)[1])):
        raise UserError(
            N_("“{value}” is no sender. Write news@example.com or Name <news@example.com>."), value=value
        )
    return value


def _url(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or not re.fullmatch(r"(https?://[^\s?#]+)?", value):
        raise UserError(N_("“{value}” is no web address. Begin it with https://."), value=value)
    return value.rstrip("/")


class SmtpAccount(AccountKind):
    """A mail server that takes mail by SMTP."""

    kind, label, channels, needs_secret = "smtp", N_("Mail server (SMTP)"), ("email",), True

    host = text(N_("Server"), required=True)
    port = number(N_("Port"), default=587, minimum=1, maximum=65535, whole=True)
    security = choice(
        N_("Encryption"),
        {"starttls": N_("STARTTLS"), "tls": N_("TLS"), "none": N_("No encryption")},
        default="starttls",
    )
    username = text(N_("User name"))
    sender: Param[str] = Param("text", N_("From"), _sender, "", required=True, key="from")
    public_url: Param[str] = Param(
        "text", N_("Public address of this program"), _url, "", advanced=True,
        hint=N_("Needed to see opens and clicks, and for one-click unsubscribing"),
    )  # fmt: skip
    connections = number(N_("Lines at once"), default=4, minimum=1, maximum=64, whole=True, advanced=True)
    rate = number(N_("Mails a second at most"), minimum=0.01, maximum=100_000, advanced=True)
    dkim = structured("dkim", N_("DKIM signature"), _dkim, advanced=True)
    return_path: Param[str] = Param("text", N_("Bounces go to"), _sender, "", advanced=True)
    verp = yes_no(N_("A bounce address for each mail"), advanced=True)
    ca_file = text(N_("File with the server's certificate"), advanced=True)

    def check(self) -> Iterator[Problem]:
        """Params, and a password that would travel in the open."""
        yield from super().check()
        if self.params.get("username") and self.params.get("security") == "none" and not _is_local(self.host):
            text = N_("The password would travel unencrypted to {host}. Choose STARTTLS or TLS.")
            yield Problem.warning("open_password", text, host=self.host).at(field="security")

    def lines(self) -> int:
        """How many lines may be open at once."""
        return int(self.connections or 1)

    def per_second(self) -> float:
        """How many mails may leave in a second; 0 = as fast as it goes."""
        return float(self.rate or 0)

    def open(self, secret: str | None, mark: Mark) -> "SmtpLine":
        """A line, not connected yet."""
        return SmtpLine(self, secret, mark)


def _is_local(host: str) -> bool:
    return host in ("localhost", "127.0.0.1", "::1")


class _Smtp(smtplib.SMTP):
    """A connection that does not wait to fill its packets: 76 mails a second with Nagle's algorithm, 1,500 without."""

    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        made: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made


class _SmtpTls(smtplib.SMTP_SSL):
    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        made: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made


class _NotNow(Exception):  # noqa: N818  (an answer, not a fault)
    """The exchange ended before the final dot."""

    def __init__(self, receipt: Receipt, *, drop: bool) -> None:
        super().__init__(receipt.reason)
        self.receipt = receipt
        self.drop = drop


class SmtpLine:
    """One connection to a mail server, opened when needed and kept open between messages."""

    def __init__(self, account: SmtpAccount, secret: str | None, mark: Mark) -> None:
        self._account, self._secret, self._mark = account, secret, mark
        self._smtp: smtplib.SMTP | None = None
        self._sent = 0

    def send(self, batch: Sequence[Message]) -> Iterator[Receipt]:
        """Transmit one after the other."""
        for message in batch:
            try:
                yield self._transmit(message)
            except _NotNow as no:
                if no.drop:
                    self._drop()
                yield no.receipt

    def probe(self) -> str:
        """Connect, greet, sign in; sends nothing."""
        try:
            smtp = self._connected()
            smtp.noop()
        except (OSError, smtplib.SMTPException) as error:
            raise UserError(
                N_("{host}:{port} does not take mail from us: {why}. Check server, port, encryption and password."),
                host=self._account.host, port=self._account.port, why=_why(error),
            ) from error  # fmt: skip
        greeting = smtp.ehlo_resp or b""
        return greeting.decode("utf-8", "replace").partition("\n")[0][:200]

    def close(self) -> None:
        """Say goodbye; a server that does not listen is left without."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            try:
                if smtp.sock is not None:
                    smtp.sock.settimeout(2)
                smtp.quit()
            except (OSError, smtplib.SMTPException):
                smtp.close()

    # -- the exchange ----------------------------------------------------------------------------------------------

    def _transmit(self, message: Message) -> Receipt:
        smtp = self._ready(message)
        self._envelope(smtp, message)
        assert smtp.sock is not None
        handed_over = False
        try:
            smtp.sock.sendall(_stuffed(message.data))
            self._mark(message)
            _refuse_a_dead_line(smtp.sock)
            handed_over = True
            smtp.sock.settimeout(FINAL_SECONDS)
            smtp.sock.sendall(b".\r\n")
            code, _said = smtp.getreply()
            smtp.sock.settimeout(REPLY_SECONDS)
        except (OSError, smtplib.SMTPException) as error:
            verdict, reason = (
                (Verdict.UNKNOWN, "line_lost") if handed_over else (Verdict.LATER, _reason(error))
            )
            raise _NotNow(Receipt(message.key, verdict, reason), drop=True) from error
        self._sent += 1
        if code == 421 or self._sent >= MESSAGES_A_LINE:
            self.close()
        if 200 <= code < 300:
            return Receipt(message.key, Verdict.SENT)
        if 400 <= code < 600:
            return Receipt(message.key, _verdict(code), f"smtp_{code}")
        # the answer is no SMTP: the message may have been taken all the same
        raise _NotNow(Receipt(message.key, Verdict.UNKNOWN, "no_smtp_answer"), drop=True)

    def _envelope(self, smtp: smtplib.SMTP, message: Message) -> None:
        """MAIL, RCPT and DATA, in one go where the server allows it; returns when the text may follow."""
        commands = [f"MAIL FROM:<{message.sender}>", f"RCPT TO:<{message.recipient}>", "DATA"]
        replies: list[tuple[int, bytes]] = []
        pipelined = smtp.has_extn("pipelining")
        try:
            if pipelined:
                smtp.send("".join(command + "\r\n" for command in commands))
            for command in commands:
                if not pipelined:
                    smtp.putcmd(command)
                replies.append(smtp.getreply())
                code = replies[-1][0]
                if code == 421 or not (_is_yes(code) or (pipelined and code >= 400)):
                    break
        except (OSError, smtplib.SMTPException) as error:
            if all(_is_yes(code) for code, _said in replies):  # else the refusal that came before decides
                raise _NotNow(Receipt(message.key, Verdict.LATER, _reason(error)), drop=True) from error
        for stage, (code, said) in enumerate(replies):
            if not _is_yes(code):
                raise self._refusal(
                    smtp, message, stage, code, said, taken=len(replies) == 3 and replies[2][0] == 354
                )

    def _refusal(
        self, smtp: smtplib.SMTP, message: Message, stage: int, code: int, said: bytes, *, taken: bool
    ) -> _NotNow:
        if not 400 <= code < 600:
            return _NotNow(Receipt(message.key, Verdict.LATER, "no_smtp_answer"), drop=True)
        verdict = _verdict(code)
        bounced = stage == 1 and verdict is Verdict.REFUSED and _is_about_the_address(code, said)
        drop = code == 421
        if not drop:
            try:
                if taken and stage < 2:  # it waits for a text that has no recipient: give it none
                    smtp.send(".\r\n")
                    smtp.getreply()
                smtp.rset()
            except (OSError, smtplib.SMTPException):
                drop = True
        return _NotNow(Receipt(message.key, verdict, f"smtp_{code}", bounced), drop=drop)

    def _ready(self, message: Message) -> smtplib.SMTP:
        try:
            return self._connected()
        except smtplib.SMTPAuthenticationError as error:
            raise _NotNow(Receipt(message.key, Verdict.LATER, "sign_in"), drop=True) from error
        except (OSError, smtplib.SMTPException) as error:
            raise _NotNow(Receipt(message.key, Verdict.LATER, "no_connection"), drop=True) from error

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is not None:
            return self._smtp
        account = self._account
        name = socket.gethostname() or "localhost"
        smtp: smtplib.SMTP
        if account.security == "tls":
            smtp = _SmtpTls(
                account.host, account.port or 587, name, timeout=CONNECT_SECONDS, context=self._context()
            )
        else:
            smtp = _Smtp(account.host, account.port or 587, name, timeout=CONNECT_SECONDS)
        try:
            smtp.ehlo_or_helo_if_needed()
            if account.security == "starttls":
                smtp.starttls(context=self._context())
                smtp.ehlo()
            if account.username:
                _sign_in(smtp, account.username, self._secret or "")
            assert smtp.sock is not None
            smtp.sock.settimeout(REPLY_SECONDS)
        except BaseException:
            smtp.close()
            raise
        self._smtp, self._sent = smtp, 0
        return smtp

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._account.ca_file or None)

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


def _sign_in(smtp: smtplib.SMTP, user: str, password: str) -> None:
    """Sign in once: smtplib tries a wrong password by every method (some servers lock us out), and knows only ASCII."""
    if "PLAIN" not in smtp.esmtp_features.get("auth", "").upper().split():
        smtp.login(user, password)
        return
    response = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    code, said = smtp.docmd("AUTH", f"PLAIN {response}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, said)


def _refuse_a_dead_line(sock: socket.socket) -> None:
    """Nobody may speak now: a line that has something to read before the dot was cut, and nothing has left yet."""
    if isinstance(sock, ssl.SSLSocket):
        return
    if hasattr(select, "poll"):  # select itself cannot watch more than a thousand files
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        spoke = bool(poll.poll(0))
    else:
        spoke = bool(select.select([sock], [], [], 0)[0])
    if spoke:
        raise ConnectionResetError


def _stuffed(data: bytes) -> bytes:
    """The text as it travels: lines that begin with a dot get a second one, and the last line ends."""
    data = data.replace(b"\r\n.", b"\r\n..")
    if data.startswith(b"."):
        data = b"." + data
    return data if data.endswith(b"\r\n") else data + b"\r\n"


def _is_yes(code: int) -> bool:
    return 200 <= code < 300 or code == 354


def _verdict(code: int) -> Verdict:
    return Verdict.LATER if code < 500 else Verdict.REFUSED


def _is_about_the_address(code: int, said: bytes) -> bool:
    found = _ENHANCED.search(said)
    if found is None:
        return code != 552
    return not found[0].startswith(_NOT_THE_ADDRESS)


def _reason(error: Exception) -> str:
    return "timeout" if isinstance(error, TimeoutError) else "line_lost_before"


def _why(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error if isinstance(error.smtp_error, bytes) else str(error.smtp_error).encode()
        return f"{error.smtp_code} {said.decode('utf-8', 'replace')}"[:200]
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__)[:200]
