"""The shape of a strategy: wires, ways in, loops, and nodes that refer to each other."""

import difflib
from collections.abc import Iterator
from functools import partial

import networkx as nx

from nodes.channel import Channel
from nodes.checks.view import View, settled
from nodes.registry import node_types
from storage.base.problems import Problem
from storage.base.words import N_, Words

SHORTEST_MOVE = 30 * 60
MOST_RINGS = 20


def types(view: View) -> Iterator[Problem]:
    """Nodes of a type that nobody knows."""
    for key, node in view.graph.nodes.items():
        if key in view.kinds:
            continue
        near = difflib.get_close_matches(node.type, node_types(), n=1)
        if near:
            text = N_("“{label}” is of the type “{type}”, which is not known. Is it meant to be “{near}”?")
            yield Problem.error("unknown_type", text, label=view.title(key), type=node.type, near=near[0]).at(
                key, "type"
            )
        else:
            text = N_(
                "“{label}” is of the type “{type}”, which is not known. Replace it or install its plug-in."
            )
            yield Problem.error("unknown_type", text, label=view.title(key), type=node.type).at(key, "type")


def wires(view: View) -> Iterator[Problem]:
    """Wires from ports that do not exist, to nodes that do not exist, or into a start."""
    for edge in view.graph.edges:
        if edge.source not in view.graph.nodes:
            text = N_("A connection comes from “{source}”, but there is no such node. Remove it.")
            target = edge.target if edge.target in view.graph.nodes else edge.source
            yield Problem.error("dangling_edge", text, source=edge.source).at(target, "from")
            continue
        ports = view.ports.get(edge.source)
        if ports is not None and edge.port not in ports:
            yield _unknown_port(view, edge.source, edge.port, ports)
        if edge.target not in view.graph.nodes:
            text = N_("“{label}” leads to “{target}”, but there is no such node. Connect it to another one.")
            values = {"label": view.title(edge.source), "target": edge.target}
            yield Problem.error("dangling_edge", text, **values).at(edge.source, edge.port)
        elif edge.target in view.entries:
            text = N_("“{label}” is a start; nothing can lead into it. Connect “{source}” to a later node.")
            values = {"label": view.title(edge.target), "source": view.title(edge.source)}
            yield Problem.error("edge_into_entry", text, **values).at(edge.target, edge.port)


def _unknown_port(view: View, node: str, port: str, ports: tuple[str, ...]) -> Problem:
    if not ports:
        text = N_("Nothing can follow “{label}”. Remove the connection from it.")
        return Problem.error("unknown_port", text, label=view.title(node)).at(node, port)
    text = N_("“{label}” has no outlet “{port}”. Use one of: {ports}.")
    return Problem.error("unknown_port", text, label=view.title(node), port=port, ports=", ".join(ports)).at(
        node, port
    )


def ways_in(view: View) -> Iterator[Problem]:
    """A strategy without a start, and nodes that nobody can reach."""
    if not view.graph.nodes:
        yield Problem.error("no_entry", N_("The canvas is empty. Drag a start here, or pick a template."))
        return
    if not view.entries:
        yield Problem.error(
            "no_entry", N_("Nobody can enter: there is no start. Add an audience, an event or a date.")
        )
        return
    reached = set(view.entries)
    for entry in view.entries:
        reached |= view.graph.downstream(entry)
    for key in view.graph.nodes:
        if key not in reached:
            text = N_("Nobody can reach “{label}”. Connect it, or delete it.")
            yield Problem.warning("unreachable", text, label=view.title(key)).at(key)


def loops(view: View) -> Iterator[Problem]:
    """Ways round that never end, or never come to rest."""
    limited = {
        (edge.source, edge.target, index)
        for index, edge in enumerate(view.graph.edges)
        if edge.max_passes is not None
    }
    endless = nx.MultiDiGraph()
    endless.add_edges_from(
        each for each in view.graph.structure.edges(keys=True) if each[2] != "goto" and each not in limited
    )
    for ring in _rings(view, endless):
        text = N_(
            "The way {ring} goes round without end. Lead it back by a jump, or limit the connection’s passes."
        )
        yield Problem.error("endless_loop", text, ring=_ring_words(view, ring)).at(ring[-1], "max_passes")
    restless = view.graph.structure.subgraph(key for key in view.graph.nodes if not view.rests(key))
    for ring in _rings(view, restless):
        text = N_("The way {ring} goes round without a pause. Put a delay or a wait into it.")
        yield Problem.error("loop_without_wait", text, ring=_ring_words(view, ring)).at(ring[-1])


