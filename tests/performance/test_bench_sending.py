"""How fast mails leave: the outbox with its claims and journal against a bare smtplib loop, and sandboxes in bulk.

The server is a sink in a process of its own that speaks just enough SMTP, so that it is not what is measured.
"""

import smtplib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from canvas_app.runtime.sandboxes import send_sandbox
from canvas_app.runtime.sender import Sender
from storage.base.clock import VirtualClock
from tests.helpers.outbox import NOW, owing, smtp_account, states

MAILS, BARE, LINES, BULK = 6_000, 2_000, 8, 100_000
_SINK = """
import socket, sys, threading
def talk(line):
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.sendall(b"220 sink\\r\\n")
    stream, text = line.makefile("rb", buffering=65536), False
    for said in stream:
        if text:
            if said == b".\\r\\n":
                text = False
                line.sendall(b"250 taken\\r\\n")
            continue
        word = said[:4].upper()
        if word == b"EHLO":
            line.sendall(b"250-sink\\r\\n250 PIPELINING\\r\\n")
        elif word == b"DATA":
            text = True
            line.sendall(b"354 go on\\r\\n")
        elif word == b"QUIT":
            line.sendall(b"221 bye\\r\\n")
            return
        else:
            line.sendall(b"250 ok\\r\\n")
listening = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=64)
while True:
    threading.Thread(target=talk, args=(listening.accept()[0],), daemon=True).start()
"""


@contextmanager
def sink() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen([sys.executable, "-c", _SINK, str(port)])
    for _try in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    try:
        yield port
    finally:
        process.kill()
        process.wait()


def bare_loop(port: int, lines: int) -> float:
    """Mails a second of smtplib without any outbox, one message built beforehand, on so many lines."""
    mail = b"From: news@shop.example\r\nTo: a@x.example\r\nSubject: Hello\r\n\r\n" + b"Dear Ann,\r\n" * 40

    def work() -> None:
        smtp = smtplib.SMTP("127.0.0.1", port)
        assert smtp.sock is not None
        smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _mail in range(BARE // lines):
            smtp.sendmail("news@shop.example", ["a@x.example"], mail)
        smtp.quit()

    threads = [threading.Thread(target=work) for _line in range(lines)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return BARE / (time.perf_counter() - began)


def test_mails_leave_at_a_fair_share_of_a_bare_loop(tmp_path: Path) -> None:
    workspace = owing(tmp_path, [f"p{number}@x.example" for number in range(MAILS)])
    with sink() as port:
        smtp_account(workspace, port, connections=LINES)
        bare = max(bare_loop(port, 1), bare_loop(port, LINES))
        sender = Sender(workspace, epoch=1, now=NOW)
        began = time.perf_counter()
        sender.drain(VirtualClock(NOW))
        ours = MAILS / (time.perf_counter() - began)
        sender.close(NOW)
    print(
        f"\nsending: {ours:,.0f} mails/s through the outbox, {bare:,.0f}/s bare smtplib, ratio {ours / bare:.2f}"
    )
    assert states(workspace) == {"SENT": MAILS}
    assert (
        ours / bare > 0.08
    )  # claims and marks on the disk, merge fields, both bodies: all that the bare loop leaves out


@pytest.mark.parametrize(
    "params", [{}, {"rates": {"delivered": 0.97, "opened": 0.3, "clicked": 0.1, "failed": 0.01}}]
)
def test_sandboxes_answer_a_hundred_thousand_at_once(tmp_path: Path, params: dict[str, object]) -> None:
    from canvas_app.operations.accounts import add_account

    workspace = owing(tmp_path, [f"p{number}@x.example" for number in range(BULK)])
    add_account(workspace, name="play", channel="email", kind="sandbox", params=params)
    began = time.perf_counter()
    with workspace.write() as connection:
        assert send_sandbox(connection, NOW) == BULK
    seconds = time.perf_counter() - began
    print(f"\nsandbox ({'rates' if params else 'all alike'}): {BULK / seconds:,.0f} touches/s")
    assert seconds < 20
