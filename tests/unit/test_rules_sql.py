"""A rule as SQL takes exactly the contacts that plain Python takes."""

import calendar
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from canvas_app.operations.audiences import save_audience
from nodes.clauses import selected
from nodes.rules import OPERATORS, parse_rule
from storage.workspace import MEMORY, create_workspace
from tests.helpers.people import FIELDS, Happening, Person, fill
from tests.helpers.plain_rules import who

ZONES = ("", "Asia/Shanghai", "America/New_York", "Europe/Berlin", "Pacific/Auckland", "not a zone")
HOME = "Asia/Ho_Chi_Minh"
WORDS = (
    "Đà Nẵng",
    "đà nẵng",
    "Da Nang",
    "İzmir",
    "izmir",
    "Straße",
    "STRASSE",
    "上海",
    "50%_x",
    "50",
    "a|b",
    "a",
    "B",
)
DAYS = (
    *(date(2026, 3, 8) + timedelta(days=each) for each in (-400, -90, -31, -1, 0, 1, 2, 21, 30, 365)),
    date(1988, 2, 29), date(1990, 2, 28), date(1991, 3, 1), date(1999, 12, 31), date(2000, 1, 1),
    date(2026, 2, 27), date(2026, 2, 28), date(2026, 12, 31),
)  # fmt: skip
NOWS = tuple(
    int(datetime(*parts, tzinfo=UTC).timestamp())
    for parts in ((2026, 3, 8, 7, 30), (2026, 2, 27, 23, 0), (2028, 2, 28, 12, 0), (2026, 12, 30, 18, 0))
)
SPANS = ("P0D", "P1D", "P7D", "P2W", "P1M", "P1Y", "PT1H", "PT36H", "P3B", "P400D")
NUMBERS = (-1, 0, 1, 2.5, 50, 100)
TEXT_OPS = ("=", "!=", "<", "<=", ">", ">=", "contains", "starts_with", "ends_with")
ORDER_OPS = ("=", "!=", "<", "<=", ">", ">=")
TIMES = ("=", "!=", "<", "<=", ">", ">=", "before", "after")


