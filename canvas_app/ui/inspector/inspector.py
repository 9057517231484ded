"""The inspector: whatever is chosen on the canvas, with its settings, people and changes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from canvas_app.ui.forms.base import Context, Counter, Json
from canvas_app.ui.forms.catalogue import Catalogue
from canvas_app.ui.forms.form import ParamForm
from canvas_app.ui.inspector.changes import ChangesView
from canvas_app.ui.inspector.header import Header
from canvas_app.ui.inspector.people import PeopleView
from canvas_app.ui.shell.parts import box, column, row, scroll, settled
from canvas_app.ui.theme import set_role, size
from canvas_app.ui.widgets import EmptyState, KeyCap, divider, label
from canvas_app.ui.widgets.order import tabbed
from nodes.graph import Graph, Node
from nodes.registry import node_types
from nodes.settings import Settings
from storage.base.problems import Problem
from storage.base.words import _, plural

STRATEGY = ""


class Edits(Protocol):
    """The canvas as far as the inspector edits it."""

    @property
    def graph(self) -> Graph:
        """What is drawn."""
        ...

    def replace(self, graph: Graph, text: str, merge: str | None = None) -> None:
        """One step of undo."""
        ...


class Inspector(QFrame):
    """`asked(what)`: help, duplicate or delete of the chosen node."""

    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("inspector")
        self.setAccessibleName(_("Inspector"))
        set_role(self, "inspector")
        self.setFixedWidth(size("layout.inspector"))
        self.canvas: Edits | None = None
        self.count: Counter | None = None
        self._catalogue = Catalogue()
        self._chosen: tuple[str, ...] = ()
        self._shown: str | None = None
        self._kind = ""
        self._problems: tuple[Problem, ...] = ()
        self.form: ParamForm | None = None
        self.header = Header()
        self.header.renamed.connect(self._rename)
        self.header.asked.connect(self._ask)
        self.tabs = QTabBar()
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(_("Parts of the inspector"))
        self.people, self.changes = PeopleView(), ChangesView()
        self._settings = QScrollArea()
        self._views = QStackedWidget()
        self._many = EmptyState("")
        self._build()

    def focusNextPrevChild(self, next: bool) -> bool:
        return tabbed(self, forwards=next) or super().focusNextPrevChild(next)

    def _build(self) -> None:
        for text in (_("Settings"), _("People"), _("Changes")):
            self.tabs.addTab(text)
        self._settings = scroll(QWidget())
        self._views.addWidget(self._settings)
        self._views.addWidget(scroll(self.people))
        self._views.addWidget(scroll(self.changes))
        self._views.addWidget(self._many)
        self.tabs.currentChanged.connect(self._views.setCurrentIndex)
        foot = QFrame()
        set_role(foot, "footer")
        foot.setLayout(row(None, KeyCap("F2"), label(_("rename"), "small"), margins=(16, 8, 16, 8)))
        self._foot = foot
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.header)
        outer.addLayout(row(self.tabs, None, margins=(16, 0, 16, 0)))
        outer.addWidget(divider())
        outer.addWidget(self._views, 1)
        outer.addWidget(foot)

    # -- what is shown -----------------------------------------------------------------------------------------

    def bind(self, canvas: Edits | None, count: Counter | None = None) -> None:
        """Look at another canvas."""
        self.canvas, self.count = canvas, count
        self._shown, self._chosen = None, ()
        self.refresh()

    def set_catalogue(self, catalogue: Catalogue) -> None:
        """The workspace knows other names."""
        self._catalogue = catalogue
        if self.form is not None:
            self.form.set_context(self._context())

    def choose(self, nodes: tuple[str, ...]) -> None:
        """Show what is chosen: one node, several, or (none) the strategy."""
        if nodes != self._chosen:
            self._chosen = nodes
            self.refresh()

    @property
    def node(self) -> Node | None:
        """The one node shown."""
        if self.canvas is None or len(self._chosen) != 1:
            return None
        return self.canvas.graph.nodes.get(self._chosen[0])

    def refresh(self) -> None:
        """The graph changed, by us or elsewhere: show it as it is now."""
        if self.canvas is None:
            return
        several = len(self._chosen) > 1
        self.tabs.setVisible(not several)
        if several:
            self.header.show_many(plural("{n} node", "{n} nodes", len(self._chosen)))
            self._many.say(plural("{n} node is chosen.", "{n} nodes are chosen.", len(self._chosen)))
            self._views.setCurrentIndex(3)
            self._foot.hide()
            return
        self._views.setCurrentIndex(self.tabs.currentIndex())
        node = self.node
        if node is None:
            self.header.show_strategy(self.canvas.graph.name)
        else:
            kind = node_types().get(node.type)
            self.header.show_node(node, _(kind.label) if kind else node.type)
        self._foot.setVisible(node is not None)
        self._show_form(node)
        self.people.show_node(node.id if node else STRATEGY)
        self.changes.show_node(node.id if node else STRATEGY, self.canvas.graph)

    def _show_form(self, node: Node | None) -> None:
        assert self.canvas is not None
        key = node.id if node else STRATEGY
        kind = node.type if node else STRATEGY
        values: Mapping[str, Json] = node.params if node else self.canvas.graph.settings
        if self.form is not None and (key, kind) == (self._shown, self._kind):
            self.form.fill(values)
            self.form.set_context(self._context())
            return
        self._shown, self._kind = key, kind
        known = node_types().get(kind) if node else Settings
        self.form = None
        if known is None:
            words = _("This version of the program does not know nodes of the type “{type}”.", type=kind)
            self._settings.setWidget(
                box(column(label(words, "muted", wrap=True), None, margins=(16, 16, 16, 16)), "surface")
            )
            return
        self.form = ParamForm(known.param_list(), values, self._context())
        self.form.edited.connect(self._edit)
        pieces: list[Any] = [self.form, None]
        if node is not None:
            pieces.insert(0, label(node_types()[kind].tooltip(), "hint", wrap=True))
        self._settings.setWidget(box(column(*pieces, gap=16, margins=(16, 16, 16, 16)), "surface"))
        settled(self._settings)
        self._show_problems()

    def _context(self) -> Context:
        node, graph = self.node, self.canvas.graph if self.canvas else Graph()
        return Context(self._catalogue, graph, node.id if node else "", node.type if node else "", self.count)

    def show_problems(self, problems: tuple[Problem, ...]) -> None:
        """Mark the fields that have problems."""
        self._problems = problems
        self._show_problems()

    def _show_problems(self) -> None:
        if self.form is not None:
            wanted = self._shown or None
            self.form.show_problems(each for each in self._problems if each.node == wanted)

    # -- editing -----------------------------------------------------------------------------------------------

    def _edit(self, key: str, value: Json, typing: bool) -> None:
        if self.canvas is None:
            return
        graph, node = self.canvas.graph, self.node
        merge = f"{self._shown}.{key}" if typing else None
        if node is not None:
            self.canvas.replace(graph.with_param_map(node.id, {key: value}), _("Change of settings"), merge)
        elif not self._chosen:
            settings = {**graph.settings, key: value}
            kept = {name: item for name, item in settings.items() if item is not None}
            self.canvas.replace(replace(graph, settings=kept), _("Change of settings"), merge)

    def _rename(self, text: str) -> None:
        node = self.node
        if self.canvas is not None and node is not None:
            graph = self.canvas.graph.with_node(replace(node, label=text))
            self.canvas.replace(graph, _("Rename"), f"{node.id}.label")

    def _ask(self, what: str) -> None:
        node = self.node
        if what == "off" and self.canvas is not None and node is not None:
            graph = self.canvas.graph.with_node(replace(node, off=not node.off))
            self.canvas.replace(graph, _("Switch off") if not node.off else _("Switch on"))
        else:
            self.asked.emit(what)

    def edit_name(self) -> None:
        """Put the cursor into the name."""
        self.header.name.setFocus()
        self.header.name.selectAll()

    def go_to_field(self, key: str | None) -> None:
        """Put the cursor into a field, as far as it is here."""
        self.tabs.setCurrentIndex(0)
        made = self.form.rows.get(key) if self.form is not None and key else None
        if made is not None:
            made.editor.setFocus()
            self._settings.ensureWidgetVisible(made)
