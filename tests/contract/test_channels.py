"""What holds for every channel and every kind of account, those of plug-ins included."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.accounts import AccountKind, account_kinds
from nodes.channel import Channel
from nodes.fields import Param
from nodes.graph import Node
from nodes.registry import node_types
from storage.contacts import BUILTIN

CHANNELS = sorted(name for name, kind in node_types().items() if issubclass(kind, Channel))
KINDS = sorted(account_kinds())
COMMON = {"account", "window", "retry", "if_unreachable"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def channel(name: str, **params: object) -> Channel:
    kind = node_types()[name]
    assert issubclass(kind, Channel)
    return kind(Node("n", name, "", params))


@pytest.mark.parametrize("name", CHANNELS)
def test_a_channel_says_what_it_is(name: str) -> None:
    made = channel(name)
    assert made.channel == made.type_id == name
    assert made.label
    assert made.icon
    assert made.family in {"message", "call", "data"}
    assert made.tooltip().endswith(".")
    assert made.address_field in ("", *BUILTIN)
    assert [port.id for port in made.ports()] == ["out"]
    assert {"sent", "failed", "skipped", "unknown"} <= set(made.kept_outcomes())
    assert made.waits


@pytest.mark.parametrize("name", CHANNELS)
def test_a_channel_shares_account_window_retries_and_has_a_text(name: str) -> None:
    params = {param.key: param for param in channel(name).param_list()}
    assert set(params) > COMMON
    assert set(channel(name).text_params) <= set(params)
    assert all(param.label for param in params.values())
    assert not any(param.required for key, param in params.items() if key in COMMON)


@pytest.mark.parametrize("name", CHANNELS)
def test_defaults_are_valid_but_for_what_is_empty(name: str) -> None:
    assert {problem.code for problem in channel(name).check()} <= {"missing_param"}
    texts = {param.key: "x" for param in channel(name).param_list() if param.required}
    texts.setdefault(channel(name).text_params[0], "x")
    if name == "webhook":
        texts["url"] = "https://x.example/hook"
    assert list(channel(name, **texts).check()) == []


@pytest.mark.parametrize("name", CHANNELS)
@given(data=st.data())
def test_nonsense_in_any_param_becomes_a_problem_never_a_crash(name: str, data: st.DataObject) -> None:
    keys = [param.key for param in channel(name).param_list()]
    params = data.draw(st.dictionaries(st.sampled_from([*keys, "nonsense"]), JSON, max_size=4))
    made = channel(name, **params)
    for problem in made.check():
        assert problem.message
        assert problem.field
    made.summary()
    json.dumps(params)


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_of_account_says_what_it_is(name: str) -> None:
    kind = account_kinds()[name]
    assert kind.kind == name
    assert kind.label
    assert kind.__doc__
    assert set(kind.channels) <= set(CHANNELS)
    assert all(isinstance(param, Param) and param.label for param in kind.param_list())
    keys = {param.key for param in kind.param_list()}
    assert not keys & {"password", "secret", "token"}, "secrets are no params"


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
def test_nonsense_in_an_account_becomes_a_problem_never_a_crash(name: str, data: st.DataObject) -> None:
    kind: type[AccountKind] = account_kinds()[name]
    keys = [param.key for param in kind.param_list()]
    params = data.draw(st.dictionaries(st.sampled_from([*keys, "nonsense"]), JSON, max_size=4))
    account = kind(params)
    assert all(problem.message for problem in account.check())
    assert account.lines() >= 1
    assert account.per_second() >= 0


def test_every_channel_has_a_sandbox() -> None:
    sandbox = account_kinds()["sandbox"]
    assert sandbox.sandbox
    assert sandbox.channels == ()
