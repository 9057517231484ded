"""64,000 customers of a real test, from the command line: import, publish, run, and the published figures."""

import csv
import gzip
import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.adding_up import assert_adds_up
from tests.helpers.cli import cli, done

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "hillstrom" / "hillstrom.csv.gz"
FACTS = DATA.parents[1] / "facts.json"
SEGMENTS = {"mens": "Mens E-Mail", "womens": "Womens E-Mail", "none": "No E-Mail"}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_file(), reason="the Hillstrom table is not on this computer"),
]


def strategy() -> dict[str, Any]:
    branches = [
        {"port": port, "label": segment, "rule": {"field": "segment", "op": "=", "value": segment}}
        for port, segment in SEGMENTS.items()
    ]
    metrics = [
        {"name": "visit", "event": "visit"}, {"name": "conversion", "event": "purchase"},
        {"name": "spend", "event": "purchase", "sum": "amount"},
    ]  # fmt: skip
    return {
        "format": "strategy-canvas/1", "name": "Hillstrom",
        "settings": {"goal": {"event": "purchase"}, "goals": [{"name": "Visit", "when": {"event": "visit"}}],
                     "metrics": metrics},
        "nodes": [
            {"id": "in", "type": "audience", "label": "Customers", "params": {"rule": {"all": []}}},
            {"id": "split", "type": "rule_split", "label": "Mail",
             "params": {"branches": branches, "experiment": True}},
            {"id": "wait", "type": "delay", "label": "Two weeks", "params": {"for": "P14D"}},
        ],
        "edges": [{"from": "in", "port": "out", "to": "split"},
                  *({"from": "split", "port": port, "to": "wait"} for port in SEGMENTS)],
    }  # fmt: skip


def write_events(path: Path) -> None:
    """Visits two days, purchases three days after the start; a row's number is its customer number."""
    with (
        gzip.open(DATA, "rt", encoding="utf-8") as table,
        path.open("w", newline="", encoding="utf-8") as out,
    ):
        events = csv.writer(out)
        events.writerow(["key", "event", "at", "amount"])
        for number, row in enumerate(csv.DictReader(table), 1):
            if row["visit"] == "1":
                events.writerow([number, "visit", "2026-03-03T10:00:00+00:00", ""])
            if row["conversion"] == "1":
                events.writerow([number, "purchase", "2026-03-04T10:00:00+00:00", row["spend"]])


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hillstrom")
    path = folder / "hillstrom.canvas"
    (folder / "strategy.json").write_text(json.dumps(strategy()), encoding="utf-8")
    write_events(folder / "events.csv")
    done("init", "--rehearsal", "--now", "2026-03-01T09:00:00+00:00", workspace=path)
    imported = done("contacts", "import", DATA, workspace=path)
    assert (imported["rows"], imported["created"], imported["rejected"]) == (64000, 64000, 0)
    done("strategy", "import", folder / "strategy.json", workspace=path)
    done("strategy", "publish", "Hillstrom", workspace=path)
    done("run", workspace=path)
    assert done("events", "import", folder / "events.csv", workspace=path)["rejected"] == 0
    done("run", "--until", "2026-03-20T00:00:00+00:00", workspace=path)
    return path


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FACTS.read_text(encoding="utf-8"))["hillstrom"]
    return found


@pytest.fixture(scope="module")
def split(workspace: Path) -> dict[str, Any]:
    found: dict[str, Any] = done("report", "ab", "Hillstrom", workspace=workspace)["nodes"]["split"]
    return found


def test_visits_conversions_and_spend_are_the_published_ones(
    split: dict[str, Any], facts: dict[str, Any]
) -> None:
    metrics = {
        metric["name"]: {arm["port"]: arm["value"] for arm in metric["arms"]} for metric in split["metrics"]
    }
    for port, segment in SEGMENTS.items():
        assert metrics["visit"][port] == pytest.approx(facts["visit_rate"][segment], abs=5e-7)
        assert metrics["conversion"][port] == pytest.approx(facts["conv_rate"][segment], abs=5e-7)
        assert metrics["spend"][port] == pytest.approx(facts["spend_mean"][segment], abs=5e-7)
    arms = {arm["port"]: arm for arm in split["arms"]}
    assert {SEGMENTS[port]: arm["n"] for port, arm in arms.items()} == facts["n"]
    assert {SEGMENTS[port]: arm["converted"] for port, arm in arms.items()} == facts["conversions"]


def test_mens_mail_beats_no_mail_as_published(split: dict[str, Any], facts: dict[str, Any]) -> None:
    pair = next(each for each in split["comparisons"] if (each["a"], each["b"]) == ("mens", "none"))
    assert pair["z"] == pytest.approx(7.385114, abs=1e-5)
    assert [100 * end for end in pair["ci"]] == pytest.approx([0.50143, 0.86407], abs=1e-5)
    spend = next(metric for metric in split["metrics"] if metric["name"] == "spend")
    welch = next(each for each in spend["comparisons"] if (each["a"], each["b"]) == ("mens", "none"))
    wanted = facts["mens_vs_none"]["spend_welch"]
    assert (welch["t"], welch["df"]) == (
        pytest.approx(wanted["t"], abs=1e-4),
        pytest.approx(wanted["df"], abs=0.1),
    )
    assert welch["ci"] == pytest.approx(wanted["ci"], abs=1e-5)
    assert split["srm"]["p"] == pytest.approx(facts["srm"]["p"], abs=1e-6)
    assert split["srm"]["warn"] is False


def test_the_funnel_is_the_published_one(workspace: Path, facts: dict[str, Any]) -> None:
    steps = done("report", "funnel", "Hillstrom", workspace=workspace)["steps"]
    assert [step["count"] for step in steps] == facts["funnel"]


def test_everything_adds_up(workspace: Path) -> None:
    from storage.workspace import open_workspace

    opened = open_workspace(str(workspace))
    assert_adds_up(opened, "Hillstrom")
    opened.close()


def test_the_report_of_64000_customers_takes_no_patience(workspace: Path) -> None:
    started = time.perf_counter()
    assert cli("report", "ab", "Hillstrom", workspace=workspace).code == 0
    assert time.perf_counter() - started < 5  # one second on an idle machine
