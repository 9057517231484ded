"""A rule in a form: the builder, how many people match now, and the rule in words."""

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from canvas_app.ui.forms.base import Context, Editor, Json, serves
from canvas_app.ui.forms.rule_builder import RuleBuilder
from canvas_app.ui.widgets import label
from nodes.fields import Param
from nodes.rules import parse_rule
from nodes.sentences import in_words
from storage.base.errors import UserError
from storage.base.words import _, plural

COUNT_AFTER = 300


class RuleSummary(QWidget):
    """“12,403 match” and the rule in words."""

    def __init__(self, context: Context, place: str, *, unset: str = "") -> None:
        super().__init__()
        self._context, self._place, self._unset = context, place, unset
        self._rule: Json = None
        self.count = label("", "small")
        self.words = label("", "small", wrap=True)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(COUNT_AFTER)
        self._timer.timeout.connect(self._ask)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.count.hide()
        column.addWidget(self.count)
        column.addWidget(self.words)

    def show_rule(self, rule: Json) -> None:
        """Say the rule in words and count anew."""
        self._rule = rule
        sentence, right = rule_in_words(rule, self._context, unset=self._unset)
        self.words.setText(_("In words. {sentence}", sentence=sentence) if right else sentence)
        if right:
            self._timer.start()
        else:
            self.count.hide()

    def set_context(self, context: Context) -> None:
        """Other names, another way to count."""
        self._context = context
        self.show_rule(self._rule)

    def _ask(self) -> None:
        if self._context.count is not None:
            self._context.count(self._place, self._rule, self._show_count)

    def _show_count(self, found: int | None) -> None:
        if found is not None:
            self.count.show()
            self.count.setText(plural("{n} person matches now", "{n} people match now", found))


def rule_in_words(rule: Json, context: Context, *, unset: str = "") -> tuple[str, bool]:
    """The rule as a sentence and whether it is right; else what is wrong with it. `unset`: what no rule means."""
    if rule is None:
        return unset or _("Everybody."), not unset
    try:
        sentence = in_words(parse_rule(rule), context.catalogue.field_label)
    except UserError as error:
        return _upper(str(error)), False
    return _upper(sentence) + ("" if sentence.endswith((".", "。")) else _(".")), True


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


@serves("rule")
class RuleEditor(Editor):
    """A condition on a contact."""

    typing = True

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        self.builder = RuleBuilder(context)
        everybody = context.channel == "audience"
        unset = "" if everybody else _("Not set.")
        self.summary = RuleSummary(context, f"{context.node}.{param.key}", unset=unset)
        self.builder.edited.connect(self._changed)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(self.builder)
        column.addWidget(self.summary)
        self.line.addLayout(column)

    def _changed(self, rule: Json) -> None:
        self.summary.show_rule(rule)
        self.tell()

    def show_value(self, value: Json) -> None:
        self.builder.show_rule(value)
        self.summary.show_rule(value)

    def value(self) -> Json:
        return self.builder.rule()

    def set_context(self, context: Context) -> None:
        super().set_context(context)
        self.builder.set_context(context)
        self.summary.set_context(context)
