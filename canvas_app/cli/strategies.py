"""`strategy`: check, import, export, list, publish, pause, resume, stop."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from canvas_app.cli.call import DONE, PROBLEMS, Call, given_file, given_pairs
from canvas_app.cli.commands import Commands
from canvas_app.cli.printing import table
from storage.base.errors import UserError
from storage.base.words import N_, _

if TYPE_CHECKING:
    from storage.base.problems import Problem


def register(commands: Commands) -> None:
    """Add the commands of this group."""
    group = commands.group("strategy", _("what a marketer draws"))
    group.add("check", _("everything that is wrong with a strategy file"), _check).add_argument(
        "file", metavar=_("FILE")
    )
    command = group.add("import", _("keep a strategy file as a draft"), _import)
    command.add_argument("file", metavar=_("FILE"))
    command.add_argument(
        "--base", type=int, metavar=_("REVISION"), help=_("refuse if the draft is newer than this")
    )
    command = group.add("export", _("write a draft as a strategy file"), _export)
    command.add_argument("name", metavar=_("NAME"))
    command.add_argument("-o", "--output", metavar=_("FILE"))
    group.add("list", _("all strategies"), _list)
    command = group.add("publish", _("freeze the draft as a version that runs"), _publish)
    command.add_argument("name", metavar=_("NAME"))
    command.add_argument(
        "--in-flight",
        choices=("stay", "migrate"),
        default="stay",
        help=_("what happens to people on the way"),
    )
    command.add_argument(
        "--map", action="append", metavar=_("OLD=NEW"), help=_("where people of a deleted node go")
    )
    for name, text in (
        ("pause", _("keep all waiting work where it is")),
        ("resume", _("go on after a pause")),
        ("stop", _("end the strategy and every run in it")),
    ):
        group.add(name, text, _change).add_argument("name", metavar=_("NAME"))


def _check(call: Call) -> int:
    from canvas_app.operations.strategies import check_file

    file = given_file(call.file)
    with call.workspace_if_any() as workspace:
        found = check_file(workspace, file=file)
    document = {"problems": [each.as_json() for each in found.problems]}
    call.answer(document, lambda: problems_text(found.problems) or _("Nothing is wrong."))
    return PROBLEMS if found.has_errors else DONE


def problems_text(problems: "Sequence[Problem]") -> str:
    """A line for every problem, with its place."""
    lines = []
    for each in problems:
        place = ".".join(filter(None, (each.node, each.field)))
        lines.append(f"{each.level}: {place + ': ' if place else ''}{each.message}")
    return "\n".join(lines)


def _import(call: Call) -> int:
    from canvas_app.operations.strategies import import_strategy

    file = given_file(call.file)
    with call.workspace() as workspace:
        found = import_strategy(workspace, file=file, base=call.base)
    if found.problems:
        call.tell(problems_text(found.problems))
    document: dict[str, Any] = {"name": found.name, "revision": found.revision}
    document["problems"] = [each.as_json() for each in found.problems]
    if found.refused:
        call.answer(document, _("Nothing was kept."))
        return PROBLEMS
    call.answer(document, lambda: _("{name}: draft, revision {n}", name=found.name, n=found.revision))
    return DONE


def _export(call: Call) -> int:
    from canvas_app.operations.strategies import export_strategy

    with call.workspace() as workspace:
        text = export_strategy(workspace, name=call.name)
    if call.output is None:
        print(text, end="" if text.endswith("\n") else "\n")
        return DONE
    write_text(Path(call.output), text)
    call.answer({"file": call.output}, lambda: _("Written: {file}", file=call.output))
    return DONE


def write_text(file: Path, text: str) -> None:
    """Write a file, or say why it cannot be."""
    try:
        file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        why = error.strerror or str(error)
        raise UserError(N_("{file} cannot be written: {why}."), file=str(file), why=why) from error


def _list(call: Call) -> int:
    from canvas_app.operations.strategies import list_strategies

    with call.workspace() as workspace:
        rows = [each.as_json() for each in list_strategies(workspace)]
    columns = {"name": _("strategy"), "status": _("status"), "version": _("version"),
               "revision": _("revision"), "reason": _("reason")}  # fmt: skip
    call.answer({"strategies": rows}, lambda: table(rows, columns))
    return DONE


def _publish(call: Call) -> int:
    from canvas_app.operations.running import publish

    with call.workspace() as workspace:
        found = publish(
            workspace, name=call.name, in_flight=call.in_flight, mapping=given_pairs(call.map, "--map")
        )
    if found.problems:
        call.tell(problems_text(found.problems))
    document: dict[str, Any] = {"name": call.name, "version": found.version}
    document["problems"] = [each.as_json() for each in found.problems]
    if found.refused:
        call.answer(document, _("It was not published."))
        return PROBLEMS
    call.answer(document, lambda: _("{name}: version {n} is live", name=call.name, n=found.version))
    return DONE


def _change(call: Call) -> int:
    from canvas_app.operations import running
    from canvas_app.operations.strategies import list_strategies

    verb = {"pause": running.pause, "resume": running.resume, "stop": running.stop}[call.strategy_command]
    with call.workspace() as workspace:
        verb(workspace, name=call.name)
        row = next(each.as_json() for each in list_strategies(workspace) if each.name == call.name)
    call.answer(row, lambda: f"{row['name']}: {row['status']}")
    return DONE
