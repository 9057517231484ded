"""`template`: list, use."""

from pathlib import Path
from typing import Any

from canvas_app.cli.call import DONE, Call, given_pairs
from canvas_app.cli.commands import Commands
from canvas_app.cli.printing import cell, table
from canvas_app.cli.strategies import problems_text, write_text
from storage.base.words import _


def register(commands: Commands) -> None:
    """Add the commands of this group."""
    group = commands.group("template", _("ready strategies"))
    group.add("list", _("all templates with their questions"), _list)
    command = group.add("use", _("make a draft of a template"), _use)
    command.add_argument("id", metavar=_("ID"))
    command.add_argument("--set", action="append", metavar=_("QUESTION=VALUE"), help=_("answer a question"))
    command.add_argument(
        "-o", "--output", metavar=_("FILE"), help=_("write the strategy file instead of a draft")
    )


def _list(call: Call) -> int:
    from canvas_app.operations.templates import list_templates

    found = [each.as_json() for each in list_templates()]
    call.answer({"templates": found}, lambda: _list_text(found))
    return DONE


def _list_text(found: list[dict[str, Any]]) -> str:
    rows = [
        {"id": each["id"], "name": each["name"],
         "questions": "; ".join(f"{one['id']}={cell(one['default'])}" for one in each["questions"])}
        for each in found
    ]  # fmt: skip
    return table(rows, {"id": "id", "name": _("template"), "questions": _("questions")})


def _use(call: Call) -> int:
    from canvas_app.operations.templates import draft_graph, use_template

    answers = given_pairs(call.set, "--set")
    if call.output is not None:
        from nodes.file import write_graph

        graph = draft_graph(call.id, answers)
        write_text(Path(call.output), write_graph(graph))
        call.answer({"name": graph.name, "file": call.output}, lambda: _("Written: {file}", file=call.output))
        return DONE
    with call.workspace() as workspace:
        found = use_template(workspace, template_id=call.id, answers=answers)
    if found.problems:
        call.tell(problems_text(found.problems))
    call.answer(found.as_json(), lambda: _("New draft: {name}", name=found.name))
    return DONE
