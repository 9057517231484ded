"""A workspace with messages that are due, without an engine: contacts stand on one channel node."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update

from canvas_app.operations.accounts import add_account
from nodes.spec import FOREVER
from storage import tables
from storage.codes import TouchState
from storage.contacts import Contacts, bucket_of
from storage.secrets import SecretStore
from storage.workspace import Workspace, create_workspace, open_workspace

NOW = 1_800_000_000
MAIL = {
    "subject": "Hello {{ first_name | default: 'friend' }}",
    "body": "Dear {{ first_name }},\n\nhttps://shop.example/a\n",
}


def owing(
    folder: Path, addresses: Sequence[str], *, kind: str = "email", params: Mapping[str, Any] | None = None,
    rehearsal: bool = False, settings: Mapping[str, Any] | None = None,
    fields: Mapping[str, Sequence[Any]] | None = None,
) -> Workspace:  # fmt: skip
    """A workspace in which each address is owed one message at the node `mail`."""
    workspace = create_workspace(str(folder / "w.db"), rehearsal_now=NOW if rehearsal else None)
    node = {"id": "mail", "type": kind, "params": dict(MAIL if params is None else params)}
    graph = {
        "format": "strategy-canvas/1",
        "name": "S",
        "nodes": [node],
        "edges": [],
        "settings": dict(settings or {}),
    }
    with workspace.write() as connection:
        _publish(connection, json.dumps(graph))
        _people(connection, addresses, fields or {})
        _due(connection, range(1, len(addresses) + 1))
    return workspace


def _publish(connection: Connection, graph: str) -> None:
    numbers = {"id": 1, "live": 1, "revision": 1, "salt": 1, "changed": NOW}
    connection.execute(insert(tables.strategy).values(name="S", status="live", draft="", **numbers))
    connection.execute(insert(tables.version).values(id=1, strategy=1, number=1, graph=graph, published=NOW))
    connection.execute(insert(tables.node).values(id=7, strategy=1, key="mail"))


def _people(connection: Connection, addresses: Sequence[str], fields: Mapping[str, Sequence[Any]]) -> None:
    people = [
        {"id": n, "bucket": bucket_of(str(n)), "place": 1, "created": NOW, "changed": NOW, "email": address,
         "email_fold": address.casefold(), "phone": "+8613800000000", "first_name": f"Name {n}",
         **{name: values[n - 1] for name, values in fields.items()}}
        for n, address in enumerate(addresses, 1)
    ]  # fmt: skip
    connection.execute(insert(Contacts.load(connection).table), people)


def _due(connection: Connection, numbers: Iterable[int]) -> None:
    """Everybody stands at the node, and the message is owed now."""
    rows = []
    for n in numbers:
        run = {
            "id": n,
            "contact": n,
            "strategy": 1,
            "version": 1,
            "pass": 1,
            "by": 0,
            "state": 0,
            "entered": NOW,
        }
        token = {
            "due": FOREVER,
            "version": 1,
            "node": 7,
            "enrollment": n,
            "round": 0,
            "port": 0,
            "arrived": NOW,
        }
        owed = {"id": n, "enrollment": n, "contact": n, "node": 7, "round": 0, "state": 0, "not_before": NOW}
        rows.append((run, token, owed))
    for table, each in zip(
        (tables.enrollment, tables.token, tables.touch), zip(*rows, strict=True), strict=True
    ):
        connection.execute(insert(table), list(each))


def smtp_account(workspace: Workspace, port: int, secrets: SecretStore | None = None, **more: Any) -> None:
    """Mail leaves through the server on that port."""
    params = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "from": "Shop <news@shop.example>",
        **more,
    }
    add_account(workspace, name="mail", channel="email", kind="smtp", params=params, secrets=secrets)


def states(workspace: Workspace) -> "Counter[str]":
    """How many touches are in each state."""
    with workspace.read() as connection:
        rows = connection.execute(select(tables.touch.c.state)).scalars()
        return Counter(TouchState(state).name for state in rows)


def touch(workspace: Workspace, number: int) -> Any:
    """One touch, with its reason in words."""
    with workspace.read() as connection:
        columns = [column for column in tables.touch.c if column.name != "reason"]
        query = select(*columns, tables.name.c.text.label("reason")).outerjoin(
            tables.name, tables.name.c.id == tables.touch.c.reason
        )
        return connection.execute(query.where(tables.touch.c.id == number)).one()


def outcomes(workspace: Workspace, number: int) -> dict[str, int]:
    """The outcomes of a touch with their instants."""
    with workspace.read() as connection:
        query = select(tables.name.c.text, tables.outcome.c.at).join(
            tables.name, tables.name.c.id == tables.outcome.c.kind
        )
        return {row.text: row.at for row in connection.execute(query.where(tables.outcome.c.touch == number))}


def tokens(workspace: Workspace) -> dict[int, tuple[int, int]]:
    """(due, port) of each token by its enrollment."""
    with workspace.read() as connection:
        rows = connection.execute(select(tables.token.c.enrollment, tables.token.c.due, tables.token.c.port))
        return {row.enrollment: (row.due, row.port) for row in rows}


def change(workspace: Workspace, number: int, **values: Any) -> None:
    """Change a touch behind everybody's back."""
    with workspace.write() as connection:
        connection.execute(update(tables.touch).where(tables.touch.c.id == number).values(**values))


def reopened(workspace: Workspace) -> Workspace:
    """The same file, as after a new start."""
    workspace.close()
    return open_workspace(workspace.target)
