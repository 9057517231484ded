"""The engine: one tick does everything that is due at an instant. Live runs, rehearsals and forecasts share it."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Text,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.schema import CreateTable

from canvas_app.runtime.entries import collect, enter
from canvas_app.runtime.goals import changed, look_for_goals, timed, watches
from canvas_app.runtime.groups import Group, horizon
from canvas_app.runtime.inbox import take_events
from canvas_app.runtime.inline import Inlined, inlined_nodes
from canvas_app.runtime.judging import WAIT, judge, put_off, reasons
from canvas_app.runtime.leaving import leave_all
from canvas_app.runtime.published import Published, load_published
from canvas_app.runtime.ready import ReadySegment
from canvas_app.runtime.sandboxes import send_sandbox
from canvas_app.runtime.seeds import Way, load_seeds, way_of
from canvas_app.runtime.segments import compile_segment
from canvas_app.runtime.starts import look
from canvas_app.runtime.surroundings import Surroundings
from canvas_app.runtime.syncing import fetch_for
from canvas_app.runtime.waves import Moved, run_wave
from nodes.spec import FOREVER
from storage import tables
from storage.codes import EnteredBy, RunState, TouchState
from storage.workspace import Workspace, name_id, set_setting, setting

HOUR = 3600
NOT_CHOSEN = "~only"  # why a message stays while only some contacts' work is done
# as the partial indexes say it
_SOME_MESSAGE = text("SELECT 1 FROM touch WHERE state IN (0, 1) AND state = 0 AND not_before <= :now LIMIT 1")
_SOME_EVENT = (
    select(literal(1))
    .where(tables.event.c.handled.is_(False), tables.event.c.at <= bindparam("now", type_=BigInteger))
    .limit(1)
)
_SOME_TOKEN = text("SELECT 1 FROM token WHERE due <= :now LIMIT 1")
SendDue = Callable[[Workspace, "Engine", int], int]


class Engine:
    """Moves tokens. Everything it knows it reads from the workspace; what it keeps are compiled versions."""

    def __init__(self, workspace: Workspace, *, send_due: SendDue | None = None, inline: bool = True) -> None:
        self.workspace = workspace
        self.send_due, self.inline = send_due, inline
        self.only: frozenset[int] | None = None
        self._wrote = False
        self._versions: dict[int, Published] = {}
        self._ready: dict[tuple[Any, ...], ReadySegment] = {}
        self._inlined: dict[int, dict[str, Inlined]] = {}
        self._signature: tuple[Any, ...] = ()
        self._around: Surroundings | None = None
        self._homes: dict[str, Surroundings] = {}
        self._live: list[Published] | None = None
        self._fresh = False

    # -- what there is -----------------------------------------------------------------------------------------

    def version(self, connection: Connection, number: int) -> Published:
        """A version, read once."""
        if number not in self._versions:
            self._versions[number] = load_published(connection, number)
        return self._versions[number]

    def live(self, connection: Connection) -> list[Published]:
        """The versions that contacts enter now, by priority; looked up once a tick."""
        if self._live is not None:
            return self._live
        rows = connection.scalars(
            select(tables.strategy.c.live)
            .where(tables.strategy.c.status == "live")
            .order_by(tables.strategy.c.id)
        )
        found = [self.version(connection, number) for number in rows if number is not None]
        self._live = sorted(found, key=lambda version: -(version.settings.priority or 0))
        return self._live

    def around(self, connection: Connection, version: Published | None = None) -> Surroundings:
        """Catalogue, places and audiences, read once a tick; what was compiled is forgotten when one changes."""
        if not self._fresh or self._around is None:
            self._refresh(connection)
        zone = version.settings.timezone if version is not None else ""
        if zone not in self._homes:
            assert self._around is not None
            self._homes[zone] = self._around.within(zone)
        return self._homes[zone]

    def _refresh(self, connection: Connection) -> None:
        account = tables.account.c
        account_seen = (
            account.name + account.kind + cast(account.params, Text) + cast(account.is_default, Text)
        )
        signature = tuple(
            connection.execute(
                select(
                    select(func.max(tables.field.c.id)).scalar_subquery(),
                    select(func.count()).select_from(tables.place).scalar_subquery(),
                    select(func.max(tables.audience.c.changed)).scalar_subquery(),
                    select(func.count()).select_from(tables.audience).scalar_subquery(),
                    select(func.group_concat(account_seen)).scalar_subquery(),
                )
            ).one()
        )
        if self._around is None or signature != self._signature:
            self._around, self._signature = Surroundings.load(connection), signature
            for kept in (self._ready, self._inlined, self._homes):
                kept.clear()
        self._fresh = True

    def _begin_tick(self) -> None:
        """Others may have changed the workspace since."""
        self._fresh, self._live = False, None

    # -- one tick ----------------------------------------------------------------------------------------------

    def tick(self, now: int, *, only: frozenset[int] | None = None) -> int:
        """Do everything due by `now`, until nothing is left; returns how many tokens and messages moved.

        `only`: numbers of the contacts whose work is done; everybody else's stays due.
        """
        moved, self.only = 0, only
        self._begin_tick()
        if self._idle(now):
            return 0
        self._begin(now)
        while True:
            done = self._events(now) + self._waves(now)
            sent = self._sends(now)
            moved += done + sent
            if not done and (not sent or only is not None):
                break
        with self.workspace.write() as connection:
            set_setting(connection, "ticked", now)
        return moved

    def next_due(self, after: int) -> int | None:
        """The next instant at which something is due; None: nothing waits for time."""
        with self.workspace.read() as connection:
            token, touch, event, refresh = tables.token.c, tables.touch.c, tables.event.c, tables.refresh.c
            running = (
                select(tables.version.c.id).join(tables.strategy).where(tables.strategy.c.status == "live")
            )
            found = [
                connection.scalar(
                    select(token.due)
                    .where(token.due < FOREVER, token.version.in_(running))
                    .order_by(token.due)
                    .limit(1)
                ),
                connection.scalar(
                    select(func.min(touch.not_before)).where(touch.state == TouchState.PENDING)
                ),
                connection.scalar(
                    select(func.min(event.at)).where(event.handled.is_(False), event.at > after)
                ),
                connection.scalar(self._refreshes(connection).with_only_columns(func.min(refresh.due))),
            ]
            around = self.around(connection)
            if any(timed(version, around) for version in self.live(connection)):
                active = select(literal(1)).where(tables.enrollment.c.state == RunState.ACTIVE).limit(1)
                if connection.scalar(active):
                    found.append((after // HOUR + 1) * HOUR)
        known = [instant for instant in found if instant is not None]
        return max(min(known), after + 1) if known else None

    def _refreshes(self, connection: Connection) -> Any:
        nodes = [version.node_ids[key] for version in self.live(connection) for key in version.entries]
        return select(tables.refresh.c.node).where(
            tables.refresh.c.node.in_(nodes), tables.refresh.c.due.is_not(None)
        )

    def _idle(self, now: int) -> bool:
        with self.workspace.read() as connection:
            token, touch, event = tables.token.c, tables.touch.c, tables.event.c
            work = (
                select(literal(1)).where(token.due <= now).limit(1),
                select(literal(1)).where(event.handled.is_(False), event.at <= now).limit(1),
                select(literal(1)).where(touch.state == TouchState.PENDING, touch.not_before <= now).limit(1),
                select(literal(1)).select_from(tables.refresh).where(tables.refresh.c.due <= now).limit(1),
            )
            if any(connection.scalar(each) for each in work):
                return False
            before = int(setting(connection, "ticked", 0))
            last = connection.scalar(select(func.max(tables.contact.c.changed))) or 0
            return last < before and now // HOUR == before // HOUR

    def _begin(self, now: int) -> None:
        with self.workspace.write() as connection:
            before = int(setting(connection, "ticked", 0))
            versions = self.live(connection)
            some = self._note_changed(connection, versions, before)
            hour = now // HOUR != before // HOUR
            for version in versions:
                around = self.around(connection, version)
                if some or (hour and timed(version, around)):
                    look_for_goals(
                        connection, version, around, now, everybody=hour and timed(version, around)
                    )
            self._expire(connection, versions, now)
            for version in versions:
                self._look(connection, version, now, some=some > 0)

    def _note_changed(self, connection: Connection, versions: list[Published], before: int) -> int:
        """Contacts that changed since the last tick, where a live strategy cares; returns how many."""
        connection.execute(CreateTable(changed, if_not_exists=True))
        connection.execute(delete(changed))
        if not any(watches(version) for version in versions):
            return 0
        who = select(tables.contact.c.id).where(tables.contact.c.changed >= before)
        return connection.execute(insert(changed).from_select(["contact"], who)).rowcount

    def _look(self, connection: Connection, version: Published, now: int, *, some: bool) -> None:
        for key, kind in version.entries.items():
            node = version.node_ids[key]
            due = connection.scalar(select(tables.refresh.c.due).where(tables.refresh.c.node == node))
            live = getattr(kind, "refresh", "") == "live" and due is not None
            if (due is not None and due <= now) or (live and some):
                look(
                    connection, version, key, around=self.around(connection, version), now=now, only=self.only
                )

    def _expire(self, connection: Connection, versions: list[Published], now: int) -> None:
        run = tables.enrollment.c
        for version in versions:
            until = version.settings.active.until
            if until is not None and now >= until:
                runs = list(
                    connection.scalars(select(run.id).where(run.strategy == version.strategy, run.state == 0))
                )
                leave_all(connection, runs, name_id(connection, "expired"), now, state=RunState.EXITED)

    def _events(self, now: int) -> int:
        with self.workspace.write() as connection:
            if connection.execute(_SOME_EVENT, {"now": now}).first() is None:
                return 0
            live = self.live(connection)
            taken = take_events(connection, live, self.around(connection), now, only=self.only)
            for version in live if taken else ():
                self._look(connection, version, now, some=True)
            return taken

    # -- waves -------------------------------------------------------------------------------------------------

    def _waves(self, now: int) -> int:
        moved = 0
        while True:
            with self.workspace.write() as connection:
                group = self._next_group(connection, now)
                if group is None and not self._wrote:
                    return moved
                if group is None:
                    self._look_again(connection, now)
                else:
                    moved += self._wave(connection, group, now)

    def _look_again(self, connection: Connection, now: int) -> None:
        """Waves have changed contacts: their goals and rule waits are looked at within the same tick."""
        self._wrote = False
        versions = self.live(connection)
        if self._note_changed(connection, versions, now):
            for version in versions:
                look_for_goals(connection, version, self.around(connection, version), now)

    def _next_group(self, connection: Connection, now: int) -> Group | None:
        if connection.execute(_SOME_TOKEN, {"now": now}).first() is None:
            return None
        token = tables.token.c
        running = select(tables.version.c.id).join(tables.strategy).where(tables.strategy.c.status == "live")
        way = way_of(token.port).label("way")
        rows = connection.execute(
            select(token.version, token.node, way, func.min(token.round).label("round"))
            .where(token.due <= now, token.version.in_(running), *self._chosen(token.enrollment))
            .group_by(token.version, token.node, way)
        )
        found = []
        for row in rows:
            version = self.version(connection, row.version)
            round_ = row.round if version.shape.forks else None
            found.append(Group(version, version.node_keys[row.node], Way(row.way), round_))
        return min(found, key=Group.rank, default=None)

    def _chosen(self, enrollment: Any) -> list[Any]:
        """Whose tokens move now."""
        if self.only is None:
            return []
        run = tables.enrollment.c
        return [enrollment.in_(select(run.id).where(run.contact.in_(self.only)))]

    def _wave(self, connection: Connection, group: Group, now: int) -> int:
        version, node = group.version, group.node
        around = self.around(connection, version)
        if group.way is Way.ARRIVING and version.shape.types[node].barrier:
            return fetch_for(connection, version, node, around=around, now=now, only=self.only)
        ready = self.ready(connection, group, horizon(connection, group, now))
        alone = bool(version.settings.reentry.key or version.shape.guarded)
        taken = load_seeds(
            connection, version.id, version.node_ids[node], way=group.way, now=now, alone=alone, only=self.only,
            round_=group.round,
        )  # fmt: skip
        done: Moved = run_wave(connection, ready, now)
        self._wrote = self._wrote or done.wrote
        self._move_on(connection, done, now)
        return taken

    def ready(self, connection: Connection, group: Group, ahead: tuple[int, int] | None) -> ReadySegment:
        """A segment with its statements, built once."""
        version = group.version
        around = self.around(connection, version)
        if version.id not in self._inlined:
            self._inlined[version.id] = (
                inlined_nodes(connection, version, around.audiences) if self.inline else {}
            )
        key = (version.id, group.node, group.way, ahead)
        if key not in self._ready:
            inlined = self._inlined[version.id]
            segment = compile_segment(
                version.shape, group.node, arriving=group.way is Way.ARRIVING, coming=group.way is Way.COMING,
                through=frozenset(inlined), horizon=ahead,
            )  # fmt: skip
            self._ready[key] = ReadySegment(version, segment, around, inlined)
        return self._ready[key]

    def _move_on(self, connection: Connection, done: Moved, now: int) -> None:
        by_target: dict[str, list[int]] = {}
        for target, contact in done.moves:
            by_target.setdefault(target, []).append(contact)
        for target, contacts in by_target.items():
            version = next((each for each in self.live(connection) if each.name == target), None)
            if version is not None and version.entries:
                rows = select(tables.contact.c.id, literal("")).where(tables.contact.c.id.in_(contacts))
                collect(connection, rows)
                enter(connection, version, next(iter(version.entries)), EnteredBy.MOVE, now)

    # -- messages ----------------------------------------------------------------------------------------------

    def _sends(self, now: int) -> int:
        return self.send_due(self.workspace, self, now) if self.send_due else 0

    def judge(self, connection: Connection, touches: Any, now: int) -> dict[int, str]:
        """Which of some touches may not leave now, with the reason; the caps of the others are reserved.

        Touches whose window is closed are put off and named with the reason `judging.WAIT`.
        """
        run, touch = tables.enrollment.c, tables.touch.c
        numbers = connection.scalars(
            select(run.version)
            .join(tables.touch, touch.enrollment == run.id)
            .where(touch.id.in_(touches))
            .distinct()
        )
        versions = {number: self.version(connection, number) for number in numbers}
        others: dict[int, str] = {}
        if self.only is not None:
            other = select(touch.id).where(touch.id.in_(touches), touch.contact.not_in(self.only))
            others = dict.fromkeys(connection.scalars(other), NOT_CHOSEN)
            touches = select(touch.id).where(touch.id.in_(touches), touch.contact.in_(self.only))
        judge(connection, versions, touches, now)
        found = {**others, **reasons(connection)}
        if WAIT in found.values():
            put_off(connection, versions, now)
        return found


def send_sandboxed(workspace: Workspace, engine: Engine, now: int) -> int:
    """Settle what sandbox accounts owe; returns how many messages that were."""
    with workspace.write() as connection:
        if connection.execute(_SOME_MESSAGE, {"now": now}).first() is None:
            return 0
        return send_sandbox(connection, now, engine.judge)
