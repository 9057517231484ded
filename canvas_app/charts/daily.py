"""Day by day: bars for the people who entered, a line for those who reached the goal."""

import math
from dataclasses import dataclass
from datetime import date
from typing import Self

from canvas_app.charts.sheet import Sheet
from canvas_app.charts.style import count_text, day_text
from canvas_app.charts.values import Day, Mark, days_of, marks_of
from storage.base.words import N_, _

_HEAD, _FOOT, _INTERVALS, _WIDEST_BAR = 30.0, 26.0, 4, 44.0


@dataclass(frozen=True, slots=True)
class _Plot:
    """The place of the bars, and what its height means on either side."""

    left: float
    right: float
    top: float
    bottom: float
    intervals: int
    step: int
    goal_step: int

    def y(self, share: float) -> float:
        return self.bottom - share * (self.bottom - self.top)

    def bar_y(self, count: int) -> float:
        return self.y(count / (self.step * self.intervals))

    def goal_y(self, count: int) -> float:
        return self.y(count / (self.goal_step * self.intervals))


@dataclass(frozen=True, slots=True)
class DailyChart:
    """The days of a strategy, and what happened on the way."""

    days: tuple[Day, ...]
    marks: tuple[Mark, ...]

    @classmethod
    def of(cls, data: object) -> Self:
        """From rows of day, entered, goal; a mapping may add `marks`."""
        return cls(tuple(days_of(data)), tuple(marks_of(data)))

    def height(self) -> float:
        """The same for any number of days."""
        return 280.0

    def paint(self, sheet: Sheet) -> None:
        """Draw the scale, the bars, the line, the marks."""
        if not self.days:
            sheet.say(N_("The first day will be here as soon as somebody enters."))
            return
        plot = self._plot(sheet)
        self._legend(sheet)
        self._grid(sheet, plot)
        pitch = (plot.right - plot.left) / self._slots
        wide = max(0.5, min(_WIDEST_BAR, pitch * 0.7))
        for each in self.days:
            top = plot.bar_y(each.entered)
            tall = max(1.0, plot.bottom - top) if each.entered else 0.0
            radius = 2 if wide > 6 else 0
            sheet.bar(
                self._x(plot, each.day) - wide / 2, plot.bottom - tall, wide, tall, "bar", radius=radius
            )
        self._marks(sheet, plot)
        self._goal(sheet, plot, pitch)
        self._days(sheet, plot)

    @property
    def _slots(self) -> int:
        """Days from the first to the last; a day without a row keeps its place."""
        return (self.days[-1].day - self.days[0].day).days + 1

    @property
    def _has_goal(self) -> bool:
        return any(each.goal is not None for each in self.days)

    def _x(self, plot: _Plot, day: date) -> float:
        place = (day - self.days[0].day).days
        return plot.left + (place + 0.5) * (plot.right - plot.left) / self._slots

    def _plot(self, sheet: Sheet) -> _Plot:
        most = max(each.entered for each in self.days)
        reached = max((each.goal or 0 for each in self.days), default=0)
        intervals = max(1, min(_INTERVALS, max(most, reached)))
        step, goal_step = _nice_step(most, intervals), _nice_step(reached, intervals)
        left = sheet.measure(count_text(step * intervals)) + 8
        right = sheet.measure(count_text(goal_step * intervals)) + 8 if self._has_goal else 0.0
        bottom = max(sheet.height - _FOOT, sheet.top + _HEAD + 20)
        return _Plot(left, sheet.width - right, sheet.top + _HEAD, bottom, intervals, step, goal_step)

    def _legend(self, sheet: Sheet) -> None:
        """Top right, the bars' name first."""
        y, x = sheet.top + 8, sheet.width
        goal = _("reached the goal")
        if self._has_goal:
            x -= sheet.text(x, y, goal, color="text2", align="right", room=sheet.width * 0.45) + 6
            sheet.line([(x - 14, y), (x, y)], "goal", width=2)
            x -= 14 + 16
        x -= sheet.text(x, y, _("entered"), color="text2", align="right", room=sheet.width * 0.3) + 6
        sheet.bar(x - 10, y - 5, 10, 10, "bar", radius=2)

    def _grid(self, sheet: Sheet, plot: _Plot) -> None:
        for place in range(plot.intervals + 1):
            y = plot.y(place / plot.intervals)
            sheet.line([(plot.left, y), (plot.right, y)], "grid" if place else "border_strong")
            sheet.text(plot.left - 8, y, count_text(place * plot.step), align="right")
            if self._has_goal:
                sheet.text(sheet.width, y, count_text(place * plot.goal_step), color="success", align="right")

    def _goal(self, sheet: Sheet, plot: _Plot, pitch: float) -> None:
        points = [
            (self._x(plot, each.day), plot.goal_y(each.goal)) for each in self.days if each.goal is not None
        ]
        if len(points) > 1:
            sheet.line(points, "goal", width=2)
        if pitch >= 8 or len(points) == 1:
            for x, y in points:
                sheet.dot(x, y, 3.5, "goal")

    def _marks(self, sheet: Sheet, plot: _Plot) -> None:
        """Dashed uprights with their words; words that would run into the ones before are left to the tool tip."""
        free = 0.0
        for mark in sorted(self.marks, key=lambda each: each.day):
            if not self.days[0].day <= mark.day <= self.days[-1].day:
                continue
            x = self._x(plot, mark.day)
            sheet.line([(x, plot.top), (x, plot.bottom)], "text3", dashed=True)
            wide = sheet.measure(mark.label)
            left = x + 6 if x + 6 + wide <= plot.right else max(plot.left + 2, x - 6 - wide)
            if mark.label and left >= free and left + min(wide, plot.right - left) <= plot.right:
                free = (
                    left
                    + sheet.text(left, plot.top + 10, mark.label, color="text2", room=plot.right - left)
                    + 8
                )

    def _days(self, sheet: Sheet, plot: _Plot) -> None:
        """Every so manieth day below the bars, as they can be read side by side."""
        years = self.days[0].day.year != self.days[-1].day.year
        names = [day_text(each.day.year, each.day.month, each.day.day, with_year=years) for each in self.days]
        room = max(sheet.measure(name) for name in names) + 12
        stride = max(1, math.ceil(room * self._slots / (plot.right - plot.left)))
        for each, name in zip(self.days, names, strict=True):
            if (each.day - self.days[0].day).days % stride == 0:
                half = sheet.measure(name) / 2
                x = min(max(self._x(plot, each.day), half), sheet.width - half)
                sheet.text(x, plot.bottom + 14, name, align="center")


def _nice_step(most: int, intervals: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, 25, 50 … that reaches `most` in so many steps."""
    needed = max(1, math.ceil(most / intervals))
    power = 10 ** (len(str(needed)) - 1)
    choices = (1.0, 2.0, 2.5, 5.0, 10.0) if power > 1 else (1.0, 2.0, 5.0, 10.0)
    return next(int(choice * power) for choice in choices if choice * power >= needed)
