"""Import speed: a table of many people with e-mail, phone, consent, tags and a few fields.

`python -m tests.performance.bench_import [rows]` prints rows per second and the memory at its peak.
"""

import csv
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from canvas_app.operations.contacts import ContactsImported, import_contacts
from storage.workspace import create_workspace

HEADING = (
    "email",
    "phone",
    "first_name",
    "country",
    "consent_email",
    "tags",
    "city",
    "age",
    "spend",
    "last_purchase",
)
CITIES = ("Shanghai", "Hà Nội", "Paris", "Lagos", "Lima")


@dataclass(frozen=True)
class Measured:
    """Rows a second, seconds, and the peak of memory in MB."""

    result: ContactsImported
    seconds: float
    peak: float

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.result.rows / self.seconds


def write_people(path: Path, rows: int) -> None:
    """People with addresses scattered over the index, most numbers Chinese, some American, some broken."""
    with path.open("w", newline="", encoding="utf-8") as file:
        write = csv.writer(file)
        write.writerow(HEADING)
        for at in range(rows):
            mixed = at * 2_654_435_761 % 1_000_000_007
            phone = (
                f"138{mixed % 100_000_000:08}"
                if at % 5
                else f"+1 415 {200 + at % 700:03} {mixed % 10_000:04}"
            )
            country = "CN" if at % 5 else "United States"
            said = ("yes", "no", "")[at % 3]
            day = f"2025-{at % 12 + 1:02}-{at % 28 + 1:02}"
            email = f"{mixed:x}.{at}@example{at % 50}.com" if at % 1000 else f"broken {at}"
            write.writerow((
                email, phone, f"Name{at % 5000}", country, said, "vip|new" if at % 10 == 0 else "",
                CITIES[at % 5], 18 + at % 70, f"{mixed % 100_000 / 100:.2f}", day,
            ))  # fmt: skip


def measure(folder: Path, rows: int) -> Measured:
    """Import that many rows into a new workspace."""
    table = folder / "people.csv"
    write_people(table, rows)
    workspace = create_workspace(str(folder / "bench.canvas-workspace"), timezone="Asia/Shanghai")
    start = time.perf_counter()
    result = import_contacts(workspace, table)
    seconds = time.perf_counter() - start
    workspace.close()
    return Measured(result, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    """Measure and print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), rows)
    print(
        f"{found.result.rows:,} rows in {found.seconds:.1f} s = {found.rate:,.0f} rows/s, peak {found.peak:.0f} MB"
    )
    print(f"created {found.result.created:,}, rejected {found.result.rejected:,}")


if __name__ == "__main__":
    main()
