"""The pages, on a workspace with people in it."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from canvas_app.operations.accounts import add_account
from canvas_app.operations.audiences import list_audiences
from canvas_app.operations.contacts import count_contacts, show_contact
from canvas_app.operations.strategies import list_strategies, load_draft
from canvas_app.ui.pages.audiences.page import AudiencesPage
from canvas_app.ui.pages.results.figures import ab_sentence, percent
from canvas_app.ui.pages.results.page import ResultsPage
from canvas_app.ui.pages.settings import SettingsPage
from canvas_app.ui.pages.templates.page import TemplatesPage
from canvas_app.ui.shell.window import MainWindow
from storage.workspace import Workspace
from tests.gui.window_fixtures import dialog, idle, opened, press, rehearsed, until, write_strategy

__all__ = ["opened", "rehearsed"]
Open = Callable[..., MainWindow]
PEOPLE = "Email;First name;Points;tags\nan@example.com;An;120;vip\nbo@example.com;Bo;80;\nno address;X;1;\n"


# -- contacts and audiences ------------------------------------------------------------------------------------------


def test_contacts_come_in_step_by_step_with_their_consent(opened: Open, qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE, encoding="utf-8")
    window = opened()
    window.actions_["import_contacts"].trigger()
    page = window.page("audiences")
    assert isinstance(page, AudiencesPage)
    sheet = page.sheet
    sheet.take_file(str(file))
    until(qtbot, lambda: sheet.preview is not None)
    press(qtbot, sheet.next)
    sheet.channels["email"].setChecked(True)
    assert not sheet.next.isEnabled()  # who agreed, but where? nobody may be written to on hearsay
    sheet.source.setText("Form, May")
    press(qtbot, sheet.next)
    until(qtbot, lambda: "2 people" in sheet.next.text())
    workspace = window.session.work.workspace()
    assert count_contacts(workspace).count == 0
    press(qtbot, sheet.next)
    until(qtbot, lambda: sheet.next.text() == "Close")
    assert count_contacts(workspace).count == 2
    assert show_contact(workspace, "an@example.com").consent["email"] is True
    idle(qtbot, window)
    assert page.contacts.table.model().rowCount() == 2


def test_a_column_can_be_left_out(opened: Open, qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE, encoding="utf-8")
    window = opened()
    window.show_page("audiences")
    page = window.page("audiences")
    assert isinstance(page, AudiencesPage)
    page.sheet.begin()
    page.sheet.take_file(str(file))
    until(qtbot, lambda: page.sheet.preview is not None)
    page.sheet.mapping._choose("Points", "-")
    page.sheet._go(3)
    until(qtbot, lambda: "2 people" in page.sheet.next.text())
    press(qtbot, page.sheet.next)
    until(qtbot, lambda: page.sheet.next.text() == "Close")
    assert "Points" not in show_contact(window.session.work.workspace(), "an@example.com").fields


def test_an_audience_counts_while_it_is_written_and_is_saved(
    opened: Open, qtbot: QtBot, rehearsed: Workspace
) -> None:
    window = opened()
    window.show_page("audiences")
    page = window.page("audiences")
    assert isinstance(page, AudiencesPage)
    idle(qtbot, window)
    saved = page.saved
    saved.begin()
    saved.name.setText("With an email")
    saved.builder.show_rule({"field": "email", "op": "not_empty"})
    saved._edited(saved.builder.rule())
    expected = count_contacts(rehearsed, rule={"field": "email", "op": "not_empty"}).count
    until(qtbot, lambda: saved.count.text() == f"{expected:,}")
    press(qtbot, saved.save_button)
    until(qtbot, lambda: [each.name for each in list_audiences(rehearsed)] == ["With an email"])
    until(qtbot, lambda: "With an email" in window.session.catalogue.audiences)


# -- templates -------------------------------------------------------------------------------------------------------


def test_a_template_becomes_a_draft_on_the_canvas(opened: Open, qtbot: QtBot) -> None:
    window = opened()
    window.show_page("templates")
    page = window.page("templates")
    assert isinstance(page, TemplatesPage)
    until(qtbot, lambda: bool(page.cards))
    template = next(iter(page.cards))
    QTest.keyClick(page.cards[template], Qt.Key.Key_Return)
    assert page.sheet.is_open
    page.sheet.name.setText("My own plan")
    press(qtbot, page.sheet.make)
    until(qtbot, lambda: window.strategies.editor.current is not None)
    document = window.strategies.editor.current
    assert document is not None
    assert document.name == "My own plan"
    until(qtbot, lambda: document.known)
    assert document.errors == 0


def test_searching_and_filtering_leave_the_templates_that_fit(opened: Open, qtbot: QtBot) -> None:
    window = opened()
    window.show_page("templates")
    page = window.page("templates")
    assert isinstance(page, TemplatesPage)
    until(qtbot, lambda: bool(page.cards))
    page.search.setText("birthday")
    shown = [key for key, card in page.cards.items() if not card.isHidden()]
    assert any("birthday" in key for key in shown)
    assert len(shown) < len(page.cards)
    page.search.setText("qqqqq")
    assert not page._none.isHidden()


# -- results, settings -----------------------------------------------------------------------------------------------


def test_results_show_figures_charts_and_nodes(opened: Open, qtbot: QtBot, rehearsed: Workspace) -> None:
    window = opened()
    window.show_page("results")
    page = window.page("results")
    assert isinstance(page, ResultsPage)
    until(qtbot, lambda: page.funnel.drawn and page.days.drawn)
    name = list_strategies(rehearsed)[0].name
    assert page.name == name
    assert page.table.model().rowCount() == len(load_draft(rehearsed, name=name).graph.nodes)
    assert page._ab_none.isVisible()


def test_results_without_a_strategy_say_what_will_be_here(opened: Open, qtbot: QtBot) -> None:
    window = opened()
    window.show_page("results")
    idle(qtbot, window)
    page = window.page("results")
    assert isinstance(page, ResultsPage)
    assert page.empty.isVisible()


def test_a_test_is_told_without_a_hasty_winner() -> None:
    arms = [{"port": "a", "label": "A"}, {"port": "b", "label": "B"}]
    clear = {
        "arms": arms,
        "comparisons": [{"a": "a", "b": "b", "diff": 0.02, "p": 0.01, "ci": [0.005, 0.035]}],
    }
    open_ = {
        "arms": arms,
        "comparisons": [{"a": "a", "b": "b", "diff": -0.02, "p": 0.4, "ci": [-0.07, 0.03]}],
    }
    assert ab_sentence(clear).startswith("A beats B by 2.00 points")
    assert ab_sentence(open_).startswith("No clear winner")
    assert "too few" in ab_sentence({"arms": arms, "comparisons": []})
    assert percent(None) == "–"


def test_an_account_is_added_tested_and_listed(opened: Open, qtbot: QtBot) -> None:
    from canvas_app.ui.dialogs.account import AccountSheet

    window = opened()
    window.show_page("settings")
    page = window.page("settings")
    assert isinstance(page, SettingsPage)
    page.add_account()
    sheet = dialog(window, AccountSheet)
    sheet.name.setText("Shop mail")
    press(qtbot, sheet.effect)
    until(qtbot, sheet._problem.isVisible)  # no server yet: the sheet stays and says so
    sheet.kind.set_value("sandbox")
    press(qtbot, sheet.effect)
    until(qtbot, lambda: page.model.rowCount() == 1)
    until(qtbot, lambda: window.session.catalogue.has_account("", "email"))
    page.table.selectRow(0)
    page._test_chosen()
    until(qtbot, lambda: "Shop mail" in window.banner.text())


def test_a_wrong_zone_is_refused_in_a_sentence(opened: Open, qtbot: QtBot) -> None:
    window = opened()
    window.show_page("settings")
    page = window.page("settings")
    assert isinstance(page, SettingsPage)
    idle(qtbot, window)
    page.zone.setText("Atlantis")
    page._save()
    until(qtbot, window.banner.isVisible)
    assert "Atlantis" in window.banner.text()


def test_what_was_just_typed_is_kept_when_the_window_closes(
    opened: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    window = opened(write_strategy(tmp_path))
    document = window.strategies.editor.current
    assert document is not None
    workspace = window.session.work.workspace()
    add_account(workspace, name="m", channel="email", kind="sandbox")
    document.canvas.replace(document.graph.with_params("mail", subject="Last words"), "Edit")
    window.close()
    from storage.workspace import open_workspace

    kept = open_workspace(str(tmp_path / "workspace.canvas"))
    assert load_draft(kept, name="Wake up").graph.nodes["mail"].params["subject"] == "Last words"


def test_contacts_are_sorted_over_all_pages(opened: Open, qtbot: QtBot, rehearsed: Workspace) -> None:
    window = opened()
    window.show_page("audiences")
    page = window.page("audiences")
    assert isinstance(page, AudiencesPage)
    page.show_tab("contacts")
    until(qtbot, lambda: page.contacts.table.model().rowCount() > 0)
    section = page.contacts._columns.index("last_name")

    def column() -> list[str]:
        model = page.contacts.table.model()
        at = page.contacts._columns.index("last_name")
        return [str(model.index(row, at).data()) for row in range(model.rowCount())]

    page.contacts._sort_by(section)
    until(qtbot, lambda: column() == sorted(column(), key=str.casefold))
    first = column()[0]
    page.contacts._sort_by(section)
    until(qtbot, lambda: column() == sorted(column(), key=str.casefold, reverse=True))
    assert column()[0] != first


def test_chinese_names_begin_with_the_family() -> None:
    from canvas_app.ui.dialogs.contact import full_name

    assert full_name({"first_name": "薇", "last_name": "林"}) == "林薇"
    assert full_name({"first_name": "An", "last_name": "Lee"}) == "An Lee"
