"""Small rehearsals in memory: contacts, a strategy, sandbox answers, and time that passes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from canvas_app.operations.accounts import add_account
from canvas_app.operations.events import event_row
from canvas_app.operations.running import publish, run_until
from canvas_app.operations.strategies import save_draft
from nodes.graph import Graph
from storage import tables
from storage.base.clock import parse_instant
from storage.contacts import bucket_of
from storage.workspace import MEMORY, Workspace, create_workspace, name_id

START = parse_instant("2026-03-02T09:00:00+00:00")
HOUR, DAY = 3600, 86400


@dataclass(frozen=True)
class Rehearsed:
    """A workspace on a virtual clock."""

    workspace: Workspace

    @classmethod
    def with_people(cls, people: int, *, rates: Mapping[str, float] | None = None) -> "Rehearsed":
        """So many contacts `c1`, `c2` … who agreed to emails; with `rates` a sandbox that answers by chance."""
        workspace = create_workspace(MEMORY, rehearsal_now=START)
        with workspace.write() as connection:
            rows = [
                {"id": n, "bucket": bucket_of(f"c{n}"), "place": 1, "created": START, "changed": START,
                 "external_id": f"c{n}", "external_id_fold": f"c{n}", "email": f"c{n}@example.com",
                 "email_fold": f"c{n}@example.com"}
                for n in range(1, people + 1)
            ]  # fmt: skip
            connection.execute(insert(tables.contact), rows)
            said = {"channel": "email", "given": True, "at": START, "source": "test"}
            connection.execute(insert(tables.consent), [{"contact": row["id"], **said} for row in rows])
        if rates is not None:
            params = {"rates": dict(rates), "seed": 1, "after": "PT2H"}
            add_account(workspace, name="by chance", channel="email", kind="sandbox", params=params)
        return cls(workspace)

    def publish(self, graph: Graph) -> None:
        """Make a graph live."""
        save_draft(self.workspace, name=graph.name, graph=graph)
        done = publish(self.workspace, name=graph.name)
        assert not done.refused, [problem.message for problem in done.problems]

    def pass_time(self, seconds: int = 0) -> None:
        """Let the clock go on."""
        now = self.workspace.clock().now()
        run_until(self.workspace, until=now + seconds)

    def happened(self, event: str, contacts: Iterable[int], **properties: Any) -> None:
        """Contacts did something just now."""
        now = self.workspace.clock().now()
        with self.workspace.write() as connection:
            kind = name_id(connection, event)
            rows: Sequence[Any] = [event_row(contact, kind, now, properties) for contact in contacts]
            marks = (
                "INSERT INTO event (contact, type, at, properties, digest, handled) VALUES (?, ?, ?, ?, ?, ?)"
            )
            if rows:
                connection.exec_driver_sql(marks, rows)

    def set_field(self, column: str, value: Any, contacts: Sequence[int]) -> None:
        """Write a field of some contacts."""
        now = self.workspace.clock().now()
        with self.workspace.write() as connection:
            change = f'UPDATE contact SET "{column}" = ?, changed = ? WHERE id = ?'
            connection.exec_driver_sql(change, [(value, now, contact) for contact in contacts])