def one_of(values: Sequence[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


INSTANTS = st.builds(
    lambda now, gone: now + gone,
    one_of(NOWS),
    one_of((-86400 * 40, -86400, -43200, -3600, -1, 0, 1, 3600, 43200)),
)
PROPERTIES = st.fixed_dictionaries(
    {},
    optional={
        "value": one_of((0, 1, 2.5, 50)) | one_of(("50", "none", "")),
        "city": one_of(WORDS[:8]), "new": st.booleans(),
    },
)  # fmt: skip
EVENTS = st.lists(
    st.builds(Happening, one_of(("visit", "purchase")), INSTANTS, PROPERTIES), max_size=3,
    unique_by=lambda each: (each.type, each.at),
)  # fmt: skip
VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "text": one_of(WORDS), "choice": one_of(WORDS), "number": one_of(NUMBERS), "money": one_of(NUMBERS),
    "date": one_of(DAYS), "instant": INSTANTS, "yes_no": st.booleans(),
    "choices": st.lists(one_of(WORDS), min_size=1, max_size=3, unique_by=str.casefold).map(tuple),
}  # fmt: skip
PEOPLE = st.lists(
    st.builds(
        Person, st.just(0), one_of(ZONES[:-1]), st.just(""),
        st.fixed_dictionaries({}, optional={name: VALUES[kind] for name, kind in FIELDS.items()}),
        st.sets(one_of(("VIP", "lost"))), st.dictionaries(one_of(("email", "sms")), st.booleans()),
        st.sets(one_of(("Guests", "Others"))), EVENTS,
    ),
    min_size=1, max_size=8,
)  # fmt: skip


def text_values(names: Sequence[str]) -> st.SearchStrategy[dict[str, Any]]:
    words = st.lists(one_of(WORDS), max_size=3)
    return (
        st.fixed_dictionaries({"field": one_of(names), "op": one_of(TEXT_OPS), "value": one_of(WORDS)})
        | st.fixed_dictionaries({"field": one_of(names), "op": one_of(("in", "not_in")), "value": words})
        | st.fixed_dictionaries(
            {"field": one_of(names), "op": st.just("in"), "value": st.just("a|straße|上海")}
        )
        | st.fixed_dictionaries(
            {
                "field": one_of(names),
                "op": st.just("between"),
                "value": st.tuples(one_of(WORDS), one_of(WORDS)).map(list),
            }
        )
    )


def number_values(names: Sequence[str]) -> st.SearchStrategy[dict[str, Any]]:
    numbers = one_of((*NUMBERS, "50", "no number"))
    pairs = st.tuples(one_of(NUMBERS), one_of(NUMBERS)).map(list)
    return (
        st.fixed_dictionaries({"field": one_of(names), "op": one_of(ORDER_OPS), "value": numbers})
        | st.fixed_dictionaries(
            {"field": one_of(names), "op": one_of(("in", "not_in")), "value": st.lists(numbers, max_size=3)}
        )
        | st.fixed_dictionaries({"field": one_of(names), "op": st.just("between"), "value": pairs})
        | st.fixed_dictionaries(
            {"field": one_of(names), "op": one_of(("contains", "starts_with", "ends_with")), "value": numbers}
        )
    )


def time_values() -> st.SearchStrategy[dict[str, Any]]:
    names = one_of(("birthday", "renewal", "seen"))
    spans = one_of(("-P1D", "-P90D", "P1M", "PT36H", "P0D", "-PT1H"))
    written = INSTANTS.map(lambda instant: datetime.fromtimestamp(instant, UTC).isoformat())
    moments = one_of(DAYS).map(date.isoformat) | spans | written
    days = one_of(DAYS).map(date.isoformat)
    return (
        st.fixed_dictionaries({"field": names, "op": one_of(TIMES), "value": moments})
        | st.fixed_dictionaries(
            {"field": names, "op": one_of(("within_last", "within_next")), "value": one_of(SPANS)}
        )
        | st.fixed_dictionaries(
            {"field": names, "op": st.just("anniversary_in"), "value": one_of((*SPANS, "-P7D"))}
        )
        | st.fixed_dictionaries(
            {"field": names, "op": one_of(("in", "not_in")), "value": st.lists(days, max_size=3)}
        )
        | st.fixed_dictionaries(
            {"field": names, "op": st.just("between"), "value": st.tuples(days, days).map(list)}
        )
    )


def event_rules() -> st.SearchStrategy[dict[str, Any]]:
    yes = st.fixed_dictionaries({"op": one_of(("=", "!=")), "value": st.booleans()})
    tests = (
        st.fixed_dictionaries({"op": one_of(TEXT_OPS), "value": one_of(WORDS)})
        | st.fixed_dictionaries({"op": one_of(ORDER_OPS), "value": one_of(NUMBERS)})
        | st.fixed_dictionaries(
            {"op": one_of(("in", "not_in")), "value": st.lists(one_of(WORDS), max_size=3)}
        )
        | st.fixed_dictionaries(
            {"op": one_of(("in", "not_in")), "value": st.lists(one_of(NUMBERS), max_size=3)}
        )
        | st.fixed_dictionaries({"op": one_of(("is_empty", "not_empty"))})
    )
    return st.fixed_dictionaries(
        {"event": one_of(("visit", "purchase", "never seen"))},
        optional={
            "where": st.dictionaries(one_of(("value", "city")), tests, max_size=2)
            | st.fixed_dictionaries({"new": yes}),
            "count": st.fixed_dictionaries({"op": one_of(ORDER_OPS), "value": st.integers(0, 3)}),
            "within": one_of(SPANS),
        },
    )


LEAVES: st.SearchStrategy[dict[str, Any]] = one_of((
    text_values(("city", "level")), text_values(("likes", "nobody has this")), number_values(("score", "spend")),
    number_values(("city",)), time_values(), time_values(), event_rules(), event_rules(),
    st.fixed_dictionaries({"field": one_of([*FIELDS, "nobody has this"]), "op": one_of(("is_empty", "not_empty"))}),
    st.fixed_dictionaries(
        {"field": st.just("vip"), "op": one_of(("=", "!=")), "value": one_of((True, False, "yes", "what"))}
    ),
    st.fixed_dictionaries({"tag": one_of(("VIP", "lost", "unknown"))}),
    st.fixed_dictionaries({"consent": one_of(("email", "sms", "wecom"))}),
    st.fixed_dictionaries({"audience": one_of(("Guests", "Others", "Live", "Nobody knows"))}),
)).flatmap(lambda found: found)  # fmt: skip
RULES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: {"all": parts})
        | st.lists(inner, max_size=3).map(lambda parts: {"any": parts})
        | inner.map(lambda part: {"not": part})
    ),
    max_leaves=6,
)
LIVE = {"any": [{"field": "score", "op": ">", "value": 1}, {"tag": "VIP"}]}


