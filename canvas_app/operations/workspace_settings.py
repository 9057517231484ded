"""What holds for the whole workspace: its time zone and its country."""

from dataclasses import dataclass

from canvas_app.operations.changes import Changes
from storage.base.clock import is_zone
from storage.base.errors import UserError
from storage.base.words import N_
from storage.journal import journal
from storage.phones import is_region
from storage.workspace import Workspace, set_setting, setting


@dataclass(frozen=True, slots=True)
class WorkspaceSettings:
    """Time zone (IANA), country (two letters, empty: none) and whether it is a rehearsal."""

    timezone: str
    region: str
    rehearsal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceSettingsSaved(Changes):
    """The settings as they are now."""

    timezone: str
    region: str


def workspace_settings(workspace: Workspace) -> WorkspaceSettings:
    """Read the settings of the workspace."""
    with workspace.read() as connection:
        return WorkspaceSettings(
            str(setting(connection, "timezone", "UTC")),
            str(setting(connection, "region", "") or ""),
            bool(setting(connection, "rehearsal", False)),
        )


def save_workspace_settings(workspace: Workspace, *, timezone: str, region: str) -> WorkspaceSettingsSaved:
    """Keep time zone and country; what is no zone or country is refused."""
    region = region.strip().upper()
    if not is_zone(timezone):
        raise UserError(N_("“{zone}” is not a time zone. Write it like Asia/Shanghai."), zone=timezone)
    if region and not is_region(region):
        raise UserError(N_("“{region}” is not a country code. Write it like CN."), region=region)
    now = workspace.clock().now()
    with workspace.write() as connection:
        set_setting(connection, "timezone", timezone)
        set_setting(connection, "region", region)
        journal(
            connection,
            at=now,
            verb="settings",
            what="workspace",
            details={"timezone": timezone, "region": region},
        )
    return WorkspaceSettingsSaved(settings=True, timezone=timezone, region=region)
