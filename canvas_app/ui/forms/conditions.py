"""One condition of a rule: what is looked at, how it is compared, with what."""

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from canvas_app.ui.forms.base import Context
from canvas_app.ui.forms.rule_values import Moment, Span, fitting, operators_for, value_field
from canvas_app.ui.forms.simple import number_in
from canvas_app.ui.forms.times import DurationField, tight
from canvas_app.ui.shell.parts import clear, column
from canvas_app.ui.widgets import ComboBox, icon_button, label
from nodes.rules import OPERATORS, parse_tests
from nodes.sentences import tests_in_words
from storage.base.errors import UserError
from storage.base.words import N_, _

Json = Any
_OTHERS = {
    "tag": N_("Tag"), "audience": N_("Audience"), "consent": N_("Consent"), "event": N_("Event"),
}  # fmt: skip
CHANNELS = {
    "email": N_("Email"), "sms": N_("SMS"), "wecom": N_("WeCom"), "official_account": N_("Official account"),
    "app_push": N_("App push"), "ai_call": N_("AI call"), "manual_call": N_("Human call"),
}  # fmt: skip
_COUNTS = (">=", "<=", "=", ">", "<", "!=")


def subject_of(leaf: Json) -> str:
    """What a condition looks at: `field:NAME`, `tag`, `audience`, `consent` or `event`."""
    inner = leaf.get("not", leaf)
    return (
        f"field:{inner['field']}"
        if "field" in inner
        else next((key for key in _OTHERS if key in inner), "tag")
    )


def new_leaf(subject: str) -> Json:
    """A condition just begun."""
    if subject.startswith("field:"):
        return {"field": subject.removeprefix("field:"), "op": "=", "value": ""}
    return {subject: ""}


