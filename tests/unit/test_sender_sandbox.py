"""Sandbox accounts settle in bulk what is due, as `sandbox_outcomes` says for each contact."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from canvas_app.operations.accounts import add_account
from canvas_app.runtime.sandboxes import send_sandbox
from nodes.sandbox import sandbox_outcomes
from nodes.spec import FAILED, FOREVER, SKIPPED
from storage import tables
from storage.contacts import add_field, bucket_of
from storage.workspace import Workspace
from tests.helpers.outbox import NOW, outcomes, owing, states, tokens, touch

PEOPLE = [f"p{n}@x.example" for n in range(1, 61)]


def settle(workspace: Workspace, now: int = NOW, reasons: dict[int, str] | None = None) -> int:
    with workspace.write() as connection:
        if reasons is None:
            return send_sandbox(connection, now)
        return send_sandbox(connection, now, lambda _connection, _touches, _now: reasons)


def sandbox(workspace: Workspace, channel: str = "email", **params: Any) -> None:
    add_account(workspace, name="play", channel=channel, kind="sandbox", params=params)


def test_a_rehearsal_delivers_by_default(tmp_path: Path) -> None:
    workspace = owing(tmp_path, PEOPLE, rehearsal=True)
    assert settle(workspace) == 60
    assert states(workspace) == {"SENT": 60}
    assert outcomes(workspace, 7) == {"sent": NOW, "delivered": NOW}
    assert set(tokens(workspace).values()) == {(NOW, 0)}
    assert settle(workspace) == 0


def test_outside_a_rehearsal_nothing_is_answered_without_an_account(tmp_path: Path) -> None:
    workspace = owing(tmp_path, PEOPLE)
    assert settle(workspace) == 0
    assert states(workspace) == {"PENDING": 60}


def test_a_call_in_a_rehearsal_is_answered(tmp_path: Path) -> None:
    workspace = owing(tmp_path, PEOPLE[:1], kind="manual_call", params={"script": "Ask"}, rehearsal=True)
    settle(workspace)
    assert set(outcomes(workspace, 1)) == {"sent", "answered"}


def test_outcomes_for_everyone_come_at_once_or_later(tmp_path: Path) -> None:
    workspace = owing(tmp_path, PEOPLE[:2])
    sandbox(workspace, outcomes=["delivered", "clicked"], after="PT10M")
    settle(workspace)
    later = NOW + 600
    assert outcomes(workspace, 2) == {"sent": NOW, "delivered": NOW, "opened": later, "clicked": later}
    assert tokens(workspace)[2] == (NOW, 0)


def test_a_call_whose_result_comes_later_lets_its_token_go_then(tmp_path: Path) -> None:
    workspace = owing(tmp_path, PEOPLE[:1], kind="ai_call", params={"script": "Hi"})
    sandbox(workspace, "ai_call", outcomes=["no_answer"], after="PT10M")
    settle(workspace)
    assert outcomes(workspace, 1) == {"sent": NOW, "no_answer": NOW + 600}
    assert tokens(workspace)[1] == (NOW + 600, 0)


@pytest.mark.parametrize("is_call", [False, True])
def test_shares_fall_as_the_pure_function_says(tmp_path: Path, is_call: bool) -> None:
    kind = "manual_call" if is_call else "email"
    rates = {"delivered": 0.8, "clicked": 0.3, "failed": 0.2, "answered": 0.5, "busy": 0.2}
    workspace = owing(tmp_path, PEOPLE, kind=kind)
    sandbox(workspace, kind, rates=rates, seed=3)
    settle(workspace)
    for number in range(1, 61):
        expected = sandbox_outcomes(
            {"rates": rates, "seed": 3}, bucket_of(str(number)), None, "mail", is_call=is_call
        )
        assert set(outcomes(workspace, number)) == set(expected)
        assert tokens(workspace)[number] == (NOW, FAILED if expected == ("failed",) else 0)
        assert (touch(workspace, number).state == 3) == (expected == ("failed",))


@pytest.mark.parametrize("several", [False, True])
def test_a_contact_field_decides_for_each(tmp_path: Path, several: bool) -> None:
    workspace = owing(tmp_path, PEOPLE[:5])
    sandbox(workspace, outcome_field="test outcome")
    said = ["delivered|opened", "failed", None, "unknown", "Bounced"]
    with workspace.write() as connection:
        known = add_field(connection, name="test outcome", kind="choices" if several else "text")
        for number, value in enumerate(said, 1):
            if several:
                for word in value.split("|") if value else ():
                    row = {"contact": number, "field": known.id, "fold": word.casefold(), "value": word}
                    connection.execute(tables.choice.insert().values(**row))
            else:
                statement = f'UPDATE contact SET "{known.column}" = ? WHERE id = ?'
                connection.exec_driver_sql(statement, (value, number))
    settle(workspace)
    assert [set(outcomes(workspace, number)) for number in range(1, 6)] == [
        {"sent", "delivered", "opened"}, {"failed"}, {"sent"}, {"unknown"}, {"sent", "bounced"},
    ]  # fmt: skip
    assert states(workspace) == {"SENT": 3, "FAILED": 1, "UNKNOWN": 1}


def test_a_field_that_nobody_has_says_nothing(tmp_path: Path) -> None:
    workspace = owing(tmp_path, PEOPLE[:1])
    sandbox(workspace, outcome_field="nothing like it")
    settle(workspace)
    assert set(outcomes(workspace, 1)) == {"sent"}


def test_refusals_change_whom_we_may_write_to(tmp_path: Path) -> None:
    workspace = owing(tmp_path, PEOPLE[:1])
    sandbox(workspace, outcomes=["delivered", "unsubscribed", "complained"])
    settle(workspace)
    with workspace.read() as connection:
        consent = connection.execute(select(tables.consent)).one()
        suppressed = connection.execute(select(tables.suppression)).one()
    assert (consent.contact, consent.channel, consent.given) == (1, "email", False)
    assert (suppressed.address, suppressed.channel, suppressed.reason) == (PEOPLE[0], "email", "complained")


def test_a_refusal_that_comes_later_is_an_event_of_that_instant(tmp_path: Path) -> None:
    workspace = owing(tmp_path, PEOPLE[:1])
    sandbox(workspace, outcomes=["unsubscribed"], after="PT1H")
    settle(workspace)
    with workspace.read() as connection:
        event = connection.execute(select(tables.event)).one()
        assert connection.execute(select(tables.consent)).all() == []
    assert (event.at, event.handled) == (NOW + 3600, False)
    assert event.properties == {"node": "mail", "strategy": "S", "channel": "email"}


def test_answers_listed_under_retry_are_tried_again_until_the_tries_are_used_up(tmp_path: Path) -> None:
    retry = {"times": 2, "gap": "PT1H", "on": ["no_answer"]}
    workspace = owing(tmp_path, PEOPLE[:1], kind="ai_call", params={"script": "Hi", "retry": retry})
    sandbox(workspace, "ai_call", outcomes=["no_answer"])
    settle(workspace)
    assert touch(workspace, 1).not_before == NOW + 3600
    assert tokens(workspace)[1] == (FOREVER, 0)
    settle(workspace, NOW + 3600)
    assert touch(workspace, 1).not_before == NOW + 3 * 3600
    settle(workspace, NOW + 3 * 3600)
    assert touch(workspace, 1).attempts == 3
    assert set(outcomes(workspace, 1)) == {"sent", "no_answer"}
    assert tokens(workspace)[1] == (NOW + 3 * 3600, 0)


def test_who_may_not_be_written_to_is_skipped_and_who_must_wait_stays(tmp_path: Path) -> None:
    workspace = owing(tmp_path, PEOPLE[:3], rehearsal=True)
    settle(workspace, reasons={1: "no_consent", 2: "~wait"})
    assert states(workspace) == {"SKIPPED": 1, "PENDING": 1, "SENT": 1}
    assert touch(workspace, 1).reason == "no_consent"
    assert tokens(workspace) == {1: (NOW, SKIPPED), 2: (FOREVER, 0), 3: (NOW, 0)}
