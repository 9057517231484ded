"""The page of templates: filters, gallery, and the sheet with the questions."""

from typing import Any

from PySide6.QtWidgets import QButtonGroup, QCheckBox, QToolButton, QVBoxLayout, QWidget

from canvas_app.operations.templates import Template, draft_graph
from canvas_app.ui.pages.templates.card import TemplateCard, channel_words
from canvas_app.ui.pages.templates.wizard import TemplateSheet
from canvas_app.ui.palette.search import ranked
from canvas_app.ui.shell.parts import box, column, frame, row, scroll
from canvas_app.ui.shell.session import Session
from canvas_app.ui.theme import set_role, size
from canvas_app.ui.widgets import FlowLayout, SearchField, label
from nodes.graph import Graph
from storage.base.words import N_, _, plural
from storage.workspace import Workspace

FAMILIES = {
    "first_order": N_("First order"), "wake_up": N_("Wake up"), "buy_again": N_("Buy again"), "care": N_("Care"),
    "finance": N_("Finance"), "leads": N_("Leads"),
}  # fmt: skip


def read_templates(_workspace: Workspace) -> list[tuple[Template, Graph]]:
    """Every template with the graph it becomes."""
    from canvas_app.operations.templates import list_templates

    return [(each, draft_graph(each.id)) for each in list_templates()]


class TemplatesPage(QWidget):
    """Cards that fill the room there is."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.cards: dict[str, TemplateCard] = {}
        self._family = ""
        self._wanted = ""  # asked for before the gallery was there
        self._channels: dict[str, QCheckBox] = {}
        side, inner = self._side(), self._gallery()
        self.sheet = TemplateSheet(session)
        self.sheet.closed.connect(self._mark)
        line = row(side, scroll(inner, "page"), self.sheet, gap=0)
        line.setStretch(1, 1)
        self.setLayout(line)
        session.work.run_operation(read_templates, done=self._show, latest="templates")

    def _side(self) -> QWidget:
        self.search = SearchField(_("Find a template"))
        self.search.textChanged.connect(lambda _text: self._filter())
        self._goals = QVBoxLayout()
        self._goals.setSpacing(2)
        self._boxes = QVBoxLayout()
        self._boxes.setSpacing(6)
        side = frame(
            "sidebar",
            column(
                self.search,
                8,
                label(_("Goal"), "section"),
                self._goals,
                8,
                label(_("Channel"), "section"),
                self._boxes,
                None,
                margins=(12, 16, 12, 16),
            ),
        )
        side.setFixedWidth(size("layout.sidebar"))
        return side

    def _gallery(self) -> QWidget:
        self._title = label("", "display")
        self._none = label("", "muted")
        self._none.hide()
        self._flow = FlowLayout(gap=16)
        self._place = QWidget()
        self._place.setLayout(self._flow)
        return box(
            column(
                row(
                    self._title,
                    8,
                    label(_("All with sample contacts, so you can rehearse at once."), "muted"),
                    None,
                ),
                8,
                self._none,
                self._place,
                None,
                margins=(24, 20, 24, 24),
            )
        )

    def _show(self, found: Any) -> None:
        for template, graph in found:
            card = TemplateCard(template, graph)
            card.used.connect(self.use)
            self.cards[template.id] = card
            self._flow.addWidget(card)
        templates = [card.template for card in self.cards.values()]
        self._title.setText(plural("{n} template", "{n} templates", len(templates)))
        self._show_goals(templates)
        for channel in sorted({each for template in templates for each in template.channels}):
            made = QCheckBox(channel_words((channel,)))
            made.toggled.connect(lambda _on: self._filter())
            self._boxes.addWidget(made)
            self._channels[channel] = made
        self._place.updateGeometry()
        if self._wanted:
            self.use(self._wanted)

    def _show_goals(self, templates: list[Template]) -> None:
        group = QButtonGroup(self)
        known = ["", *(key for key in FAMILIES if any(each.family == key for each in templates))]
        known += sorted({each.family for each in templates} - set(known))
        for key in known:
            count = sum(not key or each.family == key for each in templates)
            words = _("All") if not key else _(FAMILIES.get(key, key))
            made = QToolButton()
            made.setText(f"{words}   {count}")
            made.setCheckable(True)
            made.setChecked(not key)
            set_role(made, "nav")
            made.clicked.connect(lambda _checked=False, key=key: self._choose_family(key))
            group.addButton(made)
            self._goals.addWidget(made)

    def _choose_family(self, key: str) -> None:
        self._family = key
        self._filter()

    def _filter(self) -> None:
        wanted = {key for key, made in self._channels.items() if made.isChecked()}
        cards = list(self.cards.values())
        fitting = ranked(
            self.search.text(),
            cards,
            lambda card: (card.template.name, card.template.description, card.template.goal),
        )
        shown = 0
        for card in cards:
            template = card.template
            fits = card in fitting and (not self._family or template.family == self._family)
            fits = fits and wanted <= set(template.channels)
            card.setVisible(fits)
            shown += fits
        self._none.setText(_("No template is like that. Choose another goal or channel."))
        self._none.setVisible(not shown)
        self._place.updateGeometry()

    def use(self, template_id: str) -> None:
        """Ask the questions of a template."""
        card = self.cards.get(template_id)
        self._wanted = "" if card is not None else template_id
        if card is not None:
            self.sheet.ask(card.template)
            self._mark(template_id)

    def _mark(self, template_id: str = "") -> None:
        for key, card in self.cards.items():
            card.set_chosen(key == template_id)
