"""`data_sync`: the runtime fetches from a source between two waves and says which way each contact goes."""

from typing import Any

from sqlalchemy import Connection, select, update

from canvas_app.runtime.published import Published
from canvas_app.runtime.seeds import LARGEST_WAVE
from canvas_app.runtime.surroundings import Surroundings
from nodes.library.data_sync import ERROR, OK, DataSync
from nodes.spec import RUN_NODE
from storage import tables
from storage.base.errors import UserError
from storage.contacts import fold, to_stored


def fetch_for(
    connection: Connection, version: Published, node: str, *, around: Surroundings, now: int,
    only: frozenset[int] | None = None,
) -> int:  # fmt: skip
    """Fetch for the contacts that stand at a `data_sync`; their tokens then leave by `ok` or `error`."""
    kind = version.shape.types[node]
    assert isinstance(kind, DataSync)
    token, run = tables.token.c, tables.enrollment.c
    number = version.node_ids[node]
    here = (token.due <= now, token.version == version.id, token.node == number, token.port == RUN_NODE)
    table = around.contacts.table
    joined = tables.token.join(tables.enrollment, run.id == token.enrollment)
    who = (
        select(token.enrollment, table.c.id, table.c.external_id, table.c.email_fold, table.c.phone)
        .select_from(joined.join(table, table.c.id == run.contact))
        .where(*here, *([] if only is None else [run.contact.in_(only)]))
        .limit(LARGEST_WAVE)
    )
    rows = connection.execute(who).all()
    values = _fetched(connection, kind)
    ok = []
    for row in rows:
        keys = (row.external_id, row.email_fold, row.phone)
        found = next((values[fold(key)] for key in keys if key and fold(key) in values), None)
        if found is not None:
            _store(connection, around, row.id, found, now)
            ok.append(row.enrollment)
    for port, runs in ((ERROR, [row.enrollment for row in rows]), (OK, ok)):
        for start in range(0, len(runs), 10_000):
            part = token.enrollment.in_(runs[start : start + 10_000])
            place = (token.due <= now, token.version == version.id, token.node == number)
            connection.execute(update(tables.token).where(*place, part).values(port=port))
    return len(rows)


def _fetched(connection: Connection, kind: DataSync) -> dict[str, dict[str, Any]]:
    """The source's rows by (folded) key, as field -> value; empty where the source does not answer."""
    from nodes.sources import fetch

    row = (
        connection.execute(select(tables.source).where(tables.source.c.name == kind.source))
        .mappings()
        .first()
    )
    if row is None:
        return {}
    try:
        table = fetch(row["kind"], row["params"])
    except UserError:
        return {}
    key = row["params"].get("key") or (table.columns[0] if table.columns else "")
    wanted = {str(column): str(name) for column, name in kind.fields.items()} or {
        name: name for name in table.columns if name != key
    }
    return {
        fold(str(each[key]).strip()): {name: each.get(column) for column, name in wanted.items()}
        for each in table.rows
        if each.get(key) not in (None, "")
    }


def _store(
    connection: Connection, around: Surroundings, contact: int, found: dict[str, Any], now: int
) -> None:
    table, new = around.contacts.table, {}
    for name, value in found.items():
        known = around.contacts.fields.get(name)
        if known is None or known.kind == "choices":
            continue
        try:
            stored = to_stored(known.kind, value)
        except UserError:
            continue  # one odd value of the source must not hold the others up
        new[known.column] = stored
        if known.fold:
            new[known.fold] = None if stored is None else fold(str(stored))
    if new:
        connection.execute(update(table).where(table.c.id == contact).values(**new, changed=now))
