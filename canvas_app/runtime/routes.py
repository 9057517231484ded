"""Which account carries the messages of a channel node, and what else its messages need to know."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, select

from nodes.accounts import AccountKind, account_kinds
from nodes.channel import Channel
from nodes.graph import Node
from nodes.registry import behaviour
from nodes.sandbox import Sandbox
from storage import tables
from storage.workspace import setting

IMPLICIT = 0
"""The number of the sandbox account that every channel of a rehearsal has without being told."""


@dataclass(frozen=True, slots=True)
class Account:
    """A saved account, or the implicit sandbox of a rehearsal."""

    id: int
    name: str
    channel: str
    kind: str
    params: Mapping[str, Any] = field(default_factory=dict)
    secret: str | None = None
    is_default: bool = False

    @property
    def is_sandbox(self) -> bool:
        """Whether it sends to nobody."""
        return self.kind == Sandbox.kind

    def speaks(self) -> AccountKind | None:
        """The account's kind with its params; None for a kind that is not installed."""
        kind = account_kinds().get(self.kind)
        return kind(self.params) if kind else None


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts of a workspace as they are now."""

    all: tuple[Account, ...] = ()
    rehearsal: bool = False

    @classmethod
    def load(cls, connection: Connection) -> "Accounts":
        """Read them."""
        rows = connection.execute(select(tables.account).order_by(tables.account.c.id))
        found = tuple(
            Account(row.id, row.name, row.channel, row.kind, row.params, row.secret, bool(row.is_default))
            for row in rows
        )
        return cls(found, bool(setting(connection, "rehearsal")))

    def any_sandbox(self) -> bool:
        """Whether a message could go to a sandbox at all."""
        return self.rehearsal or any(account.is_sandbox for account in self.all)

    def serving(self, channel: str, name: str = "") -> Account | None:
        """The account for a node of `channel` that names `name`; in a rehearsal never one that really sends."""
        usable = [
            account for account in self.all
            if account.channel == channel and (account.is_sandbox or not self.rehearsal)
        ]  # fmt: skip
        found = next((account for account in usable if account.name == name), None)
        if found is None and (not name or self.rehearsal):
            found = next((account for account in usable if account.is_default), None)
        if found is None and self.rehearsal:
            return Account(IMPLICIT, "", channel, Sandbox.kind)
        return found


@dataclass(frozen=True, slots=True)
class Route:
    """A channel node of a version, by its number."""

    version: int
    node: int
    channel: Channel
    strategy: int
    strategy_name: str
    category: str
    account: Account | None


class Routes:
    """Looks routes up, each once; made anew for each transaction that sends."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.accounts = Accounts.load(connection)
        self._found: dict[tuple[int, int], Route | None] = {}

    def of(self, version: int, node: int) -> Route | None:
        """The route of a node; None where the version has no such channel node any more."""
        key = (version, node)
        if key not in self._found:
            self._found[key] = self._look_up(version, node)
        return self._found[key]

    def _look_up(self, version: int, node: int) -> Route | None:
        row = self._connection.execute(
            select(tables.version.c.graph, tables.strategy.c.id, tables.strategy.c.name, tables.node.c.key)
            .join(tables.strategy, tables.strategy.c.id == tables.version.c.strategy)
            .join(tables.node, tables.node.c.strategy == tables.strategy.c.id)
            .where(tables.version.c.id == version, tables.node.c.id == node)
        ).first()
        if row is None:
            return None
        category, channels = _read(row.graph)
        channel = channels.get(row.key)
        if channel is None:
            return None
        account = self.accounts.serving(channel.channel, channel.account)
        return Route(version, node, channel, row.id, row.name, category, account)


@lru_cache(maxsize=32)
def _read(graph: str) -> tuple[str, Mapping[str, Channel]]:
    """Category and channel nodes of a published graph; the text never changes."""
    content = json.loads(graph)
    channels = {}
    for each in content["nodes"]:
        kind = behaviour(Node(each["id"], each["type"], each.get("label", ""), each.get("params", {})))
        if isinstance(kind, Channel):
            channels[each["id"]] = kind
    return content.get("settings", {}).get("category", "marketing"), channels
