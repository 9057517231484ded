"""Reports as the page says them: headline figures, the sentence under a test, the columns of the table."""

from collections.abc import Mapping
from typing import Any

from canvas_app.reports.reasons import reason_in_words
from canvas_app.ui.widgets import Column, Kpi
from storage.base.words import _, language, plural

NO_VALUE = "–"


def percent(share: float | None, digits: int = 1) -> str:
    """A share of 1 as percent, as the reader's language writes it; – where there is none."""
    if share is None:
        return NO_VALUE
    space = "" if language() == "zh_CN" else "\N{THIN SPACE}"
    return f"{100 * share:.{digits}f}{space}%"


def headline(totals: Mapping[str, Any]) -> tuple[Kpi, ...]:
    """The figures on top, each with its target if it has one."""
    goal = totals["goal"]
    held = (
        plural("{n} kept for comparison", "{n} kept for comparison", totals["held_out"])
        if totals["held_out"]
        else ""
    )
    return (
        Kpi(_("Entered"), f"{totals['entered']:,}", held),
        _rate(_("Reached"), totals, "reach"),
        _rate(_("Opened"), totals, "open_rate"),
        _rate(_("Clicked"), totals, "click_rate"),
        Kpi(
            _("Reached the goal"),
            NO_VALUE if goal is None else f"{goal:,}",
            _("no goal is set") if goal is None else "",
        ),
        _rate(_("Conversion"), totals, "conversion"),
        Kpi(_("In it now"), f"{totals['active']:,}"),
    )


def _rate(title: str, totals: Mapping[str, Any], key: str) -> Kpi:
    found, targets = totals[key], totals["targets"]
    target = targets.get(key, targets.get(f"{key}_rate"))
    if target is None:
        return Kpi(title, percent(found))
    chip, tone = "", "success"
    if (
        found is not None and totals["reached"]
    ):  # before the first message has arrived there is nothing to judge
        points = 100 * (found - target)
        chip, tone = _("{points} pts", points=f"{points:+.1f}"), "success" if points >= 0 else "warning"
    return Kpi(title, percent(found), _("target {value}", value=percent(target, 0)), chip, tone)


def ab_sentence(test: Mapping[str, Any]) -> str:
    """Which arm leads and by how much, or that it cannot be said yet."""
    comparisons = test.get("comparisons") or []
    arms = {each.get("port") or each.get("name"): each for each in test.get("arms") or []}
    first = comparisons[0] if comparisons else None
    if first is None or first.get("p") is None:
        return _("Nothing can be said yet: too few people went through.")
    low, high = (100 * float(end) for end in first["ci"])
    names = {key: str(arm.get("label") or key) for key, arm in arms.items()}
    a, b = names.get(first["a"], first["a"]), names.get(first["b"], first["b"])
    points = 100 * float(first["diff"])
    better, worse = (a, b) if points >= 0 else (b, a)
    if float(first["p"]) >= 0.05:
        return _(
            "No clear winner between {a} and {b} yet: {points} points apart (95 %: {low} to {high}, p = {p}).",
            a=a, b=b, points=f"{abs(points):.2f}", low=f"{low:.2f}", high=f"{high:.2f}", p=f"{float(first['p']):.3f}",
        )  # fmt: skip
    return _(
        "{better} beats {worse} by {points} points (95 %: {low} to {high}, p = {p}).",
        better=better, worse=worse, points=f"{abs(points):.2f}", low=f"{low:.2f}", high=f"{high:.2f}",
        p=f"{float(first['p']):.3f}",
    )  # fmt: skip


def node_columns() -> list[Column]:
    """The table node by node; what does not apply is –."""

    def share(key: str) -> Any:
        return lambda row: percent(row[key])

    def figure(key: str) -> Any:
        return lambda row: row[key]

    def worth(row: Mapping[str, Any]) -> str:
        reasons = row["reasons"]
        parts = []
        if row["skipped"]:
            parts.append(plural("{n} skipped", "{n} skipped", row["skipped"]))
        if row["failed"]:
            parts.append(plural("{n} failed", "{n} failed", row["failed"]))
        if reasons:
            parts.append(
                _(", ").join(
                    f"{reason_in_words(reason)} {count:,}"
                    for reason, count in sorted(reasons.items(), key=lambda each: -each[1])[:2]
                )
            )
        return " · ".join(parts)

    return [
        Column(_("Node"), figure("label"), width=260, kind=figure("type"), note=figure("kind"), stretch=True),
        Column(_("Entered"), figure("entered"), number=True, width=96),
        Column(_("Here now"), figure("waiting"), number=True, width=96),
        Column(_("Sent"), figure("sent"), number=True, width=88),
        Column(_("Reach"), figure("reach"), text=share("reach"), number=True, width=88),
        Column(_("Opened"), figure("open_rate"), text=share("open_rate"), number=True, width=88),
        Column(_("Clicked"), figure("click_rate"), text=share("click_rate"), number=True, width=88),
        Column(_("Goal"), figure("goal"), number=True, width=80),
        Column(_("Worth a look"), worth, width=280),
    ]
