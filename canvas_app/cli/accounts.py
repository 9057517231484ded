"""`account`: add, list, test."""

from canvas_app.cli.call import DONE, Call, given_json, given_secret
from canvas_app.cli.commands import Commands
from canvas_app.cli.printing import table
from storage.base.errors import UsageError
from storage.base.words import N_, _


def register(commands: Commands) -> None:
    """Add the commands of this group."""
    group = commands.group("account", _("what messages leave by"))
    command = group.add("add", _("add an account"), _add)
    command.add_argument("name", metavar=_("NAME"))
    command.add_argument("--channel", required=True, help=_("such as email"))
    command.add_argument("--kind", required=True, help=_("such as sandbox or smtp"))
    command.add_argument("--params", metavar="JSON")
    command.add_argument(
        "--secret-stdin", action="store_true", help=_("read the password from standard input")
    )
    command.add_argument("--default", action="store_true", help=_("nodes that name no account use it"))
    group.add("list", _("all accounts"), _list)
    group.add("test", _("connect and sign in, without sending"), _test).add_argument(
        "name", metavar=_("NAME")
    )


def _add(call: Call) -> int:
    from canvas_app.operations.accounts import add_account

    params = given_json(call.params, "--params") or {}
    if not isinstance(params, dict):
        raise UsageError(
            N_("--params must be a set of names and values, as in {example}."), example='{"host": "…"}'
        )
    secret = given_secret(ask=call.secret_stdin)
    with call.workspace() as workspace:
        found = add_account(
            workspace, name=call.name, channel=call.channel, kind=call.kind, params=params, secret=secret,
            default=call.default,
        )  # fmt: skip
    for warning in found.warnings:
        call.tell(warning)
    call.answer(
        {"name": found.name, "default": found.is_default}, lambda: _("Added: {name}", name=found.name)
    )
    return DONE


def _list(call: Call) -> int:
    from canvas_app.operations.accounts import list_accounts

    with call.workspace() as workspace:
        rows = [each.as_json() for each in list_accounts(workspace)]
    columns = {"name": _("account"), "channel": _("channel"), "kind": _("kind"), "default": _("default")}
    call.answer({"accounts": rows}, lambda: table(rows, columns))
    return DONE


def _test(call: Call) -> int:
    from canvas_app.operations.accounts import test_account

    with call.workspace() as workspace:
        found = test_account(workspace, name=call.name)
    call.answer({"name": found.name, "ok": True, "answer": found.answer}, found.answer)
    return DONE
