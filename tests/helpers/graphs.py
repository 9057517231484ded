"""Graphs for tests: a small builder, and hypothesis strategies that draw any graph a file can hold."""

from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from nodes.graph import Edge, Graph, Layout, Node

CHANNELS = ("email", "sms", "wecom", "official_account", "app_push", "ai_call", "manual_call")

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
IDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(-1e12, 1e12, allow_nan=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
PARAMS = st.dictionaries(WORDS, JSON, max_size=4)
POINTS = st.tuples(*[st.integers(-(10**6), 10**6).map(float) | st.floats(-1e6, 1e6, allow_nan=False)] * 2)


@st.composite
def any_nodes(draw: st.DrawFn, key: str) -> Node:
    """A node of any type with any params, known or not."""
    kind = draw(st.sampled_from([*CHANNELS, "audience", "delay", "goto", "rule_split", "exit"]) | IDS)
    return Node(key, kind, draw(WORDS), draw(PARAMS), draw(st.booleans()))


@st.composite
def any_graphs(draw: st.DrawFn) -> Graph:
    """Any graph that a file can hold, right or wrong."""
    keys = draw(st.lists(IDS, unique=True, max_size=6))
    ends = st.sampled_from(keys) if keys else IDS
    edges = draw(
        st.lists(
            st.builds(Edge, ends | IDS, IDS, ends | IDS, st.none() | st.integers(1, 99)),
            unique_by=lambda edge: (edge.source, edge.port, edge.target),
            max_size=8,
        )
    )
    positions = {key: draw(POINTS) for key in keys if draw(st.booleans())}
    drawn = st.lists(PARAMS, max_size=2).map(tuple)
    return Graph(
        name=draw(WORDS),
        description=draw(WORDS),
        settings=draw(PARAMS),
        nodes={key: draw(any_nodes(key)) for key in keys},
        edges=tuple(edges),
        layout=Layout(positions, draw(drawn), draw(drawn), draw(drawn)),
    )


def chain(*nodes: Node, name: str = "Test", **settings: Any) -> Graph:
    """Nodes one after the other, each left by its port `out`."""
    edges = tuple(Edge(before.id, "out", after.id) for before, after in pairwise(nodes))
    positions = {node.id: (256.0 * index, 0.0) for index, node in enumerate(nodes)}
    return Graph(name, "", settings, {node.id: node for node in nodes}, edges, Layout(positions))


def audience(key: str = "in", **params: Any) -> Node:
    """A start for everybody."""
    return Node(key, "audience", "Everybody", params or {"rule": {"all": []}})


def email(key: str = "mail", **params: Any) -> Node:
    """An email with a subject and a body."""
    return Node(key, "email", "Mail", {"subject": "Hello", "body": "Good day", **params})


def sms(key: str = "sms", **params: Any) -> Node:
    """A text message."""
    return Node(key, "sms", "Text", {"text": "Good day", **params})


def delay(key: str = "wait", span: str = "P1D", **params: Any) -> Node:
    """A delay."""
    return Node(key, "delay", "Wait", {"for": span, **params})


def node(key: str, kind: str, **params: Any) -> Node:
    """Any node; a param that is Python's own word is written with a trailing underscore."""
    return Node(key, kind, "", {name.rstrip("_"): value for name, value in params.items()})
