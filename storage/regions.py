"""The country whose national telephone numbers a workspace means when nothing else is said."""

from functools import cache
from importlib.resources import files

from sqlalchemy import Connection

from storage.workspace import setting


def region_of(connection: Connection) -> str:
    """The workspace's own setting, else the country of its time zone, else empty."""
    chosen = setting(connection, "region")
    return str(chosen) if chosen else _zones().get(str(setting(connection, "timezone", "")), "")


@cache
def _zones() -> dict[str, str]:
    try:
        text = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    except (OSError, ModuleNotFoundError):
        return {}
    lines = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {parts[2]: parts[0] for parts in lines if len(parts) > 2}
