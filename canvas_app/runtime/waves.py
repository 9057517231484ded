"""A wave: the tokens on one segment's start walk it together, in one transaction, by a fixed list of statements."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.schema import CreateTable

from canvas_app.runtime.cohort import WaveCohort
from canvas_app.runtime.frontier import (
    GONE_GOAL,
    GONE_RULE,
    NOW,
    TEMP,
    Frontier,
    Moments,
    WaveScope,
    moment,
    seed,
)
from canvas_app.runtime.leaving import forget_leaving, leave, leaving
from canvas_app.runtime.published import Published
from canvas_app.runtime.segments import HIDDEN, Occurrence, Segment
from nodes.clauses import load_audiences, load_places
from nodes.library.task import Task
from nodes.rules import Rule
from nodes.spec import ENDED, ENTERED, JUMPED, RESTING
from storage import tables
from storage.codes import RunState, TouchState
from storage.contacts import Contacts
from storage.workspace import name_id

LARGEST_WAVE = 50_000
WAVE = bindparam("wave", type_=Integer)


@dataclass(frozen=True, slots=True)
class Moved:
    """What a wave did: tokens taken in, and contacts that `move` hands to other strategies."""

    tokens: int
    moves: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Surroundings:
    """What every wave of a tick shares: catalogue, places, saved audiences."""

    contacts: Contacts
    places: dict[int, Any]
    audiences: dict[str, Rule | int]

    @classmethod
    def load(cls, connection: Connection, zone: str = "") -> "Surroundings":
        """As the workspace stands now; `zone` is the strategy's, for contacts without one."""
        return cls(Contacts.load(connection), load_places(connection, zone), load_audiences(connection))


