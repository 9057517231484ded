"""`init`, `backup`, `restore`, `doctor`."""

from pathlib import Path
from typing import Any

from canvas_app.cli.call import DONE, PROBLEMS, Call, given_instant
from canvas_app.cli.commands import Commands
from canvas_app.cli.printing import table
from storage.base.errors import UsageError
from storage.base.words import N_, _


def register(commands: Commands) -> None:
    """Add the commands of this group."""
    init = commands.add("init", _("make a new workspace"), _init)
    init.add_argument("--timezone", metavar=_("ZONE"), default="UTC", help=_("such as Asia/Shanghai"))
    init.add_argument(
        "--rehearsal", action="store_true", help=_("with a virtual clock; it sends only to sandbox accounts")
    )
    init.add_argument("--now", metavar=_("INSTANT"), help=_("where the virtual clock stands"))
    commands.add("backup", _("keep a verified copy of the workspace"), _backup).add_argument(
        "file", metavar=_("FILE")
    )
    commands.add("restore", _("make the workspace from a copy"), _restore).add_argument(
        "file", metavar=_("FILE")
    )
    commands.add("doctor", _("look whether everything is in order"), _doctor)


def _init(call: Call) -> int:
    from storage.base.clock import instant_text
    from storage.workspace import create_workspace

    if call.rehearsal != (call.now is not None):
        raise UsageError(
            N_("A rehearsal needs both --rehearsal and --now, the instant at which its clock stands.")
        )
    now = given_instant(call.now, call.timezone) if call.rehearsal else None
    create_workspace(call.target, timezone=call.timezone, rehearsal_now=now).close()
    document = {
        "workspace": call.target, "timezone": call.timezone, "rehearsal": call.rehearsal,
        "now": None if now is None else instant_text(now, call.timezone),
    }  # fmt: skip
    call.answer(document, lambda: _("New workspace: {path}", path=call.target))
    return DONE


def _backup(call: Call) -> int:
    from canvas_app.operations.workspaces import backup

    with call.workspace() as workspace:
        found = backup(workspace, Path(call.file))
    call.answer(found.as_json(), lambda: _("Kept and verified: {file}", file=call.file))
    return DONE


def _restore(call: Call) -> int:
    from canvas_app.operations.workspaces import restore

    found = restore(call.target, Path(call.file))
    call.answer(found.as_json(), lambda: _("Restored: {path}", path=call.target))
    return DONE


def _doctor(call: Call) -> int:
    from canvas_app.operations.workspaces import doctor

    with call.workspace_if_any() as workspace:
        found: dict[str, Any] = doctor(workspace)
    call.answer(found, lambda: table(found["checks"], {"level": "", "name": _("what"), "text": _("found")}))
    return DONE if found["ok"] else PROBLEMS
