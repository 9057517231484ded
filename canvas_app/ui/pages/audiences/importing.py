"""Bringing in contacts: file, columns, consent, a trial run, then the real one, with what was left out."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from canvas_app.operations.tables import TablePreview
from canvas_app.ui.forms.conditions import CHANNELS
from canvas_app.ui.pages.audiences.mapping import MappingTable
from canvas_app.ui.pages.audiences.outcome import reach_line, reject_table
from canvas_app.ui.shell.parts import box, clear, column, row
from canvas_app.ui.shell.session import Session
from canvas_app.ui.widgets import (
    BusyBar,
    ComboBox,
    FlowLayout,
    Kpi,
    KpiStrip,
    SideSheet,
    button,
    label,
    primary_button,
)
from canvas_app.ui.work import Job
from storage.base.words import N_, _, plural
from storage.reading.layout import Options
from storage.workspace import Workspace

STEPS = (N_("File"), N_("Columns"), N_("Consent"), N_("Look it over"), N_("Done"))
FILE, COLUMNS, CONSENT, TRIAL, DONE = range(5)
_ENCODINGS = ("utf-8", "gb18030", "cp1252", "utf-16", "cp1258", "big5", "shift_jis")
_DELIMITERS = {",": N_("comma"), ";": N_("semicolon"), "\t": N_("tab"), "|": N_("bar")}
_FILES = "*.csv *.tsv *.txt *.xlsx *.xls *.ods *.parquet"


def preview_file(
    workspace: Workspace, *, path: str, options: Options, mapping: dict[str, str]
) -> TablePreview:
    """How a file would be read in this workspace."""
    from canvas_app.operations.tables import preview_table

    return preview_table(path, workspace=workspace, options=options, mapping=mapping)


class ImportSheet(SideSheet):
    """One step after the other; nothing is kept before the last."""

    def __init__(self, session: Session) -> None:
        super().__init__(_("Bring in contacts"), width=640)
        self.session = session
        self.path = ""
        self.preview: TablePreview | None = None
        self._job: Job | None = None
        self.setAcceptDrops(True)
        self._stack = QStackedWidget()
        for made in (
            self._file_step(),
            self._columns_step(),
            self._consent_step(),
            self._trial_step(),
            self._done_step(),
        ):
            self._stack.addWidget(made)
        self.body.addWidget(self._stack)
        self.problem = label("", "error", wrap=True)
        self.problem.hide()
        self.body.addWidget(self.problem)
        self.back = button(_("Back"), lambda: self._go(self._stack.currentIndex() - 1))
        self.next = primary_button("", self._next)
        self.next.setObjectName("import_next")
        self._promise = label(_("Nothing is kept before the last step."), "hint")
        self.footer.addWidget(self._promise)
        self.footer.addStretch(1)
        self.footer.addWidget(self.back)
        self.footer.addWidget(self.next)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(200)
        self._again.timeout.connect(self._look)

    # -- steps -------------------------------------------------------------------------------------------------

    def _file_step(self) -> QWidget:
        choose = primary_button(_("Choose a file…"), self.choose_file, "mdi6.folder-open-outline")
        choose.setObjectName("choose_file")
        words = _(
            "CSV, Excel, ODS or Parquet, in any encoding and with any delimiter. You can also drop the file here."
        )
        return box(column(label(words, "muted", wrap=True), row(choose, None), None, gap=16))

    def _columns_step(self) -> QWidget:
        self._found = label("", "muted", wrap=True)
        self.encoding = ComboBox(
            [(None, _("Encoding: as found")), *((each, each) for each in _ENCODINGS)], compact=True
        )
        self.delimiter = ComboBox(
            [(None, _("Delimiter: as found")), *((key, _(words)) for key, words in _DELIMITERS.items())],
            compact=True,
        )
        self.heading = ComboBox(
            [
                (None, _("Heading: as found")),
                (1, _("in line 1")),
                (2, _("in line 2")),
                (3, _("in line 3")),
                (0, _("none")),
            ],
            compact=True,
        )
        for field in (self.encoding, self.delimiter, self.heading):
            field.currentIndexChanged.connect(lambda _row: self._look())
        self.mapping = MappingTable()
        self.mapping.edited.connect(self._again_soon)
        self._notes = label("", "hint", wrap=True)
        options = FlowLayout(gap=8)
        for field in (self.encoding, self.delimiter, self.heading):
            options.addWidget(field)
        return box(
            column(
                self._found,
                options,
                self._notes,
                label(_("What each column becomes"), "section"),
                self.mapping,
                None,
            )
        )

    def _consent_step(self) -> QWidget:
        self._reach_words = label("", wrap=True)
        self.channels = {name: QCheckBox(_(words)) for name, words in CHANNELS.items()}
        flow = FlowLayout(gap=12)
        for each in self.channels.values():
            each.toggled.connect(lambda _on: self._fit())
            flow.addWidget(each)
        self.source = QLineEdit()
        self.source.setObjectName("consent_source")
        self.source.setAccessibleName(_("Where does consent come from?"))
        self.source.setPlaceholderText(_("Newsletter form, May 2026"))
        self.source.textChanged.connect(lambda _text: self._fit())
        self.list_name = QLineEdit()
        self.list_name.setAccessibleName(_("Name of the list"))
        self.list_name.setPlaceholderText(_("no list"))
        self.region = QLineEdit()
        self.region.setMaxLength(2)
        self.region.setFixedWidth(72)
        self.region.setAccessibleName(_("Country of national telephone numbers"))
        return box(
            column(
                self._reach_words,
                8,
                label(_("Everybody in this file said yes to"), "section"),
                flow,
                8,
                label(_("Where does consent come from?"), "section"),
                self.source,
                label(_("Kept with every person, to answer whoever asks."), "hint"),
                16,
                label(_("Put them on a list as well"), "section"),
                self.list_name,
                8,
                label(_("Country of national telephone numbers"), "section"),
                self.region,
                None,
                gap=4,
            )
        )

    def _trial_step(self) -> QWidget:
        self._trial = QVBoxLayout()
        self._trial.setSpacing(12)
        self.bar = BusyBar("")
        self.bar.cancelled.connect(self._cancel)
        return box(column(self.bar, self._trial, None, gap=12))

    def _done_step(self) -> QWidget:
        self._done = QVBoxLayout()
        self._done.setSpacing(12)
        return box(column(self._done, None))

    # -- going on ----------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Open at the first step."""
        self.path = ""
        self.mapping.forget()
        self._go(FILE)
        self.open_sheet()

    def _go(self, step: int) -> None:
        self.problem.hide()
        self._stack.setCurrentIndex(max(FILE, step))
        name = f"{step + 1} / {len(STEPS)} · {_(STEPS[step])}"
        self.set_title(_("Bring in contacts"), f"{Path(self.path).name} · {name}" if self.path else name)
        self._fit()
        if step == TRIAL:
            self._try()

    def _next(self) -> None:
        step = self._stack.currentIndex()
        if step == DONE:
            self.close_sheet()
        elif step == TRIAL:
            self._import()
        else:
            self._go(step + 1)

    def _fit(self) -> None:
        step = self._stack.currentIndex()
        self.back.setVisible(step in (COLUMNS, CONSENT, TRIAL))
        self.next.setVisible(step != FILE)
        self._promise.setVisible(step != DONE)
        self.next.setText(_("Close") if step == DONE else _("Bring them in") if step == TRIAL else _("Next"))
        wanted = any(each.isChecked() for each in self.channels.values())
        named = not wanted or bool(self.source.text().strip())
        self.next.setEnabled(
            self._job is None and (step != CONSENT or named) and (step != COLUMNS or self.preview is not None)
        )

    def _refused(self, sentence: str) -> None:
        self._job = None
        self.problem.setText(sentence)
        self.problem.show()
        self.bar.hide()
        self._fit()

    # -- the file ----------------------------------------------------------------------------------------------

    def choose_file(self) -> None:
        """Ask for the file."""
        chosen, _kind = QFileDialog.getOpenFileName(self, _("Choose a file"), "", f"{_('Tables')} ({_FILES})")
        if chosen:
            self.take_file(chosen)

    def take_file(self, path: str) -> None:
        """Look at a file and go on to its columns."""
        self.path = path
        self.preview = None
        self.mapping.forget()
        self._go(COLUMNS)
        self._look()

    def _again_soon(self) -> None:
        self._again.start()

    def _look(self) -> None:
        if not self.path:
            return
        options = Options(
            encoding=_text(self.encoding.value()), delimiter=_text(self.delimiter.value()),
            heading=self.heading.currentData(),
        )  # fmt: skip
        self.session.work.run_operation(
            preview_file, done=self._show_preview, refused=self._refused, latest="preview", path=self.path,
            options=options, mapping=self.mapping.mapping(),
        )  # fmt: skip

    def _show_preview(self, preview: Any) -> None:
        self.preview = preview
        self.problem.hide()
        layout = preview.layout
        facts = [
            plural("{n} column", "{n} columns", len(preview.columns)),
            *([layout.encoding] if layout.encoding else []),
            *([_(_DELIMITERS.get(layout.delimiter, layout.delimiter))] if layout.delimiter else []),
            _("heading in line {n}", n=layout.heading) if layout.heading else _("no heading"),
        ]
        self._found.setText(_("Read as: {facts}", facts=", ".join(facts)))
        self._notes.setText("\n".join(preview.notes))
        self._notes.setVisible(bool(preview.notes))
        self.mapping.show_preview(preview, self.session.catalogue)
        self._reach_words.setText(
            _("The file says in a column who agreed. What you tick here holds for everybody besides.")
            if preview.has_consent
            else _(
                "The file does not say who agreed to be written to. Without consent, marketing reaches nobody."
            )
        )
        self._fit()

    # -- trial and import --------------------------------------------------------------------------------------

    def _run(self, *, dry_run: bool, done: Any) -> None:
        from canvas_app.operations.contacts import import_contacts

        self.bar.show()
        self.bar.cancel_button.setEnabled(True)
        self.bar.set_text(_("Trying it out") if dry_run else _("Bringing them in"))
        self.bar.set_progress(0, 0)
        self._job = self.session.work.run_operation(
            import_contacts, done=done, refused=self._refused, title=_("Bringing in contacts"), path=self.path,
            mapping=self.mapping.mapping(), key=self._key(), list_name=self.list_name.text().strip() or None,
            region=self.region.text().strip().upper() or None,
            consent=[name for name, each in self.channels.items() if each.isChecked()],
            consent_source=self.source.text().strip(), dry_run=dry_run,
            options=Options(
                encoding=_text(self.encoding.value()), delimiter=_text(self.delimiter.value()),
                heading=self.heading.currentData(),
            ),
        )  # fmt: skip
        self._fit()

    def _key(self) -> str:
        columns = self.preview.columns if self.preview is not None else ()
        targets = {each.heading: each.target for each in columns} | self.mapping.mapping()
        return "external_id" if "external_id" in targets.values() else "email"

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
            self.bar.hide()
            self._fit()

    def _try(self) -> None:
        clear(self._trial)
        self._run(dry_run=True, done=self._tried)

    def _tried(self, result: Any) -> None:
        self._job = None
        self.bar.hide()
        self._show_result(self._trial, result)
        self._fit()
        people = result.created + result.updated + result.unchanged
        self.next.setText(plural("Bring in {n} person", "Bring in {n} people", people))
        self.next.setEnabled(people > 0)

    def _import(self) -> None:
        self._run(dry_run=False, done=self._imported)

    def _imported(self, result: Any) -> None:
        self._job = None
        self.bar.hide()
        clear(self._done)
        self._show_result(self._done, result)
        self._go(DONE)

    def _show_result(self, place: QVBoxLayout, result: Any) -> None:
        clear(place)
        figures = (
            Kpi(_("New"), f"{result.created:,}"), Kpi(_("Changed"), f"{result.updated:,}"),
            Kpi(_("As before"), f"{result.unchanged:,}"), Kpi(_("Left out"), f"{result.rejected:,}"),
        )  # fmt: skip
        place.addWidget(KpiStrip(figures))
        for each in result.reach:
            place.addLayout(reach_line(each))
        for note in result.notes:
            place.addWidget(label(str(note), "hint", wrap=True))
        if result.rejects:
            place.addWidget(label(_("What could not be taken"), "section"))
            place.addWidget(reject_table(result.rejects))

    # -- dropping ----------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            self.take_file(files[0])


def _text(value: object) -> str | None:
    return str(value) if value is not None else None
