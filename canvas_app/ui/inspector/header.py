"""The head of the inspector: tile, name to edit, type and id, help."""

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QSizePolicy, QToolButton, QWidget

from canvas_app.ui.shell.parts import column, row
from canvas_app.ui.theme import color, icon, paint_icon, set_role
from canvas_app.ui.widgets import ElidedLabel, icon_button, paint_kind_tile
from nodes.graph import Node
from storage.base.words import _

TILE = 32


class Tile(QWidget):
    """The icon of a node type on its colour; without a type the strategy's own."""

    def __init__(self, kind: str = "") -> None:
        super().__init__()
        self._kind = kind
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_kind(self, kind: str) -> None:
        """Show another type."""
        self._kind = kind
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(TILE, TILE)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._kind:
            paint_kind_tile(painter, QRectF(0, 0, TILE, TILE), self._kind)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(color("accent_tint"))
        painter.setBrush(color("accent_tint"))
        painter.drawRoundedRect(QRectF(0, 0, TILE, TILE), 6, 6)
        paint_icon(painter, QRectF(6, 6, 20, 20), "mdi6.sitemap-outline", "accent")


class Header(QWidget):
    """`renamed(text)` while the name is edited; `asked(what)` with help, off, duplicate or delete."""

    renamed = Signal(str)
    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._tile = Tile()
        self.name = QLineEdit()
        self.name.setObjectName("inspector_name")
        set_role(self.name, "title")
        self.name.setAccessibleName(_("Name of the node"))
        self.name.textEdited.connect(self.renamed)
        self.name.returnPressed.connect(self.name.clearFocus)
        self.caption = ElidedLabel("", "small")
        self.caption.setContentsMargins(6, 0, 0, 0)
        self.help = icon_button(
            "mdi6.help-circle-outline", _("Help on this node"), lambda: self.asked.emit("help")
        )
        self.more = self._menu()
        self.setLayout(
            row(
                self._tile,
                column(self.name, self.caption, gap=0),
                self.help,
                self.more,
                gap=6,
                margins=(16, 12, 10, 8),
            )
        )

    def _menu(self) -> QToolButton:
        made = icon_button("mdi6.dots-horizontal", _("More"))
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(made)
        self.off = menu.addAction(_("Switched off: people pass by"), lambda: self.asked.emit("off"))
        self.off.setCheckable(True)
        menu.addAction(icon("mdi6.content-copy"), _("Duplicate"), lambda: self.asked.emit("duplicate"))
        menu.addAction(
            icon("mdi6.trash-can-outline"), _("Delete, keep the wire"), lambda: self.asked.emit("delete")
        )
        made.setMenu(menu)
        return made

    def show_node(self, node: Node, kind_label: str) -> None:
        """Show a node."""
        self._tile.set_kind(node.type)
        self._name(node.label, kind_label, editable=True)
        self.caption.setText(f"{kind_label} · {node.id}")
        self.off.setChecked(node.off)

    def show_many(self, words: str) -> None:
        """Several nodes are chosen: nothing here is about one of them."""
        self._tile.set_kind("")
        self._name(words, "", editable=False)
        self.caption.setText("")

    def show_strategy(self, name: str) -> None:
        """Show the strategy itself."""
        self._tile.set_kind("")
        self._name(name, "", editable=False)
        self.caption.setText(_("Settings of the whole strategy"))

    def _name(self, text: str, placeholder: str, *, editable: bool) -> None:
        self.name.setPlaceholderText(placeholder)
        self.name.setReadOnly(not editable)
        self.help.setVisible(editable)
        self.more.setVisible(editable)
        if text != self.name.text():
            self.name.setText(text)
            self.name.setCursorPosition(0)
