"""What is done with a strategy as a whole: rehearse, publish, pause, resume, stop."""

from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from canvas_app.operations.changes import Changes, Progress, silent
from canvas_app.operations.overview import StrategyInfo
from canvas_app.ui.dialogs.ask import ask
from canvas_app.ui.pages.strategies.document import Document
from canvas_app.ui.shell.session import Session
from storage.base.words import _, plural
from storage.workspace import Workspace

REHEARSED_DAYS = 30


class Running(QObject):
    """Asks first, with the number of people, then does it in the background."""

    def __init__(self, session: Session, page: QWidget) -> None:
        super().__init__(page)
        self.session, self._page = session, page

    def rehearse(self, document: Document) -> None:
        """Let a month pass on a scratch copy and show who would get what."""
        from canvas_app.operations.rehearsal import rehearse
        from canvas_app.ui.dialogs.rehearsal import RehearsalSheet, days_of

        def done(found: Any) -> None:
            days = days_of(found, document.graph)
            caption = plural("a month with {n} person", "a month with {n} people", int(found.people))
            document.show_forecast(days, caption)
            document.show_report(found.nodes, found.runs, _("In the rehearsal; nothing was sent"))
            RehearsalSheet(self._page, document.graph, found).open()

        self.session.work.run_operation(
            rehearse, done=done, title=_("Rehearsing a month"), latest="rehearse",
            graph=document.graph, days=REHEARSED_DAYS,
        )  # fmt: skip

    def publish(self, document: Document) -> None:
        """Show what publishing does, then do it."""
        from canvas_app.ui.dialogs.publish import PublishSheet

        document.save()
        PublishSheet(self._page, self.session, document).open()

    def let_a_day_pass(self) -> None:
        """Move the clock of a rehearsal a day on."""

        def done(found: Any) -> None:
            words = plural("A day passed: {n} step.", "A day passed: {n} steps.", found.moved)
            self.session.told.emit("success", words)

        self.session.work.run_operation(
            advance_a_day, done=done, title=_("Letting a day pass"), latest="advance"
        )

    def ask(self, what: str, info: StrategyInfo) -> None:
        """Pause, resume or stop, after saying how many people that concerns."""
        match what:
            case "pause":
                self._pause(info)
            case "resume":
                self._resume(info)
            case "stop":
                self._stop(info)

    def _pause(self, info: StrategyInfo) -> None:
        from canvas_app.operations.publishing import pause

        people = plural("{n} person is in it now.", "{n} people are in it now.", info.in_now)
        question = _("{people} They stay where they are; nothing is sent until you resume.", people=people)
        self._ask(
            _("Pause “{name}”?", name=info.name), question, _("Pause"), verb=pause, info=info, role="primary"
        )

    def _resume(self, info: StrategyInfo) -> None:
        from canvas_app.operations.publishing import resume

        people = plural("{n} person is waiting in it.", "{n} people are waiting in it.", info.in_now)
        question = _("{people} Overdue work goes on as the settings of the strategy say.", people=people)
        self._ask(
            _("Resume “{name}”?", name=info.name),
            question,
            _("Resume"),
            verb=resume,
            info=info,
            role="primary",
        )

    def _stop(self, info: StrategyInfo) -> None:
        from canvas_app.operations.publishing import stop

        people = plural("{n} person leaves it now.", "{n} people leave it now.", info.in_now)
        question = _("{people} Waiting work is cancelled. The figures stay.", people=people)
        effect = plural("Stop and take out {n} person", "Stop and take out {n} people", info.in_now)
        self._ask(
            _("Stop “{name}” for good?", name=info.name),
            question,
            effect,
            verb=stop,
            info=info,
            role="danger",
        )

    def _ask(
        self, title: str, question: str, effect: str, *, verb: Any, info: StrategyInfo, role: str
    ) -> None:
        def go() -> None:
            self.session.work.run_operation(verb, name=info.name)

        ask(self._page, title, question, effect, go, role=role)


def advance_a_day(workspace: Workspace, *, progress: Progress = silent) -> Changes:
    """Let a rehearsal run for a day."""
    from canvas_app.operations.running import run_until

    return run_until(workspace, until=workspace.clock().now() + 86400, progress=progress)
