"""What the first look at a workspace shows: its strategies with the people in them, and everything it knows by name."""

from dataclasses import dataclass

from sqlalchemy import func, select

from canvas_app.operations.names import Account
from canvas_app.operations.strategies import strategy_row
from nodes.file import read_graph
from nodes.graph import Graph
from storage import tables
from storage.contacts import ContactField, Contacts
from storage.workspace import Workspace, setting

ACTIVE, HELD_OUT = 0, 4  # of enrollment.state


@dataclass(frozen=True, slots=True)
class StrategyInfo:
    """One line of the list of strategies; `version` None: never published."""

    name: str
    status: str
    version: int | None
    reason: str | None
    in_now: int
    entered: int
    changed: int
    published: int | None


@dataclass(frozen=True)
class LiveVersion:
    """The version that runs: its graph, number and when it was published."""

    graph: Graph
    number: int
    published: int


@dataclass(frozen=True)
class Known:
    """Everything forms offer by name."""

    fields: tuple[ContactField, ...]
    accounts: tuple[Account, ...]
    audiences: tuple[str, ...]
    events: tuple[str, ...]
    tags: tuple[str, ...]
    sources: tuple[str, ...]
    strategies: tuple[str, ...]
    contacts: int
    timezone: str
    rehearsal: bool


def list_strategy_infos(workspace: Workspace) -> list[StrategyInfo]:
    """Every strategy by name, with how many people are in it now and ever entered."""
    strategy, version, run = tables.strategy, tables.version, tables.enrollment
    query = (
        select(
            strategy.c.id, strategy.c.name, strategy.c.status, version.c.number, strategy.c.reason,
            strategy.c.changed, version.c.published,
        )
        .outerjoin_from(strategy, version, version.c.id == strategy.c.live)
        .order_by(strategy.c.name)
    )  # fmt: skip
    counts = select(run.c.strategy, run.c.state, func.count()).group_by(run.c.strategy, run.c.state)
    with workspace.read() as connection:
        rows = connection.execute(query).all()
        by_state: dict[int, dict[int, int]] = {}
        for key, state, count in connection.execute(counts):
            by_state.setdefault(key, {})[state] = count
    found = []
    for row in rows:
        states = by_state.get(row.id, {})
        entered = sum(count for state, count in states.items() if state != HELD_OUT)
        found.append(
            StrategyInfo(
                row.name,
                row.status,
                row.number,
                row.reason,
                states.get(ACTIVE, 0),
                entered,
                row.changed,
                row.published,
            )
        )
    return found


def live_version(workspace: Workspace, *, name: str) -> LiveVersion | None:
    """The version that runs now; None where none was ever published."""
    with workspace.read() as connection:
        live = strategy_row(connection, name)["live"]
        row = connection.execute(select(tables.version).where(tables.version.c.id == live)).mappings().first()
    graph = read_graph(row["graph"]).graph if row is not None else None
    return None if row is None or graph is None else LiveVersion(graph, row["number"], row["published"])


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Work a person owes: what, for whom, who does it, until when (epoch seconds)."""

    title: str
    contact: str
    strategy: str
    assignee: str
    due: int | None
    created: int


def open_tasks(workspace: Workspace, *, limit: int = 500) -> list[OpenTask]:
    """Tasks not done yet, the most urgent first."""
    task, contact, strategy, node = tables.task, tables.contact, tables.strategy, tables.node
    who = func.coalesce(contact.c.external_id, contact.c.email, contact.c.phone, "")
    query = (
        select(task.c.title, who, strategy.c.name, task.c.assignee, task.c.due, task.c.created)
        .join_from(task, contact, contact.c.id == task.c.contact)
        .join(node, node.c.id == task.c.node)
        .join(strategy, strategy.c.id == node.c.strategy)
        .where(task.c.done.is_(None))
        .order_by(task.c.due.is_(None), task.c.due, task.c.id)
        .limit(limit)
    )
    with workspace.read() as connection:
        return [OpenTask(*row) for row in connection.execute(query)]


def everything_known(workspace: Workspace) -> Known:
    """Read every name that forms offer."""
    from canvas_app.operations.names import WorkspaceNames

    names = WorkspaceNames.read(workspace)
    word = tables.name
    with workspace.read() as connection:
        events = connection.execute(
            select(word.c.text)
            .where(word.c.id.in_(select(tables.event.c.type).distinct()))
            .order_by(word.c.text)
        ).scalars()
        tags = connection.execute(
            select(word.c.text)
            .where(word.c.id.in_(select(tables.tag.c.name).distinct()))
            .order_by(word.c.text)
        ).scalars()
        return Known(
            fields=tuple(Contacts.load(connection).fields.values()),
            accounts=names.accounts,
            audiences=tuple(sorted(names.audiences)),
            events=tuple(events),
            tags=tuple(tags),
            sources=tuple(sorted(names.sources)),
            strategies=tuple(sorted(names.strategies)),
            contacts=connection.execute(select(func.count()).select_from(tables.contact)).scalar_one(),
            timezone=str(setting(connection, "timezone", "UTC")),
            rehearsal=bool(setting(connection, "rehearsal", False)),
        )
