"""The inspector shows what is chosen and edits it as steps of undo."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from canvas_app.ui.forms.catalogue import Catalogue, KnownField
from canvas_app.ui.inspector.changes import all_lines, count_changes, node_lines
from canvas_app.ui.inspector.inspector import Inspector
from canvas_app.ui.theme import install
from nodes.graph import Edge, Graph, Node, difference
from nodes.registry import node_types
from storage.base.problems import Problem
from storage.base.words import N_
from tests.helpers.screen import settle

GRAPH = Graph(
    "Wake up",
    nodes={
        each.id: each
        for each in (
            Node("in", "audience", "Sleeping"), Node("wait", "delay", "Wait", {"for": "P3D"}),
            Node("mail", "email", "Hello", {"subject": "Hi", "body": "x"}), Node("new", "from_the_future"),
        )
    },
    edges=(Edge("in", "out", "wait"), Edge("wait", "out", "mail")),
)  # fmt: skip


class Canvas:
    """Keeps the steps as the real one does, without painting."""

    def __init__(self) -> None:
        self.graph = GRAPH
        self.steps: list[tuple[str, str | None]] = []

    def replace(self, graph: Graph, text: str, merge: str | None = None) -> None:
        self.graph = graph
        self.steps.append((text, merge))


@pytest.fixture
def canvas() -> Canvas:
    return Canvas()


@pytest.fixture
def inspector(qtbot: QtBot, qapp: Any, canvas: Canvas) -> Inspector:
    if not qapp.property("dressed"):
        install(qapp, "light")
    made = Inspector()
    qtbot.addWidget(made)
    made.set_catalogue(Catalogue(fields={"score": KnownField("score", "Score", "number")}))
    made.bind(canvas)
    made.show()
    return made


def words(inspector: Inspector) -> str:
    settle()
    return " ".join(each.text() for each in inspector.findChildren(QLabel) if each.isVisible())


def test_a_chosen_node_shows_its_name_type_and_settings(inspector: Inspector) -> None:
    inspector.choose(("wait",))
    assert inspector.header.name.text() == "Wait"
    assert "Delay · wait" in words(inspector)
    assert inspector.form is not None
    assert inspector.form.values()["for"] == "P3D"


def test_nothing_chosen_shows_the_settings_of_the_strategy(inspector: Inspector, canvas: Canvas) -> None:
    assert inspector.form is not None
    assert "holdout" in inspector.form.rows
    inspector.form.rows["holdout"].editor.edited.emit(10)
    assert canvas.graph.settings == {"holdout": 10}
    inspector.form.rows["holdout"].editor.edited.emit(None)
    assert canvas.graph.settings == {}


def test_typing_edits_the_node_in_steps_that_merge(
    inspector: Inspector, canvas: Canvas, qtbot: QtBot
) -> None:
    inspector.choose(("mail",))
    assert inspector.form is not None
    field = inspector.form.rows["subject"].editor.findChildren(QLineEdit)[0]
    QTest.keyClick(field, Qt.Key.Key_End)
    QTest.keyClicks(field, " there")
    assert canvas.graph.nodes["mail"].params["subject"] == "Hi there"
    assert {merge for _text, merge in canvas.steps} == {"mail.subject"}


def test_a_change_from_elsewhere_is_shown_without_a_new_step(inspector: Inspector, canvas: Canvas) -> None:
    inspector.choose(("mail",))
    canvas.graph = canvas.graph.with_params("mail", subject="Undone")
    inspector.refresh()
    assert inspector.form is not None
    assert inspector.form.rows["subject"].editor.value() == "Undone"
    assert canvas.steps == []


def test_the_name_is_edited_in_the_head(inspector: Inspector, canvas: Canvas, qtbot: QtBot) -> None:
    inspector.choose(("wait",))
    inspector.edit_name()
    QTest.keyClicks(inspector.header.name, "Pause")
    assert canvas.graph.nodes["wait"].label == "Pause"


def test_a_node_is_switched_off_and_on(inspector: Inspector, canvas: Canvas) -> None:
    inspector.choose(("wait",))
    inspector.header.asked.emit("off")
    assert canvas.graph.nodes["wait"].off
    inspector.refresh()
    inspector.header.asked.emit("off")
    assert not canvas.graph.nodes["wait"].off


def test_a_problem_stands_at_its_field(inspector: Inspector) -> None:
    inspector.choose(("wait",))
    problem = Problem.error("bad_param", N_("The wait is too long.")).at("wait", "for")
    elsewhere = Problem.error("bad_param", N_("Something else.")).at("mail", "subject")
    inspector.show_problems((problem, elsewhere))
    assert inspector.form is not None
    assert inspector.form.rows["for"].problem.text() == "The wait is too long."
    assert "Something else" not in words(inspector)


def test_several_nodes_are_counted_and_an_unknown_type_is_named(inspector: Inspector) -> None:
    inspector.choose(("wait", "mail"))
    assert "2 nodes are chosen." in words(inspector)
    inspector.choose(("new",))
    assert "from_the_future" in words(inspector)


@pytest.mark.parametrize("type_id", sorted(node_types()))
def test_every_node_type_can_be_looked_at_and_has_help(
    inspector: Inspector, canvas: Canvas, type_id: str
) -> None:
    from canvas_app.ui.dialogs.help import paragraphs

    canvas.graph = Graph("x", nodes={"n": Node("n", type_id)})
    inspector.bind(canvas)
    inspector.choose(("n",))
    assert inspector.form is not None
    assert paragraphs(node_types()[type_id].__doc__ or "")


def test_people_are_counted_by_node_and_port(inspector: Inspector) -> None:
    figures = {
        "entered": 1200,
        "done": 1000,
        "waiting": 150,
        "failed": 20,
        "skipped": 30,
        "exited": 0,
        "ports": {"hit": 600, "timeout": 400},
    }
    inspector.choose(("wait",))
    inspector.people.show_report({"wait": figures}, {"active": 7}, "now")
    inspector.tabs.setCurrentIndex(1)
    shown = words(inspector)
    for figure in ("1,200", "150", "600", "400"):
        assert figure in shown
    inspector.choose(())
    assert "7" in words(inspector)


def test_changes_are_told_against_what_is_live(inspector: Inspector, canvas: Canvas) -> None:
    inspector.changes.compare_with(GRAPH, "version 1")
    canvas.graph = GRAPH.with_params("mail", subject="New").without_nodes(["wait"])
    inspector.choose(("mail",))
    inspector.refresh()
    inspector.tabs.setCurrentIndex(2)
    assert "Subject" in words(inspector)
    assert node_lines(GRAPH, canvas.graph, "mail") == ["Subject"]
    lines = all_lines(GRAPH, canvas.graph)
    assert "Wait is gone" in lines
    assert count_changes(difference(GRAPH, canvas.graph)) == 4


def test_the_tab_key_walks_through_the_fields(inspector: Inspector, qtbot: QtBot) -> None:
    inspector.choose(("mail",))
    inspector.activateWindow()
    inspector.edit_name()
    seen = set()
    for _step in range(12):
        QTest.keyClick(QApplication.focusWidget() or inspector, Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        seen.add(focus.accessibleName() if focus is not None else "")
    assert {"Subject", "Text"} & seen
