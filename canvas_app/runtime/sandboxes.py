"""Sandbox accounts answer in bulk: one wave of statements for all messages that are due at a node.

What is answered at once becomes an outcome row now; what comes `after` becomes an outcome row with its later instant
(readers look at `at`). A later bounce, complaint or unsubscribing changes whom we may write to, so it becomes an event
of that instant instead, and is handled as an imported one.
"""

from collections.abc import Mapping

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    case,
    cast,
    delete,
    false,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    text,
    true,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.schema import CreateTable

from canvas_app.runtime.outbox import DUE, NOT_NOW, RUNS, SENT_PORT, Eligible, Settled, everyone, settle
from canvas_app.runtime.routes import IMPLICIT, Route, Routes
from canvas_app.runtime.waking import wake
from nodes.sandbox import AT_ONCE, Sandbox, complete, default_outcomes, rate_clauses, split_outcomes
from nodes.spec import FAILED, FOREVER
from storage import tables
from storage.codes import TouchState
from storage.contacts import Contacts
from storage.workspace import name_id

Answers = Mapping[str, ColumnElement[bool]]

settling = Table(
    "settling", MetaData(), Column("touch", Integer, primary_key=True), Column("enrollment", Integer),
    Column("contact", Integer), Column("round", Integer), Column("attempts", Integer), prefixes=["TEMPORARY"],
)  # fmt: skip
_GROUPS = text(f"SELECT DISTINCT enrollment.version, touch.node FROM {RUNS} WHERE {DUE}")
_FILL = text(
    f"""INSERT INTO settling (touch, enrollment, contact, round, attempts)
        SELECT touch.id, touch.enrollment, touch.contact, touch.round, coalesce(touch.attempts, 0) FROM {RUNS}
        WHERE {DUE} AND touch.node = :node AND enrollment.version = :version"""
)
_REFUSALS = ("bounced", "complained", "unsubscribed")


def send_sandbox(connection: Connection, now: int, eligible: Eligible = everyone) -> int:
    """Settle every due message of a sandbox account, within the caller's transaction; returns how many were due."""
    routes = Routes(connection)
    if not routes.accounts.any_sandbox():
        return 0
    total = 0
    for version, node in connection.execute(_GROUPS, {"now": now}).all():
        route = routes.of(version, node)
        if route is not None and route.account is not None and route.account.is_sandbox:
            total += _Batch(connection, route, now, eligible).settle()
    return total


