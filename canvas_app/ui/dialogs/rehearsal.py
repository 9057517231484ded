"""What a rehearsal showed: a month in a second, who got what, node by node."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QWidget

from canvas_app.operations.rehearsal import Rehearsal
from canvas_app.ui.dialogs.ask import Sheet
from canvas_app.ui.pages.strategies.forecast import Day
from canvas_app.ui.widgets import Column, DataTable, Kpi, KpiStrip, RowsModel, button, label
from nodes.channel import Channel
from nodes.graph import Graph, Node
from nodes.registry import node_types
from storage.base.words import _, listed, plural


def is_call(node: Node | None) -> bool:
    """Whether a node calls people instead of writing to them."""
    kind = node_types().get(node.type) if node is not None else None
    return kind is not None and issubclass(kind, Channel) and kind.is_call


def days_of(found: Rehearsal, graph: Graph) -> tuple[Day, ...]:
    """Messages and calls of every day up to the last one with any, at least two weeks."""
    messages: dict[int, int] = {}
    calls: dict[int, int] = {}
    for day, key, count in found.sent:
        into = calls if is_call(graph.nodes.get(key)) else messages
        into[day] = into.get(day, 0) + count
    last = max((*messages, *calls, 0))
    span = min(found.days, max(13, last)) + 1
    return tuple(Day(day + 1, messages.get(day, 0), calls.get(day, 0)) for day in range(span))


class RehearsalSheet(Sheet):
    """A summary beside the counters on the cards."""

    def __init__(self, parent: QWidget, graph: Graph, found: Rehearsal) -> None:
        title = plural("{n} day passed in a moment", "{n} days passed in a moment", found.days)
        caption = plural(
            "{n} person walked a copy of the draft. Nothing was sent.",
            "{n} people walked a copy of the draft. Nothing was sent.", found.people,
        )  # fmt: skip
        super().__init__(parent, title, caption, width=860)
        self.body.addWidget(KpiStrip(_figures(graph, found)))
        rows = [(graph.nodes[key], counter) for key, counter in found.nodes.items() if key in graph.nodes]
        self.table = DataTable(RowsModel(_columns(graph), rows), framed=True)
        self.table.setAccessibleName(_("What happened at each node"))
        self.table.setMinimumHeight(min(420, 40 + 36 * max(3, len(rows))))
        self.body.addWidget(self.table)
        if found.assumed:
            types = node_types()
            words = [_(types[each].label) if each in types else each for each in found.assumed]
            text = _(
                "Nobody knows yet how people will answer, so this was assumed: {what}.", what=listed(words)
            )
            self.body.addWidget(label(text, "hint", wrap=True))
        self.footer.addWidget(label(_("The figures stay on the cards until you edit the strategy."), "hint"))
        self.footer.addStretch(1)
        close = button(_("Close"), self.accept, role="primary")
        self.footer.addWidget(close)
        close.setFocus()


def _figures(graph: Graph, found: Rehearsal) -> tuple[Kpi, ...]:
    messages = sum(count for _day, key, count in found.sent if not is_call(graph.nodes.get(key)))
    calls = sum(count for _day, key, count in found.sent if is_call(graph.nodes.get(key)))
    reasons = found.runs.get("reasons") or {}
    left = int(found.runs.get("completed") or 0) + int(found.runs.get("exited") or 0)
    entered = left + int(found.runs.get("active") or 0)
    skipped = sum(int(counter["skipped"]) for counter in found.nodes.values())
    return (
        Kpi(_("Entered"), f"{entered:,}"), Kpi(_("Messages"), f"{messages:,}"), Kpi(_("Calls"), f"{calls:,}"),
        Kpi(_("Goal"), f"{int(reasons.get('goal') or 0):,}"), Kpi(_("Skipped"), f"{skipped:,}"),
        Kpi(_("Still in it"), f"{int(found.runs.get('active') or 0):,}"),
    )  # fmt: skip


def _columns(graph: Graph) -> list[Column]:
    types = node_types()

    def title(row: tuple[Node, Mapping[str, Any]]) -> str:
        node = row[0]
        return node.label or (_(types[node.type].label) if node.type in types else node.id)

    def ways(row: tuple[Node, Mapping[str, Any]]) -> str:
        ports = row[1].get("ports") or {}
        kind = types.get(row[0].type)
        names = {each.id: each.label for each in kind(row[0], graph).ports()} if kind else {}
        return (
            " · ".join(f"{names.get(port) or port} {count:,}" for port, count in ports.items())
            if len(ports) > 1
            else ""
        )

    def figure(key: str) -> Any:
        return lambda row: int(row[1].get(key) or 0)

    return [
        Column(_("Node"), title, stretch=True, kind=lambda row: row[0].type, note=ways),
        Column(_("Came"), figure("entered"), number=True, width=88),
        Column(_("Went on"), figure("done"), number=True, width=88),
        Column(_("Skipped"), figure("skipped"), number=True, width=88),
        Column(_("Failed"), figure("failed"), number=True, width=80),
        Column(_("Left"), figure("exited"), number=True, width=72),
        Column(_("Still here"), figure("waiting"), number=True, width=96),
    ]
