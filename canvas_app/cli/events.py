"""`events`: import."""

from canvas_app.cli.call import DONE, PROBLEMS, Call, given_file
from canvas_app.cli.commands import Commands
from canvas_app.cli.contacts import imported_text
from storage.base.words import _, plural


def register(commands: Commands) -> None:
    """Add the commands of this group."""
    group = commands.group("events", _("what contacts did"))
    command = group.add("import", _("bring in events from a file"), _import)
    command.add_argument(
        "file", metavar=_("FILE"), help=_("CSV or JSON lines with key, event, at and properties")
    )
    command.add_argument("--create", action="store_true", help=_("make a contact for every unknown key"))


def _import(call: Call) -> int:
    from canvas_app.operations.events import import_events

    file = given_file(call.file)
    with call.workspace() as workspace:
        found = import_events(workspace, file, create=call.create)
    document = found.as_json()
    call.answer(document, lambda: imported_text(document, plural("{n} event", "{n} events", found.rows)))
    return PROBLEMS if found.rejects else DONE
