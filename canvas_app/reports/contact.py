"""The story of one contact in a strategy: where it went, what it was sent, and why it left."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, select

from canvas_app.reports.reasons import reason_in_words
from canvas_app.reports.subject import Subject
from canvas_app.reports.touches import touch_rows
from nodes.spec import ENDED, FAILED, FOREVER, JUMPED, SKIPPED
from storage import tables
from storage.base.clock import instant_text
from storage.base.errors import UserError
from storage.base.words import N_, _
from storage.codes import EnteredBy, RunState
from storage.lookup import find_contacts
from storage.regions import region_of
from storage.workspace import Workspace

_BY = {
    EnteredBy.AUDIENCE: N_("Entered by the audience"), EnteredBy.EVENT: N_("Entered by an event"),
    EnteredBy.DATE: N_("Entered by a date"), EnteredBy.HAND: N_("Taken in by hand"),
    EnteredBy.MOVE: N_("Came from another strategy"),
}  # fmt: skip
_STATUS = {
    "sent": N_("Sent"), "failed": N_("Failed"), "skipped": N_("Not sent"), "unknown": N_("May have been sent"),
    "waiting": N_("Waits to be sent"), "cancelled": N_("Not sent any more"),
}  # fmt: skip
_CODES = {JUMPED: N_("jumps back"), ENDED: N_("ends here"), FAILED: N_("failed"), SKIPPED: N_("skipped")}
Story = list[dict[str, Any]]


def contact_report(workspace: Workspace, *, name: str, key: str) -> dict[str, Any]:
    """Every run of a contact with its steps and touches; `story` says the same in sentences, in order."""
    now = workspace.clock().now()
    with workspace.read() as connection:
        subject = Subject.load(connection, name, now)
        found = find_contacts(connection, [key], region_of(connection))
        if key not in found:
            raise UserError(N_("No contact has the customer number, email or phone “{key}”."), key=key)
        run = tables.enrollment
        mine = (run.c.strategy == subject.id, run.c.contact == found[key])
        rows = connection.execute(select(run).where(*mine).order_by(run.c.id)).all()
        runs = [_run(connection, subject, row) for row in rows]
    return {"contact": key, "strategy": subject.name, "runs": runs}


def _run(connection: Connection, subject: Subject, row: Row[Any]) -> dict[str, Any]:
    values = dict(row._mapping)
    steps = _steps(connection, subject, values["id"])
    touches = list(touch_rows(connection, subject, [values["id"]]))
    standing = _standing(connection, subject, values["id"])
    version = subject.versions.get(values["version"])
    reason = subject.spoken.get(values["reason"])
    found = {
        "pass": values["pass"], "by": EnteredBy(values["by"]).name.lower(), "key": values["entry_key"],
        "version": version.number if version else None, "state": RunState(values["state"]).name.lower(),
        "entered": _when(values["entered"], subject), "ended": _when(values["ended"], subject), "reason": reason,
        "goal": _when(values["goal_at"], subject), "steps": steps, "touches": touches, "standing": standing,
    }  # fmt: skip
    return {**found, "story": _story(subject, found, EnteredBy(values["by"]))}


def _steps(connection: Connection, subject: Subject, run: int) -> Story:
    step, wave = tables.step.c, tables.wave.c
    query = (
        select(wave.at, wave.id, wave.version, step.node_port, step.round)
        .join_from(tables.step, tables.wave, wave.id == step.wave)
        .where(step.enrollment == run)
        .order_by(wave.id)
    )
    found = []
    for row in connection.execute(query):
        number, code = divmod(row.node_port, 64)
        node = subject.keys.get(number)
        if node is None:
            continue  # a node that only the runtime knows
        version = subject.versions.get(row.version)
        port = version.port(node, code) if version else None
        found.append(
            {"at": _when(row.at, subject), "node": node, "label": subject.title(node), "port": port,
             "text": _port_words(subject, node, port, code), "round": row.round}
        )  # fmt: skip
    return found


def _port_words(subject: Subject, node: str, port: str | None, code: int) -> str:
    if code in _CODES:
        return _(_CODES[code])
    kind = subject.kind(node)
    ports = kind.ports() if kind else ()
    if len(ports) < 2:
        return ""
    return next((each.label for each in ports if each.id == port), port or "")


def _standing(connection: Connection, subject: Subject, run: int) -> Story:
    """Where the run waits now, and until when."""
    token = tables.token.c
    query = select(token.node, token.arrived, token.due).where(token.enrollment == run).order_by(token.due)
    return [
        {"node": subject.keys[row.node], "label": subject.title(subject.keys[row.node]),
         "since": _when(row.arrived, subject), "until": None if row.due >= FOREVER else _when(row.due, subject)}
        for row in connection.execute(query) if row.node in subject.keys
    ]  # fmt: skip


def _story(subject: Subject, run: Mapping[str, Any], by: EnteredBy) -> Story:
    """What happened, in order; at one instant in the order of the graph."""
    held = run["state"] == "held_out"
    start = _("Held out: nothing is sent, the goal is still measured") if held else _(_BY[by])
    messages = {touch["node"] for touch in run["touches"]}
    lines: Story = [{"at": run["entered"], "node": None, "text": start}]
    lines += [
        {"at": step["at"], "node": step["node"],
         "text": f"{step['label']}: {step['text']}" if step["text"] else step["label"]}
        for step in run["steps"] if step["node"] not in messages
    ]  # fmt: skip
    lines += [
        {"at": touch["at"], "node": touch["node"], "text": _touch_words(subject, touch)}
        for touch in run["touches"]
    ]
    last = len(subject.order)
    places: dict[str | None, int] = {None: -1} | dict(subject.order.items())
    lines.sort(key=lambda line: (line["at"] is None, line["at"] or "", places.get(line["node"], last)))
    lines += [
        {"at": place["since"], "node": place["node"], "text": _place_words(place)}
        for place in run["standing"]
    ]
    if run["ended"]:
        why = reason_in_words(run["reason"])
        text = _("Left: {reason}", reason=why) if why else _("Came to the end")
        lines.append({"at": run["ended"], "node": None, "text": text})
    return lines


def _place_words(place: Mapping[str, Any]) -> str:
    if place["until"]:
        return _("Waits at “{node}” until {until}", node=place["label"], until=place["until"])
    return _("Waits at “{node}”", node=place["label"])


def _touch_words(subject: Subject, touch: Mapping[str, Any]) -> str:
    said = _("{what}: {node}", what=_(_STATUS[touch["status"]]), node=subject.title(touch["node"]))
    if touch["reason"]:
        said = _("{what} ({reason})", what=said, reason=reason_in_words(touch["reason"]))
    known = [word for word in touch["outcomes"] if word != touch["status"]]
    return f"{said} · {', '.join(known)}" if known else said


def _when(instant: int | None, subject: Subject) -> str | None:
    return None if instant is None else instant_text(instant, subject.zone)
