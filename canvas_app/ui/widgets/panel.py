"""The white rounded card that pages are made of."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from canvas_app.ui.theme import set_role, size, sizes
from canvas_app.ui.widgets.words import ElidedLabel, label


class Panel(QFrame):
    """A card with an optional title row; put content into `body`, buttons into the title row by `add_action`."""

    def __init__(
        self, title: str = "", caption: str = "", *, flush: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        set_role(self, "panel")
        top, side = (int(each) for each in sizes("space.panel_padding"))
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(1, 1, 1, 1)
        self._outer.setSpacing(0)
        self._head = QWidget()
        self._title_row = QHBoxLayout(self._head)
        self._title_row.setContentsMargins(side, 8, side if not flush else 16, 4)
        self._title_row.setSpacing(8)
        self._head.setMinimumHeight(size("control.height") + 12)
        self._title = label(title, "panel-title")
        self._caption = ElidedLabel(caption, "muted")
        self._title_row.addWidget(self._title)
        self._title_row.addWidget(self._caption, 1)
        self._outer.addWidget(self._head)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(*((0, 0, 0, 1) if flush else (side, top, side, top)))
        self.body.setSpacing(8)
        self._outer.addLayout(self.body, 1)
        self._padding = top
        self._flush = flush
        self.set_title(title, caption)

    def set_title(self, title: str, caption: str = "") -> None:
        """Change the words of the title row; without a title and actions the row goes."""
        self._title.setText(title)
        self._caption.setText(caption)
        self._fit()

    def add_action(self, widget: QWidget) -> None:
        """Put a control at the right end of the title row."""
        self._title_row.addWidget(widget)
        self._fit()

    def add(self, content: QWidget | QLayout, stretch: int = 0) -> None:
        """Append to the body."""
        if isinstance(content, QWidget):
            self.body.addWidget(content, stretch)
        else:
            self.body.addLayout(content, stretch)

    def _fit(self) -> None:
        shown = bool(self._title.text()) or self._title_row.count() > 2
        self._head.setVisible(shown)
        if not self._flush:
            margins = self.body.contentsMargins()
            margins.setTop(4 if shown else self._padding)
            self.body.setContentsMargins(margins)
