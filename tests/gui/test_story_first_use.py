"""The first quarter of an hour: from the first start to the funnel, by mouse and keyboard only."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from canvas_app.application import DesktopRuntime
from canvas_app.operations.overview import list_strategy_infos
from canvas_app.ui.canvas import metrics
from canvas_app.ui.dialogs.publish import PublishSheet
from canvas_app.ui.dialogs.rehearsal import RehearsalSheet
from canvas_app.ui.pages.results.page import ResultsPage
from canvas_app.ui.pages.strategies.document import Document
from canvas_app.ui.pages.templates.page import TemplatesPage
from canvas_app.ui.shell.window import MainWindow
from canvas_app.ui.widgets import RowsModel
from nodes.graph import Edge
from tests.gui.window_fixtures import dialog, opened, press, until
from tests.helpers import mouse
from tests.helpers.screen import click, show

__all__ = ["opened"]
Open = Callable[..., MainWindow]


def _document(window: MainWindow) -> Document:
    found = window.strategies.editor.current
    assert found is not None
    return found


def _button(window: MainWindow, words: str) -> QAbstractButton:
    return next(
        each
        for each in window.findChildren(QAbstractButton)
        if each.isVisible() and each.text().startswith(words)
    )


@pytest.fixture
def drafted(opened: Open, qtbot: QtBot) -> MainWindow:
    """First start, then template 18 with its questions answered."""
    window = opened(welcomed=False)
    show(window, 1600, 1000)
    start = window.findChild(QPushButton, "welcome_template")
    assert start is not None
    click(start)
    page = window.page("templates")
    assert isinstance(page, TemplatesPage)
    until(qtbot, lambda: bool(page.cards))
    card = next(card for card in page.cards.values() if card.objectName() == "template_18_wake_up")
    click(card)
    assert page.sheet.is_open
    page.sheet.name.selectAll()
    QTest.keyClicks(page.sheet.name, "Wake them")
    click(page.sheet.make)
    until(qtbot, lambda: window.strategies.editor.current is not None)
    until(qtbot, lambda: _document(window).known)
    return window


@pytest.fixture
def running(drafted: MainWindow) -> Iterator[DesktopRuntime]:
    """The engine as it runs behind the desktop."""
    runtime = DesktopRuntime()
    assert runtime.start(drafted.session.work.workspace()) == ""
    yield runtime
    runtime.stop()


def test_the_strategy_opens_with_cards_that_can_be_read(drafted: MainWindow) -> None:
    view = _document(drafted).canvas.view
    assert view.zoom >= metrics.COMPACT_BELOW
    left, top, right, bottom = view.canvas.box("in")
    shown = view.visible_scene()
    assert shown.left() <= left
    assert right <= shown.right()
    assert shown.top() <= top
    assert bottom <= shown.bottom()


def test_from_the_first_start_to_the_funnel(
    drafted: MainWindow, running: DesktopRuntime, qtbot: QtBot
) -> None:
    window, document = drafted, _document(drafted)
    _rehearse(window, qtbot)
    _change_the_delay(window)
    _split_before_the_end(document)
    until(qtbot, lambda: document.known)
    _publish(window, qtbot)
    running.wake()
    workspace = window.session.work.workspace()
    until(qtbot, lambda: list_strategy_infos(workspace)[0].entered == 120)
    window.show_page("results")
    page = window.page("results")
    assert isinstance(page, ResultsPage)
    until(qtbot, lambda: page.name == "Wake them" and page.funnel.drawn)
    assert page.table.model().rowCount() == len(document.graph.nodes)


def _rehearse(window: MainWindow, qtbot: QtBot) -> None:
    click(_button(window, "Rehearse"))
    document = _document(window)
    until(qtbot, lambda: bool(document.report))
    sheet = dialog(window, RehearsalSheet)
    model = sheet.table.model()
    assert isinstance(model, RowsModel)
    said = [column.note(row) for column in model.columns for row in model.rows()]
    assert any("Everyone else" in each for each in said)  # the words of the card, not the ids of the file
    sheet.accept()
    assert document.canvas.canvas.counts is not None


def _change_the_delay(window: MainWindow) -> None:
    document = _document(window)
    view, (left, top, _right, _bottom) = document.canvas.view, document.canvas.canvas.box("week")
    mouse.click(view, (left + 40, top + 12))
    assert document.canvas.selected() == ("week",)
    number = next(
        each
        for each in window.strategies.editor.inspector.findChildren(QLineEdit)
        if each.accessibleName() == "How long" and each.isVisible()
    )
    click(number)
    number.selectAll()
    QTest.keyClicks(number, "5")
    assert document.graph.nodes["week"].params["for"] == "P5D"
    QTest.keyClick(number, Qt.Key.Key_Tab)  # goes on within the form
    focused = window.focusWidget()
    assert focused is not None
    assert window.strategies.editor.inspector.isAncestorOf(focused)


def _split_before_the_end(document: Document) -> None:
    """Drop a split on the wire behind the delay, and wire its other arm to the end by hand."""
    canvas, view = document.canvas.canvas, document.canvas.view
    wire = next(edge for edge in document.graph.edges if edge.source == "week")
    mouse.drop(view, "ab_split", canvas.routes[wire].middle)
    new = next(node for node in document.graph.nodes.values() if node.type == "ab_split")
    assert canvas.box("week")[2] < canvas.box(new.id)[0]  # never on top of the card before it
    open_ports = [
        port.id for port in canvas.cards[new.id].ports if not document.graph.edges_from(new.id, port.id)
    ]
    mouse.drag(view, canvas.out_port(new.id, open_ports[0]), canvas.in_port(wire.target))
    assert Edge(new.id, open_ports[0], wire.target) in document.graph.edges


def _publish(window: MainWindow, qtbot: QtBot) -> None:
    document = _document(window)
    until(qtbot, lambda: document.errors == 0)
    click(_button(window, "Publish"))
    sheet = dialog(window, PublishSheet)
    until(qtbot, sheet.effect.isEnabled)
    assert "120" in sheet.effect.text()
    press(qtbot, sheet.effect)
    until(qtbot, lambda: document.status == "live")
