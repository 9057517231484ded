"""The engine and the walk side by side: both told as plain values, so that they can be compared."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select

from canvas_app.operations.accounts import add_account
from canvas_app.operations.publishing import publish
from canvas_app.operations.running import run_until
from canvas_app.operations.strategies import import_strategy
from canvas_app.runtime.published import Published, load_published
from nodes.file import write_graph
from nodes.graph import Graph
from nodes.spec import ENDED, ENTERED, EXITED, FAILED, JUMPED, SKIPPED
from storage import tables
from storage.codes import EnteredBy, RunState, TouchState
from storage.contacts import Contacts, day_of
from storage.workspace import MEMORY, Workspace, create_workspace, set_setting
from tests.helpers.people import FIELDS, Person, fill
from tests.helpers.walk import Walk
from tests.helpers.walked import Step, Strategy

PARTS = ("runs", "steps", "touches", "people", "counters")
WORDS = {JUMPED: "jump", ENDED: "end", FAILED: "failed", SKIPPED: "skipped"}


@dataclass(frozen=True)
class Case:
    """A strategy, who is there, and what the sandbox answers."""

    graph: Graph
    people: Sequence[Person]
    start: int
    end: int
    sandboxes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    home: str = "UTC"
    cap: int = 2
    ticks: Sequence[int] = ()  # extra moments at which a new engine goes on

    def strategy(self, salt: int) -> Strategy:
        """The strategy as the walk sees it."""
        return Strategy(json.loads(write_graph(self.graph)), salt, self.sandboxes, self.home, self.cap)


Told = dict[str, Any]
Key = tuple[int, int]
"""A contact and its pass."""


def prepared(case: Case, target: str = MEMORY) -> Workspace | None:
    """A rehearsal with the contacts in it and the strategy published; None where the check finds errors."""
    workspace = create_workspace(target, timezone=case.home, rehearsal_now=case.start)
    fill(workspace, case.people, case.start)
    with workspace.write() as connection:
        set_setting(connection, "policy", {"cap": case.cap})
    for channel, params in case.sandboxes.items():
        add_account(
            workspace, name=f"{channel} box", channel=channel, kind="sandbox", params=params, default=True
        )
    imported = import_strategy(workspace, text=write_graph(case.graph))
    if imported.refused or publish(workspace, name=case.graph.name).refused:
        workspace.close()
        return None
    return workspace


def by_engine(case: Case, workspace: Workspace) -> Told:
    """What the engine does; every invariant of its counters is held after every tick."""
    for moment in [*sorted(case.ticks), case.end]:
        run_until(workspace, until=moment, progress=lambda _done, _total: hold_invariants(workspace))
    return told_by_engine(workspace)


def salt_of(workspace: Workspace) -> int:
    """The salt of the only strategy."""
    with workspace.read() as connection:
        return int(connection.scalar(select(tables.strategy.c.salt)) or 0)


def by_walk(case: Case, salt: int) -> Told:
    """What the walk does."""
    strategy = case.strategy(salt)
    walks = [Walk(strategy, person, case.start).until(case.end) for person in case.people]
    return {
        "runs": {
            (walk.person.number, run.number): (
                run.by, run.key, run.state, run.reason, run.entered, run.ended,
                run.goal_at if run.reason == "goal" or run.state == "held_out" else None,
            )
            for walk in walks for run in walk.runs
        },
        "steps": {
            (walk.person.number, run.number): ordered(run.steps, strategy.order)
            for walk in walks for run in walk.runs if run.steps
        },
        "touches": {
            (walk.person.number, run.number, touch.node, touch.round): (
                touch.state, touch.reason, touch.at, dict(sorted(touch.outcomes.items())),
            )
            for walk in walks for run in walk.runs for touch in run.touches
        },
        "people": {
            walk.person.number: (dict(sorted(walk.person.fields.items())), sorted(walk.person.tags)) for walk in walks
        },
        "counters": _walked_counters(walks, strategy),
    }  # fmt: skip


def ordered(
    steps: Iterable[tuple[str, str, int, int]], order: Mapping[str, int]
) -> list[tuple[str, str, int, int]]:
    """Steps by time, round and place in the strategy."""
    return sorted(steps, key=lambda step: (step[3], step[2], order[step[0]], step[1]))


def _walked_counters(walks: Sequence[Walk], strategy: Strategy) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {key: Counter() for key in strategy.nodes}
    for walk in walks:
        for key, n in walk.entered.items():
            found[key]["entered"] += n
        for key, n in walk.exited.items():
            found[key]["exited"] += n
        for run in walk.runs:
            for node, port, _round, _at in run.steps:
                found[node][port] += 1
            for token in run.tokens:
                found[token.node]["waiting"] += 1
    return {key: dict(sorted(counts.items())) for key, counts in found.items() if counts}


# -- the engine ------------------------------------------------------------------------------------------------------


def told_by_engine(workspace: Workspace) -> Told:
    """The tables of a workspace with one strategy, as plain values."""
    with workspace.read() as connection:
        version = load_published(connection, connection.scalar(select(func.max(tables.version.c.id))) or 0)
        words = {row.id: row.text for row in connection.execute(select(tables.name))}
        runs = {row.id: row for row in connection.execute(select(tables.enrollment))}
        place = {row.id: (row.contact, row[4]) for row in runs.values()}
        steps = _engine_steps(connection, version, place)
        return {
            "runs": {
                place[row.id]: (
                    EnteredBy(row.by).name.lower(), row.entry_key, RunState(row.state).name.lower(),
                    words.get(row.reason), row.entered, row.ended,
                    row.goal_at if words.get(row.reason) == "goal" or row.state == RunState.HELD_OUT else None,
                )
                for row in runs.values()
            },
            "steps": {key: ordered(found, version.shape.order) for key, found in steps.items()},
            "touches": _engine_touches(connection, version, place, words),
            "counters": _engine_counters(connection, version),
            "people": dict(_people(connection)),
        }  # fmt: skip


def _engine_steps(
    connection: Connection, version: Published, place: Mapping[int, Key]
) -> dict[Key, list[Step]]:
    steps: dict[Key, list[Step]] = {}
    wave, step = tables.wave.c, tables.step.c
    rows = connection.execute(select(tables.step, wave.at).join(tables.wave, wave.id == step.wave))
    for _wave, enrollment, node_port, round_, at in rows:
        key, port = version.node_keys[node_port // 64], node_port % 64
        if key in version.graph.nodes:
            word = WORDS[port] if port in WORDS else version.shape.types[key].ports()[port].id
            steps.setdefault(place[enrollment], []).append((key, word, round_, at))
    return steps


def _engine_touches(
    connection: Connection, version: Published, place: Mapping[int, Key], words: Mapping[int, str]
) -> dict[Any, Any]:
    outcomes: dict[int, dict[str, int]] = {}
    for row in connection.execute(select(tables.outcome)):
        outcomes.setdefault(row.touch, {})[words[row.kind]] = row.at
    return {
        (*place[row.enrollment], version.node_keys[row.node], row.round): (
            TouchState(row.state).name.lower(), words.get(row.reason), row.at,
            dict(sorted(outcomes.get(row.id, {}).items())),
        )
        for row in connection.execute(select(tables.touch))
    }  # fmt: skip


def _people(connection: Connection) -> Iterator[tuple[int, Any]]:
    contacts = Contacts.load(connection)
    tags: dict[int, list[str]] = {}
    rows = connection.execute(
        select(tables.tag.c.contact, tables.name.c.text).join(
            tables.name, tables.name.c.id == tables.tag.c.name
        )
    )
    for who, word in rows:
        tags.setdefault(who, []).append(word)
    for row in connection.execute(select(contacts.table)).mappings():
        values = {}
        for name, kind in FIELDS.items():
            if kind == "choices":
                continue
            value = row[contacts.fields[name].column]
            if value is not None:
                values[name] = day_of(value) if kind == "date" else bool(value) if kind == "yes_no" else value
        yield row["id"], (dict(sorted(values.items())), sorted(tags.get(row["id"], [])))


def _engine_counters(connection: Any, version: Any) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {}
    words = {**WORDS, ENTERED: "entered", EXITED: "exited"}
    for row in connection.execute(select(tables.counter)):
        key = version.node_keys[row.node]
        if key in version.graph.nodes:
            word = words[row.code] if row.code in words else version.shape.types[key].ports()[row.code].id
            found.setdefault(key, Counter())[word] += row.n
    for node, n in connection.execute(
        select(tables.token.c.node, func.count()).group_by(tables.token.c.node)
    ):
        key = version.node_keys[node]
        if key in version.graph.nodes:
            found.setdefault(key, Counter())["waiting"] += n
    return {key: dict(sorted((word, n) for word, n in counts.items() if n)) for key, counts in found.items()}


def hold_invariants(workspace: Workspace) -> None:
    """After every tick: everybody who entered a node is accounted for, and stands in exactly one place a token."""
    token, run, touch = tables.token.c, tables.enrollment.c, tables.touch.c
    with workspace.read() as connection:
        number = connection.scalar(select(func.max(tables.version.c.id)))
        counters = _engine_counters(connection, load_published(connection, number or 0))
        for key, counts in counters.items():
            rest = sum(n for word, n in counts.items() if word != "entered")
            assert counts.get("entered", 0) == rest, (key, counts)
        places = connection.execute(select(token.enrollment, token.node, token.round)).all()
        assert len(places) == len(set(places)), "a token stands in two places"
        active = set(connection.scalars(select(run.id).where(run.state == RunState.ACTIVE)))
        assert {place[0] for place in places} == active, "a run is active exactly while it has tokens"
        open_states = (TouchState.PENDING, TouchState.CLAIMED, TouchState.EXPECTING)
        owed = select(touch.enrollment, touch.node, touch.round).where(touch.state.in_(open_states))
        assert set(connection.execute(owed)) <= set(places), (
            "a message is owed to somebody who does not stand there"
        )
