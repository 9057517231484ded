"""Arms of an A/B split: names, weights and what share each gets."""

from functools import partial
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from canvas_app.ui.forms.base import Context, Editor, Json, serves
from canvas_app.ui.forms.simple import number_in
from canvas_app.ui.shell.parts import clear, row
from canvas_app.ui.theme import color, set_property
from canvas_app.ui.widgets import icon_button, label, link_button
from nodes.fields import Param
from storage.base.words import _

MOST = 10
_TONES = ("split", "accent", "data", "call", "message", "time", "entry", "edge", "warning_fill", "end")


class ShareBar(QWidget):
    """Shares as lengths of one bar."""

    def __init__(self) -> None:
        super().__init__()
        self._shares: tuple[float, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_shares(self, shares: tuple[float, ...]) -> None:
        """Show other shares, in any unit."""
        self._shares = shares
        self.setAccessibleName(", ".join(shares_text(shares)))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        total, x = sum(self._shares) or 1.0, 0.0
        for number, share in enumerate(self._shares):
            width = self.width() * share / total
            painter.fillRect(
                QRectF(x, 0, max(1.0, width - 2), self.height()), color(_TONES[number % len(_TONES)])
            )
            x += width


def shares_text(shares: tuple[float, ...]) -> list[str]:
    """“45 %” for each share of the whole."""
    total = sum(shares) or 1.0
    return [_("{n} %", n=f"{100 * share / total:.3g}") for share in shares]


def weight_of(arm: Json) -> float:
    """The weight of an arm, 0 where it is no number."""
    weight = arm.get("weight") if isinstance(arm, dict) else None
    return (
        float(weight)
        if isinstance(weight, int | float) and not isinstance(weight, bool) and weight > 0
        else 0.0
    )


def free_port(sides: list[Json], letters: str = "abcdefghijklmnopqrstuvwxyz") -> str:
    """A port no side has yet."""
    used = {side.get("port") for side in sides if isinstance(side, dict)}
    return next((each for each in letters if each not in used), f"p{len(sides) + 1}")


@serves("arms")
class ArmsEditor(Editor):
    """Two to ten arms; the percentages are worked out from the weights."""

    typing = True

    def __init__(self, param: Param[Any], context: Context) -> None:
        super().__init__(param, context)
        self._arms: list[Json] = []
        self._fields: list[tuple[QLineEdit, QLineEdit]] = []
        self._rows = QVBoxLayout()
        self._rows.setSpacing(4)
        self._bar = ShareBar()
        self._words = label("", "hint", wrap=True)
        self.add_button = link_button(_("+ Add arm"), self._add)
        outer = QVBoxLayout()
        outer.setSpacing(8)
        outer.addLayout(self._rows)
        outer.addLayout(row(self.add_button, None))
        outer.addWidget(self._bar)
        outer.addWidget(self._words)
        self.line.addLayout(outer)
        self.setFocusProxy(self.add_button)

    def show_value(self, value: Json) -> None:
        arms = [dict(arm) for arm in value if isinstance(arm, dict)] if isinstance(value, list) else []
        if arms == self._arms and len(self._fields) == len(arms):
            return
        self._arms = arms
        self._draw()

    def _draw(self) -> None:
        clear(self._rows)
        self._fields = []
        for number, arm in enumerate(self._arms):
            name, weight = QLineEdit(str(arm.get("label") or arm.get("port") or "")), QLineEdit()
            name.setAccessibleName(_("Name of arm {n}", n=number + 1))
            weight.setAccessibleName(_("Weight of arm {n}", n=number + 1))
            weight.setFixedWidth(56)
            weight.setAlignment(Qt.AlignmentFlag.AlignRight)
            weight.setText(f"{arm.get('weight', '')}")
            name.textEdited.connect(lambda text, number=number: self._set(number, "label", text))
            weight.textEdited.connect(
                lambda text, number=number: self._set(number, "weight", number_in(text))
            )
            line = QHBoxLayout()
            line.setSpacing(4)
            line.addWidget(name, 1)
            line.addWidget(weight)
            cross = icon_button("mdi6.close", _("Remove this arm"), partial(self._drop, number), compact=True)
            cross.setEnabled(len(self._arms) > 2)
            line.addWidget(cross)
            self._rows.addLayout(line)
            self._fields.append((name, weight))
        self.add_button.setEnabled(len(self._arms) < MOST)
        self._show_shares()

    def _show_shares(self) -> None:
        shares = tuple(weight_of(arm) for arm in self._arms)
        self._bar.set_shares(shares)
        names = [str(arm.get("label") or arm.get("port")) for arm in self._arms]
        pairs = zip(names, shares_text(shares), strict=True)
        self._words.setText(" · ".join(f"{name} {share}" for name, share in pairs))

    def _set(self, number: int, key: str, value: Json) -> None:
        self._arms[number] = {**self._arms[number], key: value}
        self._show_shares()
        self.tell()

    def _add(self) -> None:
        port = free_port(self._arms)
        self._arms.append(
            {
                "port": port,
                "label": port.upper(),
                "weight": 1 if not self._arms else self._arms[-1].get("weight", 1),
            }
        )
        self._draw()
        self._fields[-1][0].setFocus()
        self.tell()

    def _drop(self, number: int) -> None:
        del self._arms[number]
        self._draw()
        self.tell()

    def value(self) -> Json:
        return [dict(arm) for arm in self._arms] or None

    def show_problem(self, level: str) -> None:
        for _name, weight in self._fields:
            set_property(weight, "problem", level)