def agree(people: list[Person], rules: Sequence[dict[str, Any]], now: int) -> None:
    for number, person in enumerate(people, start=1):
        person.number = number
    workspace = create_workspace(MEMORY, timezone=HOME, rehearsal_now=now)
    try:
        fill(workspace, people, now, lists=("Guests", "Others"))
        save_audience(workspace, "Live", rule=LIVE)
        for rule in rules:
            with workspace.read() as connection:
                found = list(
                    connection.scalars(select(selected(connection, parse_rule(rule), now).subquery().c.id))
                )
            assert sorted(found) == who(people, rule, now, HOME, audiences={"Live": LIVE}), rule
    finally:
        workspace.close()


@settings(max_examples=40)
@given(PEOPLE, st.lists(RULES, min_size=1, max_size=8), one_of(NOWS))
def test_a_rule_in_sql_takes_whom_plain_python_takes(
    people: list[Person], rules: list[dict[str, Any]], now: int
) -> None:
    agree(people, rules, now)


@settings(max_examples=15)
@given(PEOPLE, st.lists(LEAVES, min_size=8, max_size=16), one_of(NOWS))
def test_every_single_condition_and_its_opposite_agree(
    people: list[Person], rules: list[dict[str, Any]], now: int
) -> None:
    agree(people, [*rules, *({"not": rule} for rule in rules)], now)


@pytest.mark.soak
@settings(max_examples=3000)
@given(PEOPLE, st.lists(RULES | LEAVES, min_size=4, max_size=16), one_of(NOWS))
def test_thousands_of_rules_agree(people: list[Person], rules: list[dict[str, Any]], now: int) -> None:
    agree(people, rules, now)


@pytest.mark.parametrize("op", OPERATORS)
def test_an_absent_value_satisfies_not_in_is_not_and_is_empty_only(op: str) -> None:
    values = {"between": ["2026-01-01", "2026-02-01"], "in": ["2026-01-01"], "not_in": ["2026-01-01"]}
    spans = {"within_last": "P1D", "within_next": "P1D", "anniversary_in": "P1D"}
    for name in (*FIELDS, "nobody has this"):
        value: Any = values.get(op, spans.get(op, "2026-01-01"))
        if FIELDS.get(name) not in ("date", "instant") and op in (*spans, "before", "after"):
            continue
        rule = {"field": name, "op": op, "value": value}
        if op in ("is_empty", "not_empty"):
            del rule["value"]
        workspace = create_workspace(MEMORY, rehearsal_now=NOWS[0])
        fill(workspace, [Person(1)], NOWS[0])
        with workspace.read() as connection:
            found = connection.scalars(
                select(selected(connection, parse_rule(rule), NOWS[0]).subquery().c.id)
            ).all()
        workspace.close()
        assert bool(found) == (op in ("!=", "not_in", "is_empty")), (name, op)


@pytest.mark.parametrize("year", [2026, 2028])
def test_a_birthday_on_29_february_is_the_28th_in_common_years(year: int) -> None:
    people = [
        Person(1, fields={"birthday": date(1988, 2, 29)}),
        Person(2, fields={"birthday": date(1988, 2, 28)}),
    ]
    for day in (26, 27, 28):
        now = int(datetime(year, 2, day, 5, tzinfo=UTC).timestamp())
        agree(
            people,
            [{"field": "birthday", "op": "anniversary_in", "value": span} for span in ("P0D", "P1D", "P2D")],
            now,
        )
    assert calendar.isleap(year) == (year == 2028)


def test_the_empty_all_is_everybody_and_the_empty_any_nobody() -> None:
    agree(
        [Person(1), Person(2)],
        [{"all": []}, {"any": []}, {"not": {"any": []}}, {"not": {"all": []}}],
        NOWS[0],
    )
