"""Import speed, as a test: far below what a quiet machine does, so that only a real loss fails."""

from pathlib import Path

from tests.performance.bench_import import measure

ROWS = 60_000
SLOWEST = 5_000  # rows a second


def test_many_people_come_in_fast_and_in_little_memory(tmp_path: Path) -> None:
    found = measure(tmp_path, ROWS)
    assert found.result.created == ROWS - ROWS // 1000
    assert found.rate > SLOWEST
