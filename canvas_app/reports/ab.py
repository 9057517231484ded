"""Who took which arm of a split, what came of it, and whether the difference is more than chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Subquery, case, func, literal, select

from canvas_app.reports.reaching import Runs, SinceScope, goal_clause, treated
from canvas_app.reports.statistics import Mean, Proportion, compare_means, compare_proportions, sample_ratio
from canvas_app.reports.subject import Subject
from nodes.library.ab_split import AbSplit
from nodes.rules import Happened
from nodes.settings import Metric
from nodes.spec import JUMPED, NodeType
from storage import tables
from storage.base.words import _
from storage.workspace import Workspace

ELSE = "else"
_PORTS = 64  # step.node_port = node * 64 + port
Column = ColumnElement[Any]
Arms = dict[str, "Arm"]


@dataclass(slots=True)
class Arm:
    """The contacts of one arm: how many, how many converted, and per metric the sum and the sum of squares."""

    port: str
    label: str
    n: int = 0
    converted: int = 0
    sums: dict[str, float] = field(default_factory=dict)
    squares: dict[str, float] = field(default_factory=dict)

    def take(self, row: Mapping[str, Any], metrics: Sequence[Metric]) -> None:
        """Add what one version counted."""
        self.n += int(row["n"])
        self.converted += int(row["converted"] or 0)
        for index, metric in enumerate(metrics):
            self.sums[metric.name] = self.sums.get(metric.name, 0.0) + float(row[f"s_{index}"] or 0)
            self.squares[metric.name] = self.squares.get(metric.name, 0.0) + float(row[f"q_{index}"] or 0)


def ab_report(workspace: Workspace, *, name: str) -> dict[str, Any]:
    """Every A/B split and every split marked as experiment, by its node; held-out contacts against all others.

    A contact counts once, in the arm it took first, with what it did from the start of that run on.
    """
    now = workspace.clock().now()
    with workspace.read() as connection:
        subject = Subject.load(connection, name, now)
        splits = {key: kind for key, kind in subject.types.items() if is_test(kind)}
        found = {
            key: _compared(subject, kind, _arms(connection, subject, kind)) for key, kind in splits.items()
        }
        held = _holdout(connection, subject)
    return {"nodes": found, **({"holdout": held} if held else {})}


def is_test(kind: NodeType) -> bool:
    """Whether the ways out of this node are arms to compare."""
    return isinstance(kind, AbSplit) or kind.params.get("experiment") is True


def _arms(connection: Connection, subject: Subject, kind: NodeType) -> Arms:
    labels = {port.id: port.label for port in kind.ports()}
    arms = {port: Arm(port, label) for port, label in labels.items()}
    metrics = subject.settings.metrics
    number = subject.numbers.get(kind.node.id)
    if number is not None:
        for row in connection.execute(_totals(connection, subject, number)).mappings():
            version = subject.versions.get(row["version"])
            port = version.port(kind.node.id, row["port"]) if version else None
            if port is not None:
                arms.setdefault(port, Arm(port, port)).take(dict(row), metrics)
    if not arms.get(ELSE, Arm(ELSE, "")).n:
        arms.pop(ELSE, None)  # everybody fitted a branch
    return arms


def _totals(connection: Connection, subject: Subject, node: int) -> Select[Any]:
    """A row an arm of a version: people, converted, and the sums of every metric."""
    first = _first_arm(node)
    wave = tables.wave.alias("first_wave")
    scope = SinceScope.of(connection, subject, first.c.since)
    contact = scope.contacts.table
    columns = [*_done(subject, scope, goal_clause(scope, subject, first.c.goal_at)), wave.c.version]
    person = (
        select(*columns, (first.c.first % _PORTS).label("port"))
        .select_from(first)
        .join(contact, contact.c.id == first.c.contact)
        .join(wave, wave.c.id == first.c.first // _PORTS)
        .subquery("person")
    )  # fmt: skip
    return select(person.c.version, person.c.port, *_sums(subject, person)).group_by(
        person.c.version, person.c.port
    )


def _first_arm(node: int) -> Subquery:
    """For every contact that passed the split: its first wave and port there, and its run."""
    step, run = tables.step.c, tables.enrollment.c
    first = func.min(step.wave * _PORTS + step.node_port % _PORTS)
    return (
        select(run.contact, first.label("first"), func.min(run.entered).label("since"),
               func.max(run.goal_at).label("goal_at"))
        .select_from(tables.step.join(tables.enrollment, run.id == step.enrollment))
        .where(step.node_port.between(node * _PORTS, node * _PORTS + JUMPED - 1))
        .group_by(run.contact)
        .subquery("first_arm")
    )  # fmt: skip


def _done(subject: Subject, scope: SinceScope, converted: ColumnElement[bool]) -> list[Column]:
    """What one contact did: the goal as 0 or 1, and a value a metric."""
    values: list[Column] = [case((converted, 1), else_=0).label("converted")]
    for index, metric in enumerate(subject.settings.metrics):
        did = case((scope.clause(Happened(metric.event)), 1), else_=0)
        value = _property_sum(subject, scope, metric) if metric.sum else did
        values.append(value.label(f"m_{index}"))
    return values


def _property_sum(subject: Subject, scope: SinceScope, metric: Metric) -> Column:
    event = tables.event.c
    amount = func.sum(event.properties[metric.sum].as_float())
    rows = select(func.coalesce(amount, 0.0)).where(
        event.contact == scope.contact, event.type == subject.words.get(metric.event, -1),
        event.at >= scope.start, event.at <= subject.now,
    )  # fmt: skip
    return rows.correlate_except(tables.event).scalar_subquery()


def _sums(subject: Subject, person: Subquery) -> list[Column]:
    found: list[Column] = [func.count().label("n"), func.sum(person.c.converted).label("converted")]
    for index in range(len(subject.settings.metrics)):
        value = person.c[f"m_{index}"]
        found += [func.sum(value).label(f"s_{index}"), func.sum(value * value).label(f"q_{index}")]
    return found


# -- figures ----------------------------------------------------------------------------------------------------------


def _compared(subject: Subject, kind: NodeType, arms: Arms) -> dict[str, Any]:
    return {"label": kind.title, **_figures(subject, list(arms.values()), _weights(kind, arms))}


def _weights(kind: NodeType, arms: Arms) -> dict[str, float] | None:
    """The shares by which people should have been dealt out; arms that come from data: equal ones."""
    if not isinstance(kind, AbSplit):
        return None
    weights = {arm.port: arm.weight for arm in kind.arms}
    return {**dict.fromkeys(arms, 0.0), **weights}


def _figures(subject: Subject, arms: Sequence[Arm], weights: Mapping[str, float] | None) -> dict[str, Any]:
    goal = compare_proportions([Proportion(arm.port, arm.n, arm.converted) for arm in arms], weights)
    by_name = {row["name"]: row for row in _rows(goal)}
    return {
        "goal": subject.settings.goal is not None,
        "arms": [
            {"port": arm.port, "label": arm.label, "n": arm.n, "converted": arm.converted,
             "rate": by_name[arm.port]["rate"], "ci": by_name[arm.port]["ci"]}
            for arm in arms
        ],
        "comparisons": goal["comparisons"],
        "omnibus": goal["omnibus"],
        "srm": sample_ratio({arm.port: arm.n for arm in arms}, weights),
        "metrics": [_metric(metric, arms) for metric in subject.settings.metrics],
    }  # fmt: skip


def _metric(metric: Metric, arms: Sequence[Arm]) -> dict[str, Any]:
    kind = "mean" if metric.sum else "rate"
    sums = {arm.port: arm.sums.get(metric.name, 0.0) for arm in arms}
    if metric.sum:
        means = [
            Mean.from_sums(arm.port, arm.n, sums[arm.port], arm.squares.get(metric.name, 0.0)) for arm in arms
        ]
        found = compare_means(means)
    else:
        found = compare_proportions([Proportion(arm.port, arm.n, round(sums[arm.port])) for arm in arms])
    rows = []
    for arm, row in zip(arms, _rows(found), strict=True):
        value = row["mean"] if metric.sum else row["rate"]
        more = {"sd": row["sd"]} if metric.sum else {"x": row["x"]}
        rows.append(
            {"port": arm.port, "label": arm.label, "n": arm.n, "value": value, **more, "ci": row["ci"]}
        )
    return {
        "name": metric.name, "kind": kind, "arms": rows, "comparisons": found["comparisons"],
        "omnibus": found["omnibus"],
    }  # fmt: skip


def _rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list(found["arms"])


# -- hold-out ----------------------------------------------------------------------------------------------------------


def _holdout(connection: Connection, subject: Subject) -> dict[str, Any] | None:
    """Contacts kept out of everything against all others; None where nobody was held out."""
    run = tables.enrollment.c
    runs = Runs.of(connection, subject)
    values = _done(subject, runs.scope, runs.reached)
    side = case((treated(), 1), else_=0).label("side")
    row = runs.select(subject, run.contact, side, *values).subquery("row")
    contact = select(
        row.c.contact, row.c.side, *(func.max(row.c[each.name]).label(each.name) for each in values)
    ).group_by(row.c.contact, row.c.side)  # fmt: skip
    person = contact.subquery("person")
    query = select(person.c.side, literal(0), *_sums(subject, person)).group_by(person.c.side)
    arms = {1: Arm("treated", _("Everyone else")), 0: Arm("holdout", _("Hold-out"))}
    for found in connection.execute(query).mappings():
        arms[found["side"]].take(dict(found), subject.settings.metrics)
    if not arms[0].n:
        return None
    share = float(subject.settings.holdout or 0)
    weights = {"treated": 100.0 - share, "holdout": share} if 0 < share < 100 else None
    return _figures(subject, list(arms.values()), weights)
