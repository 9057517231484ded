"""`source`: add, list, test."""

from canvas_app.cli.call import DONE, Call, given_json
from canvas_app.cli.commands import Commands
from canvas_app.cli.printing import table
from storage.base.errors import UsageError
from storage.base.words import N_, _, plural


def register(commands: Commands) -> None:
    """Add the commands of this group."""
    group = commands.group("source", _("where data sync reads from"))
    command = group.add("add", _("save a data source"), _add)
    command.add_argument("name", metavar=_("NAME"))
    command.add_argument("--kind", required=True, help=_("such as csv"))
    command.add_argument("--params", metavar="JSON", required=True)
    group.add("list", _("all data sources"), _list)
    group.add("test", _("read a data source once"), _test).add_argument("name", metavar=_("NAME"))


def _add(call: Call) -> int:
    from canvas_app.operations.sources import add_source

    params = given_json(call.params, "--params")
    if not isinstance(params, dict):
        raise UsageError(
            N_("--params must be a set of names and values, as in {example}."), example='{"path": "…"}'
        )
    with call.workspace() as workspace:
        found = add_source(workspace, call.name, kind=call.kind, params=params)
    call.answer({"name": found.name}, lambda: _("Saved: {name}", name=found.name))
    return DONE


def _list(call: Call) -> int:
    from canvas_app.operations.sources import list_sources

    with call.workspace() as workspace:
        rows = [
            {"name": each.name, "kind": each.kind, "params": dict(each.params)}
            for each in list_sources(workspace)
        ]
    call.answer({"sources": rows}, lambda: table(rows, {"name": _("source"), "kind": _("kind")}))
    return DONE


def _test(call: Call) -> int:
    from canvas_app.operations.sources import test_source

    with call.workspace() as workspace:
        found = test_source(workspace, call.name)
    document = {
        "name": found.name, "ok": True, "rows": found.rows, "columns": list(found.columns), "key": found.key,
        "sample": [dict(row) for row in found.sample],
    }  # fmt: skip
    call.answer(document, lambda: plural("{n} row: {columns}", "{n} rows: {columns}", found.rows,
                                         columns=", ".join(found.columns)))  # fmt: skip
    return DONE
