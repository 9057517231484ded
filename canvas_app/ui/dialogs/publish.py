"""Publish: what it does to whom, said before it is done; the button names the number of people."""

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QRadioButton, QVBoxLayout, QWidget

from canvas_app.ui.dialogs.ask import Sheet
from canvas_app.ui.forms.conditions import CHANNELS
from canvas_app.ui.inspector.changes import all_lines
from canvas_app.ui.pages.strategies.counting import PublishFacts, publish_facts
from canvas_app.ui.pages.strategies.document import Document
from canvas_app.ui.shell.parts import column, frame, row
from canvas_app.ui.shell.session import Session
from canvas_app.ui.widgets import Kpi, KpiStrip, SegmentedControl, ToneIcon, label
from nodes.graph import difference
from storage.base.problems import Level
from storage.base.words import _, listed, plural

RAMPS = {
    "5": [{"share": 5, "for": "P1D"}, {"share": 20, "for": "P1D"}, {"share": 100}],
    "20": [{"share": 20, "for": "P1D"}, {"share": 100}],
}
_MOST_LINES = 8


class PublishSheet(Sheet):
    """Shows figures as they come in; the button waits for them."""

    def __init__(self, parent: QWidget, session: Session, document: Document) -> None:
        number = (document.version or 0) + 1
        title = _("Publish version {number} of “{name}”", number=number, name=document.name)
        super().__init__(parent, title, _("From now on people enter this version."), width=760)
        self.session, self.document = session, document
        self.figures = KpiStrip((Kpi(_("Enter now"), "–"),))
        self.body.addWidget(self.figures)
        self.migrate = QRadioButton(_("Go on in the new version, from the same node"))
        self.stay = QRadioButton(_("Finish the version they are in"))
        self.stay.setChecked(True)
        self.migrate.toggled.connect(lambda _on: self._fit())
        self._checks = QVBoxLayout()
        self._checks.setSpacing(6)
        self.ramp = SegmentedControl([("5", _("5 %")), ("20", _("20 %")), ("100", _("Everyone"))], "100")
        self.ramp.setVisible("ramp" not in document.graph.settings)
        if document.version:
            self.body.addWidget(self._changes_panel())
        self.body.addWidget(self._foot_panel())
        self.problem = label("", "error", wrap=True)
        self.problem.hide()
        self.body.addWidget(self.problem)
        self.add_buttons(_("Publish"), self._publish, icon_name="mdi6.rocket-launch-outline")
        self.effect.setEnabled(False)
        self._show_checks()
        document.checked.connect(self._show_checks)
        session.work.run_operation(
            publish_facts, done=self._show_facts, refused=self._refused, latest="facts", graph=document.graph
        )

    def _changes_panel(self) -> QWidget:
        lines = all_lines(self.document.live.graph, self.document.graph) if self.document.live else []
        made = column(label(_("What is different"), "panel-title"), gap=4, margins=(16, 12, 16, 12))
        for line in lines[:_MOST_LINES] or [_("Nothing is different.")]:
            made.addWidget(label(line, wrap=True))
        if len(lines) > _MOST_LINES:
            rest = len(lines) - _MOST_LINES
            made.addWidget(label(plural("and {n} more", "and {n} more", rest), "hint"))
        made.addSpacing(8)
        made.addWidget(label(_("People who are in it now"), "section"))
        made.addWidget(self.stay)
        made.addWidget(self.migrate)
        removed = (
            len(difference(self.document.live.graph, self.document.graph).removed)
            if self.document.live
            else 0
        )
        if removed:
            words = plural(
                "Whoever stands at the removed node then leaves, with that as the reason.",
                "Whoever stands at one of the {n} removed nodes then leaves, with that as the reason.", removed,
            )  # fmt: skip
            made.addWidget(label(words, "hint", wrap=True))
        return frame("panel", made)

    def _foot_panel(self) -> QWidget:
        checks = column(label(_("Checks"), "panel-title"), self._checks, None, gap=8)
        start = column(label(_("Start with"), "panel-title"), gap=8)
        if "ramp" in self.document.graph.settings:
            start.addWidget(label(_("In steps, as the settings of the strategy say."), wrap=True))
        else:
            start.addWidget(self.ramp)
            start.addWidget(
                label(
                    _("Less than everyone grows to everyone by itself, a step each day."), "hint", wrap=True
                )
            )
        start.addStretch(1)
        line = row(checks, start, gap=32)
        line.setStretch(0, 1)
        line.setStretch(1, 1)
        return frame("panel-sunken", column(line, margins=(16, 12, 16, 12)))

    def _show_checks(self) -> None:
        from canvas_app.ui.shell.parts import clear

        clear(self._checks)
        problems = self.document.problems
        errors = [each for each in problems if each.level == Level.ERROR]
        warnings = [each for each in problems if each.level == Level.WARNING]
        if not errors:
            self._check_line("success", _("No problems to mend"))
        for each in errors[:4]:
            self._check_line("error", each.message)
        for each in warnings[:4]:
            self._check_line("warning", each.message)
        if self._facts is not None and self._facts.sandboxed:
            names = listed([_(CHANNELS.get(each, each)) for each in self._facts.sandboxed])
            words = _("Only a sandbox so far: {channels}. Nothing real leaves by these.", channels=names)
            self._check_line("info", words)
        self._ready = self.document.known and not errors
        self._fit()

    def _check_line(self, tone: str, words: str) -> None:
        line = row(ToneIcon(tone), label(words, wrap=True), gap=8)
        line.setStretch(1, 1)
        self._checks.addLayout(line)

    _facts: PublishFacts | None = None
    _ready = False

    def _show_facts(self, facts: Any) -> None:
        self._facts = facts
        if self.document.version:
            # who entered before may not come again, so this is no promise of how many do
            kpis = [Kpi(_("Match now"), f"{facts.matching:,}", _("those already in it included"))]
        else:
            kpis = [
                Kpi(_("Enter now"), f"{facts.entering:,}", _("later by events") if facts.by_event else "")
            ]
            if facts.by_event or facts.matching != facts.entering:
                kpis.append(Kpi(_("Could enter"), f"{facts.matching:,}"))
        for channel, count in facts.reach:
            kpis.append(
                Kpi(_("Said yes to {channel}", channel=_(CHANNELS.get(channel, channel))), f"{count:,}")
            )
        if self.document.version:
            kpis.append(Kpi(_("In it now"), f"{self._in_now():,}"))
        self.figures.show_figures(kpis)
        self._show_checks()
        QTimer.singleShot(0, self, self.adjustSize)  # sentences that came later need their lines

    def _fit(self) -> None:
        self.effect.setEnabled(self._ready and self._facts is not None)
        self.effect.setText(self._effect_words())

    def _effect_words(self) -> str:
        """What the button does, with the number of people it concerns."""
        if self.document.version:
            moved = self._in_now() if self.migrate.isChecked() else 0
            return (
                plural("Publish and move {n} person", "Publish and move {n} people", moved)
                if moved
                else _("Publish")
            )
        people = self._facts.entering if self._facts else 0
        return plural("Publish to {n} person", "Publish to {n} people", people) if people else _("Publish")

    def _in_now(self) -> int:
        return int(self.document.runs.get("active") or 0)

    def _refused(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.show()
        self._fit()

    def _publish(self) -> None:
        document = self.document
        ramp = RAMPS.get(self.ramp.current())
        if ramp and "ramp" not in document.graph.settings:
            document.canvas.replace(document.graph.with_settings(ramp=ramp), _("Start small"))
        self.effect.setEnabled(False)
        in_flight = "migrate" if self.migrate.isChecked() else "stay"
        self.session.work.run_operation(
            save_and_publish, done=self._published, refused=self._refused, title=_("Publishing"),
            name=document.name, graph=document.graph, base=document.revision, in_flight=in_flight,
        )  # fmt: skip

    def _published(self, result: Any) -> None:
        if result.refused:
            self.document.check()
            self._refused(result.problems[0].message if result.problems else "")
            return
        self.session.told.emit("success", _("Version {version} is live.", version=result.version))
        self.accept()


def save_and_publish(workspace: Any, *, name: str, graph: Any, base: int | None, in_flight: str) -> Any:
    """Keep what is drawn, then publish it."""
    from canvas_app.operations.publishing import publish
    from canvas_app.operations.strategies import save_draft

    save_draft(workspace, name=name, graph=graph, base=base)
    return publish(workspace, name=name, in_flight=in_flight)
