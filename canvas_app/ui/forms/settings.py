"""Fields of the strategy's settings that have a shape of their own."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCompleter, QLineEdit

from canvas_app.ui.forms.base import Context, Editor, Json, serves
from canvas_app.ui.forms.simple import JsonEditor, number_in
from canvas_app.ui.forms.times import DurationField, InstantEditor, tight
from canvas_app.ui.shell.parts import column, row
from canvas_app.ui.theme import set_property
from canvas_app.ui.widgets import ComboBox, label
from nodes.fields import Param
from nodes.settings import LATE, REENTRY
from storage.base.words import _

_STEPS = {
    "": [],
    "5-20-100": [{"share": 5, "for": "P1D"}, {"share": 20, "for": "P1D"}, {"share": 100}],
    "20-100": [{"share": 20, "for": "P1D"}, {"share": 100}],
}


@cache
def zone_names() -> list[str]:
    """Every time zone, by name."""
    return sorted(available_timezones())


@serves("timezone")
class ZoneEditor(Editor):
    """A time zone, found by typing a part of it."""

    typing = True

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        self.field = QLineEdit()
        self.field.setAccessibleName(_(param.label))
        self.field.setPlaceholderText(_("The workspace's"))
        completer = QCompleter(zone_names(), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.field.setCompleter(completer)
        self.field.textChanged.connect(self.tell)
        self.line.addWidget(self.field, 1)
        self.setFocusProxy(self.field)

    def show_value(self, value: Json) -> None:
        if value != self.value():
            self.field.setText(str(value or ""))

    def value(self) -> Json:
        return self.field.text().strip() or None

    def show_problem(self, level: str) -> None:
        set_property(self.field, "problem", level)


@serves("reentry")
class ReentryEditor(Editor):
    """Whether a contact may come again, and how much later."""

    typing = True

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        self.mode = tight(ComboBox([(key, _(words)) for key, words in REENTRY.items()], "never"), 12)
        self.mode.setAccessibleName(_(param.label))
        self.gap = DurationField(self.tell, _("Not before"))
        self.key = QLineEdit()
        self.key.setPlaceholderText(_("Event property, such as cart_id"))
        self.key.setAccessibleName(_("One run per"))
        self.mode.currentIndexChanged.connect(self.tell)
        self.key.textEdited.connect(self.tell)
        self.line.addLayout(
            column(
                self.mode,
                label(_("Not before"), "hint"),
                self.gap,
                label(_("One run side by side for each"), "hint"),
                self.key,
                gap=4,
            )
        )
        self.setFocusProxy(self.mode)

    def show_value(self, value: Json) -> None:
        known = value if isinstance(value, dict) else {}
        if known == (self.value() or {}):
            return
        self.mode.set_value(known.get("mode", "never"))
        self.gap.show_value(known.get("gap"))
        self.key.setText(str(known.get("key") or ""))

    def value(self) -> Json:
        found = {"mode": self.mode.value(), "gap": self.gap.value(), "key": self.key.text().strip() or None}
        kept = {key: item for key, item in found.items() if item is not None}
        return None if kept == {"mode": "never"} else kept


@serves("throttle")
class SpeedEditor(Editor):
    """At most so many sends in a time."""

    typing = True

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        self.limit = QLineEdit()
        self.limit.setFixedWidth(80)
        self.limit.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.limit.setAccessibleName(_("At most so many messages"))
        self.per = DurationField(self.tell, _("in every"))
        self.limit.textEdited.connect(self.tell)
        self.line.addLayout(column(row(self.limit, label(_("in every"), "small"), None), self.per, gap=4))
        self.setFocusProxy(self.limit)

    def show_value(self, value: Json) -> None:
        known = value if isinstance(value, dict) else {}
        if known == (self.value() or {}):
            return
        self.limit.setText("" if known.get("limit") is None else str(known["limit"]))
        self.per.show_value(known.get("per", "PT1H"))

    def value(self) -> Json:
        limit = number_in(self.limit.text())
        return None if limit is None else {"limit": limit, "per": self.per.value() or "PT1H"}


@serves("late")
class LateEditor(Editor):
    """What happens to work that is overdue."""

    typing = True

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        self.policy = tight(ComboBox([(key, _(words)) for key, words in LATE.items()], "run"), 12)
        self.policy.setAccessibleName(_(param.label))
        self.after = DurationField(self.tell, _("When later than"))
        self.policy.currentIndexChanged.connect(self.tell)
        self.line.addLayout(column(self.policy, label(_("When later than"), "hint"), self.after, gap=4))
        self.setFocusProxy(self.policy)

    def show_value(self, value: Json) -> None:
        known = value if isinstance(value, dict) else {}
        if known != (self.value() or {}):
            self.policy.set_value(known.get("policy", "run"))
            self.after.show_value(known.get("after"))

    def value(self) -> Json:
        found = {"policy": self.policy.value()}
        if self.after.value() is not None:
            found["after"] = self.after.value()
        return None if found == {"policy": "run"} else found


@serves("active")
class PeriodEditor(Editor):
    """From when until when anything happens."""

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        ends = (("from", _("Begins")), ("until", _("Ends")))
        self._ends = {
            key: InstantEditor(Param("instant", name, lambda value: value, key=key), context)
            for key, name in ends
        }
        made = column(gap=4)
        for (_key, name), end in zip(ends, self._ends.values(), strict=True):
            made.addWidget(label(name, "hint"))
            made.addWidget(end)
            end.edited.connect(self.tell)
        self.line.addLayout(made)

    def show_value(self, value: Json) -> None:
        known = value if isinstance(value, dict) else {}
        for key, end in self._ends.items():
            end.fill(known.get(key))

    def value(self) -> Json:
        found = {key: end.value() for key, end in self._ends.items() if end.value() is not None}
        return found or None


@serves("ramp")
class RampEditor(Editor):
    """With which share of people it starts; steps of one's own stay as they are."""

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        self._own: Json = None
        self.field = tight(ComboBox(), 12)
        self.field.setAccessibleName(_(param.label))
        self.field.currentIndexChanged.connect(self.tell)
        self.line.addWidget(self.field, 1)
        self.setFocusProxy(self.field)
        self._offer("")

    def _offer(self, current: str) -> None:
        words = {
            "": _("everyone at once"),
            "5-20-100": _("5 %, next day 20 %, then everyone"),
            "20-100": _("20 %, next day everyone"),
        }
        if self._own is not None:
            words["own"] = _("steps of your own")
        self.field.set_options(list(words.items()), current)

    def show_value(self, value: Json) -> None:
        name = next((key for key, steps in _STEPS.items() if steps == (value or [])), "own")
        self._own = value if name == "own" else None
        self._offer(name)

    def value(self) -> Json:
        name = str(self.field.value())
        return self._own if name == "own" else _STEPS[name] or None


@serves("metrics", "goals", "targets", "alerts", "stop_when", "retry")
class WrittenEditor(JsonEditor):
    """Lists of small sets, as the strategy file writes them."""