class Condition(QWidget):
    """A row of a rule; `edited` after a change, `removed` when the cross is pressed."""

    edited = Signal()
    removed = Signal()

    def __init__(self, leaf: Json, context: Context, *, narrow: bool) -> None:
        super().__init__()
        self._context, self._narrow = context, narrow
        self._negated = "not" in leaf
        self._leaf: dict[str, Json] = dict(leaf.get("not", leaf))
        self._subject = ComboBox(self._subjects(), subject_of(leaf))
        self._subject.setAccessibleName(_("What is looked at"))
        self._subject.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._subject.setMinimumContentsLength(10 if narrow else 18)
        self._subject.currentIndexChanged.connect(self._choose_subject)
        self._cross = icon_button("mdi6.close", _("Remove this condition"), self.removed.emit, compact=True)
        self._details = QHBoxLayout()
        self._details.setSpacing(4)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self._subject, 1 if narrow else 0)
        if not narrow:
            head.addLayout(self._details, 1)
        head.addWidget(self._cross, 0, Qt.AlignmentFlag.AlignTop)
        outer.addLayout(head)
        if narrow:
            outer.addLayout(self._details)
        self._draw()

    def value(self) -> Json:
        """The condition as the file writes it."""
        return {"not": dict(self._leaf)} if self._negated else dict(self._leaf)

    def _subjects(self) -> list[tuple[object, str]]:
        options: list[tuple[object, str]] = [
            (f"field:{known.name}", known.label) for known in self._context.catalogue.fields.values()
        ]
        options += [(key, _(words)) for key, words in _OTHERS.items()]
        name = self._leaf.get("field")
        if name and f"field:{name}" not in [key for key, _words in options]:
            options.insert(0, (f"field:{name}", _("{name} (not found)", name=name)))
        return options

    def _choose_subject(self) -> None:
        subject = str(self._subject.value())
        self._negated = False
        self._leaf = new_leaf(subject)
        if subject.startswith("field:"):
            op = operators_for(self._kind())[0]
            self._leaf |= {"op": op, "value": fitting(op, "")}
        self._draw()
        self.edited.emit()

    def _kind(self) -> str | None:
        return self._context.catalogue.field_kind(str(self._leaf.get("field")))

    def _draw(self) -> None:
        clear(self._details)
        if "field" in self._leaf:
            self._draw_field()
        elif "event" in self._leaf:
            self._draw_event()
        else:
            self._draw_membership()

    # -- a field -----------------------------------------------------------------------------------------------

    def _draw_field(self) -> None:
        op = str(self._leaf.get("op", "="))
        offered = operators_for(self._kind())
        options: list[tuple[object, str]] = [
            (each, _(OPERATORS[each])) for each in (offered if op in offered else (op, *offered))
        ]
        choice = ComboBox(options, op)
        choice.setAccessibleName(_("Comparison"))
        if self._narrow:
            tight(choice, 6)
        choice.currentIndexChanged.connect(lambda _row: self._choose_operator(str(choice.value())))
        entry: Any = value_field(
            self._kind(), op, self._leaf.get("value"), lambda *_a: self._keep_value(entry)
        )
        if self._narrow and isinstance(entry, Moment | Span):
            self._details.addLayout(column(choice, entry, gap=4), 1)
            return
        self._details.addWidget(choice, 0, Qt.AlignmentFlag.AlignTop)
        if entry is None:
            self._details.addStretch(1)
        else:
            self._details.addWidget(entry, 1)

    def _choose_operator(self, op: str) -> None:
        value = fitting(op, self._leaf.get("value"))
        self._leaf = {"field": self._leaf["field"], "op": op}
        if value is not None:
            self._leaf["value"] = value
        self._draw()
        self.edited.emit()

    def _keep_value(self, entry: Any) -> None:
        self._leaf["value"] = entry.value()
        self.edited.emit()

    # -- tags, audiences, consent ------------------------------------------------------------------------------

    def _draw_membership(self) -> None:
        key = next((name for name in _OTHERS if name in self._leaf), "tag")
        words = {"tag": (_("has"), _("has not")), "audience": (_("is in"), _("is not in")),
                 "consent": (_("given for"), _("not given for"))}[key]  # fmt: skip
        side = ComboBox([(False, words[0]), (True, words[1])], self._negated)
        side.setAccessibleName(_("Comparison"))
        side.currentIndexChanged.connect(lambda _row: self._negate(bool(side.value())))
        self._details.addWidget(side)
        if key == "tag":
            self._details.addWidget(self._word_entry(key, self._context.catalogue.tags), 1)
            return
        known: list[tuple[object, str]] = (
            [(name, _(text)) for name, text in CHANNELS.items()]
            if key == "consent"
            else [(name, name) for name in self._context.catalogue.audiences]
        )
        choice = ComboBox([("", _("Choose…")), *known], self._leaf[key])
        choice.setAccessibleName(_(_OTHERS[key]))
        choice.currentIndexChanged.connect(lambda _row: self._keep(key, choice.value()))
        self._details.addWidget(choice, 1)

    def _negate(self, negated: bool) -> None:
        self._negated = negated
        self.edited.emit()

    def _keep(self, key: str, value: Json) -> None:
        self._leaf[key] = value
        self.edited.emit()

    def _word_entry(self, key: str, known: tuple[str, ...]) -> QLineEdit:
        entry = QLineEdit(str(self._leaf.get(key) or ""))
        entry.setAccessibleName(_(_OTHERS[key]))
        completer = QCompleter(list(known), entry)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        entry.setCompleter(completer)
        entry.textChanged.connect(lambda text: self._keep(key, text))
        return entry

    # -- events ------------------------------------------------------------------------------------------------

    def _draw_event(self) -> None:
        lines = column(self._word_entry("event", self._context.catalogue.events), gap=4)
        count = self._leaf.get("count") or {}
        op = tight(ComboBox([(each, _(OPERATORS[each])) for each in _COUNTS], count.get("op", ">=")), 6)
        times = QLineEdit(str(count.get("value", 1)))
        times.setFixedWidth(48)
        for field, name in ((op, _("Comparison")), (times, _("How many times"))):
            field.setAccessibleName(name)
        within: DurationField = DurationField(lambda *_a: self._keep_within(within), _("Within the last"))
        within.show_value(self._leaf.get("within"))
        within.number.setPlaceholderText(_("ever"))

        def keep(*_ignored: object) -> None:
            self._keep("count", {"op": op.value(), "value": number_in(times.text())})

        op.currentIndexChanged.connect(keep)
        times.textEdited.connect(keep)
        line = QHBoxLayout()
        line.setSpacing(4)
        for piece in (op, times, label(_("times"), "small")):
            line.addWidget(piece)
        line.addStretch(1)
        lines.addLayout(line)
        lines.addWidget(label(_("Within the last"), "hint"))
        lines.addLayout(within)
        if tests := _tests_text(self._leaf.get("where")):
            lines.addWidget(label(tests, "hint", wrap=True))
        self._details.addLayout(lines, 1)

    def _keep_within(self, field: DurationField) -> None:
        span = field.value()
        self._leaf = {key: item for key, item in self._leaf.items() if key != "within"}
        if span:
            self._leaf["within"] = span
        self.edited.emit()


def _tests_text(where: Json) -> str:
    try:
        return tests_in_words(parse_tests(where))
    except UserError as error:
        return str(error)
