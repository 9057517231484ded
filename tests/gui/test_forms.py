"""Forms are made from params: every kind shows what the file holds and gives it back unchanged."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from canvas_app.ui.forms.arms import ArmsEditor, shares_text
from canvas_app.ui.forms.base import EDITORS, Context, editor_for
from canvas_app.ui.forms.catalogue import Catalogue, KnownAccount, KnownField
from canvas_app.ui.forms.form import ParamForm
from canvas_app.ui.forms.rule_builder import RuleBuilder, closed, is_group, opened
from canvas_app.ui.forms.rules import rule_in_words
from canvas_app.ui.forms.simple import number_in
from canvas_app.ui.forms.times import join_duration, split_duration, time_in
from canvas_app.ui.theme import install
from nodes.accounts import account_kinds
from nodes.fields import Param
from nodes.graph import Edge, Graph, Node
from nodes.registry import node_types
from nodes.settings import Settings
from storage.base.durations import Duration

FIELDS = (
    ("first_name", "text"),
    ("score", "number"),
    ("last_purchase", "date"),
    ("vip", "yes_no"),
    ("likes", "choices"),
)
CATALOGUE = Catalogue(
    fields={name: KnownField(name, name.replace("_", " ").title(), kind) for name, kind in FIELDS},
    accounts=(KnownAccount("Main", "email", "smtp", True),),
    audiences=("Sleeping",),
    events=("purchase",),
    tags=("gold",),
    sources=("crm",),
    strategies=("Other",),
)
GRAPH = Graph(
    nodes={each.id: each for each in (Node("mail", "email"), Node("n", "wait_for"))},
    edges=(Edge("mail", "out", "n"),),
)
CONTEXT = Context(CATALOGUE, GRAPH, "n", "email")
RULE = {
    "all": [
        {"field": "score", "op": ">=", "value": 50000},
        {"field": "last_purchase", "op": "before", "value": "-P90D"},
        {"any": [{"tag": "gold"}, {"audience": "Sleeping"}, {"consent": "email"}]},
        {
            "not": {
                "any": [
                    {
                        "event": "purchase",
                        "count": {"op": ">=", "value": 2},
                        "within": "P30D",
                        "where": {"amount": 3},
                    }
                ]
            }
        },
    ]
}
VALUES: dict[str, Any] = {
    "text": "Hello",
    "long_text": "Two\nlines",
    "number": 2.5,
    "whole": 12000,
    "yes_no": True,
    "choice": "b",
    "duration": "P3B",
    "instant": "2026-03-01T09:00:00Z",
    "rule": RULE,
    "texts": ["a", "b"],
    "mapping": {"score": {"add": 10}, "x": 1},
    "branches": [{"port": "a", "label": "A", "rule": RULE}],
    "outcome_branches": [{"port": "a", "label": "A", "outcomes": ["opened"]}],
    "arms": [{"port": "a", "label": "A", "weight": 45}, {"port": "b", "label": "B", "weight": 55}],
    "window": {"start": "09:00", "end": "18:00", "days": ["mon", "fri"], "outside": "skip", "calendar": "CN"},
    "account": "Main",
    "audience": "Sleeping",
    "event": "purchase",
    "contact_field": "score",
    "date_field": "last_purchase",
    "node": "mail",
    "source": "crm",
    "strategy": "Other",
    "time": "10:00",
    "refresh": {"cron": "0 10 1 * *"},
    "where": {"amount": {"op": ">=", "value": 300}},
    "channel_nodes": "mail",
    "assign": {"team": "A", "by": "least_busy"},
    "timezone": "Asia/Shanghai",
    "reentry": {"mode": "after_exit", "gap": "P30D", "key": "cart"},
    "throttle": {"limit": 100, "per": "PT1H"},
    "ramp": [{"share": 5, "for": "P1D"}, {"share": 20, "for": "P1D"}, {"share": 100}],
    "late": {"policy": "skip", "after": "PT2H"},
    "retry": {"times": 2},
    "json": {"a": [1]},
}


def param(kind: str, **more: Any) -> Param[Any]:
    choices = {"a": "A", "b": "B"} if kind == "choice" else {}
    return Param(kind, "Label", lambda value: value, key="key", choices=choices, **more)


@pytest.fixture(autouse=True)
def _dressed(qapp: Any) -> None:
    if not qapp.property("dressed"):
        install(qapp, "light")


@pytest.mark.parametrize("kind", sorted(VALUES))
def test_a_field_gives_back_what_the_file_holds(qtbot: QtBot, kind: str) -> None:
    editor = editor_for(param(kind), CONTEXT)
    qtbot.addWidget(editor)
    with qtbot.assertNotEmitted(editor.edited):
        editor.fill(VALUES[kind])
    found = editor.value()
    if kind == "instant":
        assert found.startswith(("2026-03-01T", "2026-02-28T"))
    else:
        assert found == VALUES[kind]


@pytest.mark.parametrize("kind", sorted(set(VALUES) - {"yes_no", "choice", "refresh", "assign"}))
def test_an_empty_field_says_nothing(qtbot: QtBot, kind: str) -> None:
    editor = editor_for(param(kind), CONTEXT)
    qtbot.addWidget(editor)
    editor.fill(VALUES[kind])
    editor.fill(None)
    assert editor.value() in (None, [])


@pytest.mark.parametrize("type_id", sorted(node_types()))
def test_every_node_type_has_a_form_of_real_fields(qtbot: QtBot, type_id: str) -> None:
    kind = node_types()[type_id]
    form = ParamForm(kind.param_list(), {}, CONTEXT)
    qtbot.addWidget(form)
    assert set(form.rows) == {each.key for each in kind.param_list()}
    for each in kind.param_list():
        assert each.kind in EDITORS, each.kind


def test_settings_and_accounts_have_forms_of_real_fields(qtbot: QtBot) -> None:
    for params in (Settings.param_list(), *(kind.param_list() for kind in account_kinds().values())):
        form = ParamForm(params, {}, CONTEXT)
        qtbot.addWidget(form)
        assert len(form.rows) == len(params)


def test_typing_a_duration_tells_each_step(qtbot: QtBot) -> None:
    form = ParamForm([Param("duration", "For", lambda value: value, key="for")], {"for": "P3D"}, CONTEXT)
    qtbot.addWidget(form)
    told: list[Any] = []
    form.edited.connect(lambda key, value, typing: told.append((key, value, typing)))
    field = form.rows["for"].editor.findChildren(QLineEdit)[0]
    QTest.keyClicks(field, "0")
    assert told == [("for", "P30D", True)]


def test_a_default_is_not_written_into_the_file(qtbot: QtBot) -> None:
    form = ParamForm(
        [Param("choice", "How", lambda value: value, "a", key="how", choices={"a": "A", "b": "B"})],
        {},
        CONTEXT,
    )
    qtbot.addWidget(form)
    told: list[Any] = []
    form.edited.connect(lambda _key, value, _typing: told.append(value))
    field: Any = form.rows["how"].editor
    field.field.set_value("b")
    field.field.set_value("a")
    assert told == ["b", None]


def test_rare_settings_stay_folded_until_they_are_used(qtbot: QtBot) -> None:
    params = [param("text"), Param("text", "Rare", lambda value: value, key="rare", advanced=True)]
    folded = ParamForm(params, {}, CONTEXT)
    unfolded = ParamForm(params, {"rare": "x"}, CONTEXT)
    for form in (folded, unfolded):
        qtbot.addWidget(form)
        form.show()
    assert not folded.rows["rare"].isVisible()
    assert unfolded.rows["rare"].isVisible()
    QTest.mouseClick(folded.more, Qt.MouseButton.LeftButton)
    assert folded.rows["rare"].isVisible()


@given(
    st.integers(0, 900),
    st.sampled_from(["minutes", "hours", "days", "weeks", "months", "working"]),
    st.booleans(),
)
def test_a_duration_survives_the_form(count: int, unit: str, forward: bool) -> None:
    text = join_duration(count, unit, forward=forward)
    Duration.parse(text)
    assert split_duration(text) == (count, unit, forward)


@pytest.mark.parametrize(
    ("typed", "found"), [("9:00", "09:00"), ("0930", "09:30"), ("24:00", "24:00"), ("25:00", "25:00")]
)
def test_times_are_read_as_people_type_them(typed: str, found: str) -> None:
    assert time_in(typed) == found


@pytest.mark.parametrize(("typed", "found"), [("1,250", 1250), ("", None), ("2.5", 2.5), ("abc", "abc")])
def test_numbers_are_read_as_people_type_them(typed: str, found: Any) -> None:
    assert number_in(typed) == found


# -- rules -----------------------------------------------------------------------------------------------------------

LEAVES = st.sampled_from(
    [
        {"tag": "gold"},
        {"not": {"tag": "gold"}},
        {"audience": "Sleeping"},
        {"consent": "sms"},
        {"field": "score", "op": "between", "value": [1, 5]},
        {"field": "first_name", "op": "in", "value": ["a", "b"]},
        {"field": "score", "op": "is_empty"},
        {"field": "vip", "op": "=", "value": True},
        {"field": "last_purchase", "op": "within_last", "value": "P7D"},
        {"field": "last_purchase", "op": "after", "value": "2026-01-31"},
        {"event": "purchase", "count": {"op": "=", "value": 0}},
    ]
)
RULES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3).flatmap(
        lambda parts: st.sampled_from([{"all": parts}, {"any": parts}, {"not": {"any": parts}}])
    ),
    max_leaves=6,
)


@settings(max_examples=20)
@given(RULES)
def test_a_rule_survives_the_builder(qapp: Any, rule: Any) -> None:
    builder = RuleBuilder(CONTEXT)
    builder.show_rule(rule)
    found = builder.rule()
    expected = rule if is_group(rule) else {"all": [rule]}
    assert found == (None if expected == {"all": []} else expected)
    builder.deleteLater()


@given(RULES)
def test_opening_and_closing_a_group_are_inverse(rule: Any) -> None:
    kind, parts = opened(rule)
    assert opened(closed(kind, parts)) == (kind, parts)


def test_a_rule_is_repeated_in_words_and_a_wrong_one_says_why() -> None:
    sentence, right = rule_in_words({"field": "score", "op": ">=", "value": 10}, CONTEXT)
    assert right
    assert sentence == "Score at least 10."
    sentence, right = rule_in_words({"tag": ""}, CONTEXT)
    assert not right
    assert sentence


def test_choosing_an_operator_keeps_a_value_that_fits(qtbot: QtBot) -> None:
    from canvas_app.ui.forms.conditions import Condition
    from canvas_app.ui.widgets import ComboBox

    row = Condition({"field": "first_name", "op": "=", "value": "An"}, CONTEXT, narrow=True)
    qtbot.addWidget(row)
    operator = next(each for each in row.findChildren(ComboBox) if each.accessibleName() == "Comparison")
    operator.set_value("in")
    assert row.value() == {"field": "first_name", "op": "in", "value": ["An"]}


# -- arms ------------------------------------------------------------------------------------------------------------


def test_shares_are_worked_out_from_weights() -> None:
    assert shares_text((45, 45, 10)) == ["45 %", "45 %", "10 %"]
    assert shares_text((0, 0)) == ["0 %", "0 %"]


def test_an_arm_is_added_with_a_port_of_its_own_and_two_must_stay(qtbot: QtBot) -> None:
    editor = editor_for(param("arms"), CONTEXT)
    assert isinstance(editor, ArmsEditor)
    qtbot.addWidget(editor)
    editor.fill(VALUES["arms"])
    with qtbot.waitSignal(editor.edited):
        QTest.mouseClick(editor.add_button, Qt.MouseButton.LeftButton)
    assert [arm["port"] for arm in editor.value()] == ["a", "b", "c"]
    editor._drop(2)
    from PySide6.QtWidgets import QToolButton

    crosses = [
        each
        for each in editor.findChildren(QToolButton)
        if each.accessibleName() == "Remove this arm" and not each.isHidden()
    ]
    assert not any(each.isEnabled() for each in crosses[-2:])