def _rings(view: View, shape: "nx.MultiDiGraph[str]") -> Iterator[list[str]]:
    """The ways round, each beginning at its node that comes first in the strategy; at most `MOST_RINGS`."""
    order = {key: index for index, key in enumerate(view.graph.nodes)}
    left = nx.DiGraph(shape)
    for _turn in range(MOST_RINGS):
        knots = [
            knot for knot in nx.strongly_connected_components(left)
            if len(knot) > 1 or left.has_edge(*[next(iter(knot))] * 2)
        ]  # fmt: skip
        if not knots:
            return
        first = min((key for knot in knots for key in knot), key=order.__getitem__)
        knot = next(each for each in knots if first in each)
        ring = [each[0] for each in nx.find_cycle(left.subgraph(knot), source=first)]
        start = ring.index(min(ring, key=order.__getitem__))
        ring = [*ring[start:], *ring[:start]]
        left.remove_edge(ring[-1], ring[0])
        yield ring


def _ring_words(view: View, ring: list[str]) -> str:
    shown = [view.title(key) for key in (ring if len(ring) <= 5 else [*ring[:4], ring[-1]])]
    if len(ring) > 5:
        shown.insert(4, "…")
    return " → ".join([*shown, view.title(ring[0])])


def references(view: View) -> Iterator[Problem]:
    """Nodes named in the params of others: jumps, results of messages."""
    for key, kind in view.kinds.items():
        node = view.graph.nodes[key]
        if node.off:
            continue
        if node.type == "goto":
            yield from _jump(view, key)
        elif node.params.get("of") not in (None, "", []) and any(
            param.key == "of" for param in kind.param_list()
        ):
            yield from _results(view, key)


def _jump(view: View, key: str) -> Iterator[Problem]:
    target = view.graph.nodes[key].params.get("node")
    if not isinstance(target, str) or not target:
        return  # said by the node itself
    if target not in view.graph.nodes:
        text = N_("“{label}” jumps to “{target}”, but there is no such node. Choose another one.")
        yield Problem.error("unknown_node", text, label=view.title(key), target=target).at(key, "node")
    elif target in view.entries:
        text = N_("“{label}” jumps to the start “{target}”. The next node is meant; choose that one.")
        yield Problem.warning("jump_to_entry", text, label=view.title(key), target=view.title(target)).at(
            key, "node"
        )


def _results(view: View, key: str) -> Iterator[Problem]:
    upstream, kind = view.graph.upstream(key), view.kinds[key]
    named: tuple[str, ...] = settled(lambda: tuple(kind.of), ())  # type: ignore[attr-defined]
    for name in named:
        values = {"label": view.title(key), "of": view.title(name) if name in view.graph.nodes else name}
        if name not in view.graph.nodes:
            text = N_(
                "“{label}” looks at results of “{of}”, but there is no such node. Choose a message before it."
            )
            yield Problem.error("unknown_node", text, **values).at(key, "of")
        elif not isinstance(view.kinds.get(name), Channel) and view.graph.nodes[name].type != "preferred":
            text = N_(
                "“{label}” looks at results of “{of}”, which sends nothing. Choose a message before it."
            )
            yield Problem.error("of_not_a_channel", text, **values).at(key, "of")
        elif name not in upstream:
            text = N_(
                "“{label}” looks at results of “{of}”, which does not come before it. Choose one that does."
            )
            yield Problem.error("of_not_upstream", text, **values).at(key, "of")
    yield from _outcomes(view, key, named)


