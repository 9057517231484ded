"""How often and by what somebody would be written to."""

from collections.abc import Iterator, Mapping

import networkx as nx

from nodes.checks.view import DAY, View
from storage.base.problems import Problem
from storage.base.words import N_

DEFAULT_CAP = 2
SEEN_BY_LINK = frozenset({"opened", "clicked"})


def too_many(view: View) -> Iterator[Problem]:
    """Ways on which somebody may get more marketing messages on one day than the cap allows."""
    if not view.marketing:
        return
    cap = view.people.daily_cap() if view.people else DEFAULT_CAP
    busiest = most_in_a_day(view)
    for key, touches in busiest.items():
        before = [busiest.get(edge.source, 0) for edge in view.graph.edges_to(key)]
        if touches > cap and all(each <= cap for each in before):
            text = N_(
                "At “{label}” somebody may have {n} marketing messages in one day; {cap} are allowed. "
                "The others would be skipped. Put a delay of a day before it."
            )
            yield Problem.warning("over_cap", text, label=view.title(key), n=touches, cap=cap).at(key)


def most_in_a_day(view: View) -> Mapping[str, int]:
    """For each node the most marketing messages that one way to it (and itself) brings within one day."""
    sending = {node.id for node, _channel in view.messages()}
    shape = view.graph.structure.copy()
    shape.remove_edges_from([each for each in shape.edges(keys=True) if each[2] == "goto"])
    shape.remove_edges_from(
        [
            (edge.source, edge.target, index)
            for index, edge in enumerate(view.graph.edges)
            if edge.max_passes is not None
        ]
    )
    if not nx.is_directed_acyclic_graph(shape):
        return {}
    most: dict[str, int] = {}
    for key in nx.topological_sort(shape):
        coming = [
            0 if view.shortest_stay(edge.source, edge.port) >= DAY else most[edge.source]
            for edge in view.graph.edges_to(key)
            if edge.max_passes is None and edge.source in most
        ]
        most[key] = max(coming, default=0) + (key in sending)
    return most


def promotion(view: View) -> Iterator[Problem]:
    """Templates of an official account are for service, never for promotion."""
    if not view.marketing:
        return
    for node, channel in view.messages():
        if channel == "official_account" and node.params.get("template"):
            text = N_(
                "“{label}” promotes by a template message, which the platform forbids. "
                "Write a text instead, or make the strategy a service one."
            )
            yield Problem.error("promotion_by_template", text, label=view.title(node.id)).at(
                node.id, "template"
            )


def unsubscribing(view: View) -> Iterator[Problem]:
    """Marketing mail that offers no link to unsubscribe."""
    people = view.people
    if people is None or not view.marketing:
        return
    told: set[str] = set()
    for node, channel in view.messages():
        account = node.params.get("account") or ""
        known = (
            isinstance(account, str) and view.names is not None and view.names.has_account(account, channel)
        )
        if channel != "email" or not known or account in told or people.has_unsubscribe_way(account):
            continue
        told.add(account)
        text = N_(
            "“{label}” has no web link to unsubscribe: the account has no public address. Mails will offer to "
            "unsubscribe by mail. Set “public_url” of the account for a link."
        )
        yield Problem.warning("no_public_url", text, label=view.title(node.id)).at(node.id, "account")


def unseen(view: View) -> Iterator[Problem]:
    """Waits for opens or clicks of mails that nothing can follow."""
    people = view.people
    if people is None:
        return
    for key, kind in view.kinds.items():
        words = {word for branch in getattr(kind, "branches", ()) for word in getattr(branch, "outcomes", ())}
        words |= set(getattr(kind, "outcomes", ())) if key not in view.channels else set()
        for mail in getattr(kind, "of", ()) if words & SEEN_BY_LINK else ():
            channel = view.channels.get(mail)
            if channel is None or channel.channel != "email" or people.has_unsubscribe_way(channel.account):
                continue
            text = N_(
                "“{label}” looks at opens or clicks of “{mail}”, but its account has no public address, so nothing "
                "tells of them. They come only by importing events."
            )
            yield Problem.warning("unseen_outcomes", text, label=view.title(key), mail=view.title(mail)).at(
                key, "of"
            )
            break