class ReadySegment:
    """A segment with its statements, built once for a version and run many times."""

    def __init__(self, version: Published, segment: Segment, around: Surroundings) -> None:
        scope = WaveScope(around.contacts, places=around.places, now=0, audiences=around.audiences)
        self.version, self.segment = version, segment
        self.frontier = Frontier(version, segment, scope, cohort=WaveCohort)
        scope.frontier = self.frontier
        self.frontier.build()
        query, names = self.frontier.query()
        kind = "in" if segment.arriving else "out"
        self.table = Table(
            f"frontier_{version.id}_{version.node_ids[segment.start]}_{kind}", MetaData(),
            *(Column(name, type_) for name, type_ in names.items()), **TEMP,
        )  # fmt: skip
        self.fill = insert(self.table).from_select(list(names), query)
        self.contacts = around.contacts
        self.places = around.places

    # -- statements --------------------------------------------------------------------------------------------

    def _node(self, occurrence: Occurrence) -> int:
        return self.version.node_ids[occurrence.node]

    @cached_property
    def count(self) -> Any:
        """How many took which port where: (occurrence, port, n)."""
        column = self.table.c
        parts = [
            select(literal(index).label("i"), column[f"p_{index}"].label("p"), func.count().label("n"))
            .where(column[f"p_{index}"].is_not(None))
            .group_by(column[f"p_{index}"])
            for index in range(len(self.segment.order))
        ]
        if not self.segment.arriving:
            parts.append(select(literal(-1), column.s_port, func.count()).group_by(column.s_port))
        return union_all(*parts) if parts else None

    @cached_property
    def log(self) -> Any:
        """The step rows."""
        column, rows = self.table.c, []
        if not self.segment.arriving:
            start = self.version.node_ids[self.segment.start] * 64
            rows.append(select(WAVE, column.s_enrollment, literal(start) + column.s_port, column.s_round))
        for index, occurrence in enumerate(self.segment.order):
            port = column[f"p_{index}"]
            left = and_(port.is_not(None), port != RESTING)
            number = literal(self._node(occurrence) * 64) + port
            rows.append(
                select(WAVE, column.s_enrollment, number, column.s_round + occurrence.offset).where(left)
            )
        return (
            insert(tables.step).from_select(["wave", "enrollment", "node_port", "round"], union_all(*rows))
            if rows
            else None
        )

    def rest(self, index: int) -> Iterator[Any]:
        """What keeps the tokens that rest at an occurrence: positions, waiters, messages, tasks."""
        occurrence, column = self.segment.order[index], self.table.c
        node, round_ = self._node(occurrence), column.s_round + occurrence.offset
        here = column[f"p_{index}"] == RESTING
        arrived = column.s_arrived if self._is_start(occurrence) else NOW
        yield insert(tables.token).from_select(
            ["due", "version", "node", "enrollment", "round", "port", "arrived"],
            select(column[f"h_{index}"], literal(self.version.id), literal(node), column.s_enrollment, round_,
                   column[f"r_{index}"], arrived).where(here),
        )  # fmt: skip
        for word in dict.fromkeys(self.frontier.plans[occurrence].waits_for):
            rows = select(column.s_enrollment, literal(node), round_, name_id_query(word)).where(here)
            yield (
                upsert(tables.waiter)
                .from_select(["enrollment", "node", "round", "type"], rows)
                .on_conflict_do_nothing()
            )
        if f"n_{index}" in column:
            yield insert(tables.touch).from_select(
                ["enrollment", "contact", "node", "round", "state", "not_before"],
                select(column.s_enrollment, column.s_contact, literal(node), round_, literal(int(TouchState.PENDING)),
                       column[f"n_{index}"]).where(here),
            )  # fmt: skip
        kind = self.version.shape.types[occurrence.node]
        if isinstance(kind, Task) and not self._is_start(occurrence):
            rows = select(column.s_enrollment, column.s_contact, literal(node), round_, literal(kind.subject),
                          literal(kind.assign), column[f"h_{index}"], literal("open"), NOW).where(here)  # fmt: skip
            names = ["enrollment", "contact", "node", "round", "title", "assignee", "due", "state", "created"]
            yield upsert(tables.task).from_select(names, rows).on_conflict_do_nothing()

    def passed(self, index: int) -> Iterator[Any]:
        """What the tokens that pass an occurrence change besides their place."""
        occurrence, column = self.segment.order[index], self.table.c
        plan, port = self.frontier.plans[occurrence], column[f"p_{index}"]
        passed = and_(port.is_not(None), port != RESTING)
        for tag in plan.tags_removed:
            gone = select(column.s_contact).where(passed)
            yield delete(tables.tag).where(
                tables.tag.c.name == name_id_query(tag), tables.tag.c.contact.in_(gone)
            )
        for tag in plan.tags_added:
            rows = select(column.s_contact, name_id_query(tag)).where(passed)
            yield upsert(tables.tag).from_select(["contact", "name"], rows).on_conflict_do_nothing()
        if plan.jump is not None:
            rows = select(column.s_enrollment, literal(self._node(occurrence)), literal(1)).where(
                port == JUMPED
            )
            more = upsert(tables.jump).from_select(["enrollment", "node", "n"], rows)
            yield more.on_conflict_do_update(
                index_elements=["enrollment", "node"], set_={"n": tables.jump.c.n + 1}
            )

    @cached_property
    def visits(self) -> list[Any]:
        """Memory of merges that several segments feed."""
        made, column = [], self.table.c
        for index, occurrence in enumerate(self.segment.order):
            if occurrence.node in self.version.shape.guarded and not self._is_start(occurrence):
                rows = select(
                    column.s_enrollment, literal(self._node(occurrence)), column.s_round + occurrence.offset
                )
                rows = rows.where(column[f"p_{index}"].is_not(None))
                made.append(
                    upsert(tables.visit)
                    .from_select(["enrollment", "node", "round"], rows)
                    .on_conflict_do_nothing()
                )
        return made

    @cached_property
    def writes(self) -> list[Any]:
        """The contact fields that `update_contact` changed."""
        column, made = self.table.c, []
        contact = self.contacts.table
        for name in sorted(self.frontier.written):
            known = self.contacts.fields[name]
            values = {known.column: column[f"v_{known.id}"]}
            if known.fold:
                values[known.fold] = column[f"w_{known.id}"]
            changed = contact.c[known.column].is_distinct_from(column[f"v_{known.id}"])
            made.append(
                update(contact)
                .where(contact.c.id == column.s_contact, changed)
                .values({**values, "changed": NOW})
            )
        return made

    def _is_start(self, occurrence: Occurrence) -> bool:
        return self.segment.arriving and occurrence == Occurrence(self.segment.start)

    # -- running -----------------------------------------------------------------------------------------------

    def run(self, connection: Connection, now: int) -> Moved:
        """Walk the tokens in `seed` to their next rest. The caller holds the transaction."""
        at = {"now": now}
        self._fill_moments(connection, now)
        connection.execute(CreateTable(self.table, if_not_exists=True))
        connection.execute(delete(self.table))
        tokens = connection.execute(self.fill, at).rowcount
        row = {"at": now, "version": self.version.id, "segment": self.version.node_ids[self.segment.start]}
        new = connection.execute(insert(tables.wave), row).inserted_primary_key
        assert new is not None
        counts = (
            [tuple(each) for each in connection.execute(self.count, at)] if self.count is not None else []
        )
        if self.log is not None:
            connection.execute(self.log, {**at, "wave": new[0]})
        for statement in self.visits:
            connection.execute(statement, at)
        moves = self._settle(connection, counts, at)
        self._count(connection, counts)
        for statement in self.writes:
            connection.execute(statement, at)
        self._leave(connection, counts, now)
        complete(connection, self.table.c.s_enrollment, now)
        return Moved(tokens, moves)

    def _settle(
        self, connection: Connection, counts: list[Any], at: dict[str, int]
    ) -> tuple[tuple[str, int], ...]:
        resting = {index for index, port, _n in counts if port == RESTING}
        passing = {index for index, port, _n in counts if port != RESTING and index >= 0}
        moves: list[tuple[str, int]] = []
        for index in sorted(passing):
            for statement in self.passed(index):
                connection.execute(statement, at)
            target = self.frontier.plans[self.segment.order[index]].moves_to
            if target:
                port = self.table.c[f"p_{index}"]
                who = select(self.table.c.s_contact).where(port.is_not(None), port != RESTING)
                moves += [(target, contact) for contact in connection.scalars(who)]
        for index in sorted(resting):
            for statement in self.rest(index):
                connection.execute(statement, at)
        return tuple(moves)

    def _count(self, connection: Connection, counts: list[Any]) -> None:
        found: dict[tuple[int, int], int] = {}
        for index, port, n in counts:
            occurrence = self.segment.order[index] if index >= 0 else Occurrence(self.segment.start)
            node = self._node(occurrence)
            codes = [] if index < 0 or self._is_start(occurrence) else [ENTERED]
            codes += [] if port == RESTING else [port]
            for code in codes:
                found[node, code] = found.get((node, code), 0) + n
        add_counts(connection, self.version.id, found)

    def _leave(self, connection: Connection, counts: list[Any], now: int) -> None:
        ended = {index for index, port, _n in counts if port == ENDED}
        looks = "g_" in self.table.c
        if not ended and not looks:
            return
        forget_leaving(connection)
        column = self.table.c
        for index in sorted(ended):
            reason = self.frontier.plans[self.segment.order[index]].ends
            rows = select(
                column.s_enrollment, literal(name_id(connection, reason) if reason else None, Integer)
            )
            rows = rows.where(column[f"p_{index}"] == ENDED).distinct()
            connection.execute(
                upsert(leaving).from_select(["enrollment", "reason"], rows).on_conflict_do_nothing()
            )
        for code, word in ((GONE_GOAL, "goal"), (GONE_RULE, "exit_rule")) if looks else ():
            rows = (
                select(column.s_enrollment, literal(name_id(connection, word)))
                .where(column.g_ == code)
                .distinct()
            )
            connection.execute(
                upsert(leaving).from_select(["enrollment", "reason"], rows).on_conflict_do_nothing()
            )
        leave(connection, now, state=RunState.EXITED)

    def _fill_moments(self, connection: Connection, now: int) -> None:
        if not self.frontier.moments:
            return
        connection.execute(CreateTable(moment, if_not_exists=True))
        connection.execute(delete(moment))
        rows = [row for each in self.frontier.moments for row in self._results(connection, each, now)]
        if rows:
            connection.execute(insert(moment), rows)

    def _results(self, connection: Connection, wanted: Moments, now: int) -> Iterator[dict[str, Any]]:
        base = seed.c.s_arrived if wanted.from_arrival else literal(0)
        value: Any = literal(-1) if wanted.value is None else func.coalesce(wanted.value, -1)
        known = select(seed.c.s_place, base, value).distinct()
        if wanted.value is not None and self.frontier.fields:
            contact = self.contacts.table
            brought = select(
                seed, *(contact.c[source].label(name) for name, source in self.frontier.fields.items())
            )
            inner = brought.join(contact, contact.c.id == seed.c.s_contact).subquery()
            arrived = inner.c.s_arrived if wanted.from_arrival else literal(0)
            known = select(inner.c.s_place, arrived, value).select_from(inner).distinct()
        for place, start, found in connection.execute(known, {"now": now}):
            present = None if found == -1 and wanted.value is not None else found
            result = wanted.when(start or now, self.places[place], present)
            yield {"key": wanted.key, "place": place, "base": start, "value": found, "result": result}


