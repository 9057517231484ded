"""What people did, append-only."""

import getpass
from typing import Any

from sqlalchemy import Connection, insert

from storage import tables


def journal(
    connection: Connection, *, at: int, verb: str, what: str, details: Any = None, who: str = ""
) -> None:
    """Keep that somebody (by default who is logged in) did something to something."""
    values = {"at": at, "who": who or _login(), "verb": verb, "what": what, "details": details}
    connection.execute(insert(tables.journal).values(**values))


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "?"
