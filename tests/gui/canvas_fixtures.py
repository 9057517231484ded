"""A small strategy on a canvas, for the tests of the editor."""

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from canvas_app.ui.canvas.editor import CanvasEditor
from canvas_app.ui.theme import install
from nodes.graph import Edge, Graph, Layout, Node


def small() -> Graph:
    """A start, two messages that are wired, an end that is not."""
    nodes = (
        Node("in", "audience", "Everybody", {"rule": {"all": []}}),
        Node("mail", "email", "Mail", {"subject": "Hello", "body": "…"}),
        Node("text", "sms", "Text", {"text": "Hello"}),
        Node("end", "exit", "End"),
    )
    places = {"in": (0.0, 0.0), "mail": (240.0, 0.0), "text": (480.0, 0.0), "end": (480.0, 160.0)}
    edges = (Edge("in", "out", "mail"), Edge("mail", "out", "text"))
    return Graph("Small", nodes={node.id: node for node in nodes}, edges=edges, layout=Layout(places))


@pytest.fixture
def editor(qtbot: QtBot) -> CanvasEditor:
    """The small strategy at 100 %, wholly in view."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    install(app)
    made = CanvasEditor(small())
    qtbot.addWidget(made)
    made.resize(1200, 700)
    with qtbot.waitExposed(made):
        made.show()
    made.view.center_at(QPointF(360, 120), 1.0)
    return made
