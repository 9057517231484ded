"""`run` and `forecast`."""

from typing import Any

from canvas_app.cli.call import DONE, Call, given_instant, progress
from canvas_app.cli.commands import Commands
from canvas_app.cli.printing import table
from storage.base.clock import VirtualClock, instant_text
from storage.base.errors import UsageError
from storage.base.words import N_, _


def register(commands: Commands) -> None:
    """Add the commands of this group."""
    command = commands.add("run", _("let live strategies run"), _run)
    command.add_argument("--until", metavar=_("INSTANT"), help=_("how far a rehearsal goes"))
    command.add_argument(
        "--only", metavar=_("KEY"), action="extend", nargs="+", help=_("only these contacts of a rehearsal")
    )
    how = command.add_mutually_exclusive_group()
    how.add_argument("--once", action="store_true", help=_("only what is due now"))
    how.add_argument("--drain", action="store_true", help=_("until nothing is due or waiting"))
    command = commands.add(
        "forecast", _("send the whole audience through a draft without touching anything"), _forecast
    )
    command.add_argument("name", metavar=_("NAME"))
    command.add_argument("--days", type=int, default=30)


def _run(call: Call) -> int:
    with call.workspace() as workspace:
        if isinstance(workspace.clock(), VirtualClock) or call.until is not None or call.only:
            return _rehearsal(call, workspace)
        from canvas_app.operations.running import run_live

        run_live(workspace, once=call.once, drain=call.drain)
        now = workspace.clock().now()
    call.answer({"now": instant_text(now)}, "")
    return DONE


def _rehearsal(call: Call, workspace: Any) -> int:
    from canvas_app.operations.running import run_until
    from canvas_app.operations.workspace_settings import workspace_settings

    if call.drain:
        raise UsageError(N_("A rehearsal runs to an instant. Say how far with --until."))
    zone = workspace_settings(workspace).timezone
    until = None if call.until is None else given_instant(call.until, zone)
    found = run_until(workspace, until=until, only=tuple(call.only or ()), progress=progress(call))
    document = {"now": instant_text(found.now, zone), "ticks": found.ticks, "moved": found.moved}
    call.answer(document, lambda: _("The rehearsal's clock stands at {now}.", now=document["now"]))
    return DONE


def _forecast(call: Call) -> int:
    from canvas_app.operations.contacts import count_contacts
    from canvas_app.operations.rehearsal import rehearse
    from canvas_app.operations.strategies import load_draft

    if call.days < 1:
        raise UsageError(N_("A forecast looks at least one day ahead."))
    with call.workspace() as workspace:
        graph = load_draft(workspace, name=call.name).graph
        people = max(1, count_contacts(workspace).count)
        found = rehearse(workspace, graph=graph, days=call.days, people=people, progress=progress(call))
    for note in found.assumed:
        call.tell(_("Assumed: {what}", what=note))
    edges = [
        {"from": edge.source, "port": edge.port, "to": edge.target,
         "n": found.nodes.get(edge.source, {}).get("ports", {}).get(edge.port, 0)}
        for edge in graph.edges
    ]  # fmt: skip
    document = {
        "people": found.people, "days": found.days, "nodes": found.nodes, "edges": edges, "runs": found.runs,
        "sent": [{"day": day, "node": node, "n": n} for day, node, n in found.sent], "assumed": list(found.assumed),
    }  # fmt: skip
    rows = [
        {"node": graph.nodes[key].label or key, **counts}
        for key, counts in found.nodes.items()
        if key in graph.nodes
    ]
    columns = {"node": _("node"), "entered": _("entered"), "done": _("done"), "waiting": _("waiting"),
               "skipped": _("skipped"), "failed": _("failed"), "exited": _("exited")}  # fmt: skip
    call.answer(document, lambda: table(rows, columns))
    return DONE
