"""How far a piece of work has come, and a way to stop it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from canvas_app.ui.theme import set_property
from canvas_app.ui.widgets.buttons import button
from canvas_app.ui.widgets.words import ElidedLabel
from storage.base.words import _

_STEPS = 1000


class BusyBar(QWidget):
    """Words, a bar and Cancel; `cancelled` when a person asks to stop."""

    cancelled = Signal()

    def __init__(self, text: str = "", *, can_cancel: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        column = QVBoxLayout()
        column.setSpacing(6)
        self._words = ElidedLabel(text, "small")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        column.addWidget(self._words)
        column.addWidget(self._bar)
        row.addLayout(column, 1)
        self.cancel_button = button(_("Cancel"), self._cancel)
        self.cancel_button.setVisible(can_cancel)
        row.addWidget(self.cancel_button)
        self.set_progress(0, 0)

    def set_text(self, text: str) -> None:
        """Say what is being done."""
        self._words.setText(text)

    def set_progress(self, done: int, total: int) -> None:
        """Show `done` of `total`; without a total the bar moves to and fro."""
        set_property(self._bar, "state", "")
        self._bar.setRange(0, _STEPS if total > 0 else 0)
        if total > 0:
            self._bar.setValue(min(_STEPS, done * _STEPS // total))

    def finish(self, text: str, *, failed: bool = False) -> None:
        """The work is over: fill the bar, say how it ended, take Cancel away."""
        self.set_progress(1, 1)
        set_property(self._bar, "state", "failed" if failed else "done")
        self.set_text(text)
        self.cancel_button.hide()

    def _cancel(self) -> None:
        self.cancel_button.setEnabled(False)
        self.cancelled.emit()
