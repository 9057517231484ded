"""Saved audiences: a list at the left, the rule with its live count at the right."""

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QStackedWidget, QWidget

from canvas_app.operations.audiences import Audience
from canvas_app.ui.dialogs.ask import ask
from canvas_app.ui.forms.base import Context
from canvas_app.ui.forms.catalogue import Catalogue
from canvas_app.ui.forms.rule_builder import RuleBuilder
from canvas_app.ui.forms.rules import rule_in_words
from canvas_app.ui.pages.audiences.contacts import contact_columns, filled_columns
from canvas_app.ui.shell.parts import box, column, frame, row, scroll
from canvas_app.ui.shell.session import Session
from canvas_app.ui.theme import set_role, size
from canvas_app.ui.widgets import (
    Chip,
    DataTable,
    EmptyState,
    Panel,
    RowsModel,
    SearchField,
    button,
    icon_button,
    label,
)
from storage.base.words import _, plural

_COUNT_AFTER = 300
_FIRST = 100


class SavedAudiences(QWidget):
    """The rule is saved when the person says so; the count follows each change."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._audiences: tuple[Audience, ...] = ()
        self._name = ""
        self._wanted = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_COUNT_AFTER)
        self._timer.timeout.connect(self._count)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._editor())
        empty = EmptyState(
            _(
                "Saved audiences will be listed here: people who match a rule, used by any number of strategies."
            ),
            _("New audience"),
        )
        empty.acted.connect(self.begin)
        self._stack.addWidget(empty)
        self._stack.setCurrentIndex(1)
        line = row(self._sidebar(), self._stack, gap=0)
        line.setStretch(1, 1)
        self.setLayout(line)
        self.reload()

    # -- building ----------------------------------------------------------------------------------------------

    def _sidebar(self) -> QWidget:
        self.search = SearchField(_("Find"))
        self.search.textChanged.connect(lambda _text: self._fill())
        add = icon_button("mdi6.plus", _("New audience"), self.begin, outlined=True)
        add.setObjectName("new_audience")
        self.list = QListWidget()
        self.list.setAccessibleName(_("Saved audiences"))
        self.list.currentRowChanged.connect(self._chosen)
        made = frame("sidebar", column(row(self.search, add), self.list, gap=8, margins=(12, 12, 12, 12)))
        made.setFixedWidth(size("layout.sidebar") + 24)
        return made

    def _editor(self) -> QWidget:
        self.name = QLineEdit()
        set_role(self.name, "title")
        self.name.setPlaceholderText(_("Name of the audience"))
        self.name.setAccessibleName(_("Name of the audience"))
        self.name.setMaximumWidth(420)
        self.kind = Chip("", "success", dot=True)
        self.save_button = button(_("Save"), self.save, role="primary")
        self.save_button.setObjectName("save_audience")
        self.delete_button = button(_("Delete…"), self._ask_delete)
        head = row(self.name, self.kind, None, self.delete_button, self.save_button, margins=(18, 12, 24, 0))
        head.setStretch(0, 1)
        self.builder = RuleBuilder(self._context(), narrow=False)
        self.builder.edited.connect(self._edited)
        self.words = label("", wrap=True)
        plate = frame("panel-sunken", row(self.words, margins=(12, 10, 12, 10)))
        self._rule_panel = Panel(_("People for whom"))
        self._rule_panel.add(self.builder)
        self._rule_panel.add(plate)
        self.count = label("–", "big-number")
        self.of = label("", "muted", wrap=True)
        match = Panel(_("Match now"))
        match.add(self.count)
        match.add(self.of)
        match.body.addStretch(1)
        match.setFixedWidth(264)
        self.table = DataTable(empty=_("Nobody matches now."))
        self.table.setAccessibleName(_("Who matches"))
        self.table.setMinimumHeight(300)
        self._people = Panel(_("Contacts"), "", flush=True)
        self._people.add(self.table, 1)
        top = row(self._rule_panel, match, gap=16)
        top.setStretch(0, 1)
        inner = box(column(top, self._people, gap=16, margins=(24, 16, 24, 24)))
        return box(column(head, scroll(inner, "page"), gap=8), "page")

    def _context(self) -> Context:
        return Context(self.session.catalogue)

    def set_catalogue(self, _catalogue: Catalogue) -> None:
        """Other fields, tags or audiences can be chosen."""
        self.builder.set_context(self._context())

    # -- the list ----------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read the audiences again."""
        from canvas_app.operations.audiences import list_audiences

        self.session.work.run_operation(list_audiences, done=self._show, latest="audiences")

    def _show(self, audiences: Any) -> None:
        self._audiences = tuple(audiences)
        if self._wanted:
            self._name, self._wanted = self._wanted, ""
        self._fill()
        if self._audiences and not self._name and self._stack.currentIndex() == 1:
            self.list.setCurrentRow(0)

    def _fill(self) -> None:
        quiet = self.list.blockSignals(True)
        self.list.clear()
        wanted = self.search.text().casefold()
        for each in self._audiences:
            if wanted in each.name.casefold():
                item = QListWidgetItem(f"{each.name}   {each.count:,}")
                item.setData(256, each.name)
                self.list.addItem(item)
                if each.name == self._name:
                    self.list.setCurrentItem(item)
        self.list.blockSignals(quiet)

    def _chosen(self, at: int) -> None:
        if at < 0:
            return
        name = self.list.item(at).data(256)
        found = next(each for each in self._audiences if each.name == name)
        self._open(found.name, found.rule, is_list=found.is_list)

    def begin(self) -> None:
        """A new audience, ready to be named."""
        self.list.setCurrentRow(-1)
        self._open("", None, is_list=False)
        self.name.setFocus()

    def _open(self, name: str, rule: Any, *, is_list: bool) -> None:
        self._name = name
        self._stack.setCurrentIndex(0)
        self.name.setText(name)
        self.kind.set_text(_("List") if is_list else _("Live, fills itself"))
        self.kind.set_tone("neutral" if is_list else "success")
        self._rule_panel.setVisible(not is_list)
        self.save_button.setVisible(not is_list)
        self.delete_button.setVisible(bool(name))
        self._list_rule = {"audience": name} if is_list else None
        self.builder.show_rule(rule)
        self._edited(rule)

    # -- the rule ----------------------------------------------------------------------------------------------

    def _rule(self) -> Any:
        return self._list_rule or self.builder.rule()

    def _edited(self, rule: Any) -> None:
        sentence, right = rule_in_words(rule, self._context())
        self.words.setText(_("In words. {sentence}", sentence=sentence) if right else sentence)
        self.save_button.setEnabled(right and rule is not None)
        if right:
            self._timer.start()

    def _count(self) -> None:
        from canvas_app.operations.contacts import contact_page

        self.session.work.run_operation(
            contact_page, done=self._show_people, refused=lambda _sentence: None, latest="audience",
            rule=self._rule(), limit=_FIRST,
        )  # fmt: skip

    def _show_people(self, page: Any) -> None:
        self.count.setText(f"{page.total:,}")
        contacts = self.session.catalogue.contacts
        self.of.setText(plural("of {n} contact", "of {n} contacts", contacts))
        shown = filled_columns(page)
        self.table.setModel(RowsModel(contact_columns(shown), shown.rows))
        self._people.set_title(
            _("Contacts"),
            _("first {shown} of {n}", shown=f"{len(page.rows):,}", n=f"{page.total:,}") if page.rows else "",
        )

    # -- doing -------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Keep the audience under its name; a changed name renames it."""
        from canvas_app.operations.audiences import rename_audience, save_audience

        name, rule = self.name.text().strip(), self.builder.rule()
        if not name:
            self.session.told.emit("warning", _("The audience has no name. Give it one."))
            self.name.setFocus()
            return

        def keep(_result: Any = None) -> None:
            self._wanted = name
            self.session.work.run_operation(save_audience, name=name, rule=rule, done=self._saved)

        if self._name and self._name != name:
            self.session.work.run_operation(rename_audience, done=keep, name=self._name, to=name)
        else:
            keep()

    def _saved(self, result: Any) -> None:
        self._name = result.name
        self.delete_button.show()
        words = plural(
            "“{name}” is saved. {n} person matches.",
            "“{name}” is saved. {n} people match.",
            result.count,
            name=result.name,
        )
        self.session.told.emit("success", words)

    def _ask_delete(self) -> None:
        from canvas_app.operations.audiences import delete_audience

        name = self._name

        def go() -> None:
            self._name = ""
            self._stack.setCurrentIndex(1)
            self.session.work.run_operation(delete_audience, name=name)

        question = _("The contacts stay. Strategies that use “{name}” let nobody new in.", name=name)
        ask(self, _("Delete this audience?"), question, _("Delete “{name}”", name=name), go)
