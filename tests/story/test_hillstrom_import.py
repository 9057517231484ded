"""64,000 customers of a real e-mail test come in without a number of their own, then what they did."""

import csv
import gzip
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from canvas_app.operations.contacts import count_contacts, import_contacts, show_contact
from canvas_app.operations.events import import_events
from storage.workspace import Workspace, create_workspace

TABLE = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "hillstrom" / "hillstrom.csv.gz"
SLOWEST = 10.0  # seconds


@pytest.fixture
def customers() -> list[dict[str, str]]:
    if not TABLE.exists():
        pytest.skip("the Hillstrom table is not here")
    with gzip.open(TABLE, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    found = create_workspace(str(tmp_path / "h.canvas-workspace"), rehearsal_now=1_800_000_000)
    yield found
    found.close()


def events_of(customers: list[dict[str, str]], path: Path) -> int:
    """Their visits and purchases, by row number."""
    rows = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        write = csv.writer(file)
        write.writerow(("key", "event", "at", "amount"))
        for number, customer in enumerate(customers, 1):
            if customer["visit"] == "1":
                write.writerow((number, "visit", "2027-01-12T08:00:00+00:00", ""))
                rows += 1
            if customer["conversion"] == "1":
                write.writerow((number, "purchase", "2027-01-13T08:00:00+00:00", customer["spend"]))
                rows += 1
    return rows


def test_every_customer_and_all_they_did_come_in(
    workspace: Workspace, customers: list[dict[str, str]], tmp_path: Path
) -> None:
    start = time.perf_counter()
    result = import_contacts(workspace, TABLE)
    seconds = time.perf_counter() - start
    assert (result.rows, result.created, result.rejected, result.rejects) == (64_000, 64_000, 0, ())
    assert len(customers) - len({tuple(each.items()) for each in customers}) == 6_562  # doubles are people
    assert seconds < SLOWEST

    fields = show_contact(workspace, "64000").fields
    assert fields["zip_code"] == customers[-1]["zip_code"]
    assert fields["history"] == float(customers[-1]["history"])
    for segment in ("Mens E-Mail", "Womens E-Mail", "No E-Mail"):
        rule = {"field": "segment", "op": "=", "value": segment}
        expected = sum(each["segment"] == segment for each in customers)
        assert count_contacts(workspace, rule).count == expected

    events = tmp_path / "events.csv"
    rows = events_of(customers, events)
    done = import_events(workspace, events)
    assert (done.rows, done.created, done.rejected) == (rows, rows, 0)
    bought = {"event": "purchase", "where": {"amount": {"op": ">", "value": 100}}}
    assert count_contacts(workspace, bought).count == sum(float(each["spend"]) > 100 for each in customers)
    assert import_contacts(workspace, TABLE).unchanged == 64_000
    assert import_events(workspace, events).unchanged == rows
