"""One contact: what is known, what was agreed to, which strategies."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from canvas_app.operations.contact_pages import mask
from canvas_app.ui.dialogs.ask import Sheet
from canvas_app.ui.forms.conditions import CHANNELS
from canvas_app.ui.shell.parts import box, column, row, scroll
from canvas_app.ui.shell.session import Session
from canvas_app.ui.widgets import Chip, FlowLayout, button, divider, label
from storage.base.words import N_, _

_STATES = {
    "active": N_("in it now"), "completed": N_("went through"), "exited": N_("left"), "removed": N_("taken out"),
    "held_out": N_("kept for comparison"),
}  # fmt: skip


def show_contact_sheet(parent: QWidget, session: Session, key: str) -> None:
    """Read one contact in the background and show it."""
    from canvas_app.operations.contacts import show_contact

    def done(found: Any) -> None:
        ContactSheet(parent, session, found).open()

    session.work.run_operation(show_contact, done=done, key=key)


def full_name(fields: Mapping[str, Any]) -> str:
    """The name as its own language writes it: Chinese family names come first, without a space."""
    first, last = str(fields.get("first_name") or ""), str(fields.get("last_name") or "")
    if any("\u4e00" <= letter <= "\u9fff" for letter in first + last):
        return f"{last}{first}"
    return f"{first} {last}".strip()


class ContactSheet(Sheet):
    """Read-only; addresses masked as in the table."""

    def __init__(self, parent: QWidget, session: Session, found: Any) -> None:
        fields = found.fields
        super().__init__(parent, full_name(fields) or mask("email", found.key), width=520)
        lines = column(gap=6)
        for field, value in fields.items():
            if value in (None, "", []):
                continue
            words = session.catalogue.field_label(field) or field
            shown = ", ".join(map(str, value)) if isinstance(value, list) else str(mask(field, value))
            lines.addLayout(row(label(words, "muted"), None, label(shown)))
        if found.tags:
            tags = FlowLayout(gap=4)
            for tag in found.tags:
                tags.addWidget(Chip(tag))
            lines.addWidget(box(tags))
        _add_consent(lines, found.consent)
        _add_runs(lines, found.strategies)
        lines.addStretch(1)
        area = scroll(box(lines))
        area.setMinimumHeight(360)
        self.body.addWidget(area)
        self.footer.addStretch(1)
        self.footer.addWidget(button(_("Close"), self.accept, role="primary"))


def _add_consent(lines: QVBoxLayout, consent: Mapping[str, bool | None]) -> None:
    lines.addWidget(divider())
    lines.addWidget(label(_("May be written to by"), "section"))
    agreed = FlowLayout(gap=4)
    for channel, given in consent.items():
        if given is not None:
            words = _(CHANNELS.get(channel, channel))
            agreed.addWidget(
                Chip(words if given else _("not {channel}", channel=words), "success" if given else "error")
            )
    lines.addWidget(
        box(agreed)
        if agreed.count()
        else label(_("Nothing is recorded, so marketing skips this person."), "hint", wrap=True)
    )


def _add_runs(lines: QVBoxLayout, runs: Sequence[Mapping[str, Any]]) -> None:
    if runs:
        lines.addWidget(divider())
    for run in runs:
        state = _(_STATES.get(run["state"], run["state"]))
        lines.addLayout(
            row(
                label(run["strategy"]),
                None,
                label(state if not run["reason"] else f"{state}: {run['reason']}", "muted"),
            )
        )
