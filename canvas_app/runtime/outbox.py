"""The outbox: claim messages, keep what became of them, let their tokens go on.

pending → claimed (epoch, batch; on the disk) → sent | failed | skipped | unknown, or pending again for a later try.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, insert, literal, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from canvas_app.runtime.routes import Route, Routes
from nodes.channel import Channel
from nodes.spec import FAILED, FOREVER, SKIPPED
from storage import tables
from storage.base.errors import WorkspaceError
from storage.base.words import N_
from storage.codes import TouchState
from storage.contacts import Contacts
from storage.workspace import name_id

Eligible = Callable[[Connection, Select[tuple[int]], int], Mapping[int, str]]
"""(connection, touches, now) -> why each touch stays; a reason that begins with `~` only puts it off."""
NOT_NOW = "~"

SENT_PORT = 0
_PORTS = {
    TouchState.SENT: SENT_PORT,
    TouchState.UNKNOWN: SENT_PORT,
    TouchState.FAILED: FAILED,
    TouchState.SKIPPED: SKIPPED,
}
# written so that SQLite sees the partial index; only running strategies send
DUE = (
    """touch.state IN (0, 1) AND touch.state = 0 AND touch.not_before <= :now AND strategy.status = 'live'"""
)
RUNS = """touch JOIN enrollment ON enrollment.id = touch.enrollment
          JOIN strategy ON strategy.id = enrollment.strategy"""
_DUE_TOUCHES = text(
    f"""SELECT touch.id, touch.enrollment, touch.contact, touch.node, touch.round, touch.at,
        coalesce(touch.attempts, 0) AS attempts, enrollment.version, enrollment.pass AS pass_
        FROM {RUNS} WHERE {DUE} ORDER BY touch.not_before, touch.id LIMIT :most"""
)


def everyone(_connection: Connection, _touches: Select[tuple[int]], _now: int) -> Mapping[int, str]:
    """Eligibility that stops nobody."""
    return {}


@dataclass(frozen=True, slots=True)
class Owed:
    """A claimed message: where it stands and how often it has been tried, this time included."""

    touch: int
    enrollment: int
    contact: int
    node: int
    round: int
    pass_: int
    attempts: int
    first_try: int
    route: Route


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a touch. `again`: pending, to be tried at that instant; `lost`: its address is suppressed."""

    touch: int
    enrollment: int
    node: int
    round: int
    state: TouchState
    reason: str = ""
    outcomes: tuple[str, ...] = ()
    again: int | None = None
    lost: tuple[Channel, int] | None = None  # by which channel which contact cannot be reached any more

    @classmethod
    def of(cls, owed: Owed, state: TouchState, reason: str = "", **more: Any) -> "Settled":
        """The end of a claimed message."""
        return cls(owed.touch, owed.enrollment, owed.node, owed.round, state, reason, **more)


@dataclass(frozen=True, slots=True)
class Claimed:
    """What one claim found: messages to transmit, and those that are settled without being sent."""

    owed: tuple[Owed, ...] = ()
    settled: int = 0
    sandboxed: int = 0


def hold_lease(connection: Connection, epoch: int) -> None:
    """Refuse to go on where another runtime has taken the workspace over."""
    owner = connection.execute(
        select(tables.lease.c.epoch).order_by(tables.lease.c.epoch.desc()).limit(1)
    ).scalar()
    if owner is not None and owner != epoch:
        raise WorkspaceError(
            N_("Another runtime has taken over this workspace. This one has stopped sending.")
        )


def claim(
    connection: Connection, *, now: int, epoch: int, batch: int, most: int, eligible: Eligible = everyone
) -> Claimed:
    """Take up to `most` due messages of real accounts; call within a durable transaction.

    Messages that may not leave now are skipped with their reason, those without an account fail; sandbox messages are
    left alone and counted (`runtime.sandboxes` settles them).
    """
    hold_lease(connection, epoch)
    rows = connection.execute(_DUE_TOUCHES, {"now": now, "most": most}).all()
    routes, owed, settled, sandboxed = Routes(connection), [], [], 0
    real = [row.id for row in rows if not _is_sandboxed(routes.of(row.version, row.node))]
    reasons = (
        eligible(connection, select(tables.touch.c.id).where(tables.touch.c.id.in_(real)), now)
        if real
        else {}
    )
    for row in rows:
        route = routes.of(row.version, row.node)
        place = (row.id, row.enrollment, row.node, row.round)
        if _is_sandboxed(route):
            sandboxed += 1
        elif row.id in reasons:
            if not reasons[row.id].startswith(NOT_NOW):
                settled.append(Settled(*place, TouchState.SKIPPED, reasons[row.id]))
        elif route is None or route.account is None or not route.channel.real:
            settled.append(Settled(*place, TouchState.FAILED, "no_account", ("failed",)))
        else:
            first = now if row.at is None else row.at
            attempts = row.attempts + 1
            owed.append(Owed(*place[:2], row.contact, row.node, row.round, row.pass_, attempts, first, route))
    _mark_claimed(connection, owed, epoch, batch)
    settle(connection, settled, now)
    return Claimed(tuple(owed), len(settled), sandboxed)


