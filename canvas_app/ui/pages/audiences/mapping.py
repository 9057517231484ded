"""What each column of a file becomes: heading and samples at the left, the target to choose at the right."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from canvas_app.operations.tables import TablePreview
from canvas_app.ui.forms.catalogue import Catalogue
from canvas_app.ui.forms.conditions import CHANNELS
from canvas_app.ui.shell.parts import clear, column, row
from canvas_app.ui.widgets import ComboBox, ElidedLabel, divider, label
from storage.base.words import _

LEFT_OUT = "-"


class MappingTable(QWidget):
    """`edited` when a person chose another target."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._chosen: dict[str, str] = {}
        self._column = column(gap=6)
        self.setLayout(self._column)

    def mapping(self) -> dict[str, str]:
        """Column to target, as far as the person decided it."""
        return dict(self._chosen)

    def forget(self) -> None:
        """Another file: nothing is decided yet."""
        self._chosen = {}

    def show_preview(self, preview: TablePreview, catalogue: Catalogue) -> None:
        """Show the columns of a file."""
        clear(self._column)
        for each in preview.columns:
            field = ComboBox(self._options(each, catalogue), each.target or LEFT_OUT)
            field.setAccessibleName(_("“{column}” becomes", column=each.heading))
            field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            field.setFixedWidth(240)
            field.currentIndexChanged.connect(
                lambda _row, heading=each.heading, field=field: self._choose(heading, field.value())
            )
            samples = ElidedLabel(" · ".join(each.samples) or _("empty"), "hint")
            line = row(column(ElidedLabel(each.heading, "strong"), samples, gap=0), field, gap=12)
            line.setStretch(0, 1)
            self._column.addLayout(line)
            if each.note:
                self._column.addWidget(label(each.note, "warning" if each.bad else "hint", wrap=True))
            self._column.addWidget(divider())

    def _choose(self, heading: str, target: Any) -> None:
        self._chosen[heading] = str(target)
        self.edited.emit()

    def _options(self, each: Any, catalogue: Catalogue) -> list[tuple[object, str]]:
        options: list[tuple[object, str]] = [(LEFT_OUT, _("left out"))]
        if each.is_new and each.target:
            options.append((each.target, _("a new field “{name}”", name=each.target)))
        options += [(known.name, known.label) for known in catalogue.fields.values()]
        options.append(("tags", _("Tags")))
        options.append(("consent_marketing", _("Consent to marketing")))
        options += [
            (f"consent_{name}", _("Consent: {channel}", channel=_(words))) for name, words in CHANNELS.items()
        ]
        if each.target and each.target not in [key for key, _words in options]:
            options.append((each.target, each.target))
        return options
