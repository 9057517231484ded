"""The part of the editor that names: a title in place, the text of a note, the title of a frame."""

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from canvas_app.ui.canvas import metrics
from canvas_app.ui.canvas.core import EditorCore
from canvas_app.ui.canvas.drawn import Drawn, with_drawn, with_new
from canvas_app.ui.theme import font, sizes
from storage.base.words import _

_NOTE = (232.0, 96.0)
_SMALLEST_FIELD = 120.0


class _Ends(QObject):
    """Tells when typing in a field is over: Enter or leaving it keeps the text, Esc does not."""

    def __init__(self, editor: "Naming") -> None:
        super().__init__(editor)
        self._editor = editor

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self._editor.finish_naming()
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # keys typed here are not the canvas' commands
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if event.key() == Qt.Key.Key_Escape:
                self._editor.finish_naming(keep=False)
                return True
            if enter and (control or isinstance(watched, QLineEdit)):
                self._editor.finish_naming()
                return True
        return super().eventFilter(watched, event)


class Naming(EditorCore):
    """Commands that change names and notes."""

    _field: QLineEdit | QPlainTextEdit | None = None
    _field_of: str = ""

    def rename(self, id: str | None = None) -> None:
        """Type a new name for the selected node, note or frame, in its place."""
        chosen = id or next(iter((*self.selected(), *self.canvas.selected_drawn())), "")
        self.finish_naming()
        if chosen in self.canvas.cards:
            x, y = self.canvas.position(chosen)
            left = metrics.PADDING + metrics.TILE
            place = QRectF(x + left, y + 4, metrics.WIDTH - left - 4, 28)
            self._type(chosen, QLineEdit(self.canvas.cards[chosen].title, self.view.viewport()), place)
        elif chosen in self.canvas.drawn:
            each = self.canvas.drawn[chosen]
            if each.kind == "note":
                field: QLineEdit | QPlainTextEdit = QPlainTextEdit(each.text, self.view.viewport())
                place = QRectF(each.x, each.y, each.width, each.height)
            else:
                field = QLineEdit(each.text, self.view.viewport())
                place = QRectF(each.x + 8, each.y + 4, each.width - 16, 28)
            self._type(chosen, field, place)

    def _type(self, id: str, field: QLineEdit | QPlainTextEdit, place: QRectF) -> None:
        self._field, self._field_of = field, id
        shown = self.view.viewportTransform().mapRect(place)
        field.setObjectName("naming")
        field.setFont(font("body"))
        field.setGeometry(shown.toRect())
        field.setMinimumSize(int(_SMALLEST_FIELD), 28)
        field.installEventFilter(_Ends(self))
        field.selectAll()
        field.show()
        field.setFocus(Qt.FocusReason.PopupFocusReason)

    def finish_naming(self, *, keep: bool = True) -> None:
        """Take the field away, and its text over."""
        field, id = self._field, self._field_of
        if field is None:
            return
        self._field = None
        text = field.text().strip() if isinstance(field, QLineEdit) else field.toPlainText().rstrip()
        field.hide()
        field.deleteLater()
        self.view.setFocus()
        if not keep:
            return
        if id in self.graph.nodes and text != self.canvas.cards[id].title:
            self.replace(self.graph.with_node(replace(self.graph.nodes[id], label=text)), _("Rename"))
        elif id in self.canvas.drawn and text != self.canvas.drawn[id].text:
            self.replace(
                with_drawn(self.graph, {id: replace(self.canvas.drawn[id], text=text)}), _("Edit text")
            )

    # -- notes and frames --------------------------------------------------------------------------------

    def add_note(self) -> None:
        """A note at the pointer, or in the middle, open for typing."""
        place = self.view.pointer() or self.view.visible_scene().center()
        at = QPointF(metrics.snapped(place.x()), metrics.snapped(place.y()))
        self._draw(Drawn("", "note", "", at.x(), at.y(), *_NOTE), _("Add note"))

    def add_frame(self) -> None:
        """A frame around the selected nodes, its title open for typing."""
        if not self.selected():
            return
        top, right, bottom, left = sizes("frame.padding")
        area = self.canvas.bounds(self.selected()).adjusted(-left, -top, right, bottom)
        each = Drawn("", "frame", _("Frame"), area.x(), area.y(), area.width(), area.height())
        self._draw(each, _("Frame around selection"))

    def fold_frame(self, id: str) -> None:
        """Collapse a frame to its head, or open it again."""
        each = self.canvas.drawn[id]
        text = _("Open frame") if each.collapsed else _("Collapse frame")
        self.replace(with_drawn(self.graph, {id: replace(each, collapsed=not each.collapsed)}), text)

    def _draw(self, each: Drawn, text: str) -> None:
        before = set(self.canvas.drawn)
        self.replace(with_new(self.graph, each), text)
        made = next(key for key in self.canvas.drawn if key not in before)
        self.canvas.select((), drawn=[made])
        self.rename(made)
