"""A sheet to add or change an account: channel, kind, the kind's own form, the password."""

from typing import Any

from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from canvas_app.ui.dialogs.ask import Sheet
from canvas_app.ui.forms.base import Context
from canvas_app.ui.forms.form import ParamForm
from canvas_app.ui.shell.parts import box, column, scroll
from canvas_app.ui.shell.session import Session
from canvas_app.ui.widgets import ComboBox, label
from nodes.accounts import AccountKind, account_kinds
from nodes.channel import Channel
from nodes.registry import node_types
from storage.base.words import _

FIRST_CHANNEL, FIRST_KIND = "email", "smtp"


class AccountSheet(Sheet):
    """Adds an account, or changes the one given."""

    def __init__(self, parent: QWidget, session: Session, known: Any = None) -> None:
        title = _("Change “{name}”", name=known.name) if known else _("Add an account")
        super().__init__(
            parent,
            title,
            _("The password is kept by this computer's key ring, never in the workspace."),
            width=560,
        )
        self._session, self._known = session, known
        channels = [
            (each.type_id, _(each.label)) for each in node_types().values() if issubclass(each, Channel)
        ]
        self.channel = ComboBox(channels, known.channel if known else FIRST_CHANNEL)
        self.channel.setAccessibleName(_("Channel"))
        self.kind = ComboBox()
        self.kind.setAccessibleName(_("Kind"))
        self.name = QLineEdit(known.name if known else "")
        self.name.setAccessibleName(_("Name"))
        self.name.setEnabled(known is None)
        self._make_secret(known)
        self.form: ParamForm | None = None
        self._form_place = column()
        self._values: dict[str, Any] = dict(known.params) if known else {}
        self._problem = label("", "error", wrap=True)
        self._problem.hide()
        self._lay_out(parent.window().height())
        self.add_buttons(_("Save the account"), self._save)
        self.channel.currentIndexChanged.connect(self._offer_kinds)
        self.kind.currentIndexChanged.connect(self._show_form)
        self._offer_kinds()
        self.name.setFocus()

    def _make_secret(self, known: Any) -> None:
        self.secret = QLineEdit()
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.secret.setAccessibleName(_("Password"))
        self.secret.setPlaceholderText(_("Unchanged") if known and known.has_secret else "")
        self.default = QCheckBox(_("Use it where a node names no account"))
        self.default.setChecked(known.is_default if known else True)
        self._secret_words = label(_("Password"), "section")

    def _lay_out(self, room: int) -> None:
        fields = column(gap=4)
        for words, field in ((_("Channel"), self.channel), (_("Kind"), self.kind), (_("Name"), self.name)):
            fields.addWidget(label(words, "section"))
            fields.addWidget(field)
            fields.addSpacing(8)
        inner = box(
            column(
                fields,
                self._form_place,
                4,
                self._secret_words,
                self.secret,
                4,
                self.default,
                self._problem,
                None,
                gap=4,
            )
        )
        area = scroll(inner)
        area.setMinimumHeight(max(360, min(620, room - 300)))
        self.body.addWidget(area)

    def _kinds(self) -> dict[str, type[AccountKind]]:
        channel = self.channel.value()
        return {
            key: kind
            for key, kind in account_kinds().items()
            if not kind.channels or channel in kind.channels
        }

    def _offer_kinds(self) -> None:
        kinds = self._kinds()
        wanted = self._known.kind if self._known else FIRST_KIND if FIRST_KIND in kinds else None
        self.kind.set_options([(key, _(kind.label or key)) for key, kind in kinds.items()], wanted)
        self._show_form()

    def _show_form(self) -> None:
        from canvas_app.ui.shell.parts import clear

        clear(self._form_place)
        kind = self._kinds().get(str(self.kind.value()))
        if kind is None:
            return
        self.form = ParamForm(kind.param_list(), self._values, Context(self._session.catalogue))
        self.form.edited.connect(self._keep)
        self._form_place.addWidget(self.form)
        self._secret_words.setVisible(kind.needs_secret)
        self.secret.setVisible(kind.needs_secret)

    def _keep(self, key: str, value: Any, _typing: bool) -> None:
        self._values = {name: item for name, item in {**self._values, key: value}.items() if item is not None}

    def _save(self) -> None:
        from canvas_app.operations.accounts import add_account

        kind = self._kinds().get(str(self.kind.value()))
        if kind is not None and self.form is not None:
            self.form.show_problems(kind(self._values).check())
        self.effect.setEnabled(False)
        self._session.work.run_operation(
            add_account, done=self._saved, refused=self._refused, name=self.name.text().strip(),
            channel=self.channel.value(), kind=self.kind.value(), params=dict(self._values),
            secret=self.secret.text() or None, default=self.default.isChecked(), replace=self._known is not None,
        )  # fmt: skip

    def _refused(self, sentence: str) -> None:
        self.effect.setEnabled(True)
        self._problem.setText(sentence)
        self._problem.show()

    def _saved(self, result: Any) -> None:
        for words in result.warnings:
            self._session.told.emit("warning", words)
        self.accept()
