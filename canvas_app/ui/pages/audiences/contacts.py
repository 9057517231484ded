"""The table of contacts: find, sort, page; addresses stay masked."""

from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from canvas_app.operations.contact_pages import ContactPage, ContactRow
from canvas_app.ui.shell.parts import box, column, row
from canvas_app.ui.shell.session import Session
from canvas_app.ui.widgets import (
    Column,
    DataTable,
    EmptyState,
    Panel,
    RowsModel,
    SearchField,
    icon_button,
    label,
)
from storage.base.words import _, plural

PAGE = 100
_SEARCH_AFTER = 250


def contact_columns(page: ContactPage) -> list[Column]:
    """The columns of a page of contacts."""

    def reader(at: int) -> Any:
        return lambda contact: contact.values[at]

    made = []
    for at, (name, words) in enumerate(zip(page.columns, page.labels, strict=True)):
        number = any(
            isinstance(each.values[at], int | float) and not isinstance(each.values[at], bool)
            for each in page.rows
        )
        made.append(
            Column(words, reader(at), number=number, width=200 if name == "email" else 140, strong=at == 0)
        )
    return made


def filled_columns(page: ContactPage) -> ContactPage:
    """The page without columns in which nobody has anything."""
    kept = [
        at for at in range(len(page.columns)) if any(each.values[at] not in (None, "") for each in page.rows)
    ]
    if not kept:
        return page
    rows = tuple(ContactRow(each.id, each.key, tuple(each.values[at] for at in kept)) for each in page.rows)
    return ContactPage(
        columns=tuple(page.columns[at] for at in kept),
        labels=tuple(page.labels[at] for at in kept),
        rows=rows,
        total=page.total,
    )


class ContactTable(QWidget):
    """`import_wanted` while there is nobody."""

    import_wanted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._offset = 0
        self._total = 0
        self._columns: tuple[str, ...] = ()
        self._sort, self._descending = "", False
        self.search = SearchField(_("Name, number, email or phone"))
        self.search.setFixedWidth(300)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SEARCH_AFTER)
        self._timer.timeout.connect(self._from_start)
        self.search.textChanged.connect(lambda _text: self._timer.start())
        self._count = label("", "muted")
        self.previous = icon_button(
            "mdi6.chevron-left", _("Earlier"), lambda: self._step(-PAGE), outlined=True, compact=True
        )
        self.following = icon_button(
            "mdi6.chevron-right", _("Later"), lambda: self._step(PAGE), outlined=True, compact=True
        )
        self.table = DataTable(empty=_("Nobody is called that."))
        self.table.setObjectName("contact_table")
        self.table.setAccessibleName(_("Contacts"))
        self.table.row_opened.connect(self._open)
        head = self.table.horizontalHeader()
        head.setSectionsClickable(True)
        head.sectionClicked.connect(self._sort_by)
        empty = EmptyState(_("The people you may reach will be listed here."), _("Bring in contacts…"))
        empty.acted.connect(self.import_wanted)
        self._stack = QStackedWidget()
        self._stack.addWidget(box(column(self._panel(), margins=(24, 24, 24, 24)), "page"))
        self._stack.addWidget(empty)
        self.setLayout(row(self._stack))

    def _panel(self) -> Panel:
        panel = Panel(_("Contacts"), "", flush=True)
        for piece in (
            label(_("Personal data hidden"), "muted"),
            self.search,
            self._count,
            self.previous,
            self.following,
        ):
            panel.add_action(piece)
        panel.add(self.table, 1)
        return panel

    def reload(self) -> None:
        """Read the page again."""
        from canvas_app.operations.contacts import contact_page

        self.session.work.run_operation(
            contact_page,
            done=self._show,
            latest="contacts",
            offset=self._offset,
            limit=PAGE,
            search=self.search.text(),
            sort=self._sort,
            descending=self._descending,
        )

    def _from_start(self) -> None:
        self._offset = 0
        self.reload()

    def _sort_by(self, section: int) -> None:
        """Sort all contacts by a column; again turns the order around."""
        if section < len(self._columns):
            name = self._columns[section]
            self._descending = not self._descending if name == self._sort else False
            self._sort = name
            self._from_start()

    def _step(self, by: int) -> None:
        self._offset = max(0, min(self._offset + by, self._total - 1))
        self.reload()

    def _show(self, page: Any) -> None:
        self._total = page.total
        searching = bool(self.search.text().strip())
        self._stack.setCurrentIndex(0 if page.total or searching else 1)
        shown = filled_columns(page)
        self._columns = shown.columns
        self.table.setModel(RowsModel(contact_columns(shown), shown.rows))
        head = self.table.horizontalHeader()
        order = Qt.SortOrder.DescendingOrder if self._descending else Qt.SortOrder.AscendingOrder
        head.setSortIndicatorShown(self._sort in shown.columns)
        if self._sort in shown.columns:
            head.setSortIndicator(shown.columns.index(self._sort), order)
        first = min(self._offset + 1, page.total)
        words = plural("{first}–{last} of {n} person", "{first}–{last} of {n} people", page.total,
                       first=f"{first:,}", last=f"{self._offset + len(page.rows):,}")  # fmt: skip
        self._count.setText(words)
        self.previous.setEnabled(self._offset > 0)
        self.following.setEnabled(self._offset + len(page.rows) < page.total)

    def _open(self, at: int) -> None:
        from canvas_app.ui.dialogs.contact import show_contact_sheet

        model = self.table.model()
        if isinstance(model, RowsModel):
            show_contact_sheet(self, self.session, model.row(at).key)
