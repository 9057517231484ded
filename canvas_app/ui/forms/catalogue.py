"""What the workspace knows by name, as one value that forms, checks and cards on the screen read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from storage.workspace import Workspace


@dataclass(frozen=True, slots=True)
class KnownField:
    """A contact field as forms offer it."""

    name: str
    label: str
    kind: str
    filled: bool = True


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account as forms offer it."""

    name: str
    channel: str
    kind: str = ""
    default: bool = False


@dataclass(frozen=True)
class Catalogue:
    """Names by kind; implements `nodes.spec.Names` without asking the database."""

    fields: Mapping[str, KnownField] = field(default_factory=dict)
    accounts: tuple[KnownAccount, ...] = ()
    audiences: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    strategies: tuple[str, ...] = ()
    contacts: int = 0
    timezone: str = "UTC"
    rehearsal: bool = False

    def field_label(self, name: str) -> str | None:
        """What a contact field is called; None where there is none."""
        known = self.fields.get(name)
        return known.label if known else None

    def field_kind(self, name: str) -> str | None:
        """Its kind; None where there is none."""
        known = self.fields.get(name)
        return known.kind if known else None

    def field_filled(self, name: str) -> bool:
        """Whether at least one contact has a value there."""
        known = self.fields.get(name)
        return known is not None and known.filled

    def has_account(self, name: str, channel: str) -> bool:
        """Whether an account of that name (or a default one) serves the channel."""
        if not name and self.rehearsal:
            return True
        return any(
            each.channel == channel and (each.name == name if name else each.default)
            for each in self.accounts
        )

    def has_audience(self, name: str) -> bool:
        """Whether an audience or list of that name is saved."""
        return name in self.audiences

    def has_source(self, name: str) -> bool:
        """Whether a data source of that name is saved."""
        return name in self.sources

    def has_strategy(self, name: str) -> bool:
        """Whether a strategy of that name exists."""
        return name in self.strategies


def load_catalogue(workspace: Workspace) -> Catalogue:
    """Read the names from the workspace."""
    from canvas_app.operations.overview import everything_known

    known = everything_known(workspace)
    return Catalogue(
        fields={each.name: KnownField(each.name, each.title, each.kind) for each in known.fields},
        accounts=tuple(
            KnownAccount(each.name, each.channel, each.kind, each.is_default) for each in known.accounts
        ),
        audiences=known.audiences,
        events=known.events,
        tags=known.tags,
        sources=known.sources,
        strategies=known.strategies,
        contacts=known.contacts,
        timezone=known.timezone,
        rehearsal=known.rehearsal,
    )
