"""The canvas for screen readers: a list whose items are the nodes, with name, kind, figures, problem and neighbours."""

from functools import cache
from weakref import ref

from PySide6.QtCore import QObject, QRect
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface, QAccessibleObject
from shiboken6 import isValid

from canvas_app.ui.canvas import walking
from canvas_app.ui.canvas.scene import CanvasScene
from canvas_app.ui.canvas.view import CanvasView
from storage.base.words import _

# Qt deletes what it was handed without telling Python: these stay until the end of the program
_kept: dict[int, QAccessibleInterface] = {}


class NodeItem(QAccessibleInterface):
    """One node. It outlives the node: then it is no longer valid."""

    def __init__(self, owner: "CanvasList", node_id: str) -> None:
        super().__init__()
        self._owner = owner
        self._id = node_id

    @property
    def _view(self) -> CanvasView | None:
        """The canvas, as long as the node is on it."""
        view = self._owner.view
        return view if view is not None and self._id in view.canvas.cards else None

    def isValid(self) -> bool:
        return self._view is not None

    def object(self) -> QObject | None:  # type: ignore[override]
        return None

    def parent(self) -> QAccessibleInterface:
        return self._owner

    def childCount(self) -> int:
        return 0

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def indexOfChild(self, other: QAccessibleInterface) -> int:
        return -1

    def rect(self) -> QRect:
        view = self._view
        if view is None:
            return QRect()
        box = view.canvas.items_by_id[self._id].sceneBoundingRect()
        shown = view.viewportTransform().mapRect(box).toRect()
        return QRect(view.viewport().mapToGlobal(shown.topLeft()), shown.size())

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def state(self) -> QAccessible.State:
        found = QAccessible.State()
        chosen = self._view is not None and self._id in self._view.canvas.selected()
        found.selectable = found.focusable = True
        found.selected = found.focused = chosen
        return found

    def text(self, kind: QAccessible.Text) -> str:
        view = self._view
        if view is None:
            return ""
        card = view.canvas.cards[self._id]
        match kind:
            case QAccessible.Text.Name:
                return card.title
            case QAccessible.Text.Description | QAccessible.Text.Value:
                return "; ".join(part for part in (card.spoken(), self._neighbours(view.canvas)) if part)
            case _:
                return ""

    def _neighbours(self, scene: CanvasScene) -> str:
        cards, graph = scene.cards, scene.graph
        after = [cards[edge.target].title for edge in graph.edges_from(self._id) if edge.target in cards]
        before = [cards[edge.source].title for edge in graph.edges_to(self._id) if edge.source in cards]
        parts = [_("after {nodes}", nodes=", ".join(before))] if before else []
        return "; ".join([*parts, _("leads to {nodes}", nodes=", ".join(after))] if after else parts)

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Names are changed by the editor's own command."""


class CanvasList(QAccessibleObject):
    """The whole canvas."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = ref(view)  # the list must not keep the canvas alive
        self._items: dict[str, NodeItem] = {}

    @property
    def view(self) -> CanvasView | None:
        """The canvas; None once it is gone."""
        found = self._view()
        return found if found is not None and isValid(found) else None

    def ids(self) -> list[str]:
        """The nodes in reading order."""
        if self.view is None:
            return []
        scene = self.view.canvas
        return walking.reading_order({node_id: scene.box(node_id) for node_id in scene.cards})

    def childCount(self) -> int:
        return len(self.view.canvas.cards) if self.view else 0

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        ids = self.ids()
        if not 0 <= index < len(ids):
            return None
        return self._items.setdefault(ids[index], NodeItem(self, ids[index]))

    def indexOfChild(self, other: QAccessibleInterface) -> int:
        return next((place for place, key in enumerate(self.ids()) if self._items.get(key) is other), -1)

    def parent(self) -> QAccessibleInterface | None:  # type: ignore[override]
        above = self.view.parentWidget() if self.view else None
        return QAccessible.queryAccessibleInterface(above) if above is not None else None

    def rect(self) -> QRect:
        if self.view is None:
            return QRect()
        viewport = self.view.viewport()
        return QRect(viewport.mapToGlobal(viewport.rect().topLeft()), viewport.size())

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.List

    def state(self) -> QAccessible.State:
        found = QAccessible.State()
        found.focusable = True
        return found

    def text(self, kind: QAccessible.Text) -> str:
        if self.view is None or kind != QAccessible.Text.Name:
            return ""
        return _("Strategy {name}", name=self.view.canvas.graph.name)


def _made(_class: str, thing: QObject) -> QAccessibleInterface | None:
    if not isinstance(thing, CanvasView):
        return None
    found = _kept.get(id(thing))
    if not isinstance(found, CanvasList) or found.view is not thing:
        found = _kept[id(thing)] = CanvasList(thing)
    return found


@cache
def install() -> None:
    """Offer canvases to screen readers from now on."""
    QAccessible.installFactory(_made)


def tell_focus(view: CanvasView, node_id: str) -> None:
    """The node is selected now: a screen reader says so."""
    if not QAccessible.isActive():
        return
    found = QAccessible.queryAccessibleInterface(view)
    if isinstance(found, CanvasList):
        event = QAccessibleEvent(view, QAccessible.Event.Focus)
        event.setChild(found.ids().index(node_id))
        QAccessible.updateAccessibility(event)
