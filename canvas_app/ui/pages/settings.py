"""Settings: accounts, what holds for the workspace, language and theme."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from canvas_app.operations.changes import Changes
from canvas_app.ui.dialogs.ask import ask
from canvas_app.ui.forms.settings import zone_names
from canvas_app.ui.shell.parts import box, column, frame, row, scroll
from canvas_app.ui.shell.session import Session
from canvas_app.ui.theme import size, theme
from canvas_app.ui.widgets import Column, DataTable, Panel, RowsModel, SegmentedControl, button, label
from nodes.accounts import account_kinds
from nodes.registry import node_types
from storage.base.words import LANGUAGES, N_, _, language

THEMES = {"system": N_("Like the system"), "light": N_("Light"), "dark": N_("Dark")}


class SettingsPage(QWidget):
    """Everything that is not a strategy."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        bar = frame("bar", row(label(_("Settings"), "page-title"), None, margins=(24, 0, 24, 0)))
        bar.setFixedHeight(size("layout.page_bar"))
        panels = column(
            self._look_panel(),
            self._workspace_panel(),
            self._accounts_panel(),
            None,
            gap=16,
            margins=(24, 24, 24, 24),
        )
        inner = box(panels)
        inner.setMaximumWidth(1080)
        self.setLayout(column(bar, scroll(box(row(inner)), "page"), gap=0))
        session.changed.connect(self._changed)
        self.reload()

    def _look_panel(self) -> Panel:
        panel = Panel(_("Language and theme"))
        languages = SegmentedControl(list(LANGUAGES.items()), language())
        languages.chosen.connect(self._choose_language)
        themes = SegmentedControl([(key, _(words)) for key, words in THEMES.items()], theme.mode)
        themes.chosen.connect(self._choose_theme)
        panel.add(row(languages, 16, themes, None))
        return panel

    def _choose_language(self, code: str) -> None:
        self.session.look_changed.emit(code, "")

    def _choose_theme(self, mode: str) -> None:
        self.session.look_changed.emit("", mode)

    def _workspace_panel(self) -> Panel:
        panel = Panel(_("Workspace"), self.session.target)
        self.zone, self.region = QLineEdit(), QLineEdit()
        self.zone.setFixedWidth(260)
        self.region.setFixedWidth(72)
        self.region.setMaxLength(2)
        completer = QCompleter(zone_names(), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.zone.setCompleter(completer)
        for field, name in ((self.zone, _("Time zone")), (self.region, _("Country"))):
            field.setAccessibleName(name)
        self._save_button = button(_("Save"), self._save)
        panel.add(
            row(
                column(label(_("Time zone"), "section"), self.zone, gap=4),
                column(label(_("Country"), "section"), self.region, gap=4),
                column(label(" ", "section"), self._save_button, gap=4),
                None,
                gap=16,
            )
        )
        panel.add(label(_("For contacts and telephone numbers that say neither themselves."), "hint"))
        return panel

    def _accounts_panel(self) -> Panel:
        panel = Panel(_("Accounts"), _("Messages and calls leave by these."), flush=True)
        self._test = button(_("Test"), self._test_chosen, compact=True)
        self._default = button(_("Make default"), self._make_default, compact=True)
        self._change = button(_("Change…"), self._change_chosen, compact=True)
        self._remove = button(_("Remove…"), self._remove_chosen, compact=True)
        add = button(_("Add an account"), self.add_account, compact=True, icon_name="mdi6.plus")
        add.setObjectName("add_account")
        for made in (self._test, self._default, self._change, self._remove, add):
            panel.add_action(made)
        self.model = RowsModel(_columns())
        self.table = DataTable(
            self.model,
            empty=_(
                "No account yet. Without one nothing can be sent; a sandbox sends to nobody and only answers."
            ),
        )
        self.table.setAccessibleName(_("Accounts"))
        self.table.setMinimumHeight(240)
        self.table.row_opened.connect(lambda _at: self._change_chosen())
        self.table.selectionModel().selectionChanged.connect(lambda *_a: self._fit())
        panel.add(self.table)
        self._fit()
        return panel

    # -- reading -----------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read accounts and settings again."""
        from canvas_app.operations.accounts import list_accounts
        from canvas_app.operations.workspace_settings import workspace_settings

        self.session.work.run_operation(list_accounts, done=self._show_accounts, latest="accounts")
        self.session.work.run_operation(workspace_settings, done=self._show_settings, latest="workspace")

    def _changed(self, changes: Changes) -> None:
        if changes.accounts or changes.settings:
            self.reload()

    def _show_accounts(self, lines: Any) -> None:
        self.model.set_rows(lines)
        self._fit()

    def _show_settings(self, found: Any) -> None:
        self.zone.setText(found.timezone)
        self.region.setText(found.region)

    # -- doing -------------------------------------------------------------------------------------------------

    def _chosen(self) -> Any:
        at = self.table.chosen_row()
        return self.model.row(at) if at >= 0 else None

    def _fit(self) -> None:
        there = self._chosen() is not None
        for made in (self._test, self._default, self._change, self._remove):
            made.setEnabled(there)

    def add_account(self) -> None:
        """Ask for a new account."""
        from canvas_app.ui.dialogs.account import AccountSheet

        AccountSheet(self, self.session).open()

    def _change_chosen(self) -> None:
        from canvas_app.ui.dialogs.account import AccountSheet

        if (line := self._chosen()) is not None:
            AccountSheet(self, self.session, line).open()

    def _test_chosen(self) -> None:
        from canvas_app.operations.accounts import test_account

        def done(result: Any) -> None:
            self.session.told.emit(
                "success", _("“{name}” answers: {answer}", name=result.name, answer=result.answer)
            )

        if (line := self._chosen()) is not None:
            self.session.work.run_operation(test_account, done=done, name=line.name)

    def _make_default(self) -> None:
        from canvas_app.operations.accounts import set_default_account

        if (line := self._chosen()) is not None:
            self.session.work.run_operation(set_default_account, name=line.name)

    def _remove_chosen(self) -> None:
        from canvas_app.operations.accounts import remove_account

        line = self._chosen()
        if line is None:
            return
        question = _("Nodes that name “{name}” send nothing until they get another account.", name=line.name)

        def go() -> None:
            self.session.work.run_operation(remove_account, name=line.name)

        ask(self, _("Remove this account?"), question, _("Remove “{name}”", name=line.name), go)

    def _save(self) -> None:
        from canvas_app.operations.workspace_settings import save_workspace_settings

        def done(_result: Any) -> None:
            self.session.told.emit("success", _("Saved."))

        self.session.work.run_operation(
            save_workspace_settings,
            done=done,
            timezone=self.zone.text().strip(),
            region=self.region.text().strip(),
        )


def _columns() -> list[Column]:
    def kind_words(line: Any) -> str:
        kind = account_kinds().get(line.kind)
        return _(kind.label) if kind and kind.label else str(line.kind)

    def channel(line: Any) -> str:
        kind = node_types().get(line.channel)
        return _(kind.label) if kind else str(line.channel)

    def detail(line: Any) -> str:
        host = line.params.get("host") or line.params.get("url") or ""
        return str(host)

    return [
        Column(
            _("Name"),
            lambda line: line.name,
            stretch=True,
            strong=True,
            kind=lambda line: line.channel,
            note=detail,
        ),
        Column(_("Channel"), channel, width=160),
        Column(_("Kind"), kind_words, width=180),
        Column(
            _("Default"),
            lambda line: _("default") if line.is_default else "",
            width=120,
            tone=lambda line: "accent" if line.is_default else "",
        ),
    ]
