"""Drawings of other tools by the ways a person brings them: from the disk, dropped on the window."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from canvas_app.ui.shell.window import MainWindow
from tests.gui.window_fixtures import opened
from tests.helpers.drawings import BPMN, welcome

__all__ = ["opened"]
Open = Callable[..., MainWindow]
_COPY, _LEFT, _PLAIN = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def dropped(window: MainWindow, file: Path) -> bool:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    enter = QDragEnterEvent(QPoint(300, 300), _COPY, mime, _LEFT, _PLAIN)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(window, QDropEvent(QPointF(300, 300), _COPY, mime, _LEFT, _PLAIN))
    return enter.isAccepted()


def names(window: MainWindow) -> list[str]:
    return [each.name for each in window.strategies.editor.documents]


def test_a_workflow_opens_as_a_new_draft_each_time(opened: Open, tmp_path: Path) -> None:
    file = tmp_path / "flow.json"
    file.write_text(welcome(), encoding="utf-8")
    window = opened(str(file))
    window.open_file(str(file))
    assert names(window) == ["Café welcome", "Café welcome 2"]
    document = window.strategies.editor.current
    assert document is not None
    assert document.graph.nodes["say_hello"].label == "Say hello"


def test_a_diagram_can_be_dropped_on_the_window_and_a_picture_cannot(
    opened: Open, tmp_path: Path, qtbot: QtBot
) -> None:
    window = opened()
    diagram, picture = tmp_path / "order.bpmn", tmp_path / "order.png"
    diagram.write_text(BPMN, encoding="utf-8")
    picture.write_bytes(b"\x89PNG")
    assert not dropped(window, picture)
    assert dropped(window, diagram)
    assert names(window) == ["Order"]


def test_what_is_no_drawing_is_told_in_a_sentence(opened: Open, tmp_path: Path) -> None:
    window = opened()
    file = tmp_path / "page.xml"
    file.write_text("<html/>", encoding="utf-8")
    told: list[str] = []
    window.session.told.connect(lambda _tone, sentence: told.append(sentence))
    window.open_file(str(file))
    assert told == [
        "page.xml is no strategy. The file holds XML, but no BPMN 2.0 diagram. Export it as BPMN 2.0."
    ]
    assert names(window) == []
