"""Channel nodes: their forms, their line in words, and what they refuse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.channel import Channel, Retry, parse_retry
from nodes.graph import Node
from nodes.registry import behaviour, node_types
from nodes.sandbox import MILLION, Sandbox, draws, sandbox_outcomes, split_outcomes
from storage.contacts import HASH_PRIME, bucket_of

CONTRACT = {
    "email", "sms", "wecom", "official_account", "app_push", "ai_call", "manual_call", "rpa", "webhook", "connector",
}  # fmt: skip


def node(kind: str, **params: object) -> Channel:
    made = behaviour(Node("n", kind, "", params))
    assert isinstance(made, Channel)
    return made


def codes(made: Channel) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.field) for problem in made.check()]


def test_every_channel_of_the_contract_exists() -> None:
    assert {name for name, kind in node_types().items() if issubclass(kind, Channel)} == CONTRACT


@pytest.mark.parametrize("kind", sorted(CONTRACT))
def test_only_email_leaves_this_computer_and_the_others_say_so(kind: str) -> None:
    made = node(kind)
    assert made.real == (kind == "email")
    assert ("sandbox only for now" in made.summary()) == (kind != "email")


def test_an_empty_mail_is_told_field_by_field() -> None:
    assert codes(node("email")) == [("missing_param", "subject"), ("missing_param", "body")]
    assert codes(node("email", subject="Hi", body="There")) == []


def test_an_sms_needs_a_text_or_a_registered_template() -> None:
    assert codes(node("sms")) == [("missing_param", "text")]
    assert codes(node("sms", text="Hi")) == []
    assert codes(node("sms", template="T1", params={"code": "1"})) == []


def test_merge_fields_that_cannot_be_read_are_named_with_their_place() -> None:
    assert codes(node("email", subject="{{ first_name", body="x")) == [("bad_template", "subject")]
    assert codes(node("email", subject="x", body="{% include 'secrets' %}")) == [("bad_template", "body")]


@pytest.mark.parametrize("name", ["/etc/passwd", "..\\x", "../x", ".hidden", "C:x", ""])
def test_an_attachment_is_a_name_never_a_path(name: str) -> None:
    assert ("bad_param", "attachments") in codes(node("email", subject="x", body="y", attachments=[name]))


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"to": "somebody"}, "to"), ({"from": "Shop <nobody>@"}, "from"), ({"retry": {"times": -1}}, "retry"),
        ({"retry": {"gap": "soon"}}, "retry"), ({"if_unreachable": "stay"}, "if_unreachable"),
        ({"window": {"start": "25:00"}}, "window"), ({"retry": {"tries": 1}}, "retry"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_with_its_field(params: dict[str, object], field: str) -> None:
    assert ("bad_param", field) in codes(node("email", subject="x", body="y", **params))


def test_the_gap_between_tries_doubles_until_the_tries_are_used_up() -> None:
    retry = parse_retry({"times": 3, "gap": "PT1H", "on": ["No_Answer"]})
    assert [retry.due(attempts, 0) for attempts in (1, 2, 3, 4)] == [3600, 7200, 14400, None]
    assert retry.on == {"no_answer"}
    assert parse_retry({"times": 0}).due(1, 0) is None
    assert parse_retry(None) == Retry()


def test_a_card_shows_the_subject_or_the_first_words() -> None:
    assert node("email", subject="We\n miss you").summary() == "We miss you"
    assert node("manual_call", script="Ask how it went", team="North").summary().startswith("North · Ask how")
    assert len(node("email", subject="word " * 60).summary()) == 60


# -- sandbox ---------------------------------------------------------------------------------------------------------


def test_a_sandbox_told_nothing_delivers_and_answers() -> None:
    assert sandbox_outcomes({}, 1, None, "n") == ("sent", "delivered")
    assert sandbox_outcomes({}, 1, None, "n", is_call=True) == ("sent", "answered")


@pytest.mark.parametrize(
    ("value", "outcomes"),
    [
        ("delivered|clicked", ("sent", "clicked", "delivered", "opened")), ("failed|opened", ("failed",)),
        (" Delivered ; OPENED", ("sent", "delivered", "opened")), ("unknown", ("unknown",)), (None, ("sent",)),
        ("", ("sent",)), (["opened", "replied"], ("sent", "opened", "replied")),
    ],
)  # fmt: skip
def test_a_contact_field_may_hold_the_outcomes(value: str | None, outcomes: tuple[str, ...]) -> None:
    assert sandbox_outcomes({"outcome_field": "test_outcome"}, 1, value, "n") == outcomes


def test_a_call_always_has_a_result() -> None:
    assert sandbox_outcomes({"outcome_field": "f"}, 1, "", "n", is_call=True) == ("sent", "no_answer")
    assert sandbox_outcomes({"outcomes": ["key_1"]}, 1, None, "n", is_call=True) == (
        "sent",
        "key_1",
        "no_answer",
    )


def test_each_share_is_met_and_a_click_is_always_an_open() -> None:
    rates = {"delivered": 0.97, "opened": 0.3, "clicked": 0.1, "failed": 0.02, "unsubscribed": 0.05}
    people = [
        sandbox_outcomes({"rates": rates, "seed": 1}, bucket_of(str(n)), None, "mail") for n in range(20_000)
    ]
    for outcome, rate in rates.items():
        expected = rate * (0.98 if outcome == "unsubscribed" else 1)
        assert sum(outcome in each for each in people) / len(people) == pytest.approx(expected, abs=0.012)
    assert all("opened" in each for each in people if "clicked" in each)
    assert all(each == ("failed",) for each in people if "failed" in each)


def test_the_results_of_calls_exclude_each_other() -> None:
    rates = {"answered": 0.5, "busy": 0.2, "intent:interested": 0.1}
    people = [
        sandbox_outcomes({"rates": rates}, bucket_of(str(n)), None, "call", is_call=True)
        for n in range(10_000)
    ]
    assert all(len({"answered", "busy", "no_answer"}.intersection(each)) == 1 for each in people)
    assert sum("no_answer" in each for each in people) / len(people) == pytest.approx(0.3, abs=0.02)


def test_another_seed_or_node_draws_anew() -> None:
    def opened(node: str, seed: int) -> list[bool]:
        params = {"rates": {"opened": 0.5}, "seed": seed}
        return ["opened" in sandbox_outcomes(params, bucket_of(str(n)), None, node) for n in range(200)]

    assert opened("a", 1) == opened("a", 1)
    assert opened("a", 1) != opened("a", 2)
    assert opened("a", 1) != opened("b", 1)


@given(
    st.dictionaries(st.sampled_from(["delivered", "opened", "failed", "bounced", "key_1"]), st.floats(0, 1))
)
def test_draws_stay_within_a_million(rates: dict[str, float]) -> None:
    assert all(0 <= draw.low <= draw.high <= MILLION for draw in draws(rates, node="n"))


@given(st.text(max_size=40))
def test_any_text_in_the_field_gives_outcomes(text: str) -> None:
    assert all(word == word.strip() and word for word in split_outcomes(text))


def test_shares_outside_0_to_1_are_refused() -> None:
    assert [problem.field for problem in Sandbox({"rates": {"opened": 1.2}, "colour": "red"}).check()] == [
        "colour",
        "rates",
    ]


def test_sql_and_python_draw_the_same() -> None:
    from sqlalchemy import Column, Integer, MetaData, Table, create_engine, insert, select

    from nodes.sandbox import rate_clauses

    buckets = [bucket_of(str(n)) % HASH_PRIME for n in range(400)]
    table = Table("people", MetaData(), Column("bucket", Integer))
    with create_engine("sqlite://").connect() as connection:
        table.create(connection)
        connection.execute(insert(table), [{"bucket": bucket} for bucket in buckets])
        for is_call, rates in (
            (
                False,
                {
                    "delivered": 0.9,
                    "opened": 0.4,
                    "clicked": 0.3,
                    "failed": 0.1,
                    "bounced": 0.1,
                    "unknown": 0.05,
                },
            ),
            (True, {"answered": 0.4, "busy": 0.2, "key_1": 0.3, "bounced": 0.2, "failed": 0.1}),
            (False, {"replied": 0.5, "clicked": 0.2}),
        ):
            params = {"rates": rates, "seed": 7}
            clauses = rate_clauses(params, table.c.bucket, "mail", is_call=is_call)
            rows = connection.execute(select(table.c.bucket, *(c.label(name) for name, c in clauses.items())))
            for row in rows.mappings():
                said = {name for name in clauses if row[name]}
                assert said == set(sandbox_outcomes(params, row["bucket"], None, "mail", is_call=is_call))
