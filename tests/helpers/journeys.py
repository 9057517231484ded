"""Strategies made by chance: every graph hypothesis draws here can be published, and does something."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from hypothesis import strategies as st

from nodes.graph import Edge, Graph, Node
from tests.helpers.oracle import Case
from tests.helpers.people import Happening, Person
from tests.helpers.walked import CALLS, CHANNELS, Strategy

START = int(datetime(2026, 3, 27, 21, 40, tzinfo=UTC).timestamp())  # clocks change in Europe two days later
DAY = 86400
ZONES = ("", "Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe")
SPANS = ("P1D", "PT5H", "P2D", "PT45M", "P3B", "P1W", "PT0S")
TIMEOUTS = ("PT5H", "P1D", "P2D")
OUTCOMES = ("delivered", "opened", "clicked", "failed", "unknown", "bounced", "unsubscribed")
ANSWERS = ("opened", "clicked", "failed", "bounced", "unknown", "busy")
CALL_OUTCOMES = ("answered", "busy", "no_answer", "failed")
MINUTES = (0, 1, 20, 60, 300, 345, 600, 1440, 1500, 1740, 2880, 4321)

one_of = st.sampled_from


def windows() -> st.SearchStrategy[dict[str, Any]]:
    """Send windows and hours of the day."""
    days = st.lists(one_of(("mon", "tue", "wed", "fri", "sat", "sun")), min_size=3, max_size=5, unique=True)
    more: Mapping[str, Any] = {"days": days, "calendar": one_of(("contact", "DE"))}
    return (
        st.fixed_dictionaries({"start": st.just("09:00"), "end": one_of(("18:00", "12:30"))}, optional=more)
        | st.fixed_dictionaries({"start": st.just("22:00"), "end": st.just("06:00")}, optional=more)
        | st.fixed_dictionaries({"at": one_of(("10:00", "18:30"))}, optional=more)
    )


TESTS = st.none() | st.fixed_dictionaries(
    {"value": st.fixed_dictionaries({"op": one_of((">=", "<")), "value": one_of((1, 50))})}
)


def event_rules(*, within: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """Rules on what somebody did."""
    more: dict[str, Any] = {"count": one_of(({"op": ">=", "value": 2}, {"op": "=", "value": 0}))}
    more["where"] = TESTS.filter(bool)
    if within:
        more["within"] = one_of(("P1D", "PT5H"))
    return st.fixed_dictionaries({"event": one_of(("visit", "purchase"))}, optional=more)


FIELD_RULES = one_of(
    (
        {"field": "score", "op": ">=", "value": 50}, {"field": "score", "op": "<", "value": 20},
        {"field": "city", "op": "=", "value": "đà nẵng"}, {"field": "vip", "op": "=", "value": True},
        {"field": "level", "op": "is_empty"}, {"tag": "VIP"}, {"not": {"tag": "lost"}},
    )
)  # fmt: skip
RULES = (
    FIELD_RULES
    | event_rules(within=True)
    | st.lists(FIELD_RULES | event_rules(), max_size=2).map(lambda parts: {"any": parts})
)


@st.composite
def people(draw: st.DrawFn, channels: Sequence[str], *, most: int = 6) -> list[Person]:
    """A few contacts in different places, who do things."""
    found = []
    for number in range(1, draw(st.integers(1, most)) + 1):
        moments = draw(st.lists(one_of(MINUTES) | st.integers(-2000, 9000), max_size=4, unique=True))
        fields = st.fixed_dictionaries(
            {},
            optional={
                "score": one_of((0, 19, 20, 49, 50, 90)), "city": one_of(("Đà Nẵng", "上海")), "vip": st.booleans(),
                "level": one_of(("a", "b")), "answer": one_of(ANSWERS),
                "renewal": one_of((date(2026, 3, 29), date(2026, 4, 1), date(2026, 3, 1))),
            },
        )  # fmt: skip
        done = [draw(events(START + 60 * each, channels)) for each in sorted(moments)]
        found.append(
            Person(
                number, draw(one_of(ZONES)), draw(one_of(("", "DE"))), draw(fields),
                draw(st.sets(one_of(("VIP", "lost")))),
                draw(st.dictionaries(one_of(tuple(CHANNELS)), st.booleans() | st.just(True))),
                events=done,
                email=draw(one_of(("somebody",) * 5 + (None,))),
            )
        )  # fmt: skip
    return found


@st.composite
def events(draw: st.DrawFn, at: int, channels: Sequence[str]) -> Happening:
    """Something that happens: of the contact's own, or to a message."""
    kind = draw(
        one_of(
            ("visit", "purchase", "signup", "visit", "signup", *(("opened", "clicked") if channels else ()))
        )
    )
    if kind in ("opened", "clicked"):
        return Happening(kind, at, {"node": draw(one_of(list(channels)))})
    optional: dict[str, Any] = {"value": one_of((0, 1, 50)), "order": one_of((1, "1", "2"))}
    return Happening(kind, at, draw(st.fixed_dictionaries({}, optional=optional)))


