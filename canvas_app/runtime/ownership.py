"""One owner: an OS lock on a file beside the workspace, and a lease row whose epoch grows with every owner."""

import os
from pathlib import Path
from typing import IO

from sqlalchemy import delete, func, insert, select

from storage import tables
from storage.base.errors import WorkspaceError
from storage.base.words import N_
from storage.workspace import Workspace


class Ownership:
    """The right to move tokens and to send; held until `release`, or until the process dies."""

    def __init__(self, workspace: Workspace, *, owner: str, now: int) -> None:
        self._file = _lock(workspace.path, owner)
        with workspace.durable() as connection:
            epoch = connection.scalar(select(func.coalesce(func.max(tables.lease.c.epoch), 0))) or 0
            self.epoch = int(epoch) + 1
            connection.execute(delete(tables.lease))
            connection.execute(insert(tables.lease).values(id=1, epoch=self.epoch, owner=owner, seen=now))

    def release(self) -> None:
        """Let others own the workspace."""
        if self._file is not None:
            self._file.close()
            self._file = None


def owner_of(path: Path) -> str | None:
    """Who owns a workspace now, by its own words; None: nobody."""
    try:
        held = _lock(path, "")
    except WorkspaceError:
        return _lock_file(path).read_text(encoding="utf-8").strip() or "?"
    if held is not None:
        held.close()
    return None


def _lock_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def _lock(path: Path | None, owner: str) -> IO[str] | None:
    if path is None:
        return None
    file = _lock_file(path).open("a+", encoding="utf-8")
    try:
        _lock_os(file)
    except OSError as error:
        file.seek(0)
        holder = file.read().strip() or "?"
        file.close()
        text = N_("{path} is run by {owner} now. Stop that first, or use it there.")
        raise WorkspaceError(text, path=str(path), owner=holder) from error
    if owner:
        file.truncate(0)
        file.write(f"{owner}, process {os.getpid()}\n")
        file.flush()
    return file


def _lock_os(file: IO[str]) -> None:
    if os.name == "nt":  # pragma: no cover
        import msvcrt

        file.seek(1 << 20)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        file.seek(0)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
