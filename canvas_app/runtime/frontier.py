"""One wave of a segment as a chain of layers: a row a token, a column a fact, everything in SQL.

Columns of the frontier are unqualified and carry prefixes that no table has: `s_…` what the token brought, `v_…` and
`w_…` contact fields (folded) with earlier writes, `p_i` the port taken at occurrence i (NULL: not reached), `h_i` until
when it rests there, `r_i` the port after the rest, `n_i` when its message may leave, `g_` why the run is over.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    column,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.types import TypeEngine

from canvas_app.runtime.inline import Inlined, stack_inlined
from canvas_app.runtime.layers import Layers
from canvas_app.runtime.published import Published
from canvas_app.runtime.scratch import NOW, SEED_COLUMNS, Moments, moment, seed
from canvas_app.runtime.segments import Occurrence, Segment
from nodes.clauses import Scope
from nodes.comparisons import Clause, belongs
from nodes.comparisons import Column as Expression
from nodes.rules import Rule, reads
from nodes.spec import COMING, ENDED, FAILED, JUMPED, RESTING, RUN_NODE, SKIPPED, Moment, Plan
from storage import tables
from storage.contacts import ContactField

GONE_GOAL, GONE_RULE, GONE_END = 1, 2, 3
FEW_PLACES = 8


class CutHereError(Exception):
    """A node needs what only the next wave knows; tokens stop before it."""


@dataclass
class Frontier:
    """The layers of one segment while they are being stacked."""

    version: Published
    segment: Segment
    scope: "WaveScope"
    layers: Layers = field(default_factory=Layers)
    moments: list[Moments] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    plans: dict[Occurrence, Plan] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    tag_effects: list[tuple[str, str, bool]] = field(default_factory=list)
    cohort: Any = None
    inlined: Mapping[str, Inlined] = field(default_factory=dict)
    counts_caps: bool = False
    _looks_for_goal: bool = False

    def push(self, columns: Mapping[str, Expression]) -> None:
        """New columns; a name given anew is from now on the new column."""
        self.layers.define(columns)

    def build(self) -> None:
        """Stack every occurrence of the segment."""
        if self.segment.leaving and self.version.shape.types[self.segment.start].entry:
            self._look_for_goal(frozenset(), everything=True)
        for index, occurrence in enumerate(self.segment.order):
            self._stack(index, occurrence)

    def _stack(self, index: int, occurrence: Occurrence) -> None:
        first = self.segment.arriving and occurrence == Occurrence(self.segment.start)
        if occurrence in self.segment.ahead:
            here = {f"h_{index}": NOW, f"r_{index}": literal(COMING), f"p_{index}": literal(RESTING)}
            reach = self._reach(occurrence, False)
            self.push({name: case((reach, value), else_=null()) for name, value in here.items()})
            self.plans[occurrence] = Plan(port=literal(0))
            return
        if not first and occurrence.node in self.version.channels and occurrence not in self.segment.cuts:
            self._stack_message(index, occurrence)
            return
        plan, rests = self._plan(occurrence, first)
        reach = self._reach(occurrence, first)
        hold, resume = plan.hold_until, plan.resume
        port: Expression = plan.port
        if plan.ends is not None:
            port = literal(ENDED)
        if plan.jump is not None:
            port = case((plan.jump.is_not(None), literal(JUMPED)), else_=port)
        if rests and hold is not None:
            resume = case((hold.is_(None), port), else_=resume)
            hold = func.coalesce(hold, NOW)
        new: dict[str, Expression] = {}
        if hold is not None:
            self.push({f"h_{index}": case((reach, hold), else_=null())})
            hold = column(f"h_{index}", BigInteger)
            new[f"r_{index}"] = case((reach, resume), else_=null())
            port = case((hold.is_not(None), literal(RESTING)), else_=port)
        new[f"p_{index}"] = case((reach, port), else_=null())
        self.push(new)
        self.plans[occurrence] = plan
        if plan.ends is not None and self.version.shape.forks:
            self._gone([(column(f"p_{index}") == ENDED, GONE_END)])  # its siblings go no further
        self._write(index, plan)

    def _stack_message(self, index: int, occurrence: Occurrence) -> None:
        reach = self._reach(occurrence, False)
        self.plans[occurrence] = Plan(port=literal(0))
        if occurrence.node in self.inlined:
            stack_inlined(self, index, occurrence, reach)
            return
        self.push({f"p_{index}": case((reach, RESTING), else_=null())})
        if self.version.window(occurrence.node) is not None:
            self.push({f"n_{index}": case((reach, self.may_leave(occurrence.node)), else_=null())})

    def _plan(self, occurrence: Occurrence, first: bool) -> tuple[Plan, bool]:
        kind = self.version.shape.types[occurrence.node]
        stop = Plan(port=literal(RUN_NODE), hold_until=NOW, resume=literal(RUN_NODE))
        if not first and (occurrence in self.segment.cuts or kind.barrier):
            return stop, True
        try:
            plan = kind.plan(self.cohort(self, occurrence, first))
        except CutHereError:
            return stop, True
        return plan, not first and self.version.shape.always_rests(occurrence.node)

    def _reach(self, occurrence: Occurrence, first: bool) -> Clause:
        if first:
            return self._not_gone(true())
        node = self.version.node_ids[occurrence.node]
        ways = [self._way(source.origin, source.port) for source in self.segment.sources[occurrence]]
        reach = or_(false(), *ways)
        if occurrence.node in self.version.shape.guarded:
            row = tables.visit.c
            here = and_(
                row.enrollment == column("s_enrollment"),
                row.node == node,
                row.round == column("s_round") + occurrence.offset,
            )
            reach = and_(reach, ~select(literal(1)).where(here).exists())
        return self._not_gone(reach)

    def _way(self, origin: Occurrence | None, port: int) -> Clause:
        if origin is not None:
            taken: Expression = column(f"p_{self.segment.order.index(origin)}")
            return self._left(origin.node, taken, port)
        return self._left(self.segment.start, column("s_port"), port)

    def _left(self, node: str, taken: Expression, port: int) -> Clause:
        """Whether a token left a node by a port; failed and skipped messages leave by `out` too, unless they end it."""
        channel = self.version.channels.get(node)
        if channel is None or port == COMING:
            return taken == port
        return taken.in_((0, FAILED) if channel.if_unreachable == "exit" else (0, FAILED, SKIPPED))

    def _not_gone(self, reach: Clause) -> Clause:
        return and_(reach, self.layers.read("g_") == 0) if self._looks_for_goal else reach

    def may_leave(self, node: str) -> Expression:
        """The first instant at which the send window lets a message out."""
        window = self.version.window(node)
        if window is None or window.skips:
            return NOW
        opens = self.scope.looked_up(
            lambda now, place, _: window.opens(now, place.zone, country=place.country),
            None,
            from_arrival=False,
        )
        if window.spread is None:
            return opens
        share = self.cohort(self, Occurrence(node), False).bucket(
            f"spread.{node}", max(window.spread.rough_seconds(), 1)
        )
        return case((opens > NOW, opens + share), else_=opens)

    # writes -----------------------------------------------------------------------------------------------------

    def _write(self, index: int, plan: Plan) -> None:
        here = and_(column(f"p_{index}").is_not(None), column(f"p_{index}") != RESTING)
        new: dict[str, Expression] = {}
        for name, value in plan.writes.items():
            known = self.scope.contacts.fields[name]
            new[f"v_{known.id}"] = case((here, value), else_=self.scope.value(known))
            if known.fold:
                folded = getattr(value, "folded", null())
                new[f"w_{known.id}"] = case((here, folded), else_=self.scope.folded(known))
            self.written.add(name)
        if new:
            self.push(new)
        for tag in plan.tags_removed:
            self.tag_effects.append((f"p_{index}", tag, False))
        for tag in plan.tags_added:
            self.tag_effects.append((f"p_{index}", tag, True))
        touched = frozenset(plan.writes) | {f"#{tag}" for tag in (*plan.tags_added, *plan.tags_removed)}
        if touched:
            self._look_for_goal(touched)

    def _look_for_goal(self, touched: frozenset[str], *, everything: bool = False) -> None:
        """Whether goal or exit rule came true by a write: such a run passes no further node."""
        found: list[tuple[Clause, int]] = []
        settings = self.version.settings
        for wanted, code in ((settings.goal, GONE_GOAL), (settings.exit_when, GONE_RULE)):
            if wanted is None:
                continue
            looked = reads(wanted)
            if (
                everything
                or touched & (looked.fields | {f"#{tag}" for tag in looked.tags})
                or looked.audiences
            ):
                found.append((self.scope.in_run(wanted), code))
        if found:
            self._gone(found)

    def _gone(self, found: list[tuple[Clause, int]]) -> None:
        """Note why runs are over; the first reason stays."""
        before = self.layers.read("g_") if self._looks_for_goal else literal(0)
        whens = ((clause, literal(code)) for clause, code in found)
        self.push({"g_": case((before != 0, before), *whens, else_=literal(0))})
        self._looks_for_goal = True

    # the statement ----------------------------------------------------------------------------------------------

    def query(self) -> tuple[Select[Any], dict[str, TypeEngine[Any]]]:
        """The frontier as a SELECT, and its columns."""
        contact = self.scope.contacts.table
        brought = [seed.c[name] for name in SEED_COLUMNS]
        base = select(*brought, *(contact.c[source].label(name) for name, source in self.fields.items()))
        if self.fields:
            base = base.join(contact, contact.c.id == seed.c.s_contact)
        brought_types: dict[str, TypeEngine[Any]] = {each.name: each.type for each in brought}
        brought_types |= {name: contact.c[source].type for name, source in self.fields.items()}
        return self.layers.query(base, brought_types)


class WaveScope(Scope):
    """Rules over the columns of a frontier."""

    frontier: Frontier
    in_pass: bool = False
    arriving_first: bool = False

    @property
    def contact(self) -> Expression:
        """The contact's id."""
        return column("s_contact", Integer)

    @property
    def now(self) -> Expression:
        """The instant of the wave."""
        return NOW

    @property
    def since(self) -> Expression | None:
        """In goal and exit rules events count from the start of the pass."""
        return column("s_entered", BigInteger) if self.in_pass else None

    @property
    def counting(self) -> list[Clause]:
        """With a re-entry key, events of other runs do not count."""
        key = self.frontier.version.settings.reentry.key
        run = tables.enrollment.c
        mine = select(run.entry_key).where(run.id == column("s_enrollment")).scalar_subquery()
        return [belongs(key, mine)] if key else []

    def in_run(self, rule: Rule) -> Clause:
        """A goal or exit rule."""
        self.in_pass = True
        try:
            return self.clause(rule)
        finally:
            self.in_pass = False

    def value(self, known: ContactField) -> Expression:
        """The field's value with the writes of earlier nodes."""
        name = f"v_{known.id}"
        if known.name not in self.frontier.written:
            self.frontier.fields[name] = known.column
        return self.frontier.layers.read(name, self.contacts.table.c[known.column].type)

    def folded(self, known: ContactField) -> Expression:
        """The same, case-folded."""
        source = known.fold or known.column
        if known.name not in self.frontier.written:
            self.frontier.fields[f"w_{known.id}"] = source
        return self.frontier.layers.read(f"w_{known.id}", self.contacts.table.c[source].type)

    def moment(self, when: Moment) -> Expression:
        """An instant that depends on the place."""
        return self.looked_up(when, None, from_arrival=False)

    def looked_up(
        self, when: Moment, value: Expression | None, *, from_arrival: bool, before: Expression | None = None
    ) -> Expression:
        """The result that `fill_moments` puts into the table `moment` before the wave.

        `before`: what `value` can be made of before the wave begins; within it, it may be the present instant too.
        """
        found = Moments(
            len(self.frontier.moments),
            when,
            before if before is not None else value,
            from_arrival,
            with_now=before is not None,
        )
        self.frontier.moments.append(found)
        if value is None and not from_arrival and len(self.places) <= FEW_PLACES:
            return self._chosen(found)
        row = moment.c
        return (
            select(row.result)
            .where(
                row.key == found.key, row.place == column("s_place"),
                row.base == (column("s_arrived") if from_arrival else literal(0)),
                row.value == (literal(-1) if value is None else func.coalesce(value, -1)),
            )
            .scalar_subquery()
        )  # fmt: skip

    def _chosen(self, wanted: Moments) -> Expression:
        """The same as parameters of the statement: cheaper than a table where contacts live in a few places only."""
        results = {place: bindparam(wanted.parameter(place), type_=BigInteger) for place in self.places}
        if len(results) == 1:
            return next(iter(results.values()))
        return case(results, value=column("s_place", Integer), else_=null())

    def has_tag(self, tag: str) -> Clause:
        """Tags, with those that earlier nodes added or took away."""
        base: Any = super().has_tag(tag)
        for port, name, added in self.frontier.tag_effects:
            if name == tag:
                passed = and_(column(port).is_not(None), column(port) != RESTING)
                base = or_(passed, base) if added else and_(~passed, base)
        return base  # type: ignore[no-any-return]
