"""Mail to a real server: everybody gets it once, whatever happens in between. Counted at the server."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from canvas_app.runtime.sender import Sender
from storage.base.clock import VirtualClock
from storage.workspace import open_workspace
from tests.helpers.outbox import NOW, owing, smtp_account, states, tokens
from tests.helpers.smtp import ROOT, MailServer, mail_server

PEOPLE = [f"person{number}@customers.example" for number in range(5_000)]


@pytest.mark.slow
def test_five_thousand_people_get_one_mail_each(tmp_path: Path) -> None:
    workspace = owing(tmp_path, PEOPLE)
    with mail_server(tmp_path / "server") as server:
        smtp_account(workspace, server.port, connections=8)
        sender = Sender(workspace, epoch=1, now=NOW)
        assert sender.drain(VirtualClock(NOW)) == 5_000
        sender.close(NOW)
        assert server.taken() == dict.fromkeys(PEOPLE, 1)
        assert len(set(server.message_ids())) == 5_000
        assert server.sessions() <= 8 * 6 + 1  # lines stay open: one in a thousand mails is renewed
    assert states(workspace) == {"SENT": 5_000}
    assert {port for _due, port in tokens(workspace).values()} == {0}


@pytest.mark.slow
def test_killed_in_the_middle_and_started_again_still_once_each(tmp_path: Path) -> None:
    workspace = owing(tmp_path, PEOPLE)
    with mail_server(tmp_path / "server") as server:
        smtp_account(workspace, server.port, connections=8)
        workspace.close()
        for number, share in enumerate((0.1, 0.3, 0.5, 0.7), start=1):
            _kill_in_the_middle(workspace.target, number, server, int(share * len(PEOPLE)))
        _start(workspace.target, 9).wait(120)
        workspace = open_workspace(workspace.target)
        taken, after = server.taken(), states(workspace)
    assert max(taken.values()) == 1, "somebody got it twice"
    # the line was cut between our last byte and the answer: at most one mail a line and crash
    assert after["UNKNOWN"] <= 4 * 8
    assert after["SENT"] + after["UNKNOWN"] == 5_000
    assert after["SENT"] <= len(taken) <= 5_000


def _start(target: str, epoch: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "tests.helpers.sending", target, str(epoch)], cwd=ROOT)


def _kill_in_the_middle(target: str, epoch: int, server: MailServer, taken: int) -> None:
    process = _start(target, epoch)
    for _try in range(6_000):
        if sum(server.taken().values()) >= taken or process.poll() is not None:
            break
        time.sleep(0.01)
    assert process.poll() is None, "it was done before it could be killed"
    process.kill()
    process.wait()
