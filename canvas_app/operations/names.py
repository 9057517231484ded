"""What a workspace knows by name, for checks, forms and sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from nodes.channel import Channel
from nodes.registry import node_types
from nodes.settings import CATEGORIES
from storage import tables
from storage.contacts import ContactField, Contacts
from storage.workspace import Workspace, setting

MARKETING = next(iter(CATEGORIES))
DEFAULT_DAILY_CAP = 2
SANDBOX = "sandbox"


@dataclass(frozen=True, slots=True)
class Account:
    """An account as far as checks and forms care; never its secret."""

    name: str
    channel: str
    kind: str
    is_default: bool
    params: Mapping[str, Any]


@dataclass(frozen=True)
class WorkspaceNames:
    """The names of a workspace as they were when it was read; counts are taken when they are first asked for."""

    workspace: Workspace
    fields: Mapping[str, ContactField]
    accounts: tuple[Account, ...]
    audiences: frozenset[str]
    sources: frozenset[str]
    strategies: frozenset[str]
    rehearsal: bool
    now: int
    policy: Mapping[str, Any]
    counts: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, workspace: Workspace) -> "WorkspaceNames":
        """Read every name in one go."""
        now = workspace.clock().now()
        with workspace.read() as connection:
            return cls(
                workspace=workspace,
                fields=Contacts.load(connection).fields,
                accounts=tuple(_accounts(connection)),
                audiences=_names_of(connection, tables.audience.c.name),
                sources=_names_of(connection, tables.source.c.name),
                strategies=_names_of(connection, tables.strategy.c.name),
                rehearsal=bool(setting(connection, "rehearsal", False)),
                now=now,
                policy=setting(connection, "policy", {}) or {},
            )

    # -- what nodes ask ----------------------------------------------------------------------------------------

    def field_label(self, name: str) -> str | None:
        """What a contact field is called; None where there is none."""
        known = self.fields.get(name)
        return None if known is None else known.title

    def field_kind(self, name: str) -> str | None:
        """Its kind; None where there is none."""
        known = self.fields.get(name)
        return None if known is None else known.kind

    def field_filled(self, name: str) -> bool:
        """Whether at least one contact has a value there."""
        return self.filled_count(name) > 0

    def has_account(self, name: str, channel: str) -> bool:
        """Whether an account of that name (or, for "", a default one) serves the channel."""
        return self.account(name, channel) is not None

    def has_audience(self, name: str) -> bool:
        """Whether an audience or list of that name is saved."""
        return name in self.audiences

    def has_source(self, name: str) -> bool:
        """Whether a data source of that name is saved."""
        return name in self.sources

    def has_strategy(self, name: str) -> bool:
        """Whether a strategy of that name exists."""
        return name in self.strategies

    # -- what the check asks besides -----------------------------------------------------------------------------

    def account(self, name: str, channel: str) -> Account | None:
        """The account a message would leave by; a rehearsal has a sandbox for every channel."""
        serving = [each for each in self.accounts if each.channel == channel]
        if name:
            return next((each for each in serving if each.name == name), None)
        default = next((each for each in serving if each.is_default), None)
        if default is None and self.rehearsal:
            return Account("", channel, SANDBOX, True, {})
        return default

    def has_unsubscribe_way(self, account: str) -> bool:
        """Whether the email account can offer a link to unsubscribe."""
        found = self.account(account, "email")
        return found is not None and (found.kind == SANDBOX or bool(found.params.get("public_url")))

    def daily_cap(self) -> int:
        """How many marketing touches a contact gets on one day at most."""
        cap = (
            self.policy.get("cap", DEFAULT_DAILY_CAP) if isinstance(self.policy, dict) else DEFAULT_DAILY_CAP
        )
        return cap if isinstance(cap, int) and not isinstance(cap, bool) and cap > 0 else DEFAULT_DAILY_CAP

    def contact_count(self) -> int:
        """How many contacts there are."""
        return self._count("", None)

    def filled_count(self, field: str) -> int:
        """How many contacts have a value in a field."""
        known = self.fields.get(field)
        if known is None:
            return 0
        if known.kind == "choices":
            having = exists().where(
                tables.choice.c.contact == tables.contact.c.id, tables.choice.c.field == known.id
            )
            return self._count(f"choices {field}", having)
        return self._count(f"filled {field}", _filled(known))

    def reachable(self, channel: str) -> int:
        """How many contacts have an address for a channel, said yes to marketing by it and are not suppressed."""
        kind = node_types().get(channel)
        address = kind.address_field if kind is not None and issubclass(kind, Channel) else ""
        wanted = [_consents(channel), ~_suppressed(channel, self.now)]
        if address:
            known = self.fields.get(address)
            if known is None:
                return 0
            wanted.append(_filled(known))
        return self._count(f"reachable {channel}", and_(*wanted))

    def _count(self, key: str, having: ColumnElement[bool] | None) -> int:
        if key not in self.counts:
            query = select(func.count()).select_from(tables.contact)
            with self.workspace.read() as connection:
                self.counts[key] = connection.execute(
                    query if having is None else query.where(having)
                ).scalar_one()
        return self.counts[key]


def _filled(known: ContactField) -> ColumnElement[bool]:
    from sqlalchemy import literal_column

    column: ColumnElement[Any] = literal_column(f'contact."{known.column}"')
    return column.is_not(None)


def _consents(channel: str) -> ColumnElement[bool]:
    """Yes to the channel, or yes to marketing as a whole where nothing is said about the channel."""
    row = tables.consent.c

    def said(word: str) -> ColumnElement[bool]:
        return exists().where(row.contact == tables.contact.c.id, row.channel == word)

    def yes(word: str) -> ColumnElement[bool]:
        return exists().where(row.contact == tables.contact.c.id, row.channel == word, row.given.is_(True))

    return or_(yes(channel), and_(yes(MARKETING), ~said(channel)))


def _suppressed(channel: str, now: int) -> ColumnElement[bool]:
    row = tables.suppression.c
    return exists().where(
        row.contact == tables.contact.c.id,
        row.channel.in_(("", channel)),
        row.category.in_(("", MARKETING)),
        or_(row.until.is_(None), row.until > now),
    )


def _accounts(connection: Connection) -> list[Account]:
    columns = tables.account.c
    rows = connection.execute(
        select(columns.name, columns.channel, columns.kind, columns.is_default, columns.params)
    )
    return [Account(row.name, row.channel, row.kind, bool(row.is_default), row.params or {}) for row in rows]


def _names_of(connection: Connection, column: ColumnElement[str]) -> frozenset[str]:
    return frozenset(connection.execute(select(column)).scalars())
