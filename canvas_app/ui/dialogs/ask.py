"""Questions before something that cannot be taken back: the button says the effect."""

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from canvas_app.ui.shell.parts import column, frame, row, shown
from canvas_app.ui.theme import color
from canvas_app.ui.widgets import button, label
from canvas_app.ui.widgets.order import tabbed
from storage.base.words import _


class Scrim(QWidget):
    """One flat layer over a window while it waits for an answer."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setGeometry(QRect(0, 0, window.width(), window.height()))
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = color("scrim")
        painter = QPainter(self)
        painter.setOpacity(0.45)
        painter.fillRect(self.rect(), shade)


class Sheet(QDialog):
    """A dialog over a scrim: title, body, and a footer with the buttons."""

    def __init__(self, parent: QWidget, title: str, caption: str = "", *, width: int = 480) -> None:
        super().__init__(parent.window())
        self.setWindowTitle(title)
        self.setModal(True)
        self.setMinimumWidth(width)
        self._scrim = Scrim(parent.window())
        self.finished.connect(self._scrim.hide)
        self.finished.connect(self._scrim.deleteLater)
        self.heading = label(title, "page-title", wrap=True)
        self.caption = label(caption, "muted", wrap=True)
        self.caption.setVisible(bool(caption))
        self.body = QVBoxLayout()
        self.body.setSpacing(12)
        self.footer = row(gap=8, margins=(24, 12, 24, 12))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(column(self.heading, self.caption, 4, gap=4, margins=(24, 20, 24, 0)))
        body = column(self.body, margins=(24, 8, 24, 20))
        outer.addLayout(body, 1)
        outer.addWidget(frame("footer", self.footer))

    def focusNextPrevChild(self, next: bool) -> bool:
        return tabbed(self, forwards=next) or super().focusNextPrevChild(next)

    def add_buttons(
        self, effect: str, on: Callable[[], object], *, role: str = "primary", icon_name: str = ""
    ) -> QWidget:
        """Cancel, and the button that does it."""
        self.footer.addStretch(1)
        self.footer.addWidget(button(_("Cancel"), self.reject))
        self.effect = button(shown(effect), on, role=role, icon_name=icon_name)
        self.effect.setObjectName("effect")
        self.effect.setDefault(True)
        self.footer.addWidget(self.effect)
        return self.effect


def ask(
    parent: QWidget, title: str, question: str, effect: str, on: Callable[[], object], *, role: str = "danger"
) -> Sheet:
    """Ask; `on` is called when the person presses the button that says the effect."""
    sheet = Sheet(parent, title)
    sheet.body.addWidget(label(question, wrap=True))

    def go() -> None:
        sheet.accept()
        on()

    sheet.add_buttons(effect, go, role=role)
    sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    sheet.open()
    return sheet


def ask_text(
    parent: QWidget, title: str, *, name: str, text: str, effect: str, on: Callable[[str], object]
) -> Sheet:
    """Ask for a line of words."""
    sheet = Sheet(parent, title)
    field = QLineEdit(text)
    field.setAccessibleName(name)
    field.selectAll()
    sheet.body.addWidget(label(name, "section"))
    sheet.body.addWidget(field)

    def go() -> None:
        words = field.text().strip()
        if words:
            sheet.accept()
            on(words)

    made = sheet.add_buttons(effect, go)
    field.textChanged.connect(lambda words: made.setEnabled(bool(words.strip())))
    field.returnPressed.connect(go)
    sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    sheet.open()
    field.setFocus()
    return sheet


def show_details(parent: QWidget, sentence: str, details: str) -> Sheet:
    """Say politely that the program failed, with details to copy for whoever mends it."""
    from PySide6.QtWidgets import QApplication, QPlainTextEdit

    sheet = Sheet(parent, _("That did not work"), width=640)
    sheet.body.addWidget(label(sentence, wrap=True))
    text = QPlainTextEdit(details)
    text.setReadOnly(True)
    text.setMinimumHeight(220)
    text.setAccessibleName(_("Details"))
    sheet.body.addWidget(text)
    sheet.footer.addWidget(button(_("Copy the details"), lambda: QApplication.clipboard().setText(details)))
    sheet.footer.addStretch(1)
    sheet.footer.addWidget(button(_("Close"), sheet.accept, role="primary"))
    sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    sheet.open()
    return sheet