def name_id_query(word: str) -> Any:
    """The number of a word, looked up when the statement runs."""
    return select(tables.name.c.id).where(tables.name.c.text == word).scalar_subquery()


def add_counts(connection: Connection, version: int, found: dict[tuple[int, int], int]) -> None:
    """Add to the counters that the screen reads: (node, code) -> how many."""
    rows = [
        {"version": version, "node": node, "code": code, "n": n} for (node, code), n in found.items() if n
    ]
    if rows:
        more = upsert(tables.counter)
        total = tables.counter.c.n + more.excluded.n
        connection.execute(
            more.on_conflict_do_update(index_elements=["version", "node", "code"], set_={"n": total}), rows
        )


def complete(connection: Connection, who: Any, now: int) -> None:
    """Runs without a token left are over."""
    row = tables.enrollment.c
    standing = select(literal(1)).where(tables.token.c.enrollment == row.id).exists()
    connection.execute(
        update(tables.enrollment)
        .where(row.id.in_(select(who)), row.state == RunState.ACTIVE, ~standing)
        .values(state=int(RunState.COMPLETED), ended=now)
    )


def load_seeds(
    connection: Connection, version: int, node: int, *, arriving: bool, now: int, alone: bool
) -> int:
    """Take the due tokens of a segment's start into `seed`; with `alone` no contact twice. Returns how many."""
    connection.execute(CreateTable(seed, if_not_exists=True))
    connection.execute(delete(seed))
    token, run, contact = tables.token.c, tables.enrollment.c, tables.contact.c
    due = and_(
        token.due <= now,
        token.version == version,
        token.node == node,
        token.port < 0 if arriving else token.port >= 0,
    )
    joined = tables.token.join(tables.enrollment, run.id == token.enrollment)
    brought = (
        token.enrollment,
        token.round,
        token.port,
        token.arrived,
        run.contact,
        contact.place,
        contact.bucket,
    )
    joined = tables.token.join(tables.enrollment, run.id == token.enrollment)
    brought = (
        token.enrollment,
        token.round,
        token.port,
        token.arrived,
        run.contact,
        contact.place,
        contact.bucket,
    )
    rows = (
        select(*brought, run.entered)
        .select_from(joined.join(tables.contact, contact.id == run.contact))
        .where(due)
        .order_by(token.due, token.enrollment, token.round)
        .limit(LARGEST_WAVE)
    )
    names = [each.name for each in seed.c]
    taken = connection.execute(insert(seed).from_select(names, rows)).rowcount
    if alone:
        other = seed.alias()
        earlier = (other.c.s_enrollment < seed.c.s_enrollment) | (
            (other.c.s_enrollment == seed.c.s_enrollment) & (other.c.s_round < seed.c.s_round)
        )
        twice = select(literal(1)).where(other.c.s_contact == seed.c.s_contact, earlier).exists()
        if connection.scalar(select(func.count(func.distinct(seed.c.s_contact)))) != taken:
            taken -= connection.execute(delete(seed).where(twice)).rowcount
    mine = (
        select(literal(1))
        .where(seed.c.s_enrollment == token.enrollment, seed.c.s_round == token.round)
        .exists()
    )
    connection.execute(delete(tables.token).where(due, mine))
    waiting = tables.waiter.c
    if connection.scalar(select(literal(1)).select_from(tables.waiter).where(waiting.node == node).limit(1)):
        woken = select(literal(1)).where(
            seed.c.s_enrollment == waiting.enrollment, seed.c.s_round == waiting.round
        )
        connection.execute(delete(tables.waiter).where(waiting.node == node, woken.exists()))
    return taken


def is_hidden(node: str) -> bool:
    """Whether only the runtime knows this node."""
    return node.startswith(HIDDEN)
