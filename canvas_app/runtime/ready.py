"""A segment with its statements, built once for a version and run many times."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from sqlalchemy import (
    Column,
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

from canvas_app.runtime.cohort import WaveCohort
from canvas_app.runtime.frontier import Frontier, WaveScope
from canvas_app.runtime.inline import Inlined
from canvas_app.runtime.published import Published
from canvas_app.runtime.scratch import NOW, TEMP
from canvas_app.runtime.segments import Occurrence, Segment
from canvas_app.runtime.surroundings import Surroundings
from nodes.library.task import Task
from nodes.spec import FOREVER, JUMPED, RESTING
from storage import tables
from storage.codes import TouchState

WAVE = bindparam("wave", type_=Integer)


class ReadySegment:
    """A segment with its statements, built once for a version and run many times."""

    def __init__(
        self,
        version: Published,
        segment: Segment,
        around: Surroundings,
        inlined: Mapping[str, Inlined] | None = None,
    ) -> None:
        scope = WaveScope(around.contacts, places=around.places, now=0, audiences=around.audiences)
        self.version, self.segment = version, segment
        self.frontier = Frontier(version, segment, scope, cohort=WaveCohort, inlined=inlined or {})
        scope.frontier = self.frontier
        self.frontier.build()
        query, names = self.frontier.query()
        kind = "in" if segment.arriving else "to" if segment.coming else "out"
        kind += "_".join(str(index) for index, each in enumerate(segment.order) if each in segment.ahead)
        self.table = Table(
            f"frontier_{version.id}_{version.node_ids[segment.start]}_{kind}", MetaData(),
            *(Column(name, type_) for name, type_ in names.items()), **TEMP,
        )  # fmt: skip
        self.fill = insert(self.table).from_select(list(names), query)
        self.contacts = around.contacts
        self.places = around.places

    # -- statements --------------------------------------------------------------------------------------------

    def node(self, occurrence: Occurrence) -> int:
        """The number of its node."""
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
        if self.segment.leaving:
            parts.append(select(literal(-1), column.s_port, func.count()).group_by(column.s_port))
        return union_all(*parts) if parts else None

    @cached_property
    def log(self) -> Any:
        """The step rows."""
        column, rows = self.table.c, []
        if self.segment.leaving:
            start = self.version.node_ids[self.segment.start] * 64
            rows.append(select(WAVE, column.s_enrollment, literal(start) + column.s_port, column.s_round))
        for index, occurrence in enumerate(self.segment.order):
            port = column[f"p_{index}"]
            left = and_(port.is_not(None), port != RESTING)
            number = literal(self.node(occurrence) * 64) + port
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
        node, round_ = self.node(occurrence), column.s_round + occurrence.offset
        here = column[f"p_{index}"] == RESTING
        arrived = column.s_arrived if self.is_start(occurrence) else NOW
        until = column[f"h_{index}"] if f"h_{index}" in column else literal(FOREVER)
        port = column[f"r_{index}"] if f"h_{index}" in column else literal(0)
        token = (until, literal(self.version.id), literal(node), column.s_enrollment, round_, port, arrived)
        names = ["due", "version", "node", "enrollment", "round", "port", "arrived"]
        rows = select(*token).where(here)
        if occurrence in self.segment.ahead:  # another of the run may be on its way there already
            yield upsert(tables.token).from_select(names, rows).on_conflict_do_nothing()
            return
        yield insert(tables.token).from_select(names, rows)
        for word in dict.fromkeys(self.frontier.plans[occurrence].waits_for):
            rows = select(column.s_enrollment, literal(node), round_, name_id_query(word)).where(here)
            yield (
                upsert(tables.waiter)
                .from_select(["enrollment", "node", "round", "type"], rows)
                .on_conflict_do_nothing()
            )
        if occurrence.node in self.version.channels and occurrence not in self.segment.cuts:
            leaves = column.get(f"n_{index}", NOW)
            owed = (
                column.s_enrollment,
                column.s_contact,
                literal(node),
                round_,
                literal(int(TouchState.PENDING)),
            )
            names = ["enrollment", "contact", "node", "round", "state", "not_before"]
            yield insert(tables.touch).from_select(names, select(*owed, leaves).where(here))
        kind = self.version.shape.types[occurrence.node]
        if isinstance(kind, Task) and not self.is_start(occurrence):
            yield self._tasks(kind, index, here)

    def _tasks(self, kind: Task, index: int, here: Any) -> Any:
        """The work that a task node gives to people."""
        occurrence, column = self.segment.order[index], self.table.c
        round_ = column.s_round + occurrence.offset
        rows = select(
            column.s_enrollment, column.s_contact, literal(self.node(occurrence)), round_, literal(kind.subject),
            literal(kind.assign), column[f"h_{index}"], literal("open"), NOW,
        ).where(here)  # fmt: skip
        names = ["enrollment", "contact", "node", "round", "title", "assignee", "due", "state", "created"]
        return upsert(tables.task).from_select(names, rows).on_conflict_do_nothing()

    def passed(self, index: int) -> Iterator[Any]:
        """What the tokens that pass an occurrence change besides their place."""
        occurrence, column = self.segment.order[index], self.table.c
        plan, port = self.frontier.plans[occurrence], column[f"p_{index}"]
        passed = and_(port.is_not(None), port != RESTING)
        for tag in plan.tags_removed:
            gone = select(column.s_contact).where(passed)
            yield self._retagged(gone, tag, had=True)
            yield delete(tables.tag).where(
                tables.tag.c.name == name_id_query(tag), tables.tag.c.contact.in_(gone)
            )
        for tag in plan.tags_added:
            yield self._retagged(select(column.s_contact).where(passed), tag, had=False)
            rows = select(column.s_contact, name_id_query(tag)).where(passed)
            yield upsert(tables.tag).from_select(["contact", "name"], rows).on_conflict_do_nothing()
        if plan.jump is not None:
            rows = select(column.s_enrollment, literal(self.node(occurrence)), literal(1)).where(
                port == JUMPED
            )
            more = upsert(tables.jump).from_select(["enrollment", "node", "n"], rows)
            yield more.on_conflict_do_update(
                index_elements=["enrollment", "node"], set_={"n": tables.jump.c.n + 1}
            )

    @property
    def changes_contacts(self) -> bool:
        """Whether fields or tags are written on the way."""
        return bool(self.frontier.written or self.frontier.tag_effects)

    def _retagged(self, contacts: Any, tag: str, *, had: bool) -> Any:
        """Contacts whose tag comes or goes have changed."""
        row, contact = tables.tag.c, self.contacts.table
        has = select(literal(1)).where(row.contact == contact.c.id, row.name == name_id_query(tag)).exists()
        return update(contact).where(contact.c.id.in_(contacts), has if had else ~has).values(changed=NOW)

    @cached_property
    def visits(self) -> list[Any]:
        """Memory of merges that several segments feed."""
        made, column = [], self.table.c
        for index, occurrence in enumerate(self.segment.order):
            passed_by = self.is_start(occurrence) or occurrence in self.segment.ahead
            if occurrence.node in self.version.shape.guarded and not passed_by:
                rows = select(
                    column.s_enrollment, literal(self.node(occurrence)), column.s_round + occurrence.offset
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

    def is_start(self, occurrence: Occurrence) -> bool:
        """Whether the wave's tokens stand there already."""
        return self.segment.arriving and occurrence == Occurrence(self.segment.start)


def name_id_query(word: str) -> Any:
    """The number of a word, looked up when the statement runs."""
    return select(tables.name.c.id).where(tables.name.c.text == word).scalar_subquery()
