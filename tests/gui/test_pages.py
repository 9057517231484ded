"""The pages, on a workspace with people in it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QPushButton
from pytestqt.qtbot import QtBot

from canvas_app.application import DesktopRuntime
from canvas_app.operations.accounts import add_account
from canvas_app.operations.audiences import list_audiences
from canvas_app.operations.contacts import count_contacts, show_contact
from canvas_app.operations.overview import list_strategy_infos, live_version
from canvas_app.operations.publishing import publish
from canvas_app.operations.running import run_until
from canvas_app.operations.strategies import list_strategies, load_draft
from canvas_app.operations.templates import use_template
from canvas_app.ui.dialogs.publish import PublishSheet
from canvas_app.ui.dialogs.rehearsal import RehearsalSheet, days_of
from canvas_app.ui.pages.audiences.page import AudiencesPage
from canvas_app.ui.pages.results.figures import ab_sentence, percent
from canvas_app.ui.pages.results.page import ResultsPage
from canvas_app.ui.pages.settings import SettingsPage
from canvas_app.ui.pages.templates.page import TemplatesPage
from canvas_app.ui.shell.window import MainWindow
from canvas_app.ui.work import Work
from storage.workspace import Workspace, create_workspace
from tests.gui.window_fixtures import idle, opened, until, write_strategy

__all__ = ["opened"]
Open = Callable[..., MainWindow]
PEOPLE = "Email;First name;Points;tags\nan@example.com;An;120;vip\nbo@example.com;Bo;80;\nno address;X;1;\n"
NOW = 1_790_000_000


def dialog(window: MainWindow, kind: type[QDialog]) -> Any:
    return next(each for each in window.findChildren(kind) if each.isVisible())


def press(qtbot: QtBot, button: QPushButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
def rehearsed(tmp_path: Path) -> Workspace:
    """A workspace in which a template ran for ten days."""
    workspace = create_workspace(
        str(tmp_path / "workspace.canvas"), timezone="Asia/Shanghai", rehearsal_now=NOW
    )
    name = use_template(workspace, template_id="18", samples=True).name
    publish(workspace, name=name)
    run_until(workspace, until=NOW + 10 * 86400)
    return workspace


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


# -- rehearse, publish, pause ----------------------------------------------------------------------------------------


@pytest.fixture
def on_canvas(opened: Open, qtbot: QtBot) -> MainWindow:
    """A template with its people on the canvas."""
    window = opened()
    window.session.work.run_operation(
        use_template, template_id="18", samples=True, done=lambda made: window.open_strategy(made.name)
    )
    until(qtbot, lambda: window.strategies.editor.current is not None)
    document = window.strategies.editor.current
    assert document is not None
    until(qtbot, lambda: document.known)
    return window


def test_a_rehearsal_shows_counters_forecast_and_summary(on_canvas: MainWindow, qtbot: QtBot) -> None:
    window = on_canvas
    document = window.strategies.editor.current
    assert document is not None
    window.actions_["rehearse"].trigger()
    until(qtbot, lambda: bool(document.report))
    sheet = dialog(window, RehearsalSheet)
    assert sheet.table.model().rowCount() == len(document.graph.nodes)
    entered = document.report["in"]["entered"] if "in" in document.report else max(
        each["entered"] for each in document.report.values()
    )  # fmt: skip
    assert entered > 0
    assert document.canvas.canvas.counts is not None
    assert sum(day.messages for day in window.strategies.editor.forecast.bars.days) > 0
    sheet.accept()
    assert list_strategies(window.session.work.workspace())[0].status == "draft"


def test_the_forecast_counts_calls_apart_from_messages() -> None:
    from canvas_app.operations.rehearsal import Rehearsal
    from nodes.graph import Graph, Node

    graph = Graph(nodes={"m": Node("m", "email"), "c": Node("c", "manual_call")})
    found = Rehearsal(
        people=1, days=30, start=0, nodes={}, runs={}, sent=((0, "m", 5), (2, "c", 3), (2, "m", 1))
    )
    days = days_of(found, graph)
    assert [(day.messages, day.calls) for day in days[:3]] == [(5, 0), (0, 0), (1, 3)]
    assert len(days) == 14


def test_publishing_names_the_people_and_goes_live(on_canvas: MainWindow, qtbot: QtBot) -> None:
    window = on_canvas
    document = window.strategies.editor.current
    assert document is not None
    window.actions_["publish"].trigger()
    sheet = dialog(window, PublishSheet)
    until(qtbot, sheet.effect.isEnabled)
    people = count_contacts(window.session.work.workspace()).count
    assert f"{people:,}" in sheet.effect.text()
    sheet.ramp.set_current("5")
    press(qtbot, sheet.effect)
    until(qtbot, lambda: document.status == "live")
    assert document.version == 1
    live = live_version(window.session.work.workspace(), name=document.name)
    assert live is not None
    assert live.graph.settings["ramp"][0]["share"] == 5
    assert window.actions_["pause"].isVisible()
    assert "Live v1" in window.strategies.editor.bar.status.text()


def test_errors_keep_the_publish_button_shut(opened: Open, qtbot: QtBot, tmp_path: Path) -> None:
    window = opened(write_strategy(tmp_path))  # no account: the mail cannot leave
    document = window.strategies.editor.current
    assert document is not None
    until(qtbot, lambda: document.known and document.errors > 0)
    window.actions_["publish"].trigger()
    sheet = dialog(window, PublishSheet)
    idle(qtbot, window)
    assert not sheet.effect.isEnabled()


def test_pausing_asks_with_the_number_of_people(on_canvas: MainWindow, qtbot: QtBot) -> None:
    window = on_canvas
    document = window.strategies.editor.current
    assert document is not None
    workspace = window.session.work.workspace()
    publish(workspace, name=document.name)
    window.strategies.reload()
    until(qtbot, lambda: document.status == "live")
    window.actions_["pause"].trigger()
    question = next(each for each in window.findChildren(QDialog) if each.isVisible())
    button = next(each for each in question.findChildren(QPushButton) if each.objectName() == "effect")
    press(qtbot, button)
    until(qtbot, lambda: document.status == "paused")
    assert window.actions_["pause"].text() == "Resume"


def test_the_desktop_runtime_moves_people_and_gives_the_workspace_back(
    qtbot: QtBot, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    work = Work(str(tmp_path / "w.canvas"))
    request.addfinalizer(work.close)
    workspace = work.workspace()
    name = use_template(workspace, template_id="18", samples=True).name
    runtime, second = DesktopRuntime(), DesktopRuntime()
    assert runtime.start(workspace) == ""
    assert second.start(workspace)  # a sentence that names the owner
    publish(workspace, name=name)
    runtime.wake()
    qtbot.waitUntil(lambda: list_strategy_infos(workspace)[0].entered > 0, timeout=20_000)
    runtime.stop()
    third = DesktopRuntime()
    assert third.start(workspace) == ""
    third.stop()


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
