"""What a field is compared with: the entry that fits the kind of field and the operator."""

from typing import Any, Protocol

from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QDateEdit, QHBoxLayout, QLineEdit, QWidget

from canvas_app.ui.forms.lists import WordsField
from canvas_app.ui.forms.simple import number_in
from canvas_app.ui.forms.times import DurationField, tight
from canvas_app.ui.widgets import ComboBox, label
from storage.base.words import N_, _

Json = Any
_TEXTS = ("=", "!=", "in", "not_in", "contains", "starts_with", "ends_with", "is_empty", "not_empty")
_NUMBERS = (">=", "<=", ">", "<", "=", "!=", "between", "in", "not_in", "is_empty", "not_empty")
_DATES = ("before", "after", "within_last", "within_next", "anniversary_in", "=", "is_empty", "not_empty")
_SPANS = ("within_last", "within_next", "anniversary_in")
_WITHOUT = ("is_empty", "not_empty")
_SIDES = {"ago": N_("ago"), "ahead": N_("from now"), "day": N_("on the day")}


class ValueField(Protocol):
    """An entry for one value."""

    def value(self) -> Json:
        """What was entered."""
        ...


def operators_for(kind: str | None) -> tuple[str, ...]:
    """The operators that make sense for a kind of field."""
    match kind:
        case "number" | "money":
            return _NUMBERS
        case "date" | "instant":
            return _DATES
        case "yes_no":
            return ("=", "is_empty", "not_empty")
        case "choices":
            return ("in", "not_in", "contains", "is_empty", "not_empty")
        case None:
            return tuple(dict.fromkeys((*_TEXTS, *_NUMBERS, *_DATES)))
        case _:
            return _TEXTS


class OneValue(QLineEdit):
    """A word or a number."""

    def __init__(self, value: Json, tell: Any, *, number: bool) -> None:
        super().__init__("" if value is None else f"{value:,}" if _is_number(value) else str(value))
        self._number = number or _is_number(value)
        self.setAccessibleName(_("Value"))
        self.setMinimumWidth(48)
        self.textEdited.connect(tell)

    def value(self) -> Json:
        """What was typed."""
        return number_in(self.text()) if self._number else self.text()


class Several(WordsField):
    """Values of which one must fit."""

    def __init__(self, value: Json, tell: Any, *, number: bool) -> None:
        super().__init__(_("Values"))
        self._number = number
        listed = value if isinstance(value, list | tuple) else str(value).split("|") if value else []
        self.set_words(str(item) for item in listed)
        self.edited.connect(tell)

    def value(self) -> Json:
        """The values."""
        return [number_in(word) if self._number else word for word in self.words()]


class Between(QWidget):
    """Two numbers or days."""

    def __init__(self, value: Json, tell: Any, *, number: bool) -> None:
        super().__init__()
        ends = list(value) if isinstance(value, list | tuple) and len(value) == 2 else [None, None]
        self._ends = [OneValue(end, tell, number=number) for end in ends]
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(self._ends[0])
        line.addWidget(label("–"))
        line.addWidget(self._ends[1])

    def value(self) -> Json:
        """Both ends."""
        return [end.value() for end in self._ends]


class YesNo(ComboBox):
    """Yes or no."""

    def __init__(self, value: Json, tell: Any) -> None:
        super().__init__([(True, _("yes")), (False, _("no"))], bool(value) if value is not None else True)
        self.setAccessibleName(_("Value"))
        self.currentIndexChanged.connect(tell)


class Span(QWidget):
    """A length of time."""

    def __init__(self, value: Json, tell: Any) -> None:
        super().__init__()
        self._field = DurationField(tell, _("Time"))
        self._field.setContentsMargins(0, 0, 0, 0)
        self._field.show_value(value or "P30D")
        self.setLayout(self._field)

    def value(self) -> Json:
        """The duration."""
        return self._field.value()


class Moment(QWidget):
    """A day, or a length of time before or after now."""

    def __init__(self, value: Json, tell: Any) -> None:
        super().__init__()
        self._tell = tell
        is_span = not value or str(value).lstrip("-").startswith("P")
        side = "ago" if not value or str(value).startswith("-") else "ahead" if is_span else "day"
        self._span = DurationField(tell, _("Time"))
        self._span_box = QWidget()
        self._span.setContentsMargins(0, 0, 0, 0)
        self._span_box.setLayout(self._span)
        self._span.show_value(str(value or "-P30D").lstrip("-") if is_span else "P30D")
        self._day = QDateEdit(
            QDate.fromString(str(value)[:10], Qt.DateFormat.ISODate) if not is_span else QDate.currentDate()
        )
        self._day.setCalendarPopup(True)
        self._day.setDisplayFormat("yyyy-MM-dd")
        self._day.setAccessibleName(_("Day"))
        self._day.dateChanged.connect(tell)
        self._side = tight(ComboBox([(key, _(words)) for key, words in _SIDES.items()], side))
        self._side.setAccessibleName(_("Before or after now"))
        self._side.currentIndexChanged.connect(self._turn)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        for piece in (self._span_box, self._day, self._side):
            line.addWidget(piece, 1)
        self._show_side()

    def _show_side(self) -> None:
        day = self._side.value() == "day"
        self._day.setVisible(day)
        self._span_box.setVisible(not day)

    def _turn(self) -> None:
        self._show_side()
        self._tell()

    def value(self) -> Json:
        """The day, or the duration with its sign."""
        if self._side.value() == "day":
            return self._day.date().toString(Qt.DateFormat.ISODate)
        span = self._span.value() or "P30D"
        return f"-{span}" if self._side.value() == "ago" else span


def value_field(kind: str | None, op: str, value: Json, tell: Any) -> QWidget | None:
    """The entry for a kind of field and an operator; None where the operator needs no value."""
    number = kind in ("number", "money")
    if op in _WITHOUT:
        return None
    if op in _SPANS:
        return Span(value, tell)
    if op in ("in", "not_in"):
        return Several(value, tell, number=number)
    if op == "between":
        return Between(value, tell, number=number)
    if op in ("before", "after"):
        return Moment(value, tell)
    if kind == "yes_no":
        return YesNo(value, tell)
    return OneValue(value, tell, number=number)


def fitting(op: str, value: Json) -> Json:
    """A value that may stand with an operator chosen after it was entered."""
    if op in _WITHOUT:
        return None
    if op in ("in", "not_in"):
        return value if isinstance(value, list) else [value] if value not in (None, "") else []
    if op == "between":
        return (
            value
            if isinstance(value, list) and len(value) == 2
            else [value if _is_number(value) else None, None]
        )
    if op in _SPANS:
        return str(value).lstrip("-") if str(value or "").lstrip("-").startswith("P") else "P30D"
    if op in ("before", "after"):
        return value if isinstance(value, str) and value else "-P30D"
    if isinstance(value, list):
        return value[0] if value else ""
    return "" if value is None else value


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
