"""A row of choices of which one holds, such as All | Any | None."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from canvas_app.ui.theme import icon, set_role, size

_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


class _Segment(QToolButton):
    """One choice; arrow keys go to its neighbours."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.parentWidget()
        step = _STEPS.get(Qt.Key(event.key()))
        if step is not None and isinstance(row, SegmentedControl):
            row.step(step)
            return
        super().keyPressEvent(event)


class SegmentedControl(QWidget):
    """Exclusive choices side by side; `chosen` tells the key of the one a person picked."""

    chosen = Signal(str)

    def __init__(
        self,
        options: Sequence[tuple[str, str]] = (),
        current: str | None = None,
        *,
        icons: dict[str, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._buttons: dict[str, QToolButton] = {}
        self.set_options(options, current, icons=icons)

    def set_options(
        self,
        options: Sequence[tuple[str, str]],
        current: str | None = None,
        *,
        icons: dict[str, str] | None = None,
    ) -> None:
        """Show other choices: pairs of key and words; `current` (or the first) holds."""
        for old in self._buttons.values():
            self._group.removeButton(old)
            old.deleteLater()
        self._buttons = {}
        for key, text in options:
            self._add(key, text, (icons or {}).get(key, ""))
        keys = list(self._buttons)
        for key, one in self._buttons.items():
            place = "only" if len(keys) == 1 else {keys[0]: "first", keys[-1]: "last"}.get(key, "middle")
            one.setProperty("edge", place)
            set_role(one, "segment")
        if keys:
            self.set_current(current if current in self._buttons else keys[0])

    def _add(self, key: str, text: str, icon_name: str) -> None:
        one = _Segment(self)
        one.setText(text)
        one.setCheckable(True)
        if icon_name:
            one.setIcon(icon(icon_name, checked="accent"))
            one.setIconSize(QSize(size("control.icon"), size("control.icon")))
            style = (
                Qt.ToolButtonStyle.ToolButtonTextBesideIcon if text else Qt.ToolButtonStyle.ToolButtonIconOnly
            )
            one.setToolButtonStyle(style)
        one.clicked.connect(lambda _checked=False, key=key: self.chosen.emit(key))
        self._group.addButton(one)
        self._row.addWidget(one)
        self._buttons[key] = one

    def current(self) -> str:
        """The key of the choice that holds; empty without choices."""
        return next((key for key, one in self._buttons.items() if one.isChecked()), "")

    def set_current(self, key: str) -> None:
        """Let `key` hold without telling anyone; an unknown key changes nothing."""
        if key in self._buttons:
            self._buttons[key].setChecked(True)

    def button(self, key: str) -> QToolButton:
        """The button of a choice."""
        return self._buttons[key]

    def step(self, by: int) -> None:
        """Let the next (`by` = 1) or previous (-1) choice hold, as arrow keys do."""
        keys = list(self._buttons)
        place = max(0, min(len(keys) - 1, keys.index(self.current()) + by))
        self._buttons[keys[place]].setFocus(Qt.FocusReason.OtherFocusReason)
        if keys[place] != self.current():
            self._buttons[keys[place]].click()
