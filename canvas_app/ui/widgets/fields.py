"""Fields that do not change by accident: the wheel scrolls the form, not the value, unless the field has focus."""

from collections.abc import Sequence

from PySide6.QtCore import QDate, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDateEdit,
    QDoubleSpinBox,
    QSizePolicy,
    QSpinBox,
    QStyledItemDelegate,
    QWidget,
)

# the style sheet cannot move the words of these fields
_MARGINS = (6, 0, 0, 0)


class ComboBox(QComboBox):
    """A list of choices, each with words and a value of its own."""

    def __init__(
        self,
        options: Sequence[tuple[object, str]] = (),
        current: object = None,
        *,
        compact: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        # only this delegate lets the style sheet set the height of the rows
        self.setItemDelegate(QStyledItemDelegate(self))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setProperty("compact", compact)
        self.setMaxVisibleItems(16)
        self.set_options(options, current)

    def set_options(self, options: Sequence[tuple[object, str]], current: object = None) -> None:
        """Show other choices: pairs of value and words; `current` (or the first) is chosen."""
        quiet = self.blockSignals(True)
        self.clear()
        for value, text in options:
            self.addItem(text, value)
        self.set_value(current)
        self.blockSignals(quiet)

    def value(self) -> object:
        """The value of the choice made."""
        return self.currentData()

    def set_value(self, value: object) -> None:
        """Choose by value; an unknown one changes nothing."""
        for row in range(self.count()):
            if self.itemData(row) == value:
                self.setCurrentIndex(row)
                return

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class SpinBox(QSpinBox):
    """A whole number."""

    def __init__(
        self, minimum: int = 0, maximum: int = 1_000_000, value: int = 0, *, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setRange(minimum, maximum)
        self.setValue(value)
        self.setGroupSeparatorShown(True)
        self.lineEdit().setTextMargins(*_MARGINS)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class DecimalBox(QDoubleSpinBox):
    """A number with decimals."""

    def __init__(
        self,
        minimum: float = 0.0,
        maximum: float = 1e9,
        value: float = 0.0,
        *,
        decimals: int = 2,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setDecimals(decimals)
        self.lineEdit().setTextMargins(*_MARGINS)
        self.setRange(minimum, maximum)
        self.setValue(value)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class DateBox(QDateEdit):
    """A day, written 2026-11-18, with a calendar to choose from."""

    def __init__(self, day: QDate | None = None, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCalendarPopup(True)
        self.lineEdit().setTextMargins(*_MARGINS)
        self.setDisplayFormat("yyyy-MM-dd")
        self.setDate(day or QDate.currentDate())

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
