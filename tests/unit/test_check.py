"""The check finds every kind of problem, names its place, and stays silent where nothing is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.check import check
from nodes.graph import Edge, Graph, Node
from nodes.registry import node_types
from nodes.settings import Settings
from storage.base.problems import Level
from tests.helpers.graphs import JSON, audience, chain, delay, email, node, sms


@dataclass(frozen=True)
class Names:
    """A workspace of which everything is known."""

    kinds: Mapping[str, str] = field(
        default_factory=lambda: {"email": "text", "phone": "text", "first_name": "text"}
    )
    filled: Mapping[str, int] = field(default_factory=lambda: {"email": 100, "phone": 100, "first_name": 90})
    accounts: tuple[tuple[str, str], ...] = (("", "email"), ("", "sms"))
    audiences: tuple[str, ...] = ()
    people: int = 100
    reach: int = 80
    public: bool = True

    def field_label(self, name: str) -> str | None:
        return name.title() if name in self.kinds else None

    def field_kind(self, name: str) -> str | None:
        return self.kinds.get(name)

    def field_filled(self, name: str) -> bool:
        return self.filled_count(name) > 0

    def has_account(self, name: str, channel: str) -> bool:
        return (name, channel) in self.accounts

    def has_audience(self, name: str) -> bool:
        return name in self.audiences

    def has_source(self, name: str) -> bool:
        return False

    def has_strategy(self, name: str) -> bool:
        return False

    def contact_count(self) -> int:
        return self.people

    def filled_count(self, field: str) -> int:
        return self.filled.get(field, 0)

    def reachable(self, channel: str) -> int:
        return self.reach

    def has_unsubscribe_way(self, account: str) -> bool:
        return self.public

    def daily_cap(self) -> int:
        return 2


def found(graph: Graph, names: Names | None = None) -> set[tuple[str, str | None, str | None]]:
    return {
        (each.code, each.node, each.field) for each in check(graph, names) if each.level is not Level.INFO
    }


def codes(graph: Graph, names: Names | None = None) -> set[str]:
    return {code for code, _node, _field in found(graph, names)}


def test_a_plain_strategy_has_no_problem() -> None:
    assert found(chain(audience(), email(), delay(), sms()), Names()) == set()


def test_an_empty_canvas_says_how_to_begin() -> None:
    assert codes(Graph("A")) == {"no_entry"}
    assert codes(Graph()) == {"no_entry", "missing_name"}


def test_a_strategy_without_a_start_is_an_error() -> None:
    assert "no_entry" in codes(chain(email(), sms()))


def test_all_problems_come_at_once_worst_first() -> None:
    graph = chain(audience(), node("x", "telepathy"), email(subject=""), node("lost", "exit"), holdout=200)
    graph = replace(graph, edges=graph.edges[:-1])
    levels = [problem.level for problem in check(graph)]
    assert {"unknown_type", "missing_param", "unreachable", "bad_setting"} <= codes(graph)
    assert levels == sorted(levels, key=[Level.ERROR, Level.WARNING, Level.INFO].index)


@pytest.mark.parametrize(
    ("edge", "expected"),
    [
        (Edge("mail", "sideways", "sms"), ("unknown_port", "mail", "sideways")),
        (Edge("mail", "out", "nowhere"), ("dangling_edge", "mail", "out")),
        (Edge("nowhere", "out", "sms"), ("dangling_edge", "sms", "from")),
        (Edge("sms", "out", "in"), ("edge_into_entry", "in", "out")),
    ],
)
def test_a_wire_that_does_not_fit_names_its_node(edge: Edge, expected: tuple[str, str, str]) -> None:
    assert expected in found(chain(audience(), email(), sms()).with_edge(edge))


def test_nothing_can_follow_an_exit() -> None:
    assert ("unknown_port", "end", "out") in found(chain(audience(), node("end", "exit"), email()))


def test_a_node_that_nobody_reaches_is_a_warning() -> None:
    graph = chain(audience(), email()).with_node(sms())
    assert found(graph) == {("unreachable", "sms", None)}


def test_a_node_behind_a_jump_is_reached() -> None:
    graph = chain(audience(), email(), delay(), node("back", "goto", node="mail", max_passes=2))
    assert found(graph) == set()


LOOP = (audience(), email(), delay())


def test_a_way_round_needs_a_limit_and_a_pause() -> None:
    endless = chain(*LOOP).with_edge(Edge("wait", "out", "mail"))
    assert codes(endless) == {"endless_loop"}
    restless = chain(audience(), email(), sms()).with_edge(Edge("sms", "out", "mail", max_passes=3))
    assert codes(restless) == {"loop_without_wait"}
    assert codes(chain(*LOOP).with_edge(Edge("wait", "out", "mail", max_passes=3))) == set()


def test_a_delay_of_no_time_is_no_pause() -> None:
    graph = chain(audience(), email(), delay(span="PT0S")).with_edge(
        Edge("wait", "out", "mail", max_passes=3)
    )
    assert codes(graph) == {"loop_without_wait"}


def test_two_ways_round_through_one_node_are_two_problems() -> None:
    graph = chain(audience(), email(), delay("a"), delay("b"))
    graph = graph.with_edge(Edge("a", "out", "mail")).with_edge(Edge("b", "out", "mail"))
    assert [each.code for each in check(graph)].count("endless_loop") == 2


def test_a_node_that_leads_to_itself_is_a_loop() -> None:
    assert codes(chain(audience(), email()).with_edge(Edge("mail", "out", "mail"))) == {
        "endless_loop",
        "loop_without_wait",
    }


@pytest.mark.parametrize(("target", "code"), [("nowhere", "unknown_node"), ("in", "jump_to_entry")])
def test_a_jump_leads_to_a_node_after_the_start(target: str, code: str) -> None:
    graph = chain(audience(), delay(), node("back", "goto", node=target, max_passes=2))
    assert (code, "back", "node") in found(graph)


def split(of: Any, outcome: str = "clicked") -> Node:
    return node("split", "result_split", of=of, branches=[{"port": "yes", "outcomes": [outcome]}])


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        ("mail", set()),
        (["mail"], set()),
        ("wait", {("of_not_a_channel", "split", "of")}),
        ("later", {("of_not_upstream", "split", "of")}),
        ("nowhere", {("unknown_node", "split", "of")}),
    ],
)
def test_a_result_split_looks_at_a_message_before_it(of: Any, expected: set[tuple[str, str, str]]) -> None:
    graph = (
        chain(audience(), email(), delay(), split(of))
        .with_node(sms("later"))
        .with_edge(Edge("split", "yes", "later"))
    )
    assert found(graph) == expected


def test_a_result_that_a_channel_never_gives_is_a_warning() -> None:
    assert ("unknown_outcome", "split", "outcomes") in found(
        chain(audience(), email(), split("mail", "answered"))
    )


def test_arms_need_weights() -> None:
    arms = [{"port": "a", "weight": 1}, {"port": "b"}]
    assert ("bad_param", "ab", "arms") in found(chain(audience(), node("ab", "ab_split", arms=arms)))


def test_a_node_that_is_switched_off_may_be_half_done() -> None:
    graph = chain(audience(), replace(email(subject=""), off=True), sms())
    assert found(graph) == set()


def test_a_message_needs_an_account() -> None:
    graph = chain(audience(), email(account="Shop"), sms())
    assert found(graph, Names(accounts=(("", "email"),))) == {
        ("missing_account", "mail", "account"),
        ("missing_account", "sms", "account"),
    }


def test_an_address_that_nobody_has_is_a_warning_with_the_count() -> None:
    problems = [
        each for each in check(chain(audience(), sms()), Names(filled={})) if each.code == "no_address"
    ]
    assert [(each.node, each.field) for each in problems] == [("sms", "phone")]
    assert "100" in problems[0].message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ first_name }}", set()),
        ("{{ shoe_size }}", {("unknown_merge_field", "mail", "body")}),
        ("{{ nickname }}", {("empty_merge_field", "mail", "body")}),
        ("{{ nickname | default: 'friend' }}", set()),
        ("{{ unsubscribe_url }}", set()),
    ],
)
def test_merge_fields_are_fields_that_somebody_has(text: str, expected: set[tuple[str, str, str]]) -> None:
    names = Names(kinds={"email": "text", "first_name": "text", "nickname": "text"})
    assert found(chain(audience(), email(body=text)), names) == expected


def test_a_field_that_the_strategy_sets_itself_is_known() -> None:
    graph = chain(audience(), node("set", "update_contact", set={"coupon": "A1"}), email(body="{{ coupon }}"))
    assert found(graph, Names()) == set()


def test_rules_on_fields_and_audiences_that_nobody_has_are_told() -> None:
    graph = chain(audience(rule={"field": "moon", "op": "=", "value": 1}), email(), goal={"audience": "VIP"})
    assert found(graph, Names()) == {("unknown_field", "in", "rule"), ("unknown_audience", None, "goal")}


def test_a_start_with_an_unknown_audience_is_an_error() -> None:
    assert ("unknown_audience", "in", "audience") in found(chain(audience(audience="VIP"), email()), Names())
    assert found(chain(audience(audience="VIP"), email()), Names(audiences=("VIP",))) == set()


def test_a_third_marketing_message_in_a_day_is_a_warning() -> None:
    graph = chain(audience(), email("a"), sms("b"), email("c"), email("d"))
    assert found(graph) == {("over_cap", "c", None)}
    assert found(chain(audience(), email("a"), sms("b"), delay(), email("c"))) == set()
    assert found(replace(graph, settings={"category": "service"})) == set()


def test_a_wait_counts_for_the_cap_only_where_its_time_ran_out() -> None:
    wait = node("w", "wait_for", event="order", timeout="P2D")
    graph = chain(audience(), email("a"), sms("b"), wait)
    late = graph.with_node(email("c")).with_edge(Edge("w", "timeout", "c"))
    soon = graph.with_node(email("c")).with_edge(Edge("w", "hit", "c"))
    assert (found(late), found(soon)) == (set(), {("over_cap", "c", None)})


def test_a_marketing_strategy_that_reaches_nobody_is_an_error() -> None:
    graph = chain(audience(), email())
    problems = check(graph, Names(reach=0))
    assert [(each.level, each.code) for each in problems] == [(Level.ERROR, "nobody_reachable")]
    assert "consent_email" in problems[0].message
    assert found(replace(graph, settings={"category": "transactional"}), Names(reach=0)) == set()
    assert found(graph, Names(reach=0, people=0)) == set()


def test_the_check_says_how_many_may_be_written_to() -> None:
    problems = check(chain(audience(), email()), Names())
    assert [each.message for each in problems if each.code == "reach"] == [
        "80 of 100 people have said yes to marketing by Email and have an address for it."
    ]


def test_marketing_mail_without_a_link_to_unsubscribe_is_a_warning() -> None:
    assert found(chain(audience(), email(), email("b")), Names(public=False)) == {
        ("no_public_url", "mail", "account")
    }
    assert found(chain(audience(), email(to="owner")), Names(public=False)) == set()


def test_a_wait_for_clicks_that_nothing_can_see_is_a_warning() -> None:
    branches = [{"port": "yes", "label": "Yes", "outcomes": ["clicked"]}]
    graph = chain(audience(), email(), node("split", "result_split", of="mail", branches=branches))
    assert ("unseen_outcomes", "split", "of") in found(graph, Names(public=False))
    assert "unseen_outcomes" not in codes(graph)
    sent = [{"port": "yes", "label": "Yes", "outcomes": ["sent"]}]
    graph = chain(audience(), email(), node("split", "result_split", of="mail", branches=sent))
    assert ("unseen_outcomes", "split", "of") not in found(graph, Names(public=False))


def test_an_official_account_must_not_promote_by_template() -> None:
    graph = chain(audience(), node("oa", "official_account", template="T1"))
    assert ("promotion_by_template", "oa", "template") in found(graph)
    assert codes(replace(graph, settings={"category": "service"})) == set()


def test_a_start_that_does_not_say_for_whom_is_a_warning() -> None:
    graph = chain(node("in", "audience", refresh="once"), email())
    assert found(graph) == {("everybody_enters", "in", "rule")}


def test_a_preferred_channel_needs_a_message_and_an_account() -> None:
    messages = {"email": {"subject": "Hello", "body": "{{ shoe_size }}"}}
    graph = chain(audience(), node("best", "preferred", order=["email", "sms", "fax"], messages=messages))
    assert found(graph, Names(accounts=(("", "email"),))) == {
        ("unknown_channel", "best", "order"),
        ("missing_message", "best", "messages"),
        ("missing_account", "best", "account"),
        ("unknown_merge_field", "best", "messages.email.body"),
    }


def test_moving_to_oneself_takes_half_an_hour() -> None:
    def moving(span: str) -> Graph:
        return chain(audience(), delay(span=span), node("again", "move", strategy="Test"))

    assert codes(moving("PT29M")) == {"move_too_soon"}
    assert codes(moving("PT30M")) == set()


def test_moving_to_a_strategy_that_does_not_exist_yet_is_a_warning() -> None:
    problems = check(chain(audience(), node("m", "move", strategy="Other")), Names())
    assert [(each.level, each.code) for each in problems] == [(Level.WARNING, "unknown_strategy")]


def test_a_window_that_never_opens_is_an_error() -> None:
    window = {"days": ["mon"], "except": [], "calendar": "CN"}
    assert codes(chain(audience(), email(window=window))) == set()
    assert codes(chain(audience(), email(window={"days": ["sun"], "calendar": "US"}))) == {
        "window_never_opens"
    }


def test_a_year_that_the_calendar_does_not_know_is_a_warning() -> None:
    graph = chain(audience(), email(), send_window={"calendar": "CN", "start": "09:00", "end": "18:00"})
    assert [each.code for each in check(graph, year=2026)] == ["unknown_calendar_year"]
    assert [each.code for each in check(graph, year=2024)] == []


KINDS = sorted(node_types())


@given(st.sampled_from(KINDS), st.data())
def test_no_value_of_any_param_breaks_the_check(kind: str, data: st.DataObject) -> None:
    params = {
        param.key: data.draw(JSON) for param in node_types()[kind].param_list() if data.draw(st.booleans())
    }
    graph = chain(audience(), email(), Node("x", kind, "X", params), sms(), goal={"all": []})
    assert all(problem.message for problem in check(graph, Names()))


@given(st.data())
def test_no_value_of_any_setting_breaks_the_check(data: st.DataObject) -> None:
    settings = {param.key: data.draw(JSON) for param in Settings.param_list() if data.draw(st.booleans())}
    graph = replace(chain(audience(), email()), settings=settings)
    assert all(problem.message for problem in check(graph, Names()))


@pytest.mark.parametrize("size", [5000])
def test_a_large_strategy_is_checked_in_one_go(size: int) -> None:
    graph = chain(audience(), *(email(f"m{n}") if n % 2 else delay(f"w{n}") for n in range(size - 1)))
    assert codes(graph) == set()