class _Batch:
    """The due messages of one node of one version."""

    def __init__(self, connection: Connection, route: Route, now: int, eligible: Eligible) -> None:
        assert route.account is not None
        self.connection, self.route, self.now, self.eligible = connection, route, now, eligible
        self.account = Sandbox(route.account.params)
        self.account_id = route.account.id or IMPLICIT
        self.is_call = route.channel.is_call

    def settle(self) -> int:
        connection = self.connection
        connection.execute(CreateTable(settling, if_not_exists=True))
        connection.execute(delete(settling))
        due = connection.execute(
            _FILL, {"now": self.now, "node": self.route.node, "version": self.route.version}
        ).rowcount
        self._leave_out_the_unreachable()
        answers = self._answers()
        self._try_again(answers)
        self._keep(answers)
        return due

    def _leave_out_the_unreachable(self) -> None:
        if self.eligible is everyone:
            return
        reasons = self.eligible(self.connection, select(settling.c.touch), self.now)
        if not reasons:
            return
        rows = {row.touch: row for row in self.connection.execute(select(settling))}
        skipped = [
            Settled(
                touch, rows[touch].enrollment, self.route.node, rows[touch].round, TouchState.SKIPPED, reason
            )
            for touch, reason in reasons.items()
            if touch in rows and not reason.startswith(NOT_NOW)
        ]
        settle(self.connection, skipped, self.now)
        for start in range(0, len(skipped), 10_000):
            touches = [each.touch for each in skipped[start : start + 10_000]]
            runs = select(tables.touch.c.enrollment).where(tables.touch.c.id.in_(touches))
            wake(self.connection, runs, "skipped", self.now)
        gone = delete(settling).where(settling.c.touch == bindparam("gone"))
        self.connection.execute(gone, [{"gone": touch} for touch in reasons])

    # -- what is answered --------------------------------------------------------------------------------------------

    def _answers(self) -> Answers:
        """For each outcome, to whom of `settling` it comes."""
        account, contact = self.account, tables.contact.c
        if account.outcome_field:
            return self._answers_by_field(account.outcome_field)
        if account.rates:
            bucket = select(contact.bucket).where(contact.id == settling.c.contact).scalar_subquery()
            return rate_clauses(account.params, bucket, self.route.channel.node.id, is_call=self.is_call)
        said = complete(account.outcomes or default_outcomes(self.is_call), is_call=self.is_call)
        return {outcome: true() for outcome in said}

    def _answers_by_field(self, name: str) -> Answers:
        value = self._field_value(name)
        found: dict[str, list[str]] = {}
        for text_ in self.connection.execute(select(value).select_from(settling).distinct()).scalars():
            for outcome in complete(split_outcomes(text_), is_call=self.is_call):
                found.setdefault(outcome, []).append(text_)
        return {outcome: value.in_(texts) for outcome, texts in found.items()}

    def _field_value(self, name: str) -> ColumnElement[str]:
        """The contact's words in that field, `` where it has none or there is no such field."""
        contacts = Contacts.load(self.connection)
        known, column = contacts.fields.get(name), contacts.column(name)
        if known is not None and known.kind == "choices":
            choice = tables.choice.c
            several = select(func.group_concat(choice.value, "|")).where(
                choice.contact == settling.c.contact, choice.field == known.id
            )
            return func.coalesce(several.scalar_subquery(), "")
        if column is None:
            return literal("")
        one = select(cast(column, Text)).where(contacts.table.c.id == settling.c.contact)
        return func.coalesce(one.scalar_subquery(), "")

    # -- what is kept ------------------------------------------------------------------------------------------------

    def _try_again(self, answers: Answers) -> None:
        """Answers that the node's `retry.on` lists, while tries are left, put the message back."""
        retry = self.route.channel.retry
        listed = [answers[outcome] for outcome in retry.on if outcome in answers]
        if not listed or not retry.times:
            return
        again = or_(false(), *listed)
        for tried in range(retry.times):
            due = retry.due(tried + 1, self.now)
            chosen = select(settling.c.touch).where(settling.c.attempts == tried, again)
            self.connection.execute(
                update(tables.touch)
                .where(tables.touch.c.id.in_(chosen))
                .values(
                    not_before=due,
                    attempts=tried + 1,
                    account=self.account_id,
                    at=func.coalesce(tables.touch.c.at, self.now),
                )
            )
        left = select(settling.c.touch).where(settling.c.attempts < retry.times, again)
        self.connection.execute(delete(settling).where(settling.c.touch.in_(left)))

    def _keep(self, answers: Answers) -> None:
        connection, row, now = self.connection, settling.c, self.now
        later = now + self.account.delay()
        failed, unknown = answers.get("failed", false()), answers.get("unknown", false())
        rows, refusals = [], []
        for outcome, clause in answers.items():
            at = now if outcome in AT_ONCE else later
            if outcome in _REFUSALS and at > now:
                refusals.append(outcome)
                continue
            kind = name_id(connection, outcome)
            rows.append(select(row.touch, literal(kind), literal(at)).where(clause))
            wake(connection, select(row.enrollment).where(clause), outcome, at)
        if rows:
            statement = upsert(tables.outcome).from_select(["touch", "kind", "at"], union_all(*rows))
            connection.execute(statement.on_conflict_do_nothing())
        for outcome in _REFUSALS:
            if outcome in refusals:
                self._as_event(outcome, answers[outcome], later)
            elif outcome in answers:
                self._heed(outcome, answers[outcome])
        self._release(failed, now, later)
        state = case(
            (tables.touch.c.id.in_(select(row.touch).where(failed)), int(TouchState.FAILED)),
            (tables.touch.c.id.in_(select(row.touch).where(unknown)), int(TouchState.UNKNOWN)),
            else_=int(TouchState.SENT),
        ) if "failed" in answers or "unknown" in answers else literal(int(TouchState.SENT))  # fmt: skip
        tried = func.coalesce(tables.touch.c.attempts, 0) + 1
        connection.execute(
            update(tables.touch)
            .where(tables.touch.c.id.in_(select(row.touch)))
            .values(state=state, at=now, attempts=tried, account=self.account_id)
        )

    def _release(self, failed: ColumnElement[bool], now: int, later: int) -> None:
        """Messages go on now; calls when they have their result."""
        token, row = tables.token.c, settling.c
        due = later if self.is_call else now
        place = tuple_(token.due, token.version, token.node, token.enrollment, token.round)
        start = [literal(number) for number in (FOREVER, self.route.version, self.route.node)]
        for clause, then, port in ((failed, now, FAILED), (not_(failed), due, SENT_PORT)):
            # from the messages to their tokens: each is one look-up by primary key
            standing = select(*start, row.enrollment, row.round).where(clause)
            self.connection.execute(
                update(tables.token).where(place.in_(standing)).values(due=then, port=port)
            )

    # -- refusals ----------------------------------------------------------------------------------------------------

    def _heed(self, outcome: str, clause: ColumnElement[bool]) -> None:
        """A bounce or complaint suppresses the address, unsubscribing takes the consent back."""
        row, channel = settling.c, self.route.channel
        if outcome == "unsubscribed":
            taken_back = select(
                row.contact, literal(channel.channel), literal(False), literal(self.now), literal(outcome)
            )
            statement = upsert(tables.consent).from_select(
                ["contact", "channel", "given", "at", "source"], taken_back.where(clause).distinct()
            )
            news = {
                "given": statement.excluded.given,
                "at": statement.excluded.at,
                "source": statement.excluded.source,
            }
            self.connection.execute(
                statement.on_conflict_do_update(index_elements=["contact", "channel"], set_=news)
            )
        elif channel.address_field:
            contacts = Contacts.load(self.connection)
            known = contacts.fields[channel.address_field]
            address = contacts.table.c[known.fold or known.column]
            lost = select(
                address, literal(channel.channel), literal(""), literal(outcome), literal(self.now)
            ).where(contacts.table.c.id.in_(select(row.contact).where(clause)), address.is_not(None))
            names = ["address", "channel", "category", "reason", "at"]
            self.connection.execute(insert(tables.suppression).from_select(names, lost))

    def _as_event(self, outcome: str, clause: ColumnElement[bool], at: int) -> None:
        """A refusal that comes later is an event of that instant."""
        row, channel = settling.c, self.route.channel
        about = {"node": channel.node.id, "strategy": self.route.strategy_name, "channel": channel.channel}
        digest = cast(literal(f"sandbox {outcome} ") + cast(row.touch, Text), LargeBinary)
        rows = select(
            row.contact, literal(name_id(self.connection, outcome)), literal(at), literal(about, JSON), digest,
            literal(False),
        ).where(clause)  # fmt: skip
        names = ["contact", "type", "at", "properties", "digest", "handled"]
        statement = upsert(tables.event).from_select(names, rows)
        self.connection.execute(statement.on_conflict_do_nothing(index_elements=["digest"]))
