"""A whole strategy by real mail, from the command line: split, two mails, three arms, who clicked; and killed."""

import csv
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.cli import done
from tests.helpers.smtp import ROOT, MailServer, mail_server

PEOPLE = 5_000
NAME = "By mail"
MAIL = {"subject": "Hello {{ first_name | default: 'friend' }}", "body": "Come and see https://shop.example"}
ARMS = [{"port": port, "label": port.upper(), "weight": 1} for port in "abc"]
RULE = {"field": "spend", "op": ">=", "value": 50}
CLICKED = [{"port": "yes", "label": "Clicked", "outcomes": ["clicked"]}]


def drawn() -> dict[str, Any]:
    """Spenders and others get a mail each, then three arms, of which two bring another mail; then who clicked."""
    nodes = [
        ("in", "audience", {"rule": {"all": []}}),
        ("split", "rule_split", {"branches": [{"port": "much", "label": "Spends", "rule": RULE}]}),
        ("first", "email", MAIL), ("other", "email", {**MAIL, "subject": "Look what is new"}),
        ("test", "ab_split", {"arms": ARMS}),
        ("clicked", "result_split", {"of": ["first", "other"], "branches": CLICKED, "wait": "P1D"}),
        ("mark", "update_contact", {"add_tags": ["clicked"]}),
    ]  # fmt: skip
    edges = [
        ("in", "out", "split"), ("split", "much", "first"), ("split", "else", "other"), ("first", "out", "test"),
        ("other", "out", "test"), *(("test", port, "clicked") for port in "abc"), ("clicked", "yes", "mark"),
    ]  # fmt: skip
    return {
        "format": "strategy-canvas/1", "name": NAME, "settings": {},
        "nodes": [{"id": key, "type": kind, "label": key, "params": params} for key, kind, params in nodes],
        "edges": [{"from": source, "port": port, "to": target} for source, port, target in edges],
    }  # fmt: skip


@pytest.fixture
def live(tmp_path: Path) -> Path:
    """A live workspace with five thousand people and the strategy as a draft."""
    with (tmp_path / "people.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["email", "first_name", "spend", "consent_email"])
        rows.writerows(
            [f"p{number}@customers.example", f"Name {number}", number % 100, "yes"]
            for number in range(PEOPLE)
        )
    (tmp_path / "strategy.json").write_text(json.dumps(drawn()), encoding="utf-8")
    workspace = tmp_path / "live.canvas"
    done("init", "--timezone", "UTC", workspace=workspace)
    assert done("contacts", "import", tmp_path / "people.csv", workspace=workspace)["created"] == PEOPLE
    done("strategy", "import", tmp_path / "strategy.json", workspace=workspace)
    return workspace


def with_account(workspace: Path, server: MailServer) -> None:
    params = {
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "from": "shop@example.com",
        "connections": 8,
    }
    done("account", "add", "shop", "--channel", "email", "--kind", "smtp", "--params", json.dumps(params), "--default",
         workspace=workspace)  # fmt: skip
    done("strategy", "publish", NAME, workspace=workspace)


def start(workspace: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "canvas_app", "--workspace", str(workspace), "run", "--once"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def adds_up(workspace: Path, server: MailServer) -> dict[str, Any]:
    """Server, touches and nodes tell the same; returns the report of the nodes."""
    touches = done("report", "touches", NAME, workspace=workspace)["touches"]
    nodes: dict[str, Any] = done("report", "nodes", NAME, workspace=workspace)["nodes"]
    taken = server.taken()
    assert max(taken.values()) == 1, "somebody got it twice"
    sent = [touch for touch in touches if touch["status"] == "sent"]
    unknown = [touch for touch in touches if touch["status"] == "unknown"]
    assert len(sent) + len(unknown) == PEOPLE
    assert len(sent) <= len(taken) <= PEOPLE
    assert nodes["first"]["done"] + nodes["other"]["done"] == PEOPLE
    assert nodes["test"]["entered"] == sum(nodes["test"]["ports"].values()) == PEOPLE
    for counter in nodes.values():
        parts = ("done", "waiting", "failed", "skipped", "exited")
        assert counter["entered"] == sum(counter[part] for part in parts)
    return nodes


def test_five_thousand_people_walk_a_strategy_by_mail(live: Path, tmp_path: Path) -> None:
    with mail_server(tmp_path / "server") as server:
        with_account(live, server)
        assert start(live).wait(240) == 0
        assert len(server.taken()) == PEOPLE
        nodes = adds_up(live, server)
        assert nodes["clicked"]["waiting"] == PEOPLE
        clicks = tmp_path / "clicks.csv"
        at = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
        lines = [f"p{number}@customers.example,clicked,{at},{'first' if number % 100 >= 50 else 'other'}"
                 for number in range(0, PEOPLE, 10)]  # fmt: skip
        clicks.write_text("key,event,at,node\n" + "\n".join(lines), encoding="utf-8")
        assert done("events", "import", clicks, workspace=live)["created"] == PEOPLE // 10
        assert start(live).wait(120) == 0
        nodes = adds_up(live, server)
    assert nodes["clicked"]["ports"] == {"yes": PEOPLE // 10, "else": 0}
    assert nodes["mark"]["done"] == PEOPLE // 10
    arms = done("report", "ab", NAME, workspace=live)["nodes"]["test"]
    assert [arm["n"] for arm in arms["arms"]] == [nodes["test"]["ports"][port] for port in "abc"]
    assert arms["srm"]["p"] > 0.001


def test_killed_in_the_middle_still_once_each(live: Path, tmp_path: Path) -> None:
    with mail_server(tmp_path / "server") as server:
        with_account(live, server)
        for share in (0.2, 0.6):
            process = start(live)
            while sum(server.taken().values()) < share * PEOPLE and process.poll() is None:
                time.sleep(0.02)
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert start(live).wait(240) == 0
        adds_up(live, server)
        touches = done("report", "touches", NAME, workspace=live)["touches"]
    unknown = [touch for touch in touches if touch["status"] == "unknown"]
    assert len(unknown) <= 2 * 8
    assert all(touch["reason"] for touch in unknown)
