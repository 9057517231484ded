"""Rules as SQL: each compiles to one two-valued expression (never NULL) over a contact's columns."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Connection,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    true,
)

from nodes.comparisons import (
    TEXT_OPS,
    Clause,
    Column,
    as_number,
    compared,
    during,
    each,
    flag,
    month_day,
    name_id,
    number_in,
    numeric,
    plain,
    property_clause,
)
from nodes.rules import (
    All,
    Any_,
    FieldIs,
    Happened,
    HasConsent,
    HasTag,
    InAudience,
    Not,
    Rule,
    parse_rule,
    time_value,
)
from nodes.spec import Moment, Place
from storage import tables
from storage.base.clock import from_local, local
from storage.base.durations import Duration
from storage.contacts import ContactField, Contacts, day_number, fold
from storage.workspace import setting

TOUCH_OUTCOMES = frozenset({
    "sent", "delivered", "opened", "clicked", "replied", "converted", "answered", "no_answer", "busy", "rejected",
    "invalid_number", "voicemail", "accepted", "declined", "failed", "bounced", "complained", "unsubscribed", "skipped",
    "unknown",
})  # fmt: skip


class Scope:
    """What a rule is compiled against: a contact row, an instant, and what the workspace knows by name."""

    def __init__(
        self,
        contacts: Contacts,
        *,
        places: Mapping[int, Place],
        now: int,
        audiences: Mapping[str, Rule | int],
    ) -> None:
        self.contacts = contacts
        self.places = places
        self.instant = now
        self.audiences = audiences
        self.open_audiences: tuple[str, ...] = ()

    @classmethod
    def load(cls, connection: Connection, now: int) -> "Scope":
        """The scope of a whole workspace at an instant."""
        return cls(
            Contacts.load(connection),
            places=load_places(connection),
            now=now,
            audiences=load_audiences(connection),
        )

    # what a wave overrides ------------------------------------------------------------------------------------

    @property
    def contact(self) -> Column:
        """The contact's id."""
        return self.contacts.table.c.id

    @property
    def now(self) -> Column:
        """The instant, epoch seconds."""
        return literal(self.instant)

    @property
    def since(self) -> Column | None:
        """Events before this do not count; None where all do."""
        return None

    @property
    def counting(self) -> list[Clause]:
        """What an event must fulfil besides the rule."""
        return []

    def value(self, known: ContactField) -> Column:
        """The contact's value of a single-valued field."""
        return self.contacts.table.c[known.column]

    def folded(self, known: ContactField) -> Column:
        """The case-folded value of a text field."""
        return self.contacts.table.c[known.fold or known.column]

    def moment(self, when: Moment) -> Column:
        """An instant (or day) that depends on where the contact lives."""
        results = {key: when(self.instant, place, None) for key, place in self.places.items()}
        if len(set(results.values())) == 1:
            return literal(next(iter(results.values())))
        return case(results, value=self.contacts.table.c.place, else_=null())

    def has_tag(self, tag: str) -> Clause:
        """Whether the contact carries a tag."""
        return exists().where(tables.tag.c.contact == self.contact, tables.tag.c.name == name_id(tag))

    # ----------------------------------------------------------------------------------------------------------

    def clause(self, rule: Rule) -> Clause:
        """The rule as an expression that is true or false for every contact."""
        match rule:
            case All(rules=parts):
                return and_(true(), *(self.clause(part) for part in parts))
            case Any_(rules=parts):
                return or_(false(), *(self.clause(part) for part in parts))
            case Not(rule=part):
                return not_(self.clause(part).self_group())
            case FieldIs():
                return self._field(rule)
            case HasTag(tag=tag):
                return self.has_tag(tag)
            case HasConsent(channel=channel):
                row = tables.consent.c
                return exists().where(
                    row.contact == self.contact, row.channel == channel, row.given.is_(True)
                )
            case InAudience(audience=name):
                return self._audience(name)
            case Happened():
                return self._happened(rule)
        raise AssertionError(rule)

    def _audience(self, name: str) -> Clause:
        found = self.audiences.get(name)
        if found is None or name in self.open_audiences:
            return false()
        if isinstance(found, int):
            return exists().where(tables.member.c.audience == found, tables.member.c.contact == self.contact)
        before = self.open_audiences
        self.open_audiences = (*before, name)
        try:
            return self.clause(found)
        finally:
            self.open_audiences = before

    # fields ---------------------------------------------------------------------------------------------------

    def _field(self, rule: FieldIs) -> Clause:
        known = self.contacts.fields.get(rule.field)
        if known is None:
            return true() if rule.op in ("!=", "not_in", "is_empty") else false()
        if known.kind == "choices":
            return self._several(known, rule)
        column = self.value(known)
        if rule.op == "is_empty":
            return or_(column.is_(None), column == "") if known.is_text else column.is_(None)
        if rule.op == "not_empty":
            return and_(column.is_not(None), column != "") if known.is_text else column.is_not(None)
        if known.kind in ("date", "instant"):
            return self._timed(known, rule)
        if known.is_text and not (rule.op in ("<", "<=", ">", ">=", "between") and numeric(rule.value)):
            return compared(self.folded(known), rule.op, each(rule.value, lambda value: fold(plain(value))))
        if known.is_text:
            return compared(number_in(column), rule.op, each(rule.value, as_number))
        if rule.op in TEXT_OPS:
            return compared(column, rule.op, fold(plain(rule.value)))
        if known.kind == "yes_no":
            return compared(column, rule.op, each(rule.value, flag))
        return compared(column, rule.op, each(rule.value, as_number))

    def _several(self, known: ContactField, rule: FieldIs) -> Clause:
        row = tables.choice.c
        mine = exists().where(row.contact == self.contact, row.field == known.id)
        values = rule.value if isinstance(rule.value, tuple) else (rule.value,)
        folded = [fold(plain(value)) for value in values]
        match rule.op:
            case "is_empty":
                return not_(mine)
            case "not_empty":
                return mine
            case "in" | "=":
                return mine.where(row.fold.in_(folded))
            case "not_in" | "!=":
                return not_(mine.where(row.fold.in_(folded)))
            case _:
                wanted = tuple(folded) if isinstance(rule.value, tuple) else folded[0]
                return mine.where(compared(row.fold, rule.op, wanted))

    def _timed(self, known: ContactField, rule: FieldIs) -> Clause:
        column = self.value(known)
        days = known.kind == "date"
        match rule.op:
            case "within_last":
                span = Duration.parse(rule.value)
                return and_(
                    column.is_not(None),
                    column >= self._edge(span, days, back=True),
                    column <= self._edge(None, days),
                )
            case "within_next":
                span = Duration.parse(rule.value)
                return and_(
                    column.is_not(None), column >= self._edge(None, days), column <= self._edge(span, days)
                )
            case "anniversary_in":
                return self._anniversary(column if days else column // 86400, Duration.parse(rule.value))
        values = rule.value if isinstance(rule.value, tuple) else (rule.value,)
        return during(column, rule.op, [self._stretch(value, days) for value in values])

    def _stretch(self, value: object, days: bool) -> tuple[Column, Column] | None:
        """From when to when a value lasts: a moment, a day, or the day of a moment, where the contact lives."""
        match time_value(value):
            case Duration() as span:
                return (self._edge(span, days),) * 2
            case int() as instant:
                if not days:
                    return literal(instant), literal(instant)
                return (
                    self.moment(lambda _now, place, _value: day_number(local(instant, place.zone).date())),
                ) * 2
            case date() as day:
                if days:
                    return literal(day_number(day)), literal(day_number(day))
                following = day + timedelta(days=1)
                return (
                    self.moment(lambda _now, place, _value: _midnight_of(day, place.zone)),
                    self.moment(lambda _now, place, _value: _midnight_of(following, place.zone) - 1),
                )
            case None:
                return None

    def _edge(self, span: Duration | None, days: bool, *, back: bool = False) -> Column:
        """Now, or now ± a span, as a local day number or as an instant."""

        def when(now: int, place: Place, _value: object) -> int:
            instant = now
            if span is not None:
                turned = Duration(
                    span.months, span.days, span.working, span.seconds, -span.sign if back else span.sign
                )
                instant = turned.add_to(now, place.zone)
            return day_number(local(instant, place.zone).date()) if days else instant

        return self.moment(when)

    def _anniversary(self, column: Column, span: Duration) -> Clause:
        start, end = (self.moment(_anniversary_edge(span, last=last)) for last in (False, True))
        day = month_day(column)
        within = case((start <= end, and_(day >= start, day <= end)), else_=or_(day >= start, day <= end))
        return and_(column.is_not(None), cast(within, Boolean))

    # events ---------------------------------------------------------------------------------------------------

    def _happened(self, rule: Happened) -> Clause:
        counts = [self._events(rule)]
        if rule.event in TOUCH_OUTCOMES and not rule.where:
            counts.append(self._outcomes(rule))
        if (rule.op, rule.count) == (">=", 1):
            return or_(*(query.exists() for query in counts))
        if (rule.op, rule.count) == ("=", 0):
            return not_(or_(*(query.exists() for query in counts)))
        total: Column = literal(0)
        for query in counts:
            total = total + query.with_only_columns(func.count()).scalar_subquery()
        return compared(total, rule.op, rule.count)

    def _events(self, rule: Happened) -> Any:
        row = tables.event.c
        query = select(literal(1)).where(
            row.contact == self.contact, row.type == name_id(rule.event), *self._span(row.at, rule),
            *self.counting,
        )  # fmt: skip
        return query.where(*(property_clause(test) for test in rule.where)).correlate_except(tables.event)

    def _outcomes(self, rule: Happened) -> Any:
        row, touch = tables.outcome.c, tables.touch.c
        query = select(literal(1)).select_from(tables.touch.join(tables.outcome, row.touch == touch.id))
        return query.where(
            touch.contact == self.contact,
            row.kind == name_id(rule.event),
            row.event.is_(None),
            *self._span(row.at, rule),
        ).correlate_except(tables.outcome, tables.touch)

    def _span(self, at: Column, rule: Happened) -> list[Clause]:
        limits = [at <= self.now]
        if rule.within is not None:
            limits.append(at >= self._edge(rule.within, days=False, back=True))
        if self.since is not None:
            limits.append(at >= self.since)
        return limits


def _midnight_of(day: date, zone: str) -> int:
    return from_local(datetime(day.year, day.month, day.day), zone)  # noqa: DTZ001  (a wall clock)


def _anniversary_edge(span: Duration, *, last: bool) -> Moment:
    def when(now: int, place: Place, _value: object) -> int:
        first, day = sorted(local(each, place.zone).date() for each in (now, span.add_to(now, place.zone)))
        if (day - first).days >= 365:
            return 1300 if last else 0  # every day of the year
        day = day if last else first
        if last and (day.month, day.day) == (2, 28) and not _leap(day.year):
            return 229  # 29 February counts as the 28th in common years
        return day.month * 100 + day.day

    return when


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def load_places(connection: Connection, zone: str = "") -> dict[int, Place]:
    """Every place contacts live in, by its number; where no zone is known it is `zone`, else the workspace's."""
    fallback = zone or str(setting(connection, "timezone", "UTC"))
    rows = connection.execute(select(tables.place.c.id, tables.place.c.zone, tables.place.c.country))
    return {row.id: Place(row.zone or fallback, row.country) for row in rows}


def load_audiences(connection: Connection) -> dict[str, Rule | int]:
    """Saved audiences by name: the rule of a live one, the number of a list."""
    rows = connection.execute(select(tables.audience.c.id, tables.audience.c.name, tables.audience.c.rule))
    return {row.name: row.id if row.rule is None else parse_rule(row.rule) for row in rows}


def selected(connection: Connection, rule: Rule, now: int) -> Any:
    """The ids of the contacts for whom a rule holds, as a SELECT."""
    scope = Scope.load(connection, now)
    return select(scope.contact.label("id")).where(scope.clause(rule))
