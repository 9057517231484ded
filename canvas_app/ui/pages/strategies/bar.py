"""The bar of the editor: where it stands, and the order of work: check, rehearse, publish."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QPushButton, QSizePolicy, QToolButton

from canvas_app.ui.shell.actions import Actions
from canvas_app.ui.shell.parts import row
from canvas_app.ui.theme import color, font, icon, set_role, size
from canvas_app.ui.widgets import Chip, ElidedLabel, StatusPill, button, divider, icon_button
from storage.base.words import N_, _, plural

STATUS = {
    "draft": (N_("Draft"), "neutral"), "live": (N_("Live"), "success"), "paused": (N_("Paused"), "warning"),
    "stopped": (N_("Stopped"), "neutral"), "": (N_("Draft"), "neutral"),
}  # fmt: skip


class CheckButton(QPushButton):
    """“Check” with the number of errors on a red plate."""

    errors = 0

    def set_errors(self, errors: int) -> None:
        """Show another number; 0 takes the plate away."""
        self.errors = errors
        self.setAccessibleDescription(plural("{n} to mend", "{n} to mend", errors) if errors else "")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(self._room(), 0)

    def _room(self) -> int:
        return 24 if self.errors else 0

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.errors:
            super().paintEvent(event)
            return
        spaces = "\u2002\u2002\u2002\u2002"
        words = self.text()
        quiet = self.blockSignals(True)
        self.setText(words.rstrip("\u2002") + spaces)
        super().paintEvent(event)
        self.setText(words)
        self.blockSignals(quiet)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text = str(min(self.errors, 99))
        plate = QRectF(
            self.width() - 12 - (18 if len(text) == 1 else 22),
            (self.height() - 18) / 2,
            18 if len(text) == 1 else 22,
            18,
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("error_fill"))
        painter.drawRoundedRect(plate, 9, 9)
        painter.setPen(color("on_badge"))
        painter.setFont(font("caption", weight=600))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)


class EditorBar(QFrame):
    """`left` for back to the list, `renamed(name)` when the name was changed."""

    left = Signal()
    renamed = Signal(str)

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        set_role(self, "bar")
        self.setFixedHeight(size("layout.editor_bar"))
        self.back = icon_button("mdi6.arrow-left", _("Back to all strategies"), self.left.emit)
        self.name = QLineEdit()
        self.name.setObjectName("strategy_name")
        self.name.setAccessibleName(_("Name of the strategy"))
        set_role(self.name, "title")
        self.name.editingFinished.connect(self._rename)
        self.name.returnPressed.connect(self.name.clearFocus)
        self.name.textChanged.connect(lambda _text: self._fit())
        self.status = StatusPill()
        self.draft = Chip("", "accent", icon_name="mdi6.pencil-outline")
        self.saved = ElidedLabel("", "muted")
        self.undo, self.redo = _tool(), _tool()
        self.check = CheckButton()
        self.rehearse, self.pause = button(""), button("")
        self.publish = button("", role="primary")
        for made, name in (
            (self.check, "check"),
            (self.rehearse, "rehearse"),
            (self.pause, "pause"),
            (self.publish, "publish"),
        ):
            follow(made, actions[name])
        pieces = (
            self.back, self.name, self.status, self.draft, self.saved, self.undo, self.redo, 4,
            divider(vertical=True), 4, self.check, self.rehearse, self.pause, self.publish,
        )  # fmt: skip
        line = row(*pieces, margins=(10, 0, 12, 1))
        line.setStretchFactor(self.saved, 1)
        self.setLayout(line)
        self._name = ""

    def _rename(self) -> None:
        text = self.name.text().strip()
        if text and text != self._name:
            self.renamed.emit(text)
        elif not text:
            self.name.setText(self._name)

    def _fit(self) -> None:
        wide = self.name.fontMetrics().horizontalAdvance(self.name.text() or "xxxx") + 20
        self.name.setFixedWidth(min(max(wide, 80), 420))

    def show_tools(self, undo: QAction, redo: QAction) -> None:
        """Let the two buttons undo and redo on another canvas."""
        for tool, action in ((self.undo, undo), (self.redo, redo)):
            if tool.defaultAction() is not action:
                for old in tool.actions():
                    tool.removeAction(old)
                tool.setDefaultAction(action)

    def show_name(self, name: str) -> None:
        """Show the name."""
        self._name = name
        if self.name.text() != name:
            self.name.setText(name)
        self._fit()

    def show_status(self, status: str, version: int | None, since: str, changes: int) -> None:
        """Show what runs and what the draft changes."""
        words, tone = STATUS.get(status, STATUS[""])
        text = _(words)
        if version:
            text = _("{status} v{version}", status=text, version=version)
            text = _("{status} · since {date}", status=text, date=since) if since else text
        self.status.set_text(text)
        self.status.set_tone(tone)
        self.draft.setVisible(bool(version) and changes > 0)
        count = plural("{n} change", "{n} changes", changes)
        self.draft.set_text(_("Draft v{version} · {changes}", version=(version or 0) + 1, changes=count))


def follow(made: QPushButton, action: QAction) -> None:
    """Let a button show and do what an action is."""

    def show() -> None:
        made.setText(action.text())
        made.setToolTip(action.toolTip())
        made.setEnabled(action.isEnabled())
        made.setVisible(action.isVisible())
        made.setAccessibleName(action.text().rstrip("…"))

    made.setIcon(
        icon(_PRIMARY[action.objectName()], "on_accent") if action.objectName() in _PRIMARY else action.icon()
    )
    made.setIconSize(QSize(20, 16))
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    made.clicked.connect(lambda _checked=False: action.trigger())
    action.changed.connect(show)
    show()


_PRIMARY = {"action_publish": "mdi6.rocket-launch-outline"}


def _tool() -> QToolButton:
    made = QToolButton()
    made.setIconSize(QSize(18, 18))
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return made
