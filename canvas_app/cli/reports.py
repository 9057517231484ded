"""`report`: nodes, funnel, ab, touches, timeline, contact; as JSON, tables or pictures."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from canvas_app.cli.call import DONE, Call
from canvas_app.cli.commands import Commands
from canvas_app.cli.printing import percent, table
from canvas_app.cli.stats import compared_text
from storage.base.errors import UsageError, UserError
from storage.base.words import N_, _

if TYPE_CHECKING:
    from canvas_app.reports.tabular import Table
    from storage.workspace import Workspace

FORMATS = ("json", "csv", "xlsx", "png", "pdf")


def register(commands: Commands) -> None:
    """Add the commands of this group."""
    group = commands.group("report", _("what a strategy did"))
    for name, text in (
        ("nodes", _("how many came, went on and wait at every node")),
        ("funnel", _("from everybody who entered down to the goal")),
        ("ab", _("what became of the arms of every test")),
        ("touches", _("every message, with its status and reason")),
        ("timeline", _("day by day")),
        ("contact", _("the story of one contact")),
    ):
        command = group.add(name, text, _report)
        command.add_argument("name", metavar=_("NAME"))
        if name == "contact":
            command.add_argument("key", metavar=_("KEY"))
        command.add_argument("--format", choices=FORMATS)
        command.add_argument("-o", "--output", metavar=_("FILE"))


def _report(call: Call) -> int:
    kind = call.report_command
    format_ = call.format or _by_name(call.output) or ("json" if call.json else None)
    if format_ in ("xlsx", "png", "pdf") and call.output is None:
        raise UsageError(N_("A report as {format} needs a file: -o FILE."), format=format_)
    with call.workspace() as workspace:
        found = _found(kind, workspace, call)
    if format_ is None:
        print(_text(kind, found))
    elif call.output is None:
        _print(kind, found, format_)
    else:
        _save(kind, found, format_, Path(call.output), title=call.name)
        call.answer({"file": call.output}, lambda: _("Written: {file}", file=call.output))
    return DONE


def _found(kind: str, workspace: "Workspace", call: Call) -> dict[str, Any]:
    from importlib import import_module

    if kind == "contact":
        from canvas_app.reports.contact import contact_report

        return contact_report(workspace, name=call.name, key=call.key)
    module = import_module(f"canvas_app.reports.{'days' if kind == 'timeline' else kind}")
    found: dict[str, Any] = getattr(module, f"{kind}_report")(workspace, name=call.name)
    return found


def _by_name(output: str | None) -> str | None:
    """The format that the name of the file asks for."""
    ending = Path(output).suffix.lower().lstrip(".") if output else ""
    return ending if ending in FORMATS else "json" if output else None


def _print(kind: str, found: Mapping[str, Any], format_: str) -> None:
    if format_ == "json":
        print(json.dumps(found, ensure_ascii=False, allow_nan=False))
        return
    from canvas_app.reports.files import csv_text
    from canvas_app.reports.tabular import tables_of

    sys.stdout.write(csv_text(tables_of(kind, found)[0]))


def _save(kind: str, found: Mapping[str, Any], format_: str, file: Path, *, title: str) -> None:
    from canvas_app.reports.files import csv_text, write_xlsx
    from canvas_app.reports.tabular import tables_of

    try:
        if format_ == "json":
            file.write_text(
                json.dumps(found, ensure_ascii=False, allow_nan=False, indent=1), encoding="utf-8"
            )
        elif format_ == "csv":
            file.write_text(csv_text(tables_of(kind, found)[0]), encoding="utf-8", newline="")
        elif format_ == "xlsx":
            file.open("wb").close()  # a sentence of ours where it cannot be written
            write_xlsx(tables_of(kind, found), file)
        else:
            from canvas_app.charts.paper import save_pdf, save_png

            (save_png if format_ == "png" else save_pdf)(kind, found, file, title=title)
    except OSError as error:
        why = error.strerror or str(error)
        raise UserError(N_("{file} cannot be written: {why}."), file=str(file), why=why) from error


def _text(kind: str, found: Mapping[str, Any]) -> str:
    if kind == "ab":
        return _ab_text(found)
    from canvas_app.reports.tabular import tables_of

    parts = [
        f"{each.title}\n{table(with_percents(each), each.columns)}"
        for each in tables_of(kind, found)
        if each.rows
    ]
    return "\n\n".join(parts) or _("There is nothing to show yet.")


def with_percents(each: "Table") -> list[dict[str, Any]]:
    """The rows with shares as people read them."""
    return [
        {key: percent(value) if key in each.shares else value for key, value in row.items()}
        for row in each.rows
    ]


def _ab_text(found: Mapping[str, Any]) -> str:
    tests = {**found["nodes"], **({"holdout": found["holdout"]} if "holdout" in found else {})}
    parts = []
    for key, test in tests.items():
        parts.append(f"{test.get('label', key)}: {_('goal')}\n{compared_text(dict(test), 'z')}")
        for metric in test["metrics"]:
            statistic = "t" if metric["kind"] == "mean" else "z"
            parts.append(f"{test.get('label', key)}: {metric['name']}\n{compared_text(metric, statistic)}")
    return "\n\n".join(parts) or _("The strategy has no test.")
