"""Many rows at once, past SQLAlchemy's per-row work."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

Row = tuple[Any, ...]


def insert_rows(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    ignore: bool = False,
    key: Sequence[str] = (),
) -> int:
    """Insert rows; with `ignore` those that exist are left alone, with a `key` they take the new values.

    Returns how many rows were written.
    """
    rows = list(rows)
    if not rows:
        return 0
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join(_mark(connection) for _name in columns)
    behind = " ON CONFLICT DO NOTHING" if ignore else ""
    if key:
        changes = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in key)
        behind = f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}"
    done = connection.exec_driver_sql(f'INSERT INTO "{table}" ({names}) VALUES ({marks}){behind}', rows)
    return done.rowcount


def update_rows(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Set columns of rows by `id`, which stands last in each tuple."""
    rows = list(rows)
    if rows:
        mark = _mark(connection)
        changes = ", ".join(f'"{name}" = {mark}' for name in columns)
        connection.exec_driver_sql(f'UPDATE "{table}" SET {changes} WHERE id = {mark}', rows)


def _mark(connection: Connection) -> str:
    return "?" if connection.dialect.paramstyle == "qmark" else "%s"
