"""The workspace as a file: verified copies, getting one back, and whether everything is as it should be."""

import os
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from canvas_app.operations.changes import Changes, Progress, silent
from canvas_app.operations.health import doctor
from storage import migrations
from storage.base.errors import UserError, WorkspaceError
from storage.base.words import N_
from storage.journal import journal
from storage.workspace import Workspace, open_workspace

__all__ = ["Copied", "backup", "doctor", "restore"]

_PAGES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied(Changes):
    """A verified copy: where it is and how large."""

    path: str
    size: int = 0
    kept: str = ""

    def as_json(self) -> dict[str, object]:
        """The form in which the command line prints it."""
        return {"path": self.path, "size": self.size, **({"kept": self.kept} if self.kept else {})}


def backup(workspace: Workspace, path: Path | str, *, progress: Progress = silent) -> Copied:
    """Copy the workspace to a new file while it is in use, and verify the copy."""
    target = Path(path)
    source = _file_of(workspace)
    if target.exists():
        raise UserError(N_("There is a file at {path} already. Choose another name."), path=str(target))
    part = target.with_name(f".{target.name}.part")
    try:
        _copy(source, part, progress)
        _verified(part)
        _name_new(part, target)
    except FileExistsError as error:
        raise UserError(
            N_("There is a file at {path} already. Choose another name."), path=str(target)
        ) from error
    except (OSError, sqlite3.Error) as error:
        raise UserError(
            N_("The copy cannot be written to {path}: {why}."), path=str(target), why=str(error)
        ) from error
    finally:
        part.unlink(missing_ok=True)
    with workspace.write() as connection:
        journal(connection, at=workspace.clock().now(), verb="backup", what=target.name)
    return Copied(path=str(target), size=target.stat().st_size)


def restore(target: Path | str, path: Path | str, *, progress: Progress = silent) -> Copied:
    """Put a verified copy in the place of the workspace `target`, which must not be open.

    What stood there is kept beside it. A copy made by a newer program, or a damaged one, changes nothing.
    """
    source, place = Path(path), Path(target)
    if not source.is_file():
        raise UserError(N_("There is no file at {path}."), path=str(source))
    if place.exists() and source.samefile(place):
        raise UserError(N_("{path} is the workspace itself. Choose a backup of it."), path=str(source))
    part = place.with_name(f".{place.name}.part")
    kept = ""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _verified(source)
        _copy(source, part, progress)
        _verified(part)
        if place.exists():
            kept = str(_set_aside(place))
        part.replace(place)  # the one moment at which the workspace changes
    except (OSError, sqlite3.Error) as error:
        raise WorkspaceError(
            N_("{path} cannot be restored: {why}."), path=str(source), why=str(error)
        ) from error
    finally:
        part.unlink(missing_ok=True)
    workspace = open_workspace(str(place))
    with workspace.write() as connection:
        journal(connection, at=workspace.clock().now(), verb="restore", what=source.name)
    workspace.close()
    return Copied(path=str(place), size=place.stat().st_size, kept=kept, contacts=True, events=True, audiences=True,
                  strategies=True, accounts=True, runs=True, settings=True)  # fmt: skip


def _file_of(workspace: Workspace) -> Path:
    if workspace.path is None:
        raise UserError(N_("Only a workspace in a file can be copied here. Use the tools of the database."))
    return workspace.path


def _copy(source: Path, target: Path, progress: Progress) -> None:
    target.unlink(missing_ok=True)
    old, new = _opened(source), sqlite3.connect(target)
    try:
        old.backup(new, pages=_PAGES, progress=lambda _status, left, total: progress(total - left, total))
        new.execute("PRAGMA journal_mode=DELETE")  # one file, without companions
    finally:
        old.close()
        new.close()


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)


def _verified(path: Path) -> None:
    """Refuse a file that is damaged, no workspace, or newer than this program."""
    try:
        connection = _opened(path)
        try:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()
            stamp = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise WorkspaceError(
            N_("{path} is no workspace, or it is damaged. Choose another backup."), path=str(path)
        ) from error
    if found is None or found[0] != "ok":
        raise WorkspaceError(
            N_("{path} is no workspace, or it is damaged. Choose another backup."), path=str(path)
        )
    if stamp is None or str(stamp[0]) > migrations.HEAD:
        text = N_("{path} was made by a newer version of this program. Update the program and open it again.")
        raise WorkspaceError(text, path=str(path))


def _name_new(file: Path, name: Path) -> None:
    """Give a file a second name that must be free."""
    try:
        os.link(file, name)
    except FileExistsError:
        raise
    except OSError:  # a disk without links
        with name.open("xb") as target, file.open("rb") as source:
            shutil.copyfileobj(source, target)


def _set_aside(place: Path) -> Path:
    """Keep what stood there under another name, its write-ahead log folded in."""
    number, kept = 1, place.with_name(f"{place.name}.before-restore")
    while kept.exists():
        number += 1
        kept = place.with_name(f"{place.name}.before-restore-{number}")
    try:
        connection = sqlite3.connect(place, timeout=1, isolation_level=None)
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")  # nobody else is in it
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        raise WorkspaceError(
            N_("{path} is in use. Close the program and try again."), path=str(place)
        ) from error
    except sqlite3.DatabaseError:
        pass  # it is damaged: that may be why a backup is wanted
    _name_new(place, kept)
    for suffix in ("-wal", "-shm"):
        place.with_name(place.name + suffix).unlink(missing_ok=True)
    return kept
