"""The schema from revision one, by Alembic. Alembic itself is loaded only when a workspace must be upgraded."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, create_engine, event, insert
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from storage import tables
from storage.base.errors import WorkspaceError
from storage.base.words import N_

if TYPE_CHECKING:
    from alembic.config import Config

    from storage.workspace import Workspace

HEAD = "0001"  # revisions are numbers of four digits, so a newer one is the greater text
HERE = Path(__file__).parent
VERSIONS = HERE / "versions"


def create(connection: Connection) -> None:
    """Make every table of an empty workspace, at the present revision."""
    tables.metadata.create_all(connection)
    stamped = tables.alembic_version
    connection.execute(insert(stamped).values(version_num=HEAD))


def upgrade(workspace: "Workspace") -> None:
    """Bring an older workspace to the present schema, after a backup beside it; a newer one is refused."""
    found = _look(workspace)
    if found is None:
        raise WorkspaceError(N_("{path} is no workspace. Choose another file."), path=workspace.target)
    if found > HEAD:
        text = N_("{path} was made by a newer version of this program. Update the program and open it again.")
        raise WorkspaceError(text, path=workspace.target)
    if found < HEAD:
        if workspace.path is not None:
            _keep_copy(workspace.path, found)
        with _migrating(workspace) as connection:
            _run(connection)


def stamp(connection: Connection) -> str | None:
    """The revision of a workspace; None where there is none."""
    try:
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    except (OperationalError, ProgrammingError) as error:
        if "alembic_version" in str(error):
            return None
        raise
    return None if found is None else str(found)


def _look(workspace: "Workspace") -> str | None:
    """The revision, without a trace in a file that turns out to be something else."""
    path = workspace.path
    if path is None:
        with workspace.read() as connection:
            return stamp(connection)
    if not path.stat().st_size:
        return None
    try:
        raw = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)
        try:
            row = raw.execute("SELECT version_num FROM alembic_version").fetchone()
        finally:
            raw.close()
    except sqlite3.DatabaseError as error:
        if "no such table" in str(error) or "not a database" in str(error):
            return None
        with workspace.read() as connection:  # says in words what is wrong
            return stamp(connection)
    return None if row is None else str(row[0])


def config(connection: Connection) -> "Config":
    """What Alembic needs to know, without a file."""
    from alembic.config import Config

    found = Config()
    found.set_main_option("script_location", str(HERE).replace("%", "%%"))
    found.set_main_option("version_locations", str(VERSIONS).replace("%", "%%"))
    found.set_main_option("path_separator", "newline")
    found.attributes["connection"] = connection
    return found


def _run(connection: Connection) -> None:
    from alembic import command

    command.upgrade(config(connection), HEAD)
    broken = (
        []
        if connection.dialect.name != "sqlite"
        else connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    )
    if broken:
        raise WorkspaceError(
            N_("The upgrade would break the workspace; nothing was changed. Restore a backup.")
        )


@contextmanager
def _migrating(workspace: "Workspace") -> Iterator[Connection]:
    """One transaction in which tables may be made anew: foreign keys sleep, or their rows would go with them."""
    if workspace.path is None:
        with workspace.write() as connection:
            yield connection
        return
    engine = create_engine(f"sqlite:///{workspace.target}", poolclass=NullPool, connect_args={"timeout": 30})

    def on_connect(raw: Any, _record: object) -> None:
        raw.isolation_level = None
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("PRAGMA legacy_alter_table=ON")  # a renamed table takes no references with it

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _keep_copy(path: Path, revision: str) -> Path:
    """A copy of the file as it was, beside it."""
    number, copy = 1, path.with_name(f"{path.name}.revision-{revision}")
    while copy.exists():
        number += 1
        copy = path.with_name(f"{path.name}.revision-{revision}-{number}")
    source, target = sqlite3.connect(path), sqlite3.connect(copy)
    try:
        source.backup(target)
    except sqlite3.Error as error:
        copy.unlink(missing_ok=True)
        raise WorkspaceError(
            N_("{path} cannot be copied before the upgrade: {why}."), path=str(path), why=str(error)
        ) from error
    finally:
        source.close()
        target.close()
    return copy
