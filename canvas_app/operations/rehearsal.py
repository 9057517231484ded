"""Rehearse a draft: chosen contacts walk a scratch copy of it on a virtual clock; nothing live is touched or sent."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, insert, select

from canvas_app.operations.changes import Progress, silent
from canvas_app.operations.publishing import publish
from canvas_app.operations.running import advance, sandbox_engine
from canvas_app.operations.strategies import save_draft
from canvas_app.operations.templates import add_sample_contacts, template_setting
from canvas_app.reports.nodes import nodes_report
from nodes.channel import Channel
from nodes.clauses import Scope
from nodes.graph import Graph
from nodes.library.audience import Audience
from nodes.library.date_entry import DateEntry
from nodes.library.event_entry import EventEntry
from nodes.library.wait_for import WaitFor
from nodes.registry import behaviour
from nodes.rules import EVERYBODY, Any_, Happened, Rule, Test
from nodes.settings import Settings
from storage import tables
from storage.base.errors import UserError
from storage.base.problems import Problem
from storage.base.words import N_
from storage.contacts import Contacts, salted
from storage.workspace import MEMORY, Workspace, create_workspace, name_id, set_setting, setting

DAY = 86400
PEOPLE = 1000
MILLION = 1_000_000
OUTCOME_FIELD = "test_outcome"
ASSUMED_MESSAGES: Mapping[str, float] = {"delivered": 0.97, "opened": 0.3, "clicked": 0.1, "accepted": 0.3}
ASSUMED_CALLS: Mapping[str, float] = {"answered": 0.45, "no_answer": 0.4, "busy": 0.1, "invalid_number": 0.05}
ASSUMED_EVENT = 0.25  # share of people who do what a strategy waits for
_COPIED = (tables.tag, tables.choice, tables.consent, tables.suppression, tables.event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What would happen: counters by node, how runs stand, messages by day and node, and what had to be assumed."""

    people: int
    days: int
    start: int
    nodes: dict[str, dict[str, Any]]
    runs: dict[str, Any]
    sent: tuple[tuple[int, str, int], ...]  # (day from the start, node, messages)
    assumed: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = field(default=())


def rehearse(
    workspace: Workspace, *, graph: Graph, days: int = 30, people: int = PEOPLE, progress: Progress = silent
) -> Rehearsal:
    """Let `days` pass for at most `people` contacts; refused while the draft has errors.

    Opens, clicks and answers come from the contacts' field `test_outcome` where there is one, else they are assumed
    shares; so are the events a strategy starts with or waits for, where nobody did them.
    """
    now = workspace.clock().now()
    scratch = create_workspace(MEMORY, timezone="UTC", rehearsal_now=now)
    try:
        with workspace.read() as live, scratch.write() as copy:
            chosen = _copy(live, copy, graph, people, now)
            made_from = setting(live, template_setting(graph.name))
        if not chosen:
            chosen = _add_samples(scratch, made_from)
        assumed = _assume(scratch, graph, now, days)
        name = graph.name or "rehearsal"
        save_draft(scratch, name=name, graph=replace(graph, name=name))
        done = publish(scratch, name=name)
        if done.refused:
            first = next((problem for problem in done.problems if problem.level == "error"), done.problems[0])
            raise UserError(N_("This cannot be rehearsed yet. {problem}"), problem=first.words)
        advance(scratch, sandbox_engine(scratch), now, now + days * DAY, progress)
        report = nodes_report(scratch, name=name)
        with scratch.read() as connection:
            sent = tuple(_sent(connection, now))
        return Rehearsal(
            people=chosen, days=days, start=now, nodes=report["nodes"], runs=report["runs"], sent=sent,
            assumed=assumed, problems=done.problems,
        )  # fmt: skip
    finally:
        scratch.close()


def _add_samples(scratch: Workspace, made_from: Mapping[str, Any] | None) -> int:
    """The made-up people of the template that a strategy comes from."""
    if made_from is None:
        text = N_("There is nobody to rehearse with. Bring in contacts first, or start from a template.")
        raise UserError(text)
    return add_sample_contacts(scratch, template_id=made_from["id"], answers=made_from["answers"]).created


# -- the scratch copy --------------------------------------------------------------------------------------------------


def _copy(live: Connection, copy: Connection, graph: Graph, people: int, now: int) -> int:
    """Catalogue, saved audiences and the chosen contacts with all that is known of them."""
    set_setting(copy, "timezone", setting(live, "timezone", "UTC"))
    for table in (tables.field, tables.place, tables.name, tables.audience, tables.source):
        copy.execute(table.delete())
        _copy_rows(live, copy, table, select(table))
    scope = Scope.load(live, now)
    contacts = scope.contacts
    present = {row.name for row in copy.exec_driver_sql("PRAGMA table_info(contact)")}
    for column in contacts.table.c:
        if column.name not in present:
            kind = column.type.compile(copy.dialect)
            copy.exec_driver_sql(f'ALTER TABLE contact ADD COLUMN "{column.name}" {kind}')
    chosen = _chosen(live, scope, graph, people)
    for start in range(0, len(chosen), 500):
        part = chosen[start : start + 500]
        _copy_rows(live, copy, contacts.table, select(contacts.table).where(contacts.table.c.id.in_(part)))
        for table in (*_COPIED, tables.member):
            _copy_rows(live, copy, table, select(table).where(table.c.contact.in_(part)))
    copy.execute(tables.event.update().where(tables.event.c.at <= now).values(handled=True))
    return len(chosen)


