"""Accounts of channels: add, list, test, choose the default, remove. Passwords go to the key ring, never here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, update

from canvas_app.operations.changes import Changes
from canvas_app.runtime.recipes import instance_of
from canvas_app.runtime.routes import Account, Accounts
from nodes.accounts import AccountKind, Line, account_kinds
from nodes.channel import Channel
from nodes.registry import node_types
from storage import tables
from storage.base.errors import UserError
from storage.base.problems import Level
from storage.base.words import N_, _
from storage.journal import journal
from storage.secrets import SecretStore
from storage.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSaved(Changes):
    """An account was added or changed; `warnings` in words."""

    name: str
    is_default: bool
    warnings: tuple[str, ...] = ()
    accounts: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRemoved(Changes):
    """An account is gone."""

    name: str
    accounts: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTested(Changes):
    """The other side answered: what it calls itself."""

    name: str
    answer: str


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One account in a list. Never holds its secret."""

    name: str
    channel: str
    kind: str
    is_default: bool
    params: Mapping[str, Any]
    has_secret: bool

    def as_json(self) -> dict[str, Any]:
        """The form in which the command line prints it."""
        return {
            "name": self.name, "channel": self.channel, "kind": self.kind, "default": self.is_default,
            "params": dict(self.params), "has_secret": self.has_secret,
        }  # fmt: skip


def add_account(
    workspace: Workspace,
    *,
    name: str,
    channel: str,
    kind: str,
    params: Mapping[str, Any] | None = None,
    secret: str | None = None,
    default: bool = False,
    replace: bool = False,
    secrets: SecretStore | None = None,
) -> AccountSaved:
    """A new account (or with `replace` an existing one changed); a channel's first becomes its default."""
    given = dict(params or {})
    account = _checked(name, channel, kind, given)
    warnings = tuple(problem.message for problem in account.check() if problem.level is not Level.ERROR)
    now = workspace.clock().now()
    with workspace.write() as connection:
        known = _find(connection, name)
        if known is not None and not replace:
            raise UserError(N_("There is an account “{name}” already. Choose another name."), name=name)
        is_default = default or _is_alone(connection, name, channel)
        if is_default:
            _clear_default(connection, channel)
        kept = f"{instance_of(connection)}/account/{name}" if secret else known.secret if known else None
        values = {
            "name": name,
            "channel": channel,
            "kind": kind,
            "params": given,
            "is_default": is_default,
            "secret": kept,
        }
        _write(connection, known, values)
        journal(connection, at=now, verb="account", what=name, details={"channel": channel, "kind": kind})
        if secret and kept:
            (secrets or SecretStore()).keep(kept, secret)  # inside: where it cannot be kept, nothing is added
    return AccountSaved(name=name, is_default=is_default, warnings=warnings)


def list_accounts(workspace: Workspace) -> Sequence[AccountLine]:
    """Every account, by channel and name."""
    with workspace.read() as connection:
        found = Accounts.load(connection).all
    lines = [
        AccountLine(a.name, a.channel, a.kind, a.is_default, a.params, a.secret is not None) for a in found
    ]
    return sorted(lines, key=lambda line: (line.channel, line.name))


def test_account(
    workspace: Workspace,
    *,
    name: str,
    secrets: SecretStore | None = None,  # noqa: PT028  (it tests an account, not this program)
) -> AccountTested:
    """Connect, greet, sign in. Never sends anything."""
    with workspace.read() as connection:
        account = _existing(connection, name)
    kind = account.speaks()
    if kind is None:
        raise UserError(N_("Nothing here speaks “{kind}”. Install what brings it."), kind=account.kind)
    if account.is_sandbox:
        return AccountTested(name=name, answer=_(_SANDBOX_ANSWER))
    secret = (secrets or SecretStore()).read(account.secret) if account.secret else None
    if account.secret and secret is None:
        raise UserError(N_("The password of “{name}” is not on this computer. Enter it again."), name=name)
    line: Line = kind.open(secret, lambda _message: None)
    try:
        answer = line.probe()
    finally:
        line.close()
    return AccountTested(name=name, answer=answer)


def remove_account(workspace: Workspace, *, name: str, secrets: SecretStore | None = None) -> AccountRemoved:
    """Forget an account and its password. Messages that wait for it take the channel's default, or fail."""
    now = workspace.clock().now()
    with workspace.write() as connection:
        account = _existing(connection, name)
        journal(connection, at=now, verb="account removed", what=name)
        connection.execute(delete(tables.account).where(tables.account.c.id == account.id))
    if account.secret:
        (secrets or SecretStore()).forget(account.secret)
    return AccountRemoved(name=name)


def set_default_account(workspace: Workspace, *, name: str) -> AccountSaved:
    """Let nodes of its channel that name no account use this one."""
    with workspace.write() as connection:
        account = _existing(connection, name)
        _clear_default(connection, account.channel)
        connection.execute(
            update(tables.account).where(tables.account.c.id == account.id).values(is_default=True)
        )
    return AccountSaved(name=name, is_default=True)


_SANDBOX_ANSWER = N_("A sandbox: it sends to nobody.")


def _checked(name: str, channel: str, kind: str, params: dict[str, Any]) -> AccountKind:
    """The account as it would be; `UserError` says the first thing that does not fit."""
    if not name.strip():
        raise UserError(N_("An account needs a name."))
    channels = sorted(each.type_id for each in node_types().values() if issubclass(each, Channel))
    if channel not in channels:
        raise UserError(
            N_("There is no channel “{channel}”. Channels: {all}."), channel=channel, all=", ".join(channels)
        )
    kinds = {
        each: found
        for each, found in account_kinds().items()
        if not found.channels or channel in found.channels
    }
    if kind not in kinds:
        raise UserError(
            N_("Accounts of the channel “{channel}” cannot be of kind “{kind}” yet. Kinds: {all}."),
            channel=channel, kind=kind, all=", ".join(sorted(kinds)),
        )  # fmt: skip
    account = kinds[kind](params)
    for problem in account.check():
        if problem.level is Level.ERROR:
            raise UserError(problem.words.text, **dict(problem.words.values))
    return account


def _find(connection: Connection, name: str) -> Account | None:
    return next((each for each in Accounts.load(connection).all if each.name == name), None)


def _existing(connection: Connection, name: str) -> Account:
    found = _find(connection, name)
    if found is None:
        names = ", ".join(each.name for each in Accounts.load(connection).all) or "–"
        raise UserError(N_("There is no account “{name}”. Accounts: {all}."), name=name, all=names)
    return found


def _write(connection: Connection, known: Account | None, values: Mapping[str, Any]) -> None:
    if known is None:
        connection.execute(insert(tables.account).values(**values))
    else:
        connection.execute(update(tables.account).where(tables.account.c.id == known.id).values(**values))


def _is_alone(connection: Connection, name: str, channel: str) -> bool:
    """Whether no other account is its channel's default."""
    others = (each for each in Accounts.load(connection).all if each.channel == channel and each.name != name)
    return not any(each.is_default for each in others)


def _clear_default(connection: Connection, channel: str) -> None:
    connection.execute(
        update(tables.account).where(tables.account.c.channel == channel).values(is_default=False)
    )
