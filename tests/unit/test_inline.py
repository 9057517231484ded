"""Sandbox messages answered inside a wave come out exactly as those that go through the outbox."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert, text

from canvas_app.operations.accounts import add_account
from canvas_app.operations.publishing import publish
from canvas_app.operations.strategies import save_draft
from canvas_app.runtime.engine import Engine, send_sandboxed
from nodes.graph import Graph
from storage import tables
from storage.workspace import MEMORY, Workspace, create_workspace
from tests.helpers.journey import fill, journey

NOW = 1_767_258_000
DAY = 86_400
RATES = {"delivered": 0.95, "opened": 0.4, "clicked": 0.1, "replied": 0.05}
CALLS = {"answered": 0.5, "no_answer": 0.3}


def peopled() -> Workspace:
    """Contacts of all kinds: without consent, unsubscribed, suppressed, without address, with a shared one, capped."""
    workspace = create_workspace(MEMORY, timezone="Asia/Shanghai", rehearsal_now=NOW)
    fill(workspace, 400, NOW)
    with workspace.write() as connection:
        for statement in (
            "DELETE FROM consent WHERE contact % 11 = 0",
            "UPDATE consent SET given = 0 WHERE contact % 13 = 0",
            "UPDATE contact SET email = NULL, email_fold = NULL WHERE id % 17 = 0",
            "UPDATE contact SET email = 'same@example.com', email_fold = 'same@example.com' WHERE id % 19 = 0",
            "INSERT INTO place (id, zone, country) VALUES (70, 'America/New_York', 'US')",
            "UPDATE contact SET place = 70 WHERE id % 3 = 0",
            f"INSERT INTO cap (contact, day, used) SELECT id, {NOW // DAY}, 2 FROM contact WHERE id % 23 = 0",
        ):
            connection.execute(text(statement))
        rows: list[dict[str, Any]] = [
            {"contact": number, "channel": channel, "category": "", "reason": "asked", "at": NOW}
            for number, channel in ((5, ""), (7, "email"), (9, "sms"))
        ]
        connection.execute(insert(tables.suppression), rows)
    for channel, rates in (("email", RATES), ("sms", RATES), ("ai_call", CALLS)):
        add_account(
            workspace, name=channel, channel=channel, kind="sandbox", params={"rates": rates, "seed": 3}
        )
    return workspace


def walk(graph: Graph, *, inline: bool) -> dict[str, list[tuple[Any, ...]]]:
    """What there is after three days."""
    workspace = peopled()
    save_draft(workspace, name=graph.name, graph=graph)
    assert not publish(workspace, name=graph.name).refused
    engine = Engine(workspace, send_due=send_sandboxed, inline=inline)
    now: int | None = NOW
    while now is not None and now <= NOW + 3 * DAY:
        engine.tick(now)
        now = engine.next_due(now)
    queries = {
        "touches": "SELECT contact, node, state, (SELECT text FROM name WHERE id = reason), at"
        " FROM touch ORDER BY 1, 2",
        "outcomes": "SELECT contact, node, (SELECT text FROM name WHERE id = kind), outcome.at"
        " FROM outcome JOIN touch ON touch.id = outcome.touch ORDER BY 1, 2, 3",
        "counters": "SELECT node, code, n FROM counter WHERE n ORDER BY 1, 2",
        "caps": "SELECT contact, day, used FROM cap ORDER BY 1, 2",
        "scores": "SELECT id, score FROM contact ORDER BY 1",
        "runs": "SELECT contact, state, ended FROM enrollment ORDER BY 1",
        "steps": "SELECT enrollment, node_port, round, wave.at FROM step"
        " JOIN wave ON wave.id = step.wave ORDER BY 1, 4, 2",
    }
    with workspace.read() as connection:
        return {
            name: [tuple(row) for row in connection.execute(text(query))] for name, query in queries.items()
        }


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"category": "transactional"},
        {"send_window": {"start": "10:00", "end": "18:00"}},
        {"send_window": {"start": "10:00", "end": "18:00", "outside": "skip"}},
        {"goal": {"field": "score", "op": ">=", "value": 90}, "holdout": 10},
        {"send_window": {"at": "09:30"}, "category": "marketing"},
    ],
)
def test_a_message_within_the_wave_is_the_same_as_one_after_it(settings: dict[str, Any]) -> None:
    graph = replace(journey(), settings=settings)
    inside, outside = walk(graph, inline=True), walk(graph, inline=False)
    assert len(inside["touches"]) > 400
    for what in inside:
        assert inside[what] == outside[what], what
