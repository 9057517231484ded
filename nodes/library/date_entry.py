"""The start for contacts on a day of their own."""

import calendar
from datetime import date, datetime, timedelta

from sqlalchemy import literal

from nodes.fields import duration, reference, text, yes_no
from nodes.spec import Cohort, Names, NodeType, Place, Plan
from nodes.windows import parse_time
from storage.base.clock import from_local
from storage.base.durations import Duration
from storage.base.words import N_, _

NO_OFFSET = Duration()


class DateEntry(NodeType):
    """Start some time before or after a date of the contact: a birthday, a renewal.

    Every year if you wish; 29 February counts as the 28th in common years. A reminder that is already past when the
    contact comes is skipped, not sent late.
    """

    type_id, label, icon, family, entry = "date_entry", N_("Date"), "date_entry", "entry", True
    field = reference("date_field", N_("Date"), required=True)
    offset = duration(N_("How long before or after"))
    at = text(N_("At"), default="09:00")
    yearly = yes_no(N_("Every year"), default=False)

    def summary(self, names: Names | None = None) -> str:
        """“3 days before Birthday, 10:00”."""
        label = (names.field_label(self.field) if names else None) or self.field
        span = self.offset
        if span is None or span == NO_OFFSET:
            return _("on {date}, {time}", date=label, time=self.at)
        text = _("{time} before {date}") if span.sign < 0 else _("{time} after {date}")
        return text.format(time=span.in_words(), date=label)

    def due(self, day: date, place: Place, year: int | None = None) -> int:
        """The instant of the reminder for a contact's date, in the given year for a yearly one."""
        if year is not None:
            last = calendar.monthrange(year, day.month)[1]
            day = day.replace(year=year, day=min(day.day, last))
        minute = parse_time(self.at or "00:00")
        wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001  (a wall clock)
        span = self.offset or NO_OFFSET
        return from_local(span.add_to_wall(wall), place.zone) + span.sign * span.seconds

    def plan(self, cohort: Cohort) -> Plan:
        """Everybody goes on."""
        return Plan(port=literal(0))
