"""The check: everything that is wrong with a strategy, all at once, worst first."""

from collections.abc import Callable, Iterator

from nodes.checks import people, shape, times, touches
from nodes.checks.view import View
from nodes.graph import Graph
from nodes.spec import Names
from storage.base.problems import Level, Problem

Question = Callable[[View], Iterator[Problem]]

FILE_CODES = frozenset({"unknown_type", "unknown_param", "unknown_port", "unknown_setting", "dangling_edge"})
"""What makes a file no strategy of this format: it is not imported."""

_QUESTIONS: tuple[Question, ...] = (
    shape.settings, shape.types, shape.wires, shape.ways_in, shape.nodes, shape.loops, shape.references,
    shape.choices, shape.moves,
    times.never_open, people.accounts, people.references, people.merge_fields, people.fields_in_rules,
    touches.promotion, people.consent, people.addresses, touches.too_many, touches.unsubscribing, touches.unseen,
)  # fmt: skip
_WORST_FIRST = {Level.ERROR: 0, Level.WARNING: 1, Level.INFO: 2}


def check(graph: Graph, names: Names | None = None, *, year: int | None = None) -> list[Problem]:
    """All problems of a graph, worst first, then in the order of its nodes.

    Without `names` nothing is said about the workspace; with `year` calendars are asked for it and the next.
    """
    view = View.of(graph, names)
    found = [problem for question in _QUESTIONS for problem in question(view)]
    for each in () if year is None else (year, year + 1):
        found += times.unknown_years(view, each)
    once = {(each.code, each.node, each.field, each.message): each for each in found}
    place = {key: index for index, key in enumerate(graph.nodes)}
    return sorted(once.values(), key=lambda each: (_WORST_FIRST[each.level], place.get(each.node or "", -1)))