def settings(*, keyed: bool, timed: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Settings that matter to who is where."""
    leaving = FIELD_RULES | event_rules(within=timed)
    reentry = st.fixed_dictionaries(
        {"mode": one_of(("never", "after_exit", "always"))}, optional={"gap": one_of(("PT5H", "P1D"))}
    )
    return st.fixed_dictionaries(
        {
            "reentry": st.just({"key": "order"}) if keyed else reentry,
            "category": one_of(("transactional", "marketing", "service")),
        },
        optional={
            "goal": leaving, "exit_when": leaving, "holdout": one_of((10, 40)), "timezone": one_of(ZONES[1:]),
            "send_window": windows(),
        },
    )  # fmt: skip


@st.composite
def journeys(
    draw: st.DrawFn, *, most: int = 9, keyed: bool = False, forks: bool = True, loops: bool = True
) -> Graph:
    """A strategy whose nodes follow each other forwards, with jumps back to nodes that wait."""
    nodes: dict[str, Node] = {}
    edges: list[Edge] = []
    for index in range(draw(st.integers(1, 2))):
        entry = {"event": "signup", **({"where": where} if (where := draw(TESTS)) else {})}
        kind = "event_entry" if keyed or draw(st.booleans()) else "audience"
        nodes[f"in{index}"] = Node(
            f"in{index}",
            kind,
            "",
            entry if kind == "event_entry" else {"rule": draw(RULES | st.just({"all": []}))},
        )
    for index in range(draw(st.integers(1, most))):
        key = f"n{index}"
        sources = _open_ports(nodes, edges, forks)
        if not sources:
            break
        node = draw(_nodes(key, Graph(nodes=nodes, edges=tuple(edges)), writes=not keyed, loops=loops))
        came = draw(st.lists(one_of(sources), min_size=1, max_size=2, unique=True))
        nodes[key] = node
        edges += [Edge(source, port, key) for source, port in came]
    if loops and draw(st.booleans()):
        back = [key for key, node in nodes.items() if node.type in ("delay", "wait_for")]
        sources = [each for each in _open_ports(nodes, edges, forks) if not nodes[each[0]].off]
        back = [key for key in back if not nodes[key].off]
        if back and sources:
            edges.append(Edge(*draw(one_of(sources)), draw(one_of(back)), draw(st.integers(1, 2))))
    timed = not any(node.type == "update_contact" for node in nodes.values()) and draw(
        one_of((False, False, False, True))
    )
    return Graph("Journey", "", draw(settings(keyed=keyed, timed=timed)), nodes, tuple(edges))


def _open_ports(nodes: Mapping[str, Node], edges: Sequence[Edge], forks: bool) -> list[tuple[str, str]]:
    shape = Strategy(
        {
            "nodes": [{"id": node.id, "type": node.type, "params": node.params} for node in nodes.values()],
            "edges": [],
        },
        0,
    )
    every = [(key, port) for key in nodes for port in shape.ports(key)]
    taken = {(edge.source, edge.port) for edge in edges}
    return every if forks else [each for each in every if each not in taken]


@st.composite
def _nodes(draw: st.DrawFn, key: str, before: Graph, *, writes: bool, loops: bool) -> Node:
    back = [each for each, node in before.nodes.items() if node.type in ("delay", "wait_for")]
    messages = [each for each, node in before.nodes.items() if node.type in CHANNELS]
    kinds = [
        "rule_split",
        "ab_split",
        "delay",
        "delay",
        "wait_event",
        "email",
        "email",
        "sms",
        "ai_call",
        "exit",
    ]
    kinds += ["goto"] * (2 * bool(back and loops)) + ["result_split", "wait_outcome"] * 2 * bool(messages)
    kinds += ["update_contact"] * 2 * writes + ["wait_rule"]
    kind = draw(one_of(kinds))
    params = draw(_params(kind, messages, back))
    type_id = "wait_for" if kind.startswith("wait_") else kind
    return Node(key, type_id, "", params, draw(one_of((False,) * 9 + (True,))))


WORDS = one_of(
    (
        ("opened",),
        ("clicked", "answered"),
        ("failed", "skipped"),
        ("delivered",),
        ("sent",),
        ("busy", "bounced"),
    )
).map(list)


def _params(kind: str, messages: Sequence[str], back: Sequence[str]) -> st.SearchStrategy[dict[str, Any]]:
    timeout = one_of(TIMEOUTS)
    match kind:
        case "rule_split":
            return st.lists(RULES, min_size=1, max_size=2).map(partial(_sides, "branches", "b", "rule"))
        case "ab_split":
            return st.lists(one_of((1, 20, 50)), min_size=2, max_size=3).map(
                partial(_sides, "arms", "a", "weight")
            )
        case "delay":
            return _delays()
        case "wait_event":
            found = st.fixed_dictionaries(
                {"event": one_of(("visit", "purchase")), "timeout": timeout, "where": TESTS}
            )
            return found.map(lambda params: {key: value for key, value in params.items() if value})
        case "wait_rule":
            return st.fixed_dictionaries({"rule": FIELD_RULES | event_rules(), "timeout": timeout})
        case "wait_outcome":
            return st.fixed_dictionaries({"of": one_of(messages), "outcomes": WORDS, "timeout": timeout})
        case "result_split":
            return _result_splits(messages)
        case "update_contact":
            return _updates()
        case "goto":
            return st.fixed_dictionaries({"node": one_of(back), "max_passes": st.integers(1, 2)})
        case "exit":
            return st.fixed_dictionaries({"reason": one_of(("", "done"))})
    return _message(kind)


def _sides(name: str, letter: str, own: str, values: Sequence[Any]) -> dict[str, Any]:
    return {
        name: [{"port": f"{letter}{index}", "label": "", own: value} for index, value in enumerate(values)]
    }


@st.composite
def _delays(draw: st.DrawFn) -> dict[str, Any]:
    way = draw(one_of(("for", "for", "until", "until_field", "at")))
    spans: dict[str, Any] = {
        "for": {"for": draw(one_of(SPANS))}, "at": {"at": "10:00"}, "until": {"until": "2026-03-29T03:30:00+00:00"},
        "until_field": {"until_field": "renewal", "offset": draw(one_of(("-P1D", "P1D", "PT30M")))},
    }  # fmt: skip
    then = draw(st.none() | windows())
    if then is None or way == "at":
        return dict(spans[way])
    return {**spans[way], **({"at": then["at"]} if set(then) == {"at"} else {"window": then})}


@st.composite
def _result_splits(draw: st.DrawFn, messages: Sequence[str]) -> dict[str, Any]:
    found = draw(st.lists(WORDS, min_size=1, max_size=2, unique_by=str))
    of = draw(st.lists(one_of(messages), min_size=1, max_size=2, unique=True))
    wait: str | None = draw(st.none() | one_of(TIMEOUTS))
    return {"of": of, **_sides("branches", "r", "outcomes", found), **({"wait": wait} if wait else {})}


@st.composite
def _updates(draw: st.DrawFn) -> dict[str, Any]:
    values: dict[str, Any] = {
        "score": one_of(({"add": 30}, {"add": -30}, 50, None)), "city": one_of(("ĐÀ NẴNG", None)), "vip": st.booleans(),
    }  # fmt: skip
    tags = st.lists(one_of(("VIP", "lost")), max_size=1)
    changes = draw(st.fixed_dictionaries({}, optional=values))
    return {"set": changes, "add_tags": draw(tags), "remove_tags": draw(tags)}


@st.composite
def _message(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    content = {
        "email": {"subject": "Hello", "body": "Hello"},
        "sms": {"text": "Hello"},
        "ai_call": {"script": "Hello"},
    }
    found: dict[str, Any] = dict(content[kind])
    window = draw(st.none() | st.none() | windows())
    if window:
        found["window"] = {**window, "outside": draw(one_of(("wait", "skip")))}
    if draw(st.integers(0, 4)) == 0:
        found["if_unreachable"] = "exit"
    return found


@st.composite
def sandboxes(draw: st.DrawFn, channel: str) -> dict[str, Any]:
    """What a sandbox account is told to answer."""
    words = CALL_OUTCOMES if channel in CALLS else OUTCOMES
    told: dict[str, Any] = draw(
        st.just({})
        | st.lists(one_of(words), min_size=1, max_size=2, unique=True).map(lambda found: {"outcomes": found})
        | st.fixed_dictionaries(
            {
                "rates": st.dictionaries(one_of(words), one_of((0.2, 0.5)), min_size=1, max_size=3),
                "seed": st.integers(0, 3),
            }
        )
        | st.just({"outcome_field": "answer"})
    )
    after: str | None = draw(st.none() | one_of(("PT10M", "PT5H")))
    return {**told, **({"after": after} if after else {})}


@st.composite
def cases(
    draw: st.DrawFn, *, most: int = 9, keyed: bool = False, forks: bool = True, loops: bool = True
) -> Case:
    """A strategy, contacts, what they do and what becomes of messages."""
    graph = draw(journeys(most=most, keyed=keyed, forks=forks, loops=loops))
    messages = [key for key, node in graph.nodes.items() if node.type in CHANNELS]
    boxes = {channel: draw(sandboxes(channel)) for channel in CHANNELS if draw(st.booleans())}
    return Case(graph, draw(people(messages)), START, START + 9 * DAY, boxes, home="Asia/Ho_Chi_Minh", cap=50)
