"""What one node may read of the tokens on it, as columns of the frontier."""

from typing import Any

from sqlalchemy import BigInteger, Integer, and_, case, column, false, func, literal, null, or_, select

from canvas_app.runtime.frontier import CutHereError, Frontier
from canvas_app.runtime.inline import Inlined, came_inline
from canvas_app.runtime.salts import salt_number
from canvas_app.runtime.scratch import NOW
from canvas_app.runtime.segments import Occurrence
from nodes.comparisons import Clause, name_id, tests_clause
from nodes.comparisons import Column as Expression
from nodes.rules import Rule, Test
from nodes.spec import JUMPED, SKIPPED, Moment, Place
from storage import tables
from storage.codes import TouchState
from storage.contacts import HASH_PRIME, fold, salt_pair, to_stored

_LEFT = (TouchState.SENT, TouchState.UNKNOWN, TouchState.EXPECTING)


class WaveCohort:
    """What one node may read of its tokens (see `nodes.spec.Cohort`)."""

    def __init__(self, frontier: Frontier, occurrence: Occurrence, first: bool) -> None:
        self.frontier, self.scope, self.occurrence, self.first = frontier, frontier.scope, occurrence, first

    @property
    def round(self) -> Expression:
        """Jumps taken so far."""
        return column("s_round", Integer) + self.occurrence.offset

    @property
    def now(self) -> Expression:
        """The instant of the wave."""
        return NOW

    @property
    def arrived(self) -> Expression:
        """When the token reached the node."""
        return column("s_arrived", BigInteger) if self.first else NOW

    def rule(self, rule: Rule) -> Clause:
        """Whether a rule holds."""
        return self.scope.clause(rule)

    def bucket(self, salt: str, modulus: int) -> Expression:
        """A salted hash of the contact."""
        a, b = salt_pair(self.frontier.version.salt ^ salt_number(salt))
        return (column("s_bucket", BigInteger) * a + b) % HASH_PRIME % modulus

    def moment(self, when: Moment, by: str | None = None) -> Expression:
        """An instant by place and, with `by`, by a date of the contact."""
        value = None
        if by is not None:
            known = self.scope.contacts.fields.get(by)
            if known is None:
                return self.scope.looked_up(when, None, from_arrival=self.first)
            if by in self.frontier.written:
                raise CutHereError
            value = self.scope.value(known)
        return self.scope.looked_up(when, value, from_arrival=self.first)

    def since_message(self, nodes: tuple[str, ...], deadline: Moment) -> Expression:
        """An instant counted from when the message left."""
        sent: Expression = (
            select(tables.touch.c.at).where(tables.touch.c.id == self._touch(nodes)).scalar_subquery()
        )
        inline = self._inline(nodes)

        def counted(now: int, place: Place, at: int | None) -> int | None:
            return deadline(now, place, None if at == -1 else at)

        if not inline:
            return self.scope.looked_up(counted, sent, from_arrival=False)
        value = case(*((passed, NOW) for passed, _ in inline), else_=sent)
        return self.scope.looked_up(counted, value, from_arrival=False, before=sent)

    def outcome(
        self, nodes: tuple[str, ...], outcomes: tuple[str, ...], until: Expression | None = None
    ) -> Clause:
        """Whether the message has one of the outcomes."""
        row, touch = tables.outcome.c, tables.touch.c
        message = self._touch(nodes)
        known = select(literal(1)).where(
            row.touch == message, row.kind.in_([name_id(word) for word in outcomes]), row.at <= NOW
        )
        if until is not None:
            known = known.where(row.at <= until)
        states = [code for word, code in _STATE_WORDS.items() if word in outcomes]
        kept: Clause = known.exists()
        if states:
            kept = or_(kept, select(literal(1)).where(touch.id == message, touch.state.in_(states)).exists())
        inline = self._inline(nodes)
        if not inline:
            return kept
        here = [(passed, self._answered(inlined, outcomes)) for passed, inlined in inline]
        return case(*here, else_=kept) == 1

    def _answered(self, inlined: Inlined, outcomes: tuple[str, ...]) -> Clause:
        """Whether a message answered earlier in this wave has one of the outcomes."""
        port = column(f"p_{self._place_of(inlined.node)}", Integer)
        answers = inlined.answers(column("s_bucket", BigInteger))
        came = [clause for word, clause in answers.items() if word in outcomes]
        return or_(
            and_(port == SKIPPED, literal("skipped" in outcomes)), and_(port == 0, or_(false(), *came))
        )

    def _place_of(self, node: str) -> int:
        before = self.frontier.segment.order[: self._index]
        return next(index for index, other in enumerate(before) if other.node == node)

    def _inline(self, nodes: tuple[str, ...]) -> list[tuple[Clause, Inlined]]:
        return came_inline(self.frontier, nodes, self._index)

    @property
    def _index(self) -> int:
        return self.frontier.segment.order.index(self.occurrence)

    def next_outcome(self, nodes: tuple[str, ...], outcomes: tuple[str, ...]) -> Expression:
        """When the next of these outcomes comes, where it is known beforehand (a sandbox answers later)."""
        row = tables.outcome.c
        coming = select(func.min(row.at)).where(
            row.touch == self._touch(nodes), row.kind.in_([name_id(word) for word in outcomes]), row.at > NOW
        )
        inline = self._inline(nodes)
        later: Expression = coming.scalar_subquery()
        return case(*((passed, null()) for passed, _ in inline), else_=later) if inline else later

    def happened(self, event: str, tests: tuple[Test, ...], until: Expression) -> Clause:
        """Whether an event came in time."""
        row, touch = tables.event.c, tables.touch.c
        before = self._messages_before()
        since: Expression = self.arrived
        if before:
            newest = self._touch(before)
            sent = select(touch.at).where(touch.id == newest, touch.state.in_(_LEFT))
            since = func.coalesce(sent.scalar_subquery(), since)
            inline = self._inline(before)
            since = case(*((passed, NOW) for passed, _ in inline), else_=since) if inline else since
        return (
            select(literal(1))
            .where(
                row.contact == column("s_contact"), row.type == name_id(event), row.at >= since, row.at <= NOW,
                row.at <= until, tests_clause(tests), *self.scope.counting,
            )
            .exists()
        )  # fmt: skip

    def field(self, name: str) -> Expression | None:
        """The contact's value of a field."""
        known = self.scope.contacts.fields.get(name)
        return None if known is None or known.kind == "choices" else self.scope.value(known)

    def write(self, name: str, value: object) -> Expression | None:
        """A literal of the field's type."""
        known = self.scope.contacts.fields.get(name)
        if known is None or known.kind == "choices":
            return None
        stored = to_stored(known.kind, value)
        written: Any = literal(stored, self.scope.contacts.table.c[known.column].type)
        if known.fold:
            written.folded = literal(None if stored is None else fold(str(stored)), written.type)
        return written  # type: ignore[no-any-return]

    def jumps(self) -> Expression:
        """Jumps made from this node in this run."""
        row = tables.jump.c
        node = self.frontier.version.node_ids[self.occurrence.node]
        made = (
            select(row.n).where(row.enrollment == column("s_enrollment"), row.node == node).scalar_subquery()
        )
        earlier = [
            case((column(f"p_{index}") == JUMPED, 1), else_=0)
            for index, other in enumerate(self.frontier.segment.order)
            if other.node == self.occurrence.node and other.offset < self.occurrence.offset
        ]
        return sum(earlier, start=func.coalesce(made, 0))

    def _touch(self, nodes: tuple[str, ...]) -> Expression:
        """The newest message of this run at one of some nodes."""
        row = tables.touch.c
        numbers = [self.frontier.version.node_ids.get(key, -1) for key in nodes]
        newest = select(row.id).where(
            row.enrollment == column("s_enrollment"), row.node.in_(numbers), row.round <= self.round
        )
        return newest.order_by(row.round.desc(), row.id.desc()).limit(1).scalar_subquery()

    def _messages_before(self) -> tuple[str, ...]:
        """The channel nodes from which this one is reached without another channel between."""
        graph, found, seen = self.frontier.version.shape.graph, [], {self.occurrence.node}
        waiting = [edge.source for edge in graph.edges_to(self.occurrence.node)]
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            if node in self.frontier.version.channels:
                found.append(node)
            else:
                waiting += [edge.source for edge in graph.edges_to(node)]
        return tuple(sorted(found))


_STATE_WORDS = {
    "sent": TouchState.SENT, "failed": TouchState.FAILED, "skipped": TouchState.SKIPPED, "unknown": TouchState.UNKNOWN,
}  # fmt: skip
