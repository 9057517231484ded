"""Whether everything the program stands on is in order."""

import importlib.util
import platform
import socket
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import resources
from storage import migrations
from storage.base.clock import SystemClock, instant_text
from storage.base.errors import UserError
from storage.base.words import _
from storage.workspace import Workspace, setting

_LIBRARIES = (
    "PySide6-Essentials", "SQLAlchemy", "alembic", "networkx", "pandas", "matplotlib", "scipy", "pyarrow",
    "python-calamine", "phonenumberslite", "email-validator", "holidays", "tzdata", "keyring", "cryptography",
)  # fmt: skip
_BORN = 1_767_225_600  # 2026-01-01: a clock before that is wrong
_PORTS = (8025,)
_CHINESE_FONTS = ("notosanscjk", "notosanssc", "wqy", "sourcehan", "simsun", "simhei", "msyh", "pingfang")
_FONT_FOLDERS = (
    "/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts", "/System/Library/Fonts",
    "/Library/Fonts", "C:/Windows/Fonts",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: `level` is `ok`, `warning` or `error`; `text` says what was found."""

    name: str
    level: str
    text: str
    details: dict[str, Any] = field(default_factory=dict)


def doctor(workspace: Workspace | None = None) -> dict[str, object]:
    """Look at everything once: `{"ok": …, "checks": [{"name", "level", "text", …}]}`."""
    checks = [*(_workspace(workspace) if workspace is not None else ()), *_machine()]
    return {
        "ok": all(each.level != "error" for each in checks),
        "checks": [
            {"name": each.name, "level": each.level, "text": each.text, **each.details} for each in checks
        ],
    }


def _workspace(workspace: Workspace) -> Iterator[Check]:
    try:
        with workspace.read() as connection:
            if connection.dialect.name == "sqlite":
                found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(5)")]
                yield _told(
                    "integrity",
                    found == ["ok"],
                    _("The file is sound."),
                    _("The file is damaged. Restore a backup."),
                )
                orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(5)
                yield _told(
                    "references",
                    not orphans,
                    _("All rows fit together."),
                    _("Some rows lack what they refer to."),
                )
            stamp = migrations.stamp(connection)
            yield Check(
                "schema", "ok" if stamp == migrations.HEAD else "error", f"{stamp}", {"revision": stamp}
            )
            rehearsal, now = setting(connection, "rehearsal"), setting(connection, "now")
    except UserError as error:
        yield Check("integrity", "error", str(error))
        return
    if rehearsal:
        yield Check(
            "virtual_clock",
            "ok",
            _("This is a rehearsal; its clock stands at {when}.", when=instant_text(int(now))),
        )


def _machine() -> Iterator[Check]:
    now = SystemClock().now()
    good = now >= _BORN
    yield _told("clock", good, instant_text(now), _("The clock of this computer is wrong. Set it first."))
    missing = [name for name in _LIBRARIES if _version(name) is None]
    versions = {name: _version(name) for name in _LIBRARIES}
    details = {
        "versions": {"Python": platform.python_version(), "SQLite": sqlite3.sqlite_version, **versions}
    }
    text = (
        _("Missing: {names}. Run the set-up again.", names=", ".join(missing))
        if missing
        else _("All are installed.")
    )
    yield Check("libraries", "error" if missing else "ok", text, details)
    fonts = _chinese_fonts()
    none = _("There is no font with Chinese characters. Install fonts-noto-cjk or fonts-wqy-microhei.")
    yield Check("fonts", "ok" if fonts else "warning", fonts[0] if fonts else none)
    for port in _PORTS:
        taken = _("Something else listens on 127.0.0.1:{port}. Choose another port.", port=port)
        free = _is_free(port)
        yield Check(f"port_{port}", "ok" if free else "warning", _("free") if free else taken, {"port": port})
    yield _secrets()


def _told(name: str, good: bool, yes: str, no: str) -> Check:
    return Check(name, "ok" if good else "error", yes if good else no)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _chinese_fonts() -> list[str]:
    """Fonts that ship with the program, else those of the system."""
    own = sorted(file.name for file in resources.path("fonts").glob("*SC*.otf"))
    if own:
        return own
    folders = (Path(folder).expanduser() for folder in _FONT_FOLDERS)
    return [
        file.name
        for folder in folders
        if folder.is_dir()
        for file in folder.rglob("*")
        if any(file.name.lower().startswith(start) for start in _CHINESE_FONTS)
    ]


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _secrets() -> Check:
    """Which store keeps passwords: the key ring of the system, or an encrypted file."""
    if importlib.util.find_spec("keyring") is None:
        return Check("secrets", "error", _("No store for passwords is installed."))
    import keyring

    ring = type(keyring.get_keyring())
    usable = "fail" not in ring.__module__ and "null" not in ring.__module__
    text = ring.__module__ if usable else _("There is no key ring; passwords are kept in an encrypted file.")
    return Check("secrets", "ok", text, {"backend": "keyring" if usable else "file"})
