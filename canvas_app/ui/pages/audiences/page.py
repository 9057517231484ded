"""The page of audiences, with the contacts as its second tab and the import at its side."""

from PySide6.QtWidgets import QStackedWidget, QWidget

from canvas_app.operations.changes import Changes
from canvas_app.ui.pages.audiences.contacts import ContactTable
from canvas_app.ui.pages.audiences.importing import ImportSheet
from canvas_app.ui.pages.audiences.saved import SavedAudiences
from canvas_app.ui.shell.parts import column, frame, row
from canvas_app.ui.shell.session import Session
from canvas_app.ui.theme import size
from canvas_app.ui.widgets import SegmentedControl, button, label
from storage.base.words import _


class AudiencesPage(QWidget):
    """Two tabs and a sheet."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.tabs = SegmentedControl([("audiences", _("Audiences")), ("contacts", _("Contacts"))])
        self.tabs.chosen.connect(self.show_tab)
        self.import_button = button(
            _("Bring in contacts…"), self.bring_contacts, icon_name="mdi6.account-multiple-plus-outline"
        )
        self.import_button.setObjectName("import_contacts")
        bar = frame(
            "bar",
            row(
                label(_("Audiences"), "page-title"),
                8,
                self.tabs,
                None,
                self.import_button,
                margins=(24, 0, 24, 0),
            ),
        )
        bar.setFixedHeight(size("layout.page_bar"))
        self.saved = SavedAudiences(session)
        self.contacts = ContactTable(session)
        self.sheet = ImportSheet(session)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.saved)
        self._stack.addWidget(self.contacts)
        self.setLayout(row(column(bar, self._stack, gap=0), self.sheet, gap=0))
        self.contacts.import_wanted.connect(self.bring_contacts)
        session.changed.connect(self._changed)
        session.catalogue_changed.connect(self.saved.set_catalogue)

    def show_tab(self, name: str) -> None:
        """Go to `audiences` or `contacts`."""
        self.tabs.set_current(name)
        self._stack.setCurrentIndex(0 if name == "audiences" else 1)
        if name == "contacts":
            self.contacts.reload()

    def bring_contacts(self) -> None:
        """Open the import at the side of the contacts."""
        self.show_tab("contacts")
        self.sheet.begin()

    def _changed(self, changes: Changes) -> None:
        if changes.audiences or changes.contacts:
            self.saved.reload()
            self.contacts.reload()
