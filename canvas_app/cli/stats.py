"""`stats`: compare arms from figures or from a table."""

from typing import Any

from canvas_app.cli.call import DONE, Call, given_file
from canvas_app.cli.commands import Commands
from canvas_app.cli.printing import table
from storage.base.errors import UsageError
from storage.base.words import N_, _


def register(commands: Commands) -> None:
    """Add the commands of this group."""
    group = commands.group("stats", _("compare arms"))
    shares = group.add("proportions", _("compare shares, written A=56/70"), _proportions)
    shares.add_argument("arms", metavar="A=x/n", nargs="+")
    shares.add_argument("--expect", metavar="A=50,B=50", help=_("how people should have been dealt out"))
    means = group.add("means", _("compare averages, written A=people,mean,deviation"), _means)
    means.add_argument("arms", metavar="A=n,mean,sd", nargs="*")
    means.add_argument("--file", metavar=_("FILE"), help=_("a table instead"))
    means.add_argument("--arm", metavar=_("COLUMN"))
    means.add_argument("--value", metavar=_("COLUMN"))


def _proportions(call: Call) -> int:
    from canvas_app.operations.stats import proportions

    found = proportions(call.arms, call.expect)
    call.answer(found, lambda: compared_text(found, "z"))
    return DONE


def _means(call: Call) -> int:
    from canvas_app.operations.stats import means, means_of_file

    if call.file is None:
        found = means(call.arms)
    elif call.arms or not call.arm or not call.value:
        raise UsageError(N_("With --file name the columns by --arm and --value, and give no arms."))
    else:
        found = means_of_file(given_file(call.file), arm=call.arm, value=call.value)
    call.answer(found, lambda: compared_text(found, "t"))
    return DONE


def compared_text(found: dict[str, Any], statistic: str) -> str:
    """Arms and comparisons as two tables."""
    keys = [key for key in ("name", "port", "n", "x", "converted", "rate", "value", "mean", "sd")
            if found["arms"] and key in found["arms"][0]]  # fmt: skip
    headings = {"name": _("arm"), "port": _("arm"), "n": _("people"), "x": _("did it"), "converted": _("converted"),
                "rate": _("rate"), "value": _("value"), "mean": _("mean"), "sd": _("deviation")}  # fmt: skip
    parts = [table(found["arms"], {key: headings[key] for key in keys})]
    if found["comparisons"]:
        columns = {"a": "a", "b": "b", "diff": _("a − b"), statistic: statistic, "p": "p", "ci": "95 %"}
        parts.append(table(found["comparisons"], columns))
    srm = found.get("srm") or {}
    if srm.get("p") is not None:
        warning = " – " + _("people were not dealt out as planned") if srm.get("warn") else ""
        parts.append(_("sample ratio: p = {p}{warning}", p=f"{srm['p']:.4g}", warning=warning))
    return "\n\n".join(parts)
