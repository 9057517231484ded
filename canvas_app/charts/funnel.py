"""The funnel: one bar a step, its people, and their share of the step before."""

from dataclasses import dataclass
from typing import Self

from canvas_app.charts.sheet import Sheet
from canvas_app.charts.style import count_text, percent_text
from canvas_app.charts.values import Step, steps_of
from storage.base.words import N_, _, plural

_HEAD, _GAP, _LEAST_PITCH, _PITCH = 28.0, 12.0, 22.0, 40.0


@dataclass(frozen=True, slots=True)
class _Columns:
    """Room of the label; ends of the bars; right end of the counts; a bar's thickness; the largest count."""

    label: float
    left: float
    right: float
    counts: float
    thick: float
    largest: int


@dataclass(frozen=True, slots=True)
class FunnelChart:
    """Steps from the list of people down to the goal."""

    steps: tuple[Step, ...]

    @classmethod
    def of(cls, data: object) -> Self:
        """From `report funnel`."""
        return cls(tuple(steps_of(data)))

    def height(self) -> float:
        """A row for every step."""
        return _HEAD + _PITCH * max(3, len(self.steps))

    def paint(self, sheet: Sheet) -> None:
        """Draw the rows; steps that find no place are counted."""
        if not self.steps:
            sheet.say(N_("First figures about 10 minutes after the first send."))
            return
        heading = _("share of the step before")
        sheet.text(sheet.width, sheet.top + 10, heading, align="right", room=sheet.width)
        room = sheet.height - sheet.top - _HEAD
        rows = self._rows(max(2, int(room // _LEAST_PITCH)))
        pitch = max(_LEAST_PITCH, min(_PITCH, room / len(rows)))
        columns = self._columns(sheet, min(24.0, pitch - 6))
        for place, step in enumerate(rows):
            y = sheet.top + _HEAD + pitch * (place + 0.5)
            if step is None:
                more = plural("{n} more step", "{n} more steps", len(self.steps) - len(rows) + 1)
                sheet.text(0, y, more, room=sheet.width)
            else:
                colour = sheet.look.color("treated") if place == 0 else sheet.look.softer("treated", 0.78)
                self._row(sheet, step, columns, y=y, colour=colour)

    def _rows(self, fits: int) -> list[Step | None]:
        """The steps to show; where they do not fit, None stands for those before the last."""
        if len(self.steps) <= fits:
            return list(self.steps)
        return [*self.steps[: fits - 2], None, self.steps[-1]]

    def _columns(self, sheet: Sheet, thick: float) -> _Columns:
        counts = max(sheet.measure(count_text(step.count), "body_strong") for step in self.steps)
        shares = max(sheet.measure(self._share(step), "small") for step in self.steps)
        right_of_counts = sheet.width - (shares + _GAP if shares else 0.0)
        right = right_of_counts - counts - _GAP
        wanted = max(sheet.measure(step.label, "body") for step in self.steps)
        label = max(24.0, min(wanted, 0.5 * right, 0.36 * sheet.width))
        largest = max(step.count for step in self.steps) or 1
        return _Columns(label, label + _GAP, right, right_of_counts, thick, largest)

    def _row(self, sheet: Sheet, step: Step, columns: _Columns, *, y: float, colour: str) -> None:
        top, room = y - columns.thick / 2, columns.right - columns.left
        sheet.text(0, y, step.label, size="body", color="text", room=columns.label)
        sheet.bar(columns.left, top, room, columns.thick, "sunken", radius=3)
        # one person among a million is still to be seen
        wide = max(2.0, room * step.count / columns.largest) if step.count else 0.0
        sheet.bar(columns.left, top, wide, columns.thick, "goal" if step.goal else colour, radius=3)
        sheet.text(columns.counts, y, count_text(step.count), size="body_strong", color="text", align="right")
        sheet.text(sheet.width, y, self._share(step), size="small", align="right")

    @staticmethod
    def _share(step: Step) -> str:
        return "" if step.of_previous is None else percent_text(step.of_previous)
