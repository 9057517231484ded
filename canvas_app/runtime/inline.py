"""Sandbox messages answered inside a wave, where that gives the same as sending them after it.

A sandbox that answers at once needs no token to rest and no message to be claimed: eligibility, message, outcomes and
cap are columns of the frontier. Whoever has a closed window, or shares an address with somebody else, takes the way
round through the outbox.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Integer,
    Table,
    case,
    column,
    exists,
    false,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from canvas_app.runtime.published import Published
from canvas_app.runtime.routes import IMPLICIT, Routes
from canvas_app.runtime.scratch import NOW
from canvas_app.runtime.segments import Occurrence
from nodes.channels.email import Email
from nodes.clauses import TOUCH_OUTCOMES
from nodes.comparisons import Clause
from nodes.comparisons import Column as Expression
from nodes.eligibility import Standing, Terms, consent_given, daily_cap, used_today, verdicts
from nodes.library.rule_split import RuleSplit
from nodes.library.wait_for import WaitFor
from nodes.rules import Rule, reads
from nodes.sandbox import Sandbox, complete, default_outcomes, rate_clauses
from nodes.spec import RESTING, SKIPPED
from storage import tables
from storage.base.clock import local
from storage.codes import TouchState
from storage.contacts import day_number
from storage.workspace import name_id

if TYPE_CHECKING:
    from canvas_app.runtime.frontier import Frontier

_NEEDS_CARE = frozenset({"failed", "unknown", "bounced", "complained", "unsubscribed"})
REASONS = ("suppressed", "no_address", "bad_address", "unsubscribed", "no_consent", "cap", "quiet_hours")


@dataclass(frozen=True, slots=True)
class Inlined:
    """A channel node whose sandbox answers within the wave."""

    node: str
    account: int
    params: Mapping[str, Any]
    is_call: bool
    terms: Terms

    def answers(self, bucket: Expression) -> dict[str, Clause]:
        """Who gets which outcome."""
        sandbox = Sandbox(self.params)
        if sandbox.rates:
            return rate_clauses(self.params, bucket, self.node, is_call=self.is_call)
        said = complete(sandbox.outcomes or default_outcomes(self.is_call), is_call=self.is_call)
        return {outcome: true() for outcome in said}


def inlined_nodes(
    connection: Connection, version: Published, audiences: Mapping[str, Rule | int]
) -> dict[str, Inlined]:
    """The channel nodes of a version that can be answered within a wave."""
    if version.shape.forks or _looks_at_outcomes(version, audiences):
        return {}
    routes, cap = Routes(connection), daily_cap(connection)
    found = {}
    for key, kind in version.channels.items():
        route = routes.of(version.id, version.node_ids[key])
        account = route.account if route else None
        notice = isinstance(kind, Email) and kind.is_notice
        if account is None or not account.is_sandbox or notice or not _answers_at_once(account.params):
            continue
        if (kind.retry.on and kind.retry.times) or kind.if_unreachable == "exit":
            continue
        terms = Terms(kind.channel, version.settings.category, kind.address_field, cap)
        found[key] = Inlined(key, account.id or IMPLICIT, account.params, kind.is_call, terms)
    return found


def _answers_at_once(params: Mapping[str, Any]) -> bool:
    sandbox = Sandbox(params)
    words = set(sandbox.rates) | set(complete(sandbox.outcomes))
    return not sandbox.outcome_field and not sandbox.delay() and not words & _NEEDS_CARE


def _looks_at_outcomes(version: Published, audiences: Mapping[str, Rule | int]) -> bool:
    """Whether a rule of the strategy asks for outcomes as events: then they must be there before the next node."""
    settings = version.settings
    rules = [settings.goal, settings.exit_when, *(goal.when for goal in settings.goals)]
    for kind in version.shape.types.values():
        if isinstance(kind, RuleSplit):
            rules += [branch.rule for branch in kind.branches]
        elif isinstance(kind, WaitFor):
            rules.append(kind.until_rule)
            if kind.event in TOUCH_OUTCOMES:
                return True
    return any(_asks(rule, audiences) for rule in rules if rule is not None)


def _asks(rule: Rule, audiences: Mapping[str, Rule | int]) -> bool:
    looked = reads(rule)
    inner = [found for name in looked.audiences if isinstance(found := audiences.get(name), Rule)]
    return bool(looked.events & TOUCH_OUTCOMES) or any(reads(each).events & TOUCH_OUTCOMES for each in inner)


# -- columns -----------------------------------------------------------------------------------------------------------


def stack_inlined(frontier: "Frontier", index: int, occurrence: Occurrence, reach: Clause) -> None:
    """The columns of an inlined message: consent (`k_`), verdict (`q_`), way out (`p_`), window (`n_`)."""
    inlined, scope = frontier.inlined[occurrence.node], frontier.scope
    terms, nothing = inlined.terms, null()
    given: Expression = nothing
    used: Expression = nothing
    if terms.marketing:
        said = consent_given(scope.contact, terms.channel)
        frontier.push({f"k_{index}": case((reach, said), else_=nothing)})
        given, used = column(f"k_{index}", Integer), _used_before(frontier, index)
    known = scope.contacts.fields[terms.address] if terms.address else None
    folded: Expression = nothing if known is None else scope.folded(known)
    standing = Standing(scope.contact, column("s_place", Integer), folded, folded, given, used, NOW)
    found = verdicts(terms, standing)
    window, way_round = frontier.version.window(occurrence.node), _twins(frontier, terms)
    if window is not None:
        leaves = frontier.may_leave(occurrence.node)
        frontier.push({f"n_{index}": case((reach, leaves), else_=nothing)})
        way_round.append(column(f"n_{index}", BigInteger) > NOW)
    if window is not None and window.skips:
        inside = scope.moment(lambda now, at, _: int(window.contains(now, at.zone, country=at.country)))
        found.append((inside == 0, "quiet_hours"))
    verdict = case(*((clause, literal(REASONS.index(reason))) for clause, reason in found), else_=nothing)
    frontier.push({f"q_{index}": case((reach, verdict), else_=nothing)})
    port = case((or_(false(), *way_round), RESTING), (column(f"q_{index}").is_not(None), SKIPPED), else_=0)
    frontier.push({f"p_{index}": case((reach, port), else_=nothing)})


def _used_before(frontier: "Frontier", index: int) -> Expression:
    """Marketing touches of the day, with those that the token got earlier in this wave."""
    if not frontier.counts_caps:
        frontier.counts_caps = True
        today = frontier.scope.moment(lambda now, place, _: day_number(local(now, place.zone).date()))
        frontier.push({"d_": today})
        frontier.push({"c_": func.coalesce(used_today(frontier.scope.contact, column("d_", Integer)), 0)})
    order, sources = frontier.segment.order, frontier.segment.sources
    seen: set[Occurrence] = set()
    waiting = [order[index]]
    while waiting:
        origins = {source.origin for source in sources[waiting.pop()] if source.origin is not None} - seen
        seen |= origins
        waiting += origins
    total: Expression = column("c_", Integer)
    for earlier, occurrence in enumerate(order[:index]):
        inlined = frontier.inlined.get(occurrence.node)
        if occurrence in seen and inlined is not None and inlined.terms.marketing:
            total = total + case((column(f"p_{earlier}") == 0, 1), else_=0)
    return total


def _twins(frontier: "Frontier", terms: Terms) -> list[Clause]:
    """Whether somebody else has the same address."""
    if not terms.address:
        return []
    contacts = frontier.scope.contacts
    known = contacts.fields[terms.address]
    other = contacts.table.alias("twin").c
    same = other[known.fold or known.column] == frontier.scope.folded(known)
    return [exists().where(same, other.id != frontier.scope.contact)]


def came_inline(frontier: "Frontier", nodes: tuple[str, ...], before: int) -> list[tuple[Clause, Inlined]]:
    """For each inlined message of `nodes` earlier in the wave, the newest first: whether the token passed it."""
    found: list[tuple[Clause, Inlined]] = []
    for index, occurrence in reversed(list(enumerate(frontier.segment.order[:before]))):
        if occurrence.node in nodes and occurrence.node in frontier.inlined:
            passed = func.coalesce(column(f"p_{index}", Integer), -1)
            found.append((passed.in_((0, SKIPPED)), frontier.inlined[occurrence.node]))
    return found


# -- rows --------------------------------------------------------------------------------------------------------------


def keep_inlined(
    connection: Connection, frontier: "Frontier", table: Table, counts: list[tuple[int, int, int]], now: int
) -> None:
    """Messages, outcomes and caps of what was answered within the wave."""
    done = {index for index, port, _n in counts if port in (0, SKIPPED)}
    marketing = []
    for index, occurrence in enumerate(frontier.segment.order):
        inlined = frontier.inlined.get(occurrence.node)
        if inlined is None or index not in done or f"q_{index}" not in table.c:
            continue
        _keep_messages(connection, frontier, table, index, now)
        if inlined.terms.marketing:
            marketing.append(case((table.c[f"p_{index}"] == 0, 1), else_=0))
    if marketing:
        used: Any = sum(marketing[1:], start=marketing[0])
        rows = select(table.c.s_contact, table.c.d_, used).where(used > 0)
        if frontier.version.settings.reentry.key:  # only then a contact may stand in one wave twice
            rows = select(table.c.s_contact, table.c.d_, func.sum(used)).where(used > 0)
            rows = rows.group_by(table.c.s_contact, table.c.d_)
        more = upsert(tables.cap).from_select(["contact", "day", "used"], rows)
        total = tables.cap.c.used + more.excluded.used
        connection.execute(
            more.on_conflict_do_update(index_elements=["contact", "day"], set_={"used": total})
        )


def _keep_messages(connection: Connection, frontier: "Frontier", table: Table, index: int, now: int) -> None:
    occurrence = frontier.segment.order[index]
    inlined, node = frontier.inlined[occurrence.node], frontier.version.node_ids[occurrence.node]
    touch, port, verdict = tables.touch.c, table.c[f"p_{index}"], table.c[f"q_{index}"]
    last = connection.scalar(select(func.coalesce(func.max(touch.id), 0)))
    words = {REASONS.index(word): name_id(connection, word) for word in REASONS}
    skipped = port == SKIPPED
    rows = select(
        table.c.s_enrollment, table.c.s_contact, literal(node), table.c.s_round + occurrence.offset,
        case((skipped, null()), else_=literal(inlined.account)),
        case((skipped, int(TouchState.SKIPPED)), else_=int(TouchState.SENT)), literal(now), literal(now),
        case((skipped, null()), else_=1), case(words, value=verdict, else_=null()),
    ).where(port.in_((0, SKIPPED)))  # fmt: skip
    names = [
        "enrollment",
        "contact",
        "node",
        "round",
        "account",
        "state",
        "not_before",
        "at",
        "attempts",
        "reason",
    ]
    connection.execute(insert(tables.touch).from_select(names, rows))
    answered = list(_outcomes(connection, inlined, node, last or 0, now))
    connection.execute(insert(tables.outcome).from_select(["touch", "kind", "at"], union_all(*answered)))


def _outcomes(connection: Connection, inlined: Inlined, node: int, last: int, now: int) -> Iterator[Any]:
    touch, contact = tables.touch.c, tables.contact.c
    for outcome, clause in inlined.answers(contact.bucket).items():
        rows = select(touch.id, literal(name_id(connection, outcome)), literal(now))
        if Sandbox(inlined.params).rates:
            rows = rows.join(tables.contact, contact.id == touch.contact)
        yield rows.where(touch.id > last, touch.node == node, touch.state == TouchState.SENT, clause)
