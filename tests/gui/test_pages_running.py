"""Rehearse, publish, pause and run from the window."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QPushButton
from pytestqt.qtbot import QtBot

from canvas_app.application import DesktopRuntime
from canvas_app.operations.contacts import count_contacts
from canvas_app.operations.overview import list_strategy_infos, live_version
from canvas_app.operations.publishing import publish
from canvas_app.operations.strategies import list_strategies
from canvas_app.operations.templates import use_template
from canvas_app.ui.dialogs.publish import PublishSheet
from canvas_app.ui.dialogs.rehearsal import RehearsalSheet, days_of
from canvas_app.ui.shell.window import MainWindow
from canvas_app.ui.work import Work
from storage.workspace import Workspace
from tests.gui.window_fixtures import dialog, idle, opened, press, rehearsed, until, write_strategy

__all__ = ["opened", "rehearsed"]
Open = Callable[..., MainWindow]


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


def test_moving_people_in_flight_is_on_the_button(opened: Open, qtbot: QtBot, rehearsed: Workspace) -> None:
    name = list_strategies(rehearsed)[0].name
    window = opened()
    window.open_strategy(name)
    until(qtbot, lambda: window.strategies.editor.current is not None)
    document = window.strategies.editor.current
    assert document is not None
    until(qtbot, lambda: document.known and bool(document.runs))
    active = document.runs["active"]
    window.actions_["publish"].trigger()
    sheet = dialog(window, PublishSheet)
    until(qtbot, sheet.effect.isEnabled)
    assert sheet.effect.text() == "Publish"
    sheet.migrate.setChecked(True)
    assert (f"move {active:,} " in sheet.effect.text()) == (active > 0)
