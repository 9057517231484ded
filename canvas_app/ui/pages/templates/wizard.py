"""The questions of a template, in a sheet beside the gallery; the plan follows every answer."""

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QCheckBox, QLineEdit

from canvas_app.operations.templates import Question, Template, draft_graph
from canvas_app.ui.forms.base import Context
from canvas_app.ui.forms.form import ParamForm
from canvas_app.ui.pages.templates.card import only_sandbox
from canvas_app.ui.pages.templates.preview import GraphPicture
from canvas_app.ui.shell.parts import clear, column, frame
from canvas_app.ui.shell.session import Session
from canvas_app.ui.widgets import SideSheet, label, primary_button
from nodes.fields import Param
from storage.base.errors import UserError
from storage.base.words import _, listed, plural

_FOLLOW_AFTER = 250


def param_of(question: Question) -> Param[Any]:
    """A question as a param, so that the same forms ask it."""
    kind = "duration" if question.kind == "duration" else question.kind
    return Param(
        kind, question.label, lambda value: value, question.default, key=question.id, choices=question.choices,
        required=not question.optional, minimum=question.minimum, maximum=question.maximum,
    )  # fmt: skip


class TemplateSheet(SideSheet):
    """Four answers make a draft that can be changed freely."""

    def __init__(self, session: Session) -> None:
        super().__init__("", width=560)
        self.session = session
        self.template: Template | None = None
        self._answers: dict[str, Any] = {}
        self.form: ParamForm | None = None
        self._place = column(gap=8)
        self.body.addLayout(self._place)
        self.problem = label("", "error", wrap=True)
        self.problem.hide()
        self.body.addWidget(self.problem)
        self.samples = QCheckBox(_("Add made-up contacts, so that it can be rehearsed at once"))
        self.body.addWidget(self.samples)
        self.body.addStretch(1)
        self.footer.addWidget(label(_("You can change every answer later."), "hint"))
        self.footer.addStretch(1)
        self.make = primary_button(_("Make the draft"), self._use)
        self.make.setObjectName("use_template")
        self.footer.addWidget(self.make)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_FOLLOW_AFTER)
        self._timer.timeout.connect(self._follow)

    def ask(self, template: Template) -> None:
        """Ask the questions of a template."""
        self.template, self._answers = template, {}
        self.set_title(template.name, template.description)
        clear(self._place)
        self.name = QLineEdit(template.name)
        self.name.setAccessibleName(_("Name of the strategy"))
        self._place.addWidget(label(_("Name of the strategy"), "section"))
        self._place.addWidget(self.name)
        values = {each.id: each.default for each in template.questions}
        params = [param_of(each) for each in template.questions]
        self.form = ParamForm(params, values, Context(self.session.catalogue))
        self.form.edited.connect(self._keep)
        self._place.addSpacing(8)
        self._place.addWidget(self.form)
        self.plan = label("", "muted", wrap=True)
        self.picture = GraphPicture()
        self.picture.setMinimumHeight(120)
        self._place.addSpacing(12)
        self._place.addWidget(label(_("The plan"), "panel-title"))
        self._place.addWidget(self.plan)
        self._place.addWidget(frame("panel-sunken", column(self.picture, margins=(4, 4, 4, 4))))
        missing = only_sandbox(template.channels)
        if missing:
            words = _(
                "Only a sandbox so far: {channels}. Nothing real leaves by these.", channels=listed(missing)
            )
            self._place.addWidget(label(words, "warning", wrap=True))
        self.samples.setChecked(self.session.catalogue.contacts == 0)
        self._follow()
        self.open_sheet()

    def _keep(self, key: str, value: Any, _typing: bool) -> None:
        self._answers[key] = value
        self._timer.start()

    def answers(self) -> dict[str, Any]:
        """What was answered differently from the default."""
        return {key: value for key, value in self._answers.items() if value is not None}

    def _follow(self) -> None:
        assert self.template is not None
        try:
            graph = draft_graph(self.template.id, self.answers())
        except UserError as error:
            self.problem.setText(str(error))
            self.problem.show()
            self.make.setEnabled(False)
            return
        self.problem.hide()
        self.make.setEnabled(True)
        self.picture.show_graph(graph)
        nodes = plural("{n} node", "{n} nodes", len(graph.nodes))
        days = plural("at most {n} day", "at most {n} days", self.template.days)
        self.plan.setText(_("{nodes}, {days}", nodes=nodes, days=days))

    def _use(self) -> None:
        from canvas_app.operations.templates import use_template

        assert self.template is not None
        self.make.setEnabled(False)
        self.session.work.run_operation(
            use_template, done=self._used, refused=self._refused, title=_("Making the draft"),
            template_id=self.template.id, answers=self.answers(), name=self.name.text().strip(),
            samples=self.samples.isChecked(),
        )  # fmt: skip

    def _refused(self, sentence: str) -> None:
        self.make.setEnabled(True)
        self.problem.setText(sentence)
        self.problem.show()

    def _used(self, result: Any) -> None:
        self.make.setEnabled(True)
        self.close_sheet()
        self.session.strategy_wanted.emit(result.name)
