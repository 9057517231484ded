"""Durations, instants and send windows."""

import re
from typing import Any

from PySide6.QtCore import QDateTime, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDateTimeEdit, QHBoxLayout, QLineEdit, QVBoxLayout

from canvas_app.ui.forms.base import Context, Editor, Json, serves
from canvas_app.ui.theme import set_property
from canvas_app.ui.widgets import ComboBox, FlowLayout, label
from nodes.fields import Param
from nodes.windows import WEEKDAYS
from storage.base.words import N_, _

UNITS: dict[str, tuple[str, str]] = {  # letter(s): what stands before and after the number
    "minutes": ("PT", "M"), "hours": ("PT", "H"), "days": ("P", "D"), "weeks": ("P", "W"), "months": ("P", "M"),
    "working": ("P", "B"),
}  # fmt: skip
_NAMES = {
    "minutes": N_("minutes"), "hours": N_("hours"), "days": N_("days"), "weeks": N_("weeks"),
    "months": N_("months"), "working": N_("working days"),
}  # fmt: skip
_SIMPLE = re.compile(r"(-?)(P|PT)(\d+)([MHDWB])")
_TIME = re.compile(r"([01]?\d|2[0-3]):?([0-5]\d)|24:00")


def split_duration(text: Json) -> tuple[int, str, bool] | None:
    """`P3D` as (3, "days", forward); None where it has several parts or is none."""
    match = _SIMPLE.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    sign, head, count, letter = match.groups()
    unit = next((name for name, ends in UNITS.items() if ends == (head, letter)), None)
    return None if unit is None else (int(count), unit, not sign)


def join_duration(count: int, unit: str, *, forward: bool = True) -> str:
    """(3, "days") as `P3D`."""
    head, letter = UNITS[unit]
    return f"{'' if forward else '-'}{head}{count}{letter}"


def tight(field: ComboBox, letters: int = 4) -> ComboBox:
    """Let a list of choices be narrower than its longest words."""
    field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    field.setMinimumContentsLength(letters)
    return field


class DurationField(QHBoxLayout):
    """“[3] [days ▾]” and, where it may lie before something, “[before ▾]”; several parts are shown as text."""

    def __init__(self, tell: Any, name: str, *, signed: bool = False) -> None:
        super().__init__()
        self.setSpacing(8)
        self.number = QLineEdit()
        self.number.setFixedWidth(56)
        self.number.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.number.setAccessibleName(name)
        self.unit = tight(ComboBox([(key, _(words)) for key, words in _NAMES.items()], "days"))
        self.unit.setAccessibleName(_("Unit of time"))
        self.side = tight(ComboBox([(True, _("after it")), (False, _("before it"))], True))
        self.side.setVisible(signed)
        self.number.textEdited.connect(tell)
        self.unit.currentIndexChanged.connect(tell)
        self.side.currentIndexChanged.connect(tell)
        for field, stretch in ((self.number, 0), (self.unit, 1), (self.side, 1)):
            self.addWidget(field, stretch)

    def show_value(self, value: Json) -> None:
        """Show a duration of the file."""
        if value == self.value():
            return
        parts = split_duration(value)
        self.unit.setEnabled(parts is not None or not value)
        if parts is None:
            self.number.setText("" if value is None else str(value))
            return
        self.number.setText(str(parts[0]))
        self.unit.set_value(parts[1])
        self.side.set_value(parts[2])

    def value(self) -> Json:
        """The duration as the file writes it; what is no number is handed on for the check to name."""
        text = self.number.text().strip()
        if not text:
            return None
        if not text.isdigit():
            return text
        return join_duration(int(text), str(self.unit.value()), forward=bool(self.side.value()))


@serves("duration")
class DurationEditor(Editor):
    """A span of time."""

    typing = True

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        self.field = DurationField(self.tell, _(param.label), signed=param.key == "offset")
        self.line.addLayout(self.field)
        self.setFocusProxy(self.field.number)

    def show_value(self, value: Json) -> None:
        self.field.show_value(value)

    def value(self) -> Json:
        return self.field.value()

    def show_problem(self, level: str) -> None:
        set_property(self.field.number, "problem", level)


