"""Keeping contacts waiting."""

from datetime import datetime, time
from typing import Any

from sqlalchemy import case, literal, null

from nodes.fields import duration, instant, reference, structured
from nodes.spec import FOREVER, Cohort, Names, NodeType, Place, Plan
from nodes.windows import Window, parse_time, parse_window
from storage.base.clock import from_local, instant_text
from storage.base.durations import Duration
from storage.base.problems import Problem
from storage.base.words import N_, _
from storage.contacts import day_of


def parse_at(value: object) -> Window | None:
    """`10:00` as the window that opens at that minute."""
    if value in (None, ""):
        return None
    parse_time(value)
    return parse_window({"at": value})


class Delay(NodeType):
    """Keep people waiting for a while, until a moment, or until a date of their own.

    *Days* keep the hour of the clock where the contact lives, *hours* are elapsed time. Afterwards it may wait on for
    an hour of the day (“then 09:00”) or for a send window.
    """

    type_id, label, icon, family, waits = "delay", N_("Delay"), "delay", "time", True
    span = duration(N_("How long"), key="for")
    until = instant(N_("Until"), advanced=True)
    until_field = reference("date_field", N_("Until the contact’s date"), advanced=True)
    offset = duration(N_("Before or after that date"), advanced=True)
    at = structured("time", N_("Then at"), parse_at)
    window = structured("window", N_("Then inside"), parse_window, advanced=True)

    def check(self, names: Names | None = None) -> Any:
        """One way to wait, not several and not none."""
        yield from super().check(names)
        ways = [key for key in ("for", "until", "until_field") if self.params.get(key) not in (None, "")]
        if len(ways) > 1:
            text = N_("“{label}” waits in more than one way. Keep one of: {ways}.")
            yield Problem.error("bad_param", text, label=self.title, ways=", ".join(ways)).at(field=ways[1])
        if not ways and not any(self.params.get(key) for key in ("at", "window")):
            text = N_("“{label}” does not say how long to wait. Choose a time.")
            yield Problem.error("missing_param", text, label=self.title).at(field="for")

    def summary(self, names: Names | None = None) -> str:
        """“3 days, then 09:00”."""
        parts = []
        if self.span:
            parts.append(self.span.in_words())
        if self.until is not None:
            parts.append(_("until {time}", time=instant_text(self.until)[:16].replace("T", " ")))
        if self.until_field:
            parts.append(
                _(
                    "until {date}",
                    date=(names.field_label(self.until_field) if names else None) or self.until_field,
                )
            )
        parts += [_("then {time}", time=window.in_words()) for window in (self.at, self.window) if window]
        return ", ".join(parts)

    @property
    def always_rests(self) -> bool:
        """A span of time lets nobody pass at once."""
        return self.span is not None and self.span.rough_seconds() > 0

    def due(self, now: int, place: Place, day: int | None = None) -> int:
        """When a contact that arrives now may go on; `day` is its own date as a stored day number."""
        due = now
        if self.span is not None:
            due = self.span.add_to(now, place.zone)
        elif self.until is not None:
            due = self.until
        elif self.until_field and day is not None:
            due = self._from_day(day, place)
        due = max(due, now)
        for window in (self.at, self.window):
            due = window.opens(due, place.zone, country=place.country) if window else due
        return min(due, FOREVER)

    def _from_day(self, day: int, place: Place) -> int:
        wall = datetime.combine(day_of(day), time.min)
        span = self.offset or Duration()
        return from_local(span.add_to_wall(wall), place.zone) + span.sign * span.seconds

    def plan(self, cohort: Cohort) -> Plan:
        """Rest until the due time; who is due already goes on at once."""
        due = cohort.moment(self.due, by=self.until_field or None)
        return Plan(
            port=literal(0), hold_until=case((due > cohort.now, due), else_=null()), resume=literal(0)
        )
