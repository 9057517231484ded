"""The arms of a test: each a point with its 95 % interval, the hold-out in grey."""

import math
from dataclasses import dataclass
from typing import Self

from matplotlib.ticker import MaxNLocator

from canvas_app.charts.sheet import Sheet
from canvas_app.charts.style import count_text, percent_text
from canvas_app.charts.values import Arm, arms_of
from storage.base.words import N_, _, plural

_FOOT, _GAP, _LEAST_PITCH, _PITCH = 44.0, 24.0, 40.0, 58.0


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values to pixels, and how values are written."""

    low: float
    high: float
    left: float
    right: float
    ticks: tuple[float, ...]
    rate: bool

    def x(self, value: float) -> float:
        return self.left + (value - self.low) / (self.high - self.low) * (self.right - self.left)

    def text(self, value: float) -> str:
        """A value of an arm, with three digits of the distance between the ends of the scale."""
        span = (self.high - self.low) * (100 if self.rate else 1)
        return self._written(value, max(0, min(8, 2 - math.floor(math.log10(span)))))

    def tick_text(self, value: float) -> str:
        """A value of the scale, with the digits that the steps of the scale need."""
        step = (self.ticks[1] - self.ticks[0] if len(self.ticks) > 1 else value) * (100 if self.rate else 1)
        digits = next(
            (digits for digits in range(8) if math.isclose(round(step, digits), step, rel_tol=1e-6)), 8
        )
        return self._written(value, digits)

    def _written(self, value: float, digits: int) -> str:
        return percent_text(value, digits) if self.rate else f"{value:,.{digits}f}"


@dataclass(frozen=True, slots=True)
class AbChart:
    """Any number of arms, compared by a rate or by a mean."""

    arms: tuple[Arm, ...]

    @classmethod
    def of(cls, data: object) -> Self:
        """From `report ab`, one of its metrics, or `stats`."""
        return cls(tuple(arms_of(data)))

    @property
    def rate(self) -> bool:
        """Whether the arms are compared by a share of people."""
        return any(arm.done is not None for arm in self.arms)

    def height(self) -> float:
        """A row for every arm, and the scale."""
        return _FOOT + _PITCH * max(2, len(self.arms))

    def paint(self, sheet: Sheet) -> None:
        """Draw the scale and the rows; arms that find no place are counted at the end."""
        if not self.arms:
            sheet.say(N_("No one has reached this test yet."))
            return
        room = sheet.height - sheet.top - _FOOT
        fits = max(1, int(room // _LEAST_PITCH))
        shown = self.arms if len(self.arms) <= fits else self.arms[: max(1, fits - 1)]
        pitch = max(_LEAST_PITCH, min(_PITCH, room / (len(shown) + (len(shown) < len(self.arms)))))
        label = self._label_room(sheet)
        bottom = sheet.top + pitch * len(shown)
        scale = self._scale(sheet, label)
        self._grid(sheet, scale, bottom)
        for place, arm in enumerate(shown):
            self._row(sheet, arm, scale, label, sheet.top + pitch * (place + 0.5))
        if len(shown) < len(self.arms):
            more = plural("{n} more arm", "{n} more arms", len(self.arms) - len(shown))
            sheet.text(0, bottom + 12, more, room=label)
        if not any(arm.interval for arm in shown):
            return
        note = _("Lines show where the true value lies with 95 % confidence.")
        sheet.text(0, bottom + 32, note, room=sheet.width)

    def _label_room(self, sheet: Sheet) -> float:
        wanted = max(
            max(sheet.measure(arm.label, "body_strong"), sheet.measure(self._people(arm), "small"))
            for arm in self.arms
        )
        return max(40.0, min(wanted, 0.4 * sheet.width))

    def _scale(self, sheet: Sheet, label: float) -> _Scale:
        known = [arm for arm in self.arms if arm.value is not None]
        lows = [arm.interval[0] if arm.interval else arm.value or 0.0 for arm in known] or [0.0]
        highs = [arm.interval[1] if arm.interval else arm.value or 0.0 for arm in known] or [1.0]
        low, high = min(lows), max(highs)
        if high - low <= 1e-12 * max(1.0, abs(high)):
            around = max(abs(high) * 0.1, 0.01 if self.rate else 1.0)
            low, high = low - around, high + around
        margin = 0.08 * (high - low)
        low, high = low - margin, high + margin
        if self.rate or min(lows) >= 0:
            low = max(0.0, low)
        if self.rate:
            high = min(1.0, high)
        left, right = label + _GAP, sheet.width - _GAP
        # as many steps as can be read side by side
        for most in range(6, 0, -1):
            found = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
            ticks = tuple(float(value) for value in found if low <= value <= high)
            scale = _Scale(low, high, left, right, ticks, self.rate)
            widest = max((sheet.measure(scale.tick_text(value)) for value in ticks), default=0.0) + 12
            if len(ticks) < 2 or scale.x(ticks[1]) - scale.x(ticks[0]) >= widest:
                break
        return scale

    @staticmethod
    def _grid(sheet: Sheet, scale: _Scale, bottom: float) -> None:
        """Upright lines with their values below."""
        for value in scale.ticks:
            text = scale.tick_text(value)
            half = sheet.measure(text) / 2
            sheet.line([(scale.x(value), sheet.top), (scale.x(value), bottom)], "grid")
            sheet.text(min(scale.x(value), sheet.width - half), bottom + 12, text, align="center")

    def _row(self, sheet: Sheet, arm: Arm, scale: _Scale, label: float, y: float) -> None:
        sheet.text(0, y - 9, arm.label, size="body_strong", color="text", room=label)
        sheet.text(0, y + 9, self._people(arm), size="small", room=label)
        if arm.value is None:
            sheet.text(scale.left, y, "–", size="body")
            return
        colour = "holdout" if arm.holdout else "treated"
        along = y + 7
        if arm.interval:
            low, high = scale.x(arm.interval[0]), scale.x(arm.interval[1])
            sheet.line([(low, along), (high, along)], colour, width=2)
            for end in (low, high):
                sheet.line([(end, along - 6), (end, along + 6)], colour, width=2)
        sheet.dot(scale.x(arm.value), along, 5, colour)
        text = scale.text(arm.value)
        half = sheet.measure(text, "small", 600) / 2
        x = min(max(scale.x(arm.value), scale.left - _GAP / 2 + half), sheet.width - half)
        sheet.text(x, y - 10, text, size="small", weight=600, color="text", align="center")

    @staticmethod
    def _people(arm: Arm) -> str:
        if arm.done is not None:
            return _("{done} of {n}", done=count_text(arm.done), n=count_text(arm.n))
        return plural("{n} person", "{n} people", arm.n)
