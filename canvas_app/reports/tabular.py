"""Reports as tables: for spreadsheets, for paper, for the terminal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from storage.base.words import N_, _

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with their columns, `key -> heading`; `shares` are the columns that hold shares of 1."""

    title: str
    columns: Mapping[str, str]
    rows: Rows
    shares: frozenset[str] = frozenset()


HEADINGS: dict[str, str] = {
    "node": N_("Node"), "label": N_("Name"), "entered": N_("Entered"), "done": N_("Done"), "waiting": N_("Here now"),
    "failed": N_("Failed"), "skipped": N_("Skipped"), "exited": N_("Left here"), "ports": N_("Ways out"),
    "count": N_("People"), "share": N_("Share of the first"), "of_previous": N_("Share of the step before"),
    "of": N_("Step before"), "contact": N_("Contact"), "channel": N_("Channel"), "status": N_("Status"),
    "reason": N_("Reason"), "outcomes": N_("Outcomes"), "at": N_("Time"), "attempts": N_("Attempts"), "day": N_("Day"),
    "sent": N_("Sent"), "opened": N_("Opened"), "clicked": N_("Clicked"), "goal": N_("Goal"), "split": N_("Split"),
    "metric": N_("Figure"), "port": N_("Arm"), "n": N_("People"), "converted": N_("Converted"), "value": N_("Value"),
    "low": N_("95 % from"), "high": N_("95 % to"), "a": N_("Arm"), "b": N_("Against"), "diff": N_("Difference"),
    "statistic": N_("Statistic"), "p": N_("p"), "pass": N_("Pass"), "text": N_("What happened"),
}  # fmt: skip


def tables_of(kind: str, report: Mapping[str, Any]) -> list[Table]:
    """The tables of a report; the first is the one that a CSV file holds."""
    return _MAKERS[kind](report)


def _table(title: str, keys: str, rows: Rows, *shares: str) -> Table:
    return Table(title, {key: _(HEADINGS[key]) for key in keys.split()}, rows, frozenset(shares))


def _nodes(report: Mapping[str, Any]) -> list[Table]:
    rows = [{"node": key, **counts} for key, counts in report["nodes"].items()]
    keys = "node entered done waiting failed skipped exited ports"
    runs = [{"status": key, "n": n} for key, n in report["runs"].items() if key != "reasons"]
    why = [{"reason": key, "n": n} for key, n in report["runs"]["reasons"].items()]
    return [
        _table(_("Nodes"), keys, rows), _table(_("Runs"), "status n", runs),
        _table(_("Why runs ended"), "reason n", why),
    ]  # fmt: skip


def _funnel(report: Mapping[str, Any]) -> list[Table]:
    keys, shares = "node label count share of_previous of", ("share", "of_previous")
    return [
        _table(_("Funnel"), keys, report["steps"], *shares),
        _table(_("Messages"), keys, report["messages"], *shares),
    ]


def _touches(report: Mapping[str, Any]) -> list[Table]:
    return [
        _table(_("Touches"), "contact node channel status reason outcomes at attempts", report["touches"])
    ]


def _timeline(report: Mapping[str, Any]) -> list[Table]:
    return [
        _table(_("Day by day"), "day entered sent opened clicked goal", report["days"]),
        _table(_("Versions"), "day label", report["marks"]),
    ]


def _contact(report: Mapping[str, Any]) -> list[Table]:
    lines = [{"pass": run["pass"], **line} for run in report["runs"] for line in run["story"]]
    return [_table(_("Story"), "pass at node text", lines)]


def _ab(report: Mapping[str, Any]) -> list[Table]:
    arms: list[dict[str, Any]] = []
    pairs: list[dict[str, Any]] = []
    tests = {**report["nodes"], **({"holdout": report["holdout"]} if "holdout" in report else {})}
    for split, test in tests.items():
        goal = {"name": "goal", "arms": [{**arm, "value": arm["rate"]} for arm in test["arms"]],
                "comparisons": test["comparisons"]}  # fmt: skip
        for metric in (goal, *test["metrics"]):
            about = {"split": split, "metric": metric["name"]}
            arms += [{**about, **arm, **_ends(arm.get("ci"))} for arm in metric["arms"]]
            pairs += [
                {**about, **pair, "statistic": pair.get("z", pair.get("t")), **_ends(pair["ci"])}
                for pair in metric["comparisons"]
            ]
    return [
        _table(_("Arms"), "split metric port label n value low high", arms),
        _table(_("Comparisons"), "split metric a b diff statistic p low high", pairs),
    ]


def _ends(interval: Sequence[float] | None) -> dict[str, float | None]:
    return {"low": interval[0], "high": interval[1]} if interval else {"low": None, "high": None}


_MAKERS: dict[str, Callable[[Mapping[str, Any]], list[Table]]] = {
    "nodes": _nodes, "funnel": _funnel, "touches": _touches, "timeline": _timeline, "contact": _contact, "ab": _ab,
}  # fmt: skip
KINDS = tuple(_MAKERS)
