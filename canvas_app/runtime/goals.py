"""Goal, exit rule, `on_leave` and rule waits: looked at for every contact that changed, and on each full hour."""

from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, Table, and_, case, func, literal, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from canvas_app.runtime.leaving import forget_leaving, leave, leaving
from canvas_app.runtime.published import Published
from canvas_app.runtime.surroundings import Surroundings
from nodes.clauses import Scope
from nodes.comparisons import Clause, belongs
from nodes.library.audience import Audience
from nodes.library.wait_for import WaitFor
from nodes.rules import Rule, reads
from nodes.spec import RUN_NODE
from storage import tables
from storage.codes import EnteredBy, RunState
from storage.workspace import name_id

changed = Table("changed", MetaData(), Column("contact", Integer, primary_key=True), prefixes=["TEMPORARY"])


class RunScope(Scope):
    """Rules over enrollments joined to their contacts; with `in_pass` events count from the start of the pass."""

    key: str = ""
    in_pass: bool = True

    @property
    def counting(self) -> list[Clause]:
        """With a re-entry key, events of other runs do not count."""
        return [belongs(self.key, tables.enrollment.c.entry_key)] if self.key else []

    @property
    def since(self) -> Any:
        """The start of the pass."""
        return tables.enrollment.c.entered if self.in_pass else None


def look_for_goals(
    connection: Connection, version: Published, around: Surroundings, now: int, *, everybody: bool = False
) -> None:
    """End the runs of `changed` contacts whose goal or exit rule holds, or who left the live audience."""
    settings, run = version.settings, tables.enrollment.c
    scope = RunScope(around.contacts, places=around.places, now=now, audiences=around.audiences)
    scope.key = version.settings.reentry.key
    whose = [run.strategy == version.strategy]
    if not everybody:
        whose.append(run.contact.in_(select(changed.c.contact)))
    joined = tables.enrollment.join(around.contacts.table, around.contacts.table.c.id == run.contact)
    if settings.goal is not None:
        reached = (
            select(run.id)
            .select_from(joined)
            .where(and_(*whose), run.goal_at.is_(None), scope.clause(settings.goal))
        )
        who = list(connection.scalars(reached))
        if who:
            connection.execute(update(tables.enrollment).where(run.id.in_(reached)).values(goal_at=now))
    forget_leaving(connection)
    token, entries = tables.token.c, [version.node_ids[key] for key in version.entries]
    entering = select(token.enrollment).where(token.enrollment == run.id, token.node.in_(entries))
    # who stands at an entry is looked at on passing it, so that every run passes its entry
    active = and_(*whose, run.state == RunState.ACTIVE, run.version == version.id, ~entering.exists())
    for reason, clause in _reasons_to_leave(version, scope):
        rows = select(run.id, literal(name_id(connection, reason))).select_from(joined).where(active, clause)
        connection.execute(
            upsert(leaving).from_select(["enrollment", "reason"], rows).on_conflict_do_nothing()
        )
    if connection.scalar(select(func.count()).select_from(leaving)):
        leave(connection, now, state=RunState.EXITED)
    _look_at_rule_waits(connection, version, scope, whose, now)


def _reasons_to_leave(version: Published, scope: RunScope) -> list[tuple[str, Clause]]:
    settings, run = version.settings, tables.enrollment.c
    found: list[tuple[str, Clause]] = []
    if settings.goal is not None:
        found.append(("goal", run.goal_at.is_not(None)))
    if settings.exit_when is not None:
        found.append(("exit_rule", scope.clause(settings.exit_when)))
    if settings.on_leave == "exit":
        plain = Scope(scope.contacts, places=scope.places, now=scope.instant, audiences=scope.audiences)
        live = [
            kind for kind in version.entries.values() if isinstance(kind, Audience) and kind.refresh == "live"
        ]
        if live:
            belongs = [plain.clause(kind.wanted) for kind in live]
            gone = case(*((clause, literal(0)) for clause in belongs), else_=literal(1)) == 1
            found.append(("on_leave", and_(run.by == EnteredBy.AUDIENCE, gone)))
    return found


def _look_at_rule_waits(
    connection: Connection, version: Published, scope: RunScope, whose: list[Any], now: int
) -> None:
    token, run = tables.token.c, tables.enrollment.c
    for key, kind in version.shape.types.items():
        if isinstance(kind, WaitFor) and kind.until_rule is not None:
            joined = tables.enrollment.join(scope.contacts.table, scope.contacts.table.c.id == run.contact)
            any_time = RunScope(scope.contacts, places=scope.places, now=now, audiences=scope.audiences)
            any_time.key, any_time.in_pass = scope.key, False
            true_now = (
                select(run.id).select_from(joined).where(and_(*whose), any_time.clause(kind.until_rule))
            )
            connection.execute(
                update(tables.token)
                .where(token.node == version.node_ids[key], token.port >= 0, token.enrollment.in_(true_now))
                .values(due=now, port=RUN_NODE)
            )


def watches(version: Published) -> bool:
    """Whether a change of a contact can move it in this strategy."""
    settings = version.settings
    if settings.goal is not None or settings.exit_when is not None:
        return True
    return any(
        (isinstance(kind, Audience) and kind.refresh == "live")
        or (isinstance(kind, WaitFor) and kind.until_rule is not None)
        for kind in version.shape.types.values()
    )


def timed(version: Published, around: Surroundings) -> bool:
    """Whether anything in the strategy may turn true by time alone."""
    wanted: list[Rule | None] = [version.settings.goal, version.settings.exit_when]
    for kind in version.shape.types.values():
        if isinstance(kind, WaitFor):
            wanted.append(kind.until_rule)
        if isinstance(kind, Audience) and kind.refresh == "live" and version.settings.on_leave == "exit":
            wanted.append(kind.wanted)
    return any(_timed(rule, around) for rule in wanted if rule is not None)


def _timed(rule: Rule, around: Surroundings) -> bool:
    looked = reads(rule)
    inner = [around.audiences.get(name) for name in looked.audiences]
    return looked.timed or any(isinstance(each, Rule) and reads(each).timed for each in inner)
