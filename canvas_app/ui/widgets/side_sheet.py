"""A sheet that slides in at the right of a page and leaves the page in sight."""

from PySide6.QtCore import QEasingCurve, QPropertyAnimation, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from canvas_app.ui.theme import motion, set_role
from canvas_app.ui.widgets.buttons import icon_button
from canvas_app.ui.widgets.order import tabbed
from canvas_app.ui.widgets.words import ElidedLabel, label
from storage.base.words import _

_BY_TAB = Qt.FocusPolicy.TabFocus


class SideSheet(QFrame):
    """Title, scrolling `body`, `footer` for buttons. Escape or the cross closes it.

    Put it last into the page's horizontal layout: it takes its room from the page while it is open.
    """

    closed = Signal()

    def __init__(self, title: str = "", *, width: int = 480, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "sheet")
        self._width = width
        self._inner = QWidget(self)
        column = QVBoxLayout(self._inner)
        column.setContentsMargins(1, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._head(title))
        self._content = content = QWidget()
        set_role(content, "content")
        self.body = QVBoxLayout(content)
        self.body.setContentsMargins(24, 8, 24, 16)
        self.body.setSpacing(8)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(content)
        column.addWidget(scroll, 1)
        foot = QFrame()
        set_role(foot, "footer")
        self.footer = QHBoxLayout(foot)
        self.footer.setContentsMargins(24, 12, 24, 12)
        self.footer.setSpacing(8)
        column.addWidget(foot)
        self._slide = QPropertyAnimation(self, b"maximumWidth", self)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._slide.finished.connect(self._arrived)
        self._open = False
        self.setMinimumWidth(0)
        self.setMaximumWidth(0)
        self.hide()

    def focusNextPrevChild(self, next: bool) -> bool:
        return tabbed(self, forwards=next) or super().focusNextPrevChild(next)

    def _head(self, title: str) -> QVBoxLayout:
        self._title = ElidedLabel(title, "page-title")
        self._caption = label("", "small", wrap=True)
        self._caption.hide()
        row = QHBoxLayout()
        row.addWidget(self._title, 1)
        self._cross = icon_button("mdi6.close", _("Close"), self.close_sheet)
        row.addWidget(self._cross)
        self.head = QVBoxLayout()
        self.head.setContentsMargins(24, 16, 16, 8)
        self.head.setSpacing(4)
        self.head.addLayout(row)
        self.head.addWidget(self._caption)
        return self.head

    def set_title(self, title: str, caption: str = "") -> None:
        """Change the words on top."""
        self._title.setText(title)
        self._caption.setText(caption)
        self._caption.setVisible(bool(caption))

    @property
    def is_open(self) -> bool:
        """Whether the sheet is open or opening."""
        return self._open

    def open_sheet(self) -> None:
        """Slide in and take the focus."""
        self._open = True
        self.show()
        self._move_to(self._width)
        fields = (each for each in self._content.findChildren(QWidget) if each.focusPolicy() & _BY_TAB)
        (next(fields, None) or self._cross).setFocus(Qt.FocusReason.OtherFocusReason)

    def close_sheet(self) -> None:
        """Slide out; `closed` follows at once."""
        if self._open:
            self._open = False
            self._move_to(0)
            self.closed.emit()

    def _move_to(self, width: int) -> None:
        self._slide.stop()
        self._slide.setDuration(motion("sheet"))
        self._slide.setStartValue(self.width() if self.isVisible() else 0)
        self._slide.setEndValue(width)
        self._slide.start()

    def _arrived(self) -> None:
        self.setMinimumWidth(self._width if self._open else 0)
        if not self._open:
            self.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._inner.setGeometry(0, 0, max(self._width, self.width()), self.height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_sheet()
            return
        super().keyPressEvent(event)
