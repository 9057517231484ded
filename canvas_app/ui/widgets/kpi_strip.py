"""The row of headline figures on top of a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from canvas_app.ui.theme import set_role, text_style
from canvas_app.ui.widgets.chip import Chip
from canvas_app.ui.widgets.words import ElidedLabel, divider, label


@dataclass(frozen=True, slots=True)
class Kpi:
    """One headline figure: what it is, its value as a person reads it, a note below, a chip beside."""

    title: str
    value: str
    note: str = ""
    chip: str = ""
    tone: str = "success"


class KpiStrip(QFrame):
    """Headline figures side by side in one card."""

    def __init__(self, figures: Sequence[Kpi] = (), *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "panel")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(20, 12, 20, 12)
        self._row.setSpacing(20)
        self._shown: tuple[Kpi, ...] = ()
        self.show_figures(figures)

    def show_figures(self, figures: Sequence[Kpi]) -> None:
        """Show other figures."""
        if tuple(figures) == self._shown:
            return
        self._shown = tuple(figures)
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for number, figure in enumerate(figures):
            if number:
                self._row.addWidget(divider(vertical=True))
            self._row.addWidget(_cell(figure), 1)


def _cell(figure: Kpi) -> QWidget:
    cell = QWidget()
    column = QVBoxLayout(cell)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(_line(ElidedLabel(figure.title, "small"), "small"))
    middle = QHBoxLayout()
    middle.setSpacing(8)
    middle.addWidget(_line(label(figure.value, "kpi"), "kpi"))
    if figure.chip:
        middle.addWidget(Chip(figure.chip, figure.tone))
    middle.addStretch()
    column.addLayout(middle)
    column.addWidget(_line(ElidedLabel(figure.note, "small"), "small"))
    cell.setAccessibleName(" ".join(filter(None, (figure.title, figure.value, figure.chip, figure.note))))
    return cell


def _line(made: QLabel, style: str) -> QLabel:
    """One line of `style`'s height, so that the cells align whatever script they are in."""
    made.setFixedHeight(text_style(style).line + 1)
    return made