def _is_sandboxed(route: Route | None) -> bool:
    return route is not None and route.account is not None and route.account.is_sandbox


def _mark_claimed(connection: Connection, owed: Sequence[Owed], epoch: int, batch: int) -> None:
    if not owed:
        return
    statement = (
        update(tables.touch)
        .where(tables.touch.c.id == bindparam("touch"))
        .values(
            state=int(TouchState.CLAIMED), epoch=epoch, batch=batch, attempts=bindparam("tries"), at=bindparam("first"),
            account=bindparam("by"),
        )
    )  # fmt: skip
    connection.execute(
        statement,
        [
            {
                "touch": each.touch,
                "tries": each.attempts,
                "first": each.first_try,
                "by": each.route.account.id,
            }
            for each in owed
            if each.route.account is not None
        ],
    )


def settle(connection: Connection, results: Sequence[Settled], now: int) -> None:
    """Keep what became of some touches: state, reason, outcomes, suppressed addresses; and release their tokens."""
    if not results:
        return
    said = {word for result in results for word in (result.reason, *result.outcomes) if word}
    words = {word: name_id(connection, word) for word in sorted(said)}
    done = update(tables.touch).where(tables.touch.c.id == bindparam("touch"))
    final = [result for result in results if result.again is None]
    again = [result for result in results if result.again is not None]
    if final:
        connection.execute(
            done.values(state=bindparam("became"), reason=bindparam("why"), at=now),
            [{"touch": r.touch, "became": int(r.state), "why": words.get(r.reason)} for r in final],
        )
    if again:  # `at` stays: it is the instant of the first try, which the Date header repeats
        connection.execute(
            done.values(
                state=int(TouchState.PENDING),
                reason=bindparam("why"),
                not_before=bindparam("then"),
                epoch=None,
                batch=None,
            ),
            [{"touch": r.touch, "then": r.again, "why": words.get(r.reason)} for r in again],
        )
    outcomes = [{"touch": r.touch, "kind": words[word], "at": now} for r in final for word in r.outcomes]
    if outcomes:
        connection.execute(upsert(tables.outcome).on_conflict_do_nothing(), outcomes)
    for result in final:
        if result.lost:
            suppress_address(connection, *result.lost, "bounced", now)
    release(connection, final, now)


def release(connection: Connection, results: Iterable[Settled], now: int) -> None:
    """Let the tokens of settled messages go on: by `out`, or counted as failed or skipped."""
    rows = [
        {"run": each.enrollment, "place": each.node, "turn": each.round, "way": _PORTS[each.state]}
        for each in results
        if each.state in _PORTS
    ]
    if rows:
        token = tables.token.c
        statement = update(tables.token).where(
            token.enrollment == bindparam("run"), token.node == bindparam("place"), token.round == bindparam("turn"),
            token.due == FOREVER,
        )  # fmt: skip
        connection.execute(statement.values(due=now, port=bindparam("way")), rows)


def suppress_address(connection: Connection, channel: Channel, contact: int, reason: str, now: int) -> None:
    """Never write to a contact's address by that channel again, whoever has it."""
    contacts = Contacts.load(connection)
    known = contacts.fields.get(channel.address_field)
    if known is None:
        return
    address = contacts.table.c[known.fold or known.column]
    row = select(address, literal(channel.channel), literal(""), literal(reason), literal(now))
    names = ["address", "channel", "category", "reason", "at"]
    connection.execute(
        insert(tables.suppression).from_select(
            names, row.where(contacts.table.c.id == contact, address.is_not(None))
        )
    )
