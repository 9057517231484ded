"""The strategy of the first drawing, as a graph, with its figures and problems."""

from canvas_app.ui.canvas.counts import Counts, NodeCount
from nodes.graph import Edge, Graph, Layout, Node
from storage.base.problems import Problem
from storage.base.words import N_

# the drawing shows 80 %: its card corners in scene units
_PLACES = {
    "in": (0, 168), "limit": (216, 168), "gold": (672, 0), "offer": (456, 232), "outcome": (672, 232),
    "retry": (672, 440), "taken": (928, 272), "declined": (928, 440), "goal": (1160, 312), "adviser": (1160, 424),
    "read": (456, 592), "test": (672, 592), "offer_a": (928, 552), "offer_b": (928, 656), "held": (928, 760),
    "done": (1160, 656),
}  # fmt: skip

_NODES = (
    Node("in", "audience", "Cardholders", {"audience": "cardholders", "refresh": {"cron": "0 9 * * *"}}),
    Node("limit", "rule_split", "Limit and activity", {"branches": [
        {"port": "high", "label": "Limit ≥ ¥50,000", "rule": {"field": "limit", "op": ">=", "value": 50000}},
        {"port": "low", "label": "Limit < ¥50,000", "rule": {"field": "limit", "op": "<", "value": 50000}}]}),
    Node("gold", "manual_call", "Gold agent call", {"script": "Gold", "team": "Team A"}),
    Node("offer", "ai_call", "Instalment offer", {"script": "分期邀约 v3"}),
    Node("outcome", "result_split", "Call outcome", {"of": "offer", "branches": [
        {"port": "interested", "label": "Interested", "outcomes": ["intent:interested"]},
        {"port": "declined", "label": "Declined", "outcomes": ["declined"]},
        {"port": "gave_up", "label": "Gave up after 3", "outcomes": ["rejected"]},
        ]}),
    Node("retry", "delay", "Retry in 4 h", {"for": "PT4H"}),
    Node("taken", "wait_for", "Instalment taken", {"event": "instalment", "timeout": "P7D"}),
    Node("declined", "exit", "Declined", {"reason": "declined"}),
    Node("goal", "exit", "Goal reached", {"reason": "goal"}),
    Node("adviser", "wecom", "Adviser link", {"text": "您好"}),
    Node("read", "data_sync", "Read activity", {"source": "app", "direction": "pull"}),
    Node("test", "ab_split", "Offer test", {"arms": [
        {"port": "a", "label": "A · 0 % interest", "weight": 45},
        {"port": "b", "label": "B · ¥50 back", "weight": 45},
        {"port": "h", "label": "Hold-out", "weight": 10}]}),
    Node("offer_a", "email", "Offer A", {"subject": "Trả góp 0 % lãi suất", "body": "…"}),
    Node("offer_b", "sms", "Offer B", {"text": "【信诚】返现 50 元,限时领取"}),
    Node("held", "exit", "Hold-out", {"reason": "held"}),
    Node("done", "exit", "Completed", {"reason": "done"}),
)  # fmt: skip

_WIRES = (
    ("in", "out", "limit"), ("limit", "high", "gold"), ("limit", "low", "offer"), ("limit", "else", "read"),
    ("gold", "out", "taken"), ("offer", "out", "outcome"), ("outcome", "interested", "taken"),
    ("outcome", "declined", "declined"), ("outcome", "gave_up", "offer_b"), ("outcome", "else", "retry"),
    ("taken", "hit", "goal"), ("taken", "timeout", "adviser"), ("read", "ok", "test"), ("test", "a", "offer_a"),
    ("test", "b", "offer_b"), ("test", "h", "held"), ("offer_a", "out", "done"), ("offer_b", "out", "done"),
)  # fmt: skip

NOTE = (
    "**Card team, November push**\nAgents work 09:00–18:00. Keep AI calls below 600 an hour. "
    "Approved by 林薇, 18 Nov."
)


def drawing01() -> Graph:
    """The graph of the first drawing."""
    edges = tuple(Edge(*wire) for wire in _WIRES)
    layout = Layout(
        positions={key: (float(x), float(y)) for key, (x, y) in _PLACES.items()},
        frames=({"title": "AI call, up to 3 tries", "x": 440, "y": 184, "width": 424, "height": 370},),
        notes=({"text": NOTE, "x": 0, "y": 0, "width": 232, "height": 94},),
    )
    nodes = {node.id: node for node in _NODES}
    return Graph(
        "Card instalment · November",
        nodes=nodes,
        edges=(*edges, Edge("retry", "out", "offer", 3)),
        layout=layout,
    )


def figures() -> Counts:
    """The figures of the first drawing."""
    ends = {"declined": 3153, "goal": 1126, "held": 638, "done": 7217}
    return Counts(
        nodes={
            "in": NodeCount(18640, 0, 0, {"out": 18640}),
            "limit": NodeCount(18640, 0, 0, {"high": 2410, "low": 9730, "else": 6500}),
            "gold": NodeCount(2410, 386, 0, {"out": 2024}),
            "offer": NodeCount(14942, 610, 0, {"out": 14332}),
            "outcome": NodeCount(14332, 0, 0, {"interested": 2866, "declined": 3153, "gave_up": 2294, "else": 6019}),
            "retry": NodeCount(6019, 807, 0, {"out": 5212}),
            "taken": NodeCount(4890, 2700, 0, {"hit": 1126, "timeout": 1064}),
            "adviser": NodeCount(852, 96, 0, {"out": 756}),
            "read": NodeCount(6500, 120, 0, {"ok": 6380, "error": 0}),
            "test": NodeCount(6380, 0, 0, {"a": 2871, "b": 2871, "h": 638}),
            "offer_a": NodeCount(2871, 431, 12, {"out": 2440}),
            "offer_b": NodeCount(5165, 388, 0, {"out": 4777}),
            **{key: NodeCount(count) for key, count in ends.items()},
        },
        now=5750, left=12890, goal=1126,
    )  # fmt: skip


def problems() -> list[Problem]:
    """Its two problems."""
    return [
        Problem.error(
            "no_account",
            N_("No sender account"),
        ).at("offer_a"),
        Problem.warning("no_address", N_("187 have no ID")).at("adviser"),
    ]