def _outcomes(view: View, key: str, of: tuple[str, ...]) -> Iterator[Problem]:
    senders = [kind for kind in map(view.kinds.get, of) if isinstance(kind, Channel)]
    params = view.graph.nodes[key].params
    if not senders or len(senders) < len(of):
        return
    known = {word for sender in senders for word in sender.kept_outcomes()} | {"converted"}
    for sender in senders:
        known |= set(settled(partial(getattr, sender, "dispositions", ()), ()))
    lists = [
        params.get("outcomes"),
        *(each.get("outcomes") for each in params.get("branches") or () if isinstance(each, dict)),
    ]
    for word in dict.fromkeys(
        word for words in lists if isinstance(words, list) for word in words if isinstance(word, str)
    ):
        if word not in known and not word.startswith(("key_", "intent:")):
            text = N_(
                "“{label}” looks for the result “{word}”, which “{of}” never gives. Results are: {known}."
            )
            values = {
                "label": view.title(key),
                "word": word,
                "of": view.title(of[0]),
                "known": ", ".join(sorted(known)),
            }
            yield Problem.warning("unknown_outcome", text, **values).at(key, "outcomes")


def choices(view: View) -> Iterator[Problem]:
    """Starts that do not say for whom, and preferred channels without a message."""
    for key, node in view.graph.nodes.items():
        if node.off:
            continue
        if node.type == "audience" and not node.params.get("rule") and not node.params.get("audience"):
            text = N_("“{label}” does not say who enters, so everybody would. Choose an audience or a rule.")
            yield Problem.warning("everybody_enters", text, label=view.title(key)).at(key, "rule")
        if node.type == "preferred":
            yield from _preferred(view, key)


def _preferred(view: View, key: str) -> Iterator[Problem]:
    order, messages = (view.graph.nodes[key].params.get(name) for name in ("order", "messages"))
    for channel in order if isinstance(order, list) else ():
        kind = node_types().get(channel) if isinstance(channel, str) else None
        values = {"label": view.title(key), "channel": str(channel)[:60]}
        if kind is None or not issubclass(kind, Channel):
            text = N_("“{label}” names the channel “{channel}”, which is not known. Remove it.")
            yield Problem.error("unknown_channel", text, **values).at(key, "order")
        elif not isinstance(messages, dict) or not isinstance(messages.get(channel), dict):
            text = N_(
                "“{label}” has no message for the channel “{channel}”. Write one, or take it out of the order."
            )
            yield Problem.error("missing_message", text, **values).at(key, "messages")


def moves(view: View) -> Iterator[Problem]:
    """A strategy that hands people to itself must take half an hour for it."""
    own = [
        key for key, node in view.graph.nodes.items()
        if node.type == "move" and not node.off and view.graph.name and node.params.get("strategy") == view.graph.name
    ]  # fmt: skip
    if not own:
        return
    stay = nx.DiGraph()
    for edge in view.graph.edges:
        if edge.source in view.graph.nodes and edge.target in view.graph.nodes:
            seconds = view.shortest_stay(edge.source, edge.port)
            known = stay.get_edge_data(edge.source, edge.target, {"seconds": seconds})["seconds"]
            stay.add_edge(edge.source, edge.target, seconds=min(seconds, known))
    starts = {entry for entry in view.entries if entry in stay}
    taken = nx.multi_source_dijkstra_path_length(stay, starts, weight="seconds") if starts else {}
    for key in own:
        if taken.get(key, SHORTEST_MOVE) < SHORTEST_MOVE:
            text = N_(
                "“{label}” starts this same strategy again after less than 30 minutes. Put a longer delay before it."
            )
            yield Problem.error("move_too_soon", text, label=view.title(key)).at(key, "strategy")


def settings(view: View) -> Iterator[Problem]:
    """A name, and settings that fit."""
    if not view.graph.name.strip():
        yield Problem.error("missing_name", N_("The strategy has no name. Give it one.")).at(field="name")
    yield from view.settings.check()


def nodes(view: View) -> Iterator[Problem]:
    """What each node finds wrong with itself; a node that is switched off is passed by, whatever is in it."""
    for key, kind in view.kinds.items():
        if not view.graph.nodes[key].off:
            yield from (_named(view, problem.at(key)) for problem in kind.check(view.names))


def _named(view: View, problem: Problem) -> Problem:
    """A sentence about one param says at which node."""
    title = view.title(problem.node or "")
    if f"“{title}”" in problem.message:
        return problem
    words = Words.of(N_("{node}: {sentence}"), node=title, sentence=problem.words)
    return Problem(problem.level, problem.code, words, problem.node, problem.field)