def _copy_rows(live: Connection, copy: Connection, table: Any, query: Any) -> None:
    rows = [dict(row) for row in live.execute(query).mappings()]
    if rows:
        copy.execute(insert(table), rows)


def _chosen(live: Connection, scope: Scope, graph: Graph, people: int) -> list[int]:
    """A fair sample (by the contacts' own chance) of those who could enter; of everybody for events and dates."""
    audiences = [
        kind for node in graph.nodes.values() if isinstance(kind := behaviour(node, graph), Audience)
    ]
    rules: list[Rule] = [kind.wanted for kind in audiences]
    if any(node.type in (EventEntry.type_id, DateEntry.type_id) for node in graph.nodes.values()):
        rules.append(EVERYBODY)
    contact = scope.contacts.table.c
    query = select(contact.id).where(scope.clause(Any_(tuple(rules)))).order_by(contact.bucket, contact.id)
    return list(live.scalars(query.limit(people)))


# -- what has to be assumed --------------------------------------------------------------------------------------------


def _assume(scratch: Workspace, graph: Graph, now: int, days: int) -> tuple[str, ...]:
    """Sandbox accounts that answer, and events that nobody did yet; returns what of it was assumed."""
    assumed: list[str] = []
    kinds = [kind for node in graph.nodes.values() if (kind := behaviour(node, graph)) is not None]
    with scratch.write() as connection:
        served = set(connection.scalars(select(tables.account.c.channel)))
        known = OUTCOME_FIELD in Contacts.load(connection).fields
        for channel in {kind.channel: kind for kind in kinds if isinstance(kind, Channel)}.values():
            rates = ASSUMED_CALLS if channel.is_call else ASSUMED_MESSAGES
            params = {"outcome_field": OUTCOME_FIELD} if known else {"rates": dict(rates)}
            if channel.channel in served:
                continue
            row = {"name": f"rehearsal {channel.channel}", "channel": channel.channel, "kind": "sandbox"}
            connection.execute(insert(tables.account).values(**row, params=params, is_default=True))
            assumed += [] if known else [channel.channel]
        wanted = _events_of(graph, kinds)
        happened = select(tables.name.c.text).join(tables.event, tables.event.c.type == tables.name.c.id)
        done = set(connection.scalars(happened.distinct()))
        for index, (event, tests, share) in enumerate(wanted):
            if event not in done:
                _make_events(
                    connection, event, tests, share=share, start=now, span=max(days - 1, 1) * DAY, salt=index
                )
                assumed.append(event)
    return tuple(assumed)


def _events_of(graph: Graph, kinds: list[Any]) -> list[tuple[str, tuple[Test, ...], float]]:
    found = {
        kind.event: (kind.event, kind.where, 1.0)
        for kind in kinds
        if isinstance(kind, EventEntry) and kind.event
    }
    for kind in kinds:
        if isinstance(kind, WaitFor) and kind.event:
            found.setdefault(kind.event, (kind.event, kind.where, ASSUMED_EVENT))
    goal = Settings.of(graph).goal
    for leaf in goal.leaves() if goal is not None else ():
        if isinstance(leaf, Happened):
            found.setdefault(leaf.event, (leaf.event, leaf.where, ASSUMED_EVENT))
    return list(found.values())


def _make_events(
    connection: Connection,
    event: str,
    tests: tuple[Test, ...],
    *,
    share: float,
    start: int,
    span: int,
    salt: int,
) -> None:
    """A share of the contacts does something once: an entry at the start, anything else some time later."""
    type_ = name_id(connection, event)
    properties = {test.property: _fitting(test) for test in tests}
    rows = []
    for contact, bucket in connection.execute(select(tables.contact.c.id, tables.contact.c.bucket)):
        if salted(bucket, 7919 + salt, MILLION) >= share * MILLION:
            continue
        at = start if share >= 1 else start + 3600 + salted(bucket, 104729 + salt, span)
        rows.append({
            "contact": contact, "type": type_, "at": at, "properties": properties, "handled": False,
            "digest": f"rehearsal {salt} {contact}".encode(),
        })  # fmt: skip
    if rows:
        connection.execute(insert(tables.event), rows)


def _fitting(test: Test) -> Any:
    """A value with which a test is passed."""
    value = test.value[0] if isinstance(test.value, tuple) and test.value else test.value
    if test.op in (">", "!=") and isinstance(value, int | float):
        return value + 1
    if test.op == "<" and isinstance(value, int | float):
        return value - 1
    return "x" if value is None else value


def _sent(connection: Connection, start: int) -> Iterator[tuple[int, str, int]]:
    touch, node = tables.touch.c, tables.node.c
    rows = connection.execute(
        select(touch.at, node.key).join(tables.node, node.id == touch.node).where(touch.state == 2)
    )
    counted = Counter(((row.at - start) // DAY, row.key) for row in rows)
    yield from ((day, key, n) for (day, key), n in sorted(counted.items()))
