"""Figures that the editor asks for in the background."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nodes.graph import Graph
from storage.workspace import Workspace


def count_rule(workspace: Workspace, *, rule: Any) -> int:
    """How many contacts a rule holds for now; everybody without a rule."""
    from canvas_app.operations.contacts import count_contacts

    found = count_contacts(workspace, rule=rule)
    return found.count


def node_figures(workspace: Workspace, *, name: str) -> Mapping[str, Any]:
    """The counters of every node and of the runs."""
    from canvas_app.reports.nodes import nodes_report

    return nodes_report(workspace, name=name)


@dataclass(frozen=True, slots=True)
class PublishFacts:
    """What publishing would do: who enters at once, who later, and by which channel how many may be written to."""

    entering: int
    matching: int
    by_event: bool
    reach: tuple[tuple[str, int], ...]
    sandboxed: tuple[str, ...] = ()  # the channels by which nothing real leaves


def publish_facts(workspace: Workspace, *, graph: Graph) -> PublishFacts:
    """Count who would enter a graph now, and whom each of its channels may reach."""
    from nodes.registry import node_types

    now_rules, rules, by_event = [], [], False
    for node in graph.nodes.values():
        if node.type == "audience" and not node.off:
            saved = node.params.get("audience")
            rule = {"audience": saved} if saved else node.params.get("rule") or {"all": []}
            rules.append(rule)
            if not isinstance(node.params.get("refresh"), dict):
                now_rules.append(rule)
        elif node.type in ("event_entry", "date_entry") and not node.off:
            by_event = True
    whom: Any = {"any": rules} if rules and not by_event else {"all": []}
    types = node_types()
    channels = {
        node.type for node in graph.nodes.values()
        if not node.off and _has_address(types.get(node.type))
    }  # fmt: skip
    reach = tuple(
        (each, count_rule(workspace, rule={"all": [whom, {"consent": each}]})) for each in sorted(channels)
    )
    return PublishFacts(
        entering=count_rule(workspace, rule={"any": now_rules}) if now_rules else 0,
        matching=count_rule(workspace, rule=whom),
        by_event=by_event,
        reach=reach,
        sandboxed=_sandboxed(workspace, graph),
    )


def _sandboxed(workspace: Workspace, graph: Graph) -> tuple[str, ...]:
    """The channels of a graph whose messages would go to a sandbox account."""
    from canvas_app.operations.accounts import list_accounts
    from nodes.channel import Channel
    from nodes.registry import node_types

    accounts, types, found = list_accounts(workspace), node_types(), set()
    for node in graph.nodes.values():
        kind = types.get(node.type)
        if node.off or kind is None or not issubclass(kind, Channel):
            continue
        named = node.params.get("account")
        for each in accounts:
            chosen = each.name == named if named else each.is_default
            if each.channel == node.type and chosen and each.kind == "sandbox":
                found.add(node.type)
    return tuple(sorted(found))


def _has_address(kind: Any) -> bool:
    return bool(getattr(kind, "address_field", ""))
