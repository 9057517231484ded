"""The page of the first five minutes: four ways to begin, and a small strategy to look at."""

from typing import Any

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from canvas_app.ui.pages.templates.card import TemplateCard
from canvas_app.ui.pages.templates.page import read_templates
from canvas_app.ui.pages.templates.preview import GraphPicture
from canvas_app.ui.shell.parts import box, column, frame, row
from canvas_app.ui.shell.session import Session
from canvas_app.ui.theme import color, paint_icon, set_role, theme
from canvas_app.ui.widgets import ElidedLabel, KeyCap, Logo, SegmentedControl, label, link_button
from nodes.graph import Edge, Graph, Layout, Node
from storage.base.words import LANGUAGES, N_, _, language

CHOICES = (
    (
        "template",
        "mdi6.view-grid-outline",
        N_("Start from a template"),
        N_("Ready plans: wake-up, abandoned cart, birthday, instalment…"),
    ),
    (
        "demo",
        "mdi6.play-circle-outline",
        N_("Look around in the demo"),
        N_("Made-up contacts and a strategy to play with"),
    ),
    (
        "contacts",
        "mdi6.account-multiple-plus-outline",
        N_("Bring in my contacts"),
        N_("CSV, Excel or Parquet"),
    ),
    (
        "empty",
        "mdi6.vector-polyline-plus",
        N_("Draw an empty strategy"),
        N_("For when you know what you want"),
    ),
)
STEPS = (
    (N_("Pick a plan"), N_("Choose a template and answer a few questions.")),
    (N_("Rehearse"), N_("A month passes in a second; see who gets what.")),
    (N_("Publish"), N_("Start with 5 % of the list, then let it grow.")),
)
MOST_PLANS = 3
_THEMES = {"system": N_("System"), "light": N_("Light"), "dark": N_("Dark")}


class Choice(QPushButton):
    """A card to choose, with its key."""

    def __init__(self, glyph: str, title: str, words: str, key: str) -> None:
        super().__init__()
        set_role(self, "choice")
        self._glyph = glyph
        self.setFixedHeight(72)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{title}. {words}")
        lines = column(label(title, "strong"), ElidedLabel(words, "muted"), gap=2)
        self.setLayout(row(28, lines, KeyCap(key), gap=8, margins=(20, 12, 16, 12)))
        for part in self.findChildren(QWidget):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        return QSize(480, 72)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        tone = "accent" if self.hasFocus() else "text2"
        paint_icon(QPainter(self), QRectF(18, self.height() / 2 - 11, 22, 22), self._glyph, tone)


class Dots(QFrame):
    """The dotted ground of the canvas."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color("canvas"))
        painter.setPen(color("grid"))
        painter.drawPoints(
            [QPoint(x, y) for x in range(12, self.width(), 24) for y in range(12, self.height(), 24)]
        )
        painter.fillRect(0, 0, 1, self.height(), color("border"))


class Welcome(QWidget):
    """`chosen` with template, demo, contacts, empty, file or skip; `plan_chosen` with a template."""

    chosen = Signal(str)
    plan_chosen = Signal(str)  # the id of a template

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.choices: dict[str, Choice] = {}
        cards = column(gap=12)
        for number, (key, glyph, title, words) in enumerate(CHOICES, 1):
            made = Choice(glyph, _(title), _(words), str(number))
            made.setObjectName(f"welcome_{key}")
            made.clicked.connect(lambda _checked=False, key=key: self.chosen.emit(key))
            cards.addWidget(made)
            self.choices[key] = made
        left = box(
            column(
                row(Logo(28), label(_("Strategy Canvas"), "page-title"), None, gap=12),
                40,
                label(_("Draw who hears from you, when, and what happens next."), "welcome", wrap=True),
                4,
                label(
                    _(
                        "Everything stays on this computer. Nothing is sent until you publish, and you can rehearse "
                        "every strategy with sample contacts first."
                    ),
                    "muted",
                    wrap=True,
                ),
                24,
                cards,
                None,
                self._foot(),
                gap=8,
                margins=(88, 64, 88, 48),
            ),
            "surface",
        )
        left.setFixedWidth(656)
        line = row(left, self._right(), gap=0)
        line.setStretch(1, 1)
        self.setLayout(line)

    def _foot(self) -> QWidget:
        languages = SegmentedControl(list(LANGUAGES.items()), language())
        languages.chosen.connect(lambda code: self._session.look_changed.emit(code, ""))
        themes = SegmentedControl([(key, _(words)) for key, words in _THEMES.items()], theme.mode)
        themes.chosen.connect(lambda mode: self._session.look_changed.emit("", mode))
        opener = link_button(_("Open a file…"), lambda: self.chosen.emit("file"))
        skip = link_button(_("Go on without"), lambda: self.chosen.emit("skip"))
        return box(column(row(languages, themes, None), row(opener, skip, None, gap=16), gap=12))

    def _right(self) -> QWidget:
        self._plans = row(gap=16)
        self._session.work.run_operation(read_templates, done=self._show_plans, latest="welcome")
        steps = _steps()
        picture = GraphPicture(_sample(), large=True)
        picture.setMinimumHeight(220)
        made = Dots()
        made.setLayout(
            column(
                label(_("Your first five minutes"), "display"),
                label(
                    _(
                        "A small strategy, the way you will see it: people enter on the left and leave on the right."
                    ),
                    "muted",
                    wrap=True,
                ),
                16,
                picture,
                16,
                steps,
                24,
                label(_("Or open one of these plans"), "panel-title"),
                4,
                self._plans,
                None,
                gap=4,
                margins=(48, 112, 48, 48),
            )
        )
        return made

    def _show_plans(self, found: Any) -> None:
        for template, graph in found[:MOST_PLANS]:
            card = TemplateCard(template, graph)
            card.setMinimumWidth(0)
            card.used.connect(self.plan_chosen)
            self._plans.addWidget(card)
        self._plans.addStretch(1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = event.text()
        if text in ("1", "2", "3", "4"):
            self.chosen.emit(CHOICES[int(text) - 1][0])
            return
        super().keyPressEvent(event)


def _steps() -> QHBoxLayout:
    steps = row(gap=16)
    for number, (title, words) in enumerate(STEPS, 1):
        step = label(str(number), "step")
        step.setAlignment(Qt.AlignmentFlag.AlignCenter)
        card = frame(
            "panel",
            column(
                row(step, label(_(title), "panel-title"), None),
                label(_(words), wrap=True),
                None,
                gap=8,
                margins=(20, 20, 20, 20),
            ),
        )
        card.setMinimumHeight(128)
        steps.addWidget(card, 1)
    return steps


def _sample() -> Graph:
    nodes = (
        Node("a", "event_entry", _("Cart left")), Node("b", "email", _("Items left")),
        Node("c", "wait_for", _("Order placed")), Node("d", "exit", _("Goal reached")), Node("e", "sms", _("Coupon")),
    )  # fmt: skip
    edges = (Edge("a", "out", "b"), Edge("b", "out", "c"), Edge("c", "hit", "d"), Edge("c", "timeout", "e"))
    places = {
        "a": (0.0, 56.0),
        "b": (224.0, 56.0),
        "c": (448.0, 56.0),
        "d": (672.0, 0.0),
        "e": (672.0, 152.0),
    }
    return Graph(nodes={node.id: node for node in nodes}, edges=edges, layout=Layout(positions=places))