@serves("instant")
class InstantEditor(Editor):
    """A point in time, chosen from a calendar; the switch takes it away."""

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        self.on = QCheckBox()
        self.on.setAccessibleName(_("Set {what}", what=_(param.label)))
        self.field = QDateTimeEdit(QDateTime.currentDateTime())
        self.field.setCalendarPopup(True)
        self.field.setDisplayFormat("yyyy-MM-dd HH:mm")
        self.field.setAccessibleName(_(param.label))
        self.field.setEnabled(False)
        self.on.toggled.connect(self.field.setEnabled)
        self.on.toggled.connect(self.tell)
        self.field.dateTimeChanged.connect(self.tell)
        self.line.addWidget(self.on)
        self.line.addWidget(self.field, 1)
        self.setFocusProxy(self.on)

    def show_value(self, value: Json) -> None:
        self.on.setChecked(bool(value))
        if isinstance(value, str) and value:
            when = QDateTime.fromString(value, Qt.DateFormat.ISODate)
            if when.isValid():
                self.field.setDateTime(when.toLocalTime())

    def value(self) -> Json:
        if not self.on.isChecked():
            return None
        when = self.field.dateTime()
        return when.toOffsetFromUtc(when.offsetFromUtc()).toString(Qt.DateFormat.ISODate)


def time_in(text: str) -> str:
    """“9:00” or “900” as `09:00`; anything else stays as typed."""
    match = _TIME.fullmatch(text.strip())
    if match is None or match[1] is None:
        return text.strip()
    return f"{int(match[1]):02d}:{match[2]}"


@serves("time")
class TimeEditor(Editor):
    """A time of day."""

    typing = True
    wide = False

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        self.field = QLineEdit()
        self.field.setFixedWidth(80)
        self.field.setPlaceholderText("09:00")
        self.field.setAccessibleName(_(param.label))
        self.field.textEdited.connect(self.tell)
        self.line.addWidget(self.field)
        self.setFocusProxy(self.field)

    def show_value(self, value: Json) -> None:
        if value != self.value():
            self.field.setText("" if value is None else str(value))

    def value(self) -> Json:
        return time_in(self.field.text()) or None

    def show_problem(self, level: str) -> None:
        set_property(self.field, "problem", level)


@serves("window")
class WindowEditor(Editor):
    """From when to when, on which days, and what happens to those who come outside."""

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        self._rest: dict[str, Json] = {}
        self.start, self.end = QLineEdit(), QLineEdit()
        for field, name, example in (
            (self.start, _("Opens at"), "09:00"),
            (self.end, _("Closes at"), "18:00"),
        ):
            field.setPlaceholderText(example)
            field.setAccessibleName(name)
            field.setFixedWidth(72)
            field.textEdited.connect(self.tell)
        self.outside = ComboBox([("wait", _("wait until it opens")), ("skip", _("skip the message"))], "wait")
        self.outside.setAccessibleName(_("Outside the window"))
        self.outside.currentIndexChanged.connect(self.tell)
        self.days = {key: QCheckBox(_(words)) for key, words in WEEKDAYS.items()}
        flow = FlowLayout(gap=8)
        for day in self.days.values():
            day.toggled.connect(self.tell)
            flow.addWidget(day)
        hours = QHBoxLayout()
        hours.setSpacing(8)
        for piece in (self.start, label("–"), self.end):
            hours.addWidget(piece)
        hours.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addLayout(hours)
        column.addLayout(flow)
        column.addWidget(label(_("Outside these times people"), "hint"))
        column.addWidget(self.outside)
        self.line.addLayout(column)
        self.setFocusProxy(self.start)

    def show_value(self, value: Json) -> None:
        known = value if isinstance(value, dict) else {}
        self._rest = {
            key: item for key, item in known.items() if key not in ("start", "end", "days", "outside")
        }
        for field, key in ((self.start, "start"), (self.end, "end")):
            if known.get(key) != (time_in(field.text()) or None):
                field.setText(str(known.get(key) or ""))
        chosen = known.get("days") or []
        for key, day in self.days.items():
            day.setChecked(key in chosen)
        self.outside.set_value(known.get("outside", "wait"))

    def value(self) -> Json:
        found: dict[str, Json] = dict(self._rest)
        for field, key in ((self.start, "start"), (self.end, "end")):
            if field.text().strip():
                found[key] = time_in(field.text())
        if days := [key for key, day in self.days.items() if day.isChecked()]:
            found["days"] = days
        if found and self.outside.value() == "skip":
            found["outside"] = "skip"
        return found or None
