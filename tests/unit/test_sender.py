"""The outbox and its sender: what the server says becomes a state, and nothing leaves twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from canvas_app.runtime.engine import Engine
from canvas_app.runtime.journal import Journal, journal_path, read_journal
from canvas_app.runtime.outbox import claim
from canvas_app.runtime.sender import Sender, recover
from nodes.accounts import Verdict
from nodes.spec import FAILED, FOREVER, SKIPPED
from storage import tables
from storage.base.clock import VirtualClock
from storage.base.errors import WorkspaceError
from storage.secrets import SecretStore
from storage.workspace import Workspace
from tests.helpers.outbox import NOW, change, outcomes, owing, smtp_account, states, tokens, touch
from tests.helpers.smtp import MailServer, mail_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    with mail_server(tmp_path_factory.mktemp("server")) as running:
        yield running


def send(workspace: Workspace, now: int = NOW, folder: Path | None = None) -> int:
    sender = Sender(workspace, epoch=1, now=now, secrets=SecretStore(folder) if folder else None)
    try:
        return sender.drain(VirtualClock(now))
    finally:
        sender.close(now)


def test_a_mail_that_is_taken_is_sent_and_its_token_goes_on(tmp_path: Path, server: MailServer) -> None:
    workspace = owing(tmp_path, ["ann-1@x.example"])
    smtp_account(workspace, server.port)
    assert send(workspace) == 1
    assert server.taken()["ann-1@x.example"] == 1
    assert states(workspace) == {"SENT": 1}
    assert outcomes(workspace, 1) == {"sent": NOW}
    assert tokens(workspace) == {1: (NOW, 0)}
    assert touch(workspace, 1).attempts == 1


def test_nothing_is_sent_before_its_time_or_while_the_strategy_is_paused(
    tmp_path: Path, server: MailServer
) -> None:
    workspace = owing(tmp_path, ["early@x.example"])
    smtp_account(workspace, server.port)
    assert send(workspace, NOW - 1) == 0
    with workspace.write() as connection:
        connection.execute(update(tables.strategy).values(status="paused"))
    assert send(workspace) == 0
    assert states(workspace) == {"PENDING": 1}


def test_a_greylisted_mail_is_tried_again_with_growing_gaps(tmp_path: Path, server: MailServer) -> None:
    workspace = owing(tmp_path, ["temp2-ann@x.example"])
    smtp_account(workspace, server.port)
    send(workspace)
    first = touch(workspace, 1)
    assert (first.state, first.reason, first.attempts) == (0, "smtp_451", 1)
    assert NOW + 300 <= first.not_before <= NOW + 330
    assert tokens(workspace) == {1: (FOREVER, 0)}
    send(workspace, first.not_before)
    second = touch(workspace, 1)
    assert 2 * 3600 <= second.not_before - first.not_before <= 2.2 * 3600
    send(workspace, second.not_before)
    assert touch(workspace, 1).attempts == 3
    assert states(workspace) == {"SENT": 1}
    assert server.taken()["temp2-ann@x.example"] == 1


def test_a_server_that_stays_busy_makes_the_mail_fail_when_the_tries_are_used_up(
    tmp_path: Path, server: MailServer
) -> None:
    workspace = owing(
        tmp_path, ["temp9-x@x.example"], params={"subject": "s", "body": "b", "retry": {"times": 1}}
    )
    smtp_account(workspace, server.port)
    send(workspace)
    send(workspace, NOW + 400)
    assert states(workspace) == {"FAILED": 1}
    assert outcomes(workspace, 1) == {"failed": NOW + 400}
    assert tokens(workspace) == {1: (NOW + 400, FAILED)}


@pytest.mark.parametrize(
    ("address", "reason", "said"),
    [
        ("gone-a@x.example", "smtp_550", {"failed", "bounced"}), ("full-a@x.example", "smtp_552", {"failed"}),
        ("policy-a@x.example", "smtp_550", {"failed"}), ("spam-a@x.example", "smtp_554", {"failed"}),
    ],
)  # fmt: skip
def test_a_final_no_fails_once_and_only_a_dead_address_is_suppressed(
    tmp_path: Path, server: MailServer, address: str, reason: str, said: set[str]
) -> None:
    workspace = owing(tmp_path, [address])
    smtp_account(workspace, server.port)
    send(workspace)
    assert states(workspace) == {"FAILED": 1}
    assert touch(workspace, 1).reason == reason
    assert set(outcomes(workspace, 1)) == said
    with workspace.read() as connection:
        found = connection.execute(select(tables.suppression.c.address, tables.suppression.c.channel)).all()
    assert [tuple(row) for row in found] == ([(address, "email")] if "bounced" in said else [])


def test_a_line_cut_before_the_dot_is_a_definite_no_and_tried_again(
    tmp_path: Path, server: MailServer
) -> None:
    long = {"subject": "s", "body": "word " * 1_000_000}
    workspace = owing(tmp_path, ["cut-a@x.example"], params=long, settings={"category": "transactional"})
    smtp_account(workspace, server.port)
    send(workspace)
    assert touch(workspace, 1).state == 0
    send(workspace, NOW + 400)
    assert states(workspace) == {"SENT": 1}
    assert server.taken()["cut-a@x.example"] == 1


def test_a_line_cut_after_the_dot_leaves_the_mail_unknown_and_it_is_never_sent_again(
    tmp_path: Path, server: MailServer
) -> None:
    workspace = owing(tmp_path, ["lost-a@x.example"])
    smtp_account(workspace, server.port)
    send(workspace)
    assert states(workspace) == {"UNKNOWN": 1}
    assert touch(workspace, 1).reason == "line_lost"
    assert set(outcomes(workspace, 1)) == {"unknown"}
    send(workspace, NOW + 10_000_000)
    assert server.taken()["lost-a@x.example"] == 1
    assert tokens(workspace) == {1: (NOW, 0)}


def test_one_bad_address_does_not_stop_the_others(tmp_path: Path, server: MailServer) -> None:
    addresses = [
        "b1@x.example",
        "gone-b@x.example",
        "no address",
        "b2@x.example",
        "later-b@x.example",
        "b3@x.example",
    ]
    workspace = owing(tmp_path, addresses)
    smtp_account(workspace, server.port, connections=1)
    send(workspace)
    assert states(workspace) == {"SENT": 3, "FAILED": 1, "SKIPPED": 1, "PENDING": 1}
    assert touch(workspace, 3).reason == "bad_address"
    assert tokens(workspace)[3] == (NOW, SKIPPED)


def test_nobody_listening_means_later(tmp_path: Path) -> None:
    workspace = owing(tmp_path, [f"a{n}@x.example" for n in range(20)])
    smtp_account(workspace, 9)
    send(workspace)
    assert states(workspace) == {"PENDING": 20}
    assert touch(workspace, 1).reason == "no_connection"


def test_without_an_account_a_message_fails_with_its_reason(tmp_path: Path) -> None:
    workspace = owing(tmp_path, ["a@x.example"])
    send(workspace)
    assert states(workspace) == {"FAILED": 1}
    assert touch(workspace, 1).reason == "no_account"


def test_who_became_unreachable_since_is_skipped_and_who_must_wait_stays(
    tmp_path: Path, server: MailServer
) -> None:
    workspace = owing(tmp_path, [f"e{n}@x.example" for n in range(3)])
    smtp_account(workspace, server.port)
    sender = Sender(workspace, epoch=1, now=NOW, eligible=lambda _c, _t, _now: {1: "suppressed", 2: "~wait"})
    sender.pump(NOW)
    while sender.wait(5):
        sender._keep(NOW)
    sender.close(NOW)
    assert states(workspace) == {"SKIPPED": 1, "PENDING": 1, "SENT": 1}
    assert touch(workspace, 1).reason == "suppressed"
    assert tokens(workspace) == {1: (NOW, SKIPPED), 2: (FOREVER, 0), 3: (NOW, 0)}


def test_a_retry_has_the_same_bytes(tmp_path: Path) -> None:
    with mail_server(tmp_path / "server", keep=True) as server:
        workspace = owing(tmp_path, ["same@x.example"])
        smtp_account(workspace, server.port)
        send(workspace)
        at = touch(workspace, 1).at
        change(workspace, 1, state=0, at=at, attempts=1)
        send(workspace, NOW + 5000)
        first, second = server.mails()
    assert first == second


def test_a_retry_does_not_count_against_the_cap_again(tmp_path: Path, server: MailServer) -> None:
    retry = {"times": 5, "gap": "PT1M"}
    workspace = owing(tmp_path, ["temp4-cap@x.example"], params={"subject": "s", "body": "b", "retry": retry})
    smtp_account(workspace, server.port)
    with workspace.write() as connection:
        connection.execute(
            insert(tables.consent).values(contact=1, channel="email", given=True, at=NOW, source="")
        )
    judge = Engine(workspace).judge
    for _try in range(5):
        now = touch(workspace, 1).not_before
        sender = Sender(workspace, epoch=1, now=now, eligible=judge)
        sender.drain(VirtualClock(now))
        sender.close(now)
    assert touch(workspace, 1).attempts == 5
    assert states(workspace) == {"SENT": 1}
    with workspace.read() as connection:
        assert connection.execute(select(tables.cap.c.used)).scalars().all() == [1]


def test_a_rehearsal_never_uses_a_real_account(tmp_path: Path, server: MailServer) -> None:
    workspace = owing(tmp_path, ["never@x.example"], rehearsal=True)
    smtp_account(workspace, server.port)
    send(workspace)
    assert server.taken()["never@x.example"] == 0
    assert states(workspace) == {"PENDING": 1}


def test_another_owner_stops_the_sender(tmp_path: Path, server: MailServer) -> None:
    workspace = owing(tmp_path, ["taken-over@x.example"])
    smtp_account(workspace, server.port)
    sender = Sender(workspace, epoch=1, now=NOW)
    with workspace.write() as connection:
        connection.execute(insert(tables.lease).values(id=1, epoch=2, owner="other", seen=NOW))
    with pytest.raises(WorkspaceError):
        sender.pump(NOW)
    assert server.taken()["taken-over@x.example"] == 0


# -- after a crash ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marked", "verdict", "state"),
    [
        (False, None, "PENDING"), (True, None, "UNKNOWN"), (True, Verdict.SENT, "SENT"),
        (True, Verdict.REFUSED, "FAILED"), (True, Verdict.LATER, "PENDING"),
    ],
)  # fmt: skip
def test_after_a_crash_the_journal_decides(
    tmp_path: Path, marked: bool, verdict: Verdict | None, state: str
) -> None:
    workspace = owing(tmp_path, ["a@x.example"])
    smtp_account(workspace, 9)
    with workspace.durable() as connection:
        (owed,) = claim(connection, now=NOW, epoch=3, batch=5, most=10).owed
    journal = Journal(journal_path(workspace))
    if marked:
        journal.about_to_send((3, 5, owed.touch))
    if verdict is not None:
        journal.answered((3, 5, owed.touch), verdict)
    journal.close()
    assert recover(workspace, now=NOW + 1) == 1
    assert states(workspace) == {state: 1}
    assert touch(workspace, 1).attempts == (1 if marked else 0)
    assert recover(workspace, now=NOW + 1) == 0


def test_a_line_of_an_earlier_claim_says_nothing_of_a_later_one(tmp_path: Path) -> None:
    workspace = owing(tmp_path, ["a@x.example"])
    smtp_account(workspace, 9)
    journal = Journal(journal_path(workspace))
    journal.about_to_send((3, 4, 1))
    journal.close()
    with workspace.durable() as connection:
        claim(connection, now=NOW, epoch=3, batch=5, most=10)
    recover(workspace, now=NOW)
    assert states(workspace) == {"PENDING": 1}


def test_a_torn_journal_is_read_as_far_as_it_goes(tmp_path: Path) -> None:

    path = tmp_path / "j"
    path.write_bytes(b"S 1 2 3\nA 1 2 3 sent\nS 1 2 4\ngarbage\n\xff\xfe\nA 1 2 5 nonsense\nS 1 2\nS 1 2 99")
    assert read_journal(path) == {(1, 2, 3): Verdict.SENT, (1, 2, 4): None, (1, 2, 99): None}


def test_the_journal_survives_being_reopened_and_cleared(tmp_path: Path) -> None:

    path = tmp_path / "j"
    first = Journal(path)
    first.about_to_send((1, 1, 1))
    first.close()
    again = Journal(path)
    again.about_to_send((1, 1, 2))
    assert set(read_journal(path)) == {(1, 1, 1), (1, 1, 2)}
    again.clear()
    again.about_to_send((1, 1, 3))
    again.close()
    assert set(read_journal(path)) == {(1, 1, 3)}
