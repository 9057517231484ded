"""The send journal: an append-only file beside the workspace with a line for each message about to be handed over.

`S epoch batch touch` is on the disk before the final dot leaves; `A epoch batch touch verdict` follows the answer.
After a crash a claimed message with no line never left, one with both went as the answer says, and one with the first
line alone is unknown. Lines of earlier batches mean nothing: a claim is found by its epoch and batch.
"""

import os
import threading
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from nodes.accounts import Verdict

if TYPE_CHECKING:
    from storage.workspace import Workspace

Claim = tuple[int, int, int]
"""Epoch, batch and touch."""
_CHUNK = 1 << 20  # space taken at once, so that a line changes no size and costs no write of the folder
_sync = getattr(os, "fdatasync", os.fsync)


def journal_path(workspace: "Workspace") -> Path | None:
    """Where the journal of a workspace lies; None for one that lives in memory."""
    if workspace.path is not None:
        return workspace.path.with_name(workspace.path.name + ".journal")
    if "://" not in workspace.target:
        return None
    from platformdirs import user_state_path

    name = blake2b(workspace.target.encode(), digest_size=8).hexdigest()
    return user_state_path("strategy-canvas") / f"{name}.journal"


class Journal:
    """An open journal. Any thread may write; those who wait for the disk at the same time share one wait."""

    def __init__(self, path: Path | None) -> None:
        self._write_lock, self._sync_lock = threading.Lock(), threading.Lock()
        self._end = self._room = self._written = self._synced = 0
        self._file: int | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            binary = getattr(os, "O_BINARY", 0)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | binary, 0o600)
            self._end = len(path.read_bytes().partition(b"\0")[0])
            self._room = os.fstat(self._file).st_size

    def about_to_send(self, claim: Claim) -> None:
        """Write that the final dot of this message leaves next; returns when that is on the disk."""
        mine = self._append(f"S {claim[0]} {claim[1]} {claim[2]}\n")
        with self._sync_lock:
            if self._synced >= mine or self._file is None:
                return  # somebody who waited before us carried our line along
            carried = self._written
            _sync(self._file)
            self._synced = carried

    def answered(self, claim: Claim, verdict: Verdict) -> None:
        """Write what the other side said. Not waited for: a lost answer makes the message unknown, never doubled."""
        self._append(f"A {claim[0]} {claim[1]} {claim[2]} {verdict}\n")

    def clear(self) -> None:
        """Forget everything: for when every claim is settled in the workspace."""
        with self._write_lock:
            if self._file is not None:
                os.ftruncate(self._file, 0)
                _sync(self._file)
            self._end = self._room = 0

    @property
    def size(self) -> int:
        """Bytes written since it was cleared."""
        return self._end

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _append(self, line: str) -> int:
        data = line.encode()
        with self._write_lock:
            if self._file is not None:
                if self._end + len(data) > self._room:
                    self._grow()
                os.lseek(self._file, self._end, os.SEEK_SET)
                if os.write(self._file, data) != len(data):
                    raise OSError("the journal took half a line")  # the next line overwrites it
            self._end += len(data)
            self._written += 1
            return self._written

    def _grow(self) -> None:
        assert self._file is not None
        self._room = self._end + _CHUNK
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(self._file, 0, self._room)
            os.fsync(self._file)


def read_journal(path: Path | None) -> Mapping[Claim, Verdict | None]:
    """What was about to leave, with its answer or None; a torn last line counts only as far as it can be read."""
    found: dict[Claim, Verdict | None] = {}
    if path is None or not path.is_file():
        return found
    for line in path.read_bytes().partition(b"\0")[0].decode("ascii", "replace").splitlines():
        parts = line.split()
        if len(parts) < 4 or not all(part.isdigit() for part in parts[1:4]):
            continue
        claim = (int(parts[1]), int(parts[2]), int(parts[3]))
        if parts[0] == "S":
            found.setdefault(claim, None)
        elif parts[0] == "A" and len(parts) == 5 and parts[4] in set(Verdict):
            found[claim] = Verdict(parts[4])
    return found
