"""A workspace: one SQLite file (or a database URL) with everything in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool, StaticPool

from storage import migrations, tables
from storage.base.clock import Clock, SystemClock, VirtualClock, is_zone
from storage.base.errors import UserError, WorkspaceError
from storage.base.words import N_
from storage.contacts import BUILTIN, add_field

MEMORY = ":memory:"
SCHEMA_SETTING = "schema"


class Workspace:
    """An open workspace. `write` and `durable` begin a transaction at once; `read` never writes."""

    def __init__(self, target: str) -> None:
        self.target = target
        self._writing = _engine(target, synchronous="NORMAL")
        self._durable = self._writing if target == MEMORY else _engine(target, synchronous="FULL")
        self._reading = (
            self._writing if target == MEMORY else _engine(target, synchronous="NORMAL", read_only=True)
        )

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One write transaction: everything or nothing."""
        with _told(self.target), self._writing.begin() as connection:
            yield connection

    @contextmanager
    def durable(self) -> Iterator[Connection]:
        """A write transaction that is on the disk when it ends (claims and receipts)."""
        with _told(self.target), self._durable.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view."""
        with _told(self.target), self._reading.begin() as connection:
            yield connection

    def close(self) -> None:
        """Let go of the file."""
        for engine in (self._writing, self._durable, self._reading):
            engine.dispose()

    @property
    def path(self) -> Path | None:
        """The file, where the workspace is one."""
        return None if "://" in self.target or self.target == MEMORY else Path(self.target)

    def clock(self) -> Clock:
        """The clock of the workspace: this computer's, or in a rehearsal the virtual one where it stands now."""
        with self.read() as connection:
            if setting(connection, "rehearsal"):
                return VirtualClock(int(setting(connection, "now")))
        return SystemClock()


def create_workspace(target: str, *, timezone: str = "UTC", rehearsal_now: int | None = None) -> Workspace:
    """A new workspace; refused where one exists. With `rehearsal_now` it has a virtual clock and sends to nobody."""
    path = None if "://" in target or target == MEMORY else Path(target)
    if path is not None and path.exists() and path.stat().st_size:
        raise WorkspaceError(
            N_("There is a workspace at {path} already. Choose another file."), path=str(path)
        )
    if not is_zone(timezone):
        raise UserError(N_("“{zone}” is not a time zone. Write it like Asia/Shanghai."), zone=timezone)
    if path is not None:
        _make_folder(path)
    workspace = Workspace(target)
    with workspace.write() as connection:
        migrations.create(connection)
        connection.execute(insert(tables.place).values(id=1, zone="", country=""))
        for name, (label, kind) in BUILTIN.items():
            add_field(connection, name=name, kind=kind, label=label, builtin=True)
        set_setting(connection, "timezone", timezone)
        if rehearsal_now is not None:
            set_setting(connection, "rehearsal", True)
            set_setting(connection, "now", rehearsal_now)
    return workspace


def open_workspace(target: str) -> Workspace:
    """An existing workspace, brought to the present schema (after a backup beside it)."""
    path = None if "://" in target or target == MEMORY else Path(target)
    if path is not None and not path.is_file():
        raise WorkspaceError(N_("There is no workspace at {path}. Make one with “init”."), path=str(path))
    workspace = Workspace(target)
    migrations.upgrade(workspace)
    return workspace


def setting(connection: Connection, key: str, default: Any = None) -> Any:
    """One setting of the workspace."""
    row = connection.execute(select(tables.setting.c.value).where(tables.setting.c.key == key)).first()
    return default if row is None else row[0]


def set_setting(connection: Connection, key: str, value: Any) -> None:
    """Keep one setting of the workspace."""
    statement = upsert(tables.setting).values(key=key, value=value)
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": value}))


def name_id(connection: Connection, text: str) -> int:
    """The number under which the tables know a word (an event type, an outcome, a reason)."""
    found = connection.execute(select(tables.name.c.id).where(tables.name.c.text == text)).scalar()
    if found is not None:
        return int(found)
    new = connection.execute(insert(tables.name).values(text=text)).inserted_primary_key
    assert new is not None
    return int(new[0])


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceError(
            N_("Cannot make the folder {path}: {why}"), path=str(path.parent), why=error.strerror
        ) from error


@contextmanager
def _told(target: str) -> Iterator[None]:
    """Turn what SQLite says of a damaged, locked or read-only file into a sentence."""
    try:
        yield
    except DatabaseError as error:
        why = str(error.orig)
        if "not a database" in why or "malformed" in why:
            raise WorkspaceError(
                N_("{path} is no workspace, or it is damaged. Restore a backup."), path=target
            ) from error
        if (
            "locked" in why
            or "readonly" in why
            or "unable to open" in why
            or "disk is full" in why
            or "disk I/O" in why
        ):
            raise WorkspaceError(N_("{path} cannot be used now: {why}."), path=target, why=why) from error
        raise


def _casefold(value: object) -> str | None:
    return None if value is None else str(value).casefold()


def _engine(target: str, *, synchronous: str, read_only: bool = False) -> Engine:
    if "://" in target:
        return create_engine(target)
    pool = StaticPool if target == MEMORY else NullPool if read_only else None
    engine = create_engine(
        f"sqlite:///{target}", poolclass=pool, connect_args={"check_same_thread": False, "timeout": 30}
    )

    def on_connect(raw: Any, _record: object) -> None:
        raw.create_function("casefold", 1, _casefold, deterministic=True)
        raw.isolation_level = None  # we say BEGIN ourselves, so that DDL and reads are in the transaction too
        for pragma in (
            "foreign_keys=ON", "journal_mode=WAL", f"synchronous={synchronous}", "temp_store=MEMORY",
            "cache_size=-65536", "wal_autocheckpoint=8000",
            "mmap_size=268435456", *(("query_only=ON",) if read_only else ()),
        ):  # fmt: skip
            raw.execute(f"PRAGMA {pragma}")

    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
    return engine
