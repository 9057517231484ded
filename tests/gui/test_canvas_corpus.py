"""Real drawings on the canvas: each opens, is tidied, saved and opened again equal, or is refused by name."""

import statistics
from collections import Counter
from collections.abc import Callable, Iterable
from time import process_time

import pytest
from PySide6.QtWidgets import QApplication

from canvas_app.ui.canvas import metrics
from canvas_app.ui.canvas.editor import CanvasEditor
from canvas_app.ui.canvas.scene import CanvasScene
from canvas_app.ui.canvas.tidy import tidied
from nodes.check import FILE_CODES, check
from nodes.file import read_graph, write_graph
from nodes.graph import Graph
from nodes.imports import read_drawing
from tests.gui.canvas_fixtures import editor
from tests.helpers.drawings import BPMN, bpmn_corpus, n8n_corpus, welcome

__all__ = ["editor"]
SAMPLE = 60
REFUSALS = {"unknown_format"}  # ten files of the collection are no workflows any more


@pytest.fixture(autouse=True)
def _application(qapp: QApplication) -> None:
    """Cards measure their words."""


def survives(name: str, content: bytes) -> str:
    """Open, tidy, save, open again: nothing is lost on the way. The code of the refusal, or nothing."""
    read = read_drawing(content, name)
    if read.graph is None:
        assert len(read.problems) == 1, name
        assert str(read.problems[0].message), name
        return read.problems[0].code
    assert not [each.message for each in check(read.graph) if each.code in FILE_CODES], name
    scene = CanvasScene()
    scene.load(read.graph)
    tidy = tidied(scene.graph, scene.cards, list(scene.graph.nodes))
    scene.apply(tidy)
    again = read_graph(write_graph(scene.graph))
    assert again.problems == (), name
    assert again.graph == tidy, name
    assert (tidy.nodes, tidy.edges) == (read.graph.nodes, read.graph.edges), name
    assert not touching(tidy, scene), name
    return ""


def touching(graph: Graph, scene: CanvasScene) -> list[tuple[str, str]]:
    """Cards that lie on each other."""
    boxes = sorted((*graph.position(key), scene.cards[key].height, key) for key in graph.nodes)
    found = []
    for index, (x, y, height, key) in enumerate(boxes):
        for other_x, other_y, other_height, other in boxes[index + 1 :]:
            if other_x >= x + metrics.WIDTH:
                break
            if y < other_y + other_height and other_y < y + height:
                found.append((key, other))
    return found


def walk(files: Iterable[tuple[str, bytes]], tell: Callable[[str], object] = print) -> Counter[str]:
    """Every file through `survives`; how many were refused why, with the slowest told."""
    refused: Counter[str] = Counter()
    seconds = {}
    survives("to begin with", welcome().encode())  # what is loaded once counts for no file
    for name, content in files:
        begun = process_time()
        refused[survives(name, content)] += 1
        seconds[name] = process_time() - begun
    slowest = max(seconds, key=seconds.__getitem__)
    why = {code: count for code, count in refused.items() if code}
    median = statistics.median(seconds.values())
    tell(
        f"{refused['']} drawings opened, tidied, saved and reopened equal; refused: "
        f"{why or 'none'}; "
        f"median {median * 1000:.0f} ms, slowest {seconds[slowest] * 1000:.0f} ms ({slowest})"
    )
    return refused


def test_our_own_drawings_survive() -> None:
    assert walk([("welcome", welcome().encode()), ("order", BPMN.encode())]) == {"": 2}


def test_a_sample_of_real_workflows_survives() -> None:
    files = sorted(n8n_corpus().items())
    if not files:
        pytest.skip("the collection of n8n workflows is not on this computer")
    large = sorted(files, key=lambda each: len(each[1]))[-5:]
    found = walk({**dict(files[:: len(files) // SAMPLE]), **dict(large)}.items())
    assert found[""] >= SAMPLE
    assert set(found) <= {"", *REFUSALS}


def test_the_reference_diagrams_survive() -> None:
    if not bpmn_corpus():
        pytest.skip("the BPMN reference diagrams are not on this computer")
    assert walk(bpmn_corpus().items()) == {"": 21}


@pytest.mark.soak
def test_every_real_workflow_survives() -> None:
    if not n8n_corpus():
        pytest.skip("the collection of n8n workflows is not on this computer")
    found = walk(sorted(n8n_corpus().items()))
    assert found[""] == 2046
    assert set(found) <= {"", *REFUSALS}


def test_a_drawing_is_tidied_in_the_editor_and_taken_back_in_one_step(editor: CanvasEditor) -> None:
    read = read_drawing(welcome())
    assert read.graph is not None
    editor.set_graph(read.graph)
    editor.actions()["tidy"].trigger()
    assert editor.graph != read.graph
    editor.undo_stack.undo()
    assert editor.graph == read.graph
