"""Edit, undo, redo, save, crash, open again, in any order: model, scene and file never differ."""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from PySide6.QtWidgets import QApplication

from canvas_app.operations.strategies import load_draft, save_draft
from canvas_app.ui.canvas import commands
from canvas_app.ui.canvas.editor import CanvasEditor
from canvas_app.ui.theme import install
from nodes.file import read_graph, write_graph
from nodes.graph import Edge, Graph
from storage.workspace import create_workspace
from tests.gui.canvas_fixtures import small

NAME = "Small"
SOAK = 10_000
_PICK = st.integers(0, 99)
_PLACE = st.integers(-50, 50)
_PAUSE = st.sampled_from([0.0, 0.75, 1.0, 2.0])
_TYPED = st.text("abc", max_size=3)


@dataclass(frozen=True)
class Step:
    """One entry of the history as it ought to be."""

    before: Graph
    after: Graph
    merge: str | None
    at: float


class Canvas(RuleBasedStateMachine):
    """An editor on a workspace beside a plain list of values."""

    steps_taken = 0
    now = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.workspace = create_workspace(str(Path(self.folder.name) / "shop.sqlite"))
        Canvas.now = 0.0
        self.kept = small()
        self.revision = save_draft(self.workspace, name=NAME, graph=self.kept).revision
        self._open(self.kept)

    def _open(self, graph: Graph) -> None:
        self.editor = CanvasEditor(graph)
        self.history: list[Step] = []
        self.index = 0
        self.graph = graph

    def teardown(self) -> None:
        self.editor.deleteLater()
        self.workspace.close()
        self.folder.cleanup()

    # -- editing -----------------------------------------------------------------------------------------------

    def _edit(self, after: Graph, merge: str | None = None) -> None:
        before = self.graph
        self.editor.replace(after, "Edit", merge)
        self._note(before, after, merge)

    def _note(self, before: Graph, after: Graph, merge: str | None = None) -> None:
        if after == before:
            return
        self.graph = after
        del self.history[self.index :]
        last = self.history[-1] if self.history else None
        if last is not None and merge and last.merge == merge and self.now - last.at <= 1:
            self.history[-1] = replace(last, after=after, at=self.now)
        else:
            self.history.append(Step(before, after, merge, self.now))
        self.index = len(self.history)

    def _picked(self, pick: int) -> str:
        return list(self.graph.nodes)[pick % len(self.graph.nodes)]

    def _verb(self, name: str) -> None:
        before = self.graph
        self.editor.actions()[name].trigger()
        self._note(before, self.editor.graph)

    @rule(kind=st.sampled_from(["email", "delay", "rule_split", "exit", "audience"]), x=_PICK, y=_PICK)
    def add(self, kind: str, x: int, y: int) -> None:
        before = self.graph
        self.editor.add_node(kind, (x * 8.0, y * 8.0))
        self._note(before, self.editor.graph)
        assert len(self.graph.nodes) == len(before.nodes) + 1

    @precondition(lambda self: self.graph.nodes)
    @rule(pick=_PICK, ways=st.lists(st.tuples(_PLACE, _PLACE, _PAUSE), min_size=1, max_size=4))
    def drag(self, pick: int, ways: list[tuple[int, int, float]]) -> None:
        """On and on: less than a second apart it is one step."""
        key = self._picked(pick)
        for x, y, pause in ways:
            self._edit(self.graph.with_positions({key: (x * 8.0, y * 8.0)}), f"drag {key}")
            Canvas.now += pause

    @precondition(lambda self: self.graph.nodes)
    @rule(pick=_PICK, text=_TYPED)
    def type_a_name(self, pick: int, text: str) -> None:
        node = self.graph.nodes[self._picked(pick)]
        self._edit(self.graph.with_node(replace(node, label=text)), f"label {node.id}")

    @precondition(lambda self: self.graph.nodes)
    @rule(pick=_PICK, text=_TYPED)
    def fill_in(self, pick: int, text: str) -> None:
        self._edit(self.graph.with_params(self._picked(pick), subject=text or None))

    @precondition(lambda self: self.graph.nodes)
    @rule(start=_PICK, end=_PICK, port=st.sampled_from(["out", "else", "gone"]))
    def connect(self, start: int, end: int, port: str) -> None:
        self._edit(self.graph.with_edge(Edge(self._picked(start), port, self._picked(end))))

    @precondition(lambda self: self.graph.edges)
    @rule(pick=_PICK)
    def disconnect(self, pick: int) -> None:
        self._edit(self.graph.without_edges([self.graph.edges[pick % len(self.graph.edges)]]))

    @precondition(lambda self: self.graph.nodes)
    @rule(picks=st.lists(_PICK, min_size=1, max_size=3), verb=st.sampled_from(
        ["delete", "delete_with_wires", "duplicate", "switch_off", "align_left", "distribute_down", "straighten"]
    ))  # fmt: skip
    def act_on_some(self, picks: list[int], verb: str) -> None:
        self.editor.select({self._picked(pick) for pick in picks})
        self._verb(verb)

    @rule(verb=st.sampled_from(["tidy", "note", "frame"]))
    def act_on_all(self, verb: str) -> None:
        self._verb(verb)
        self.editor.finish_naming(keep=False)

    # -- time, back and forth ------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([0.5, 2.0]))
    def wait(self, seconds: float) -> None:
        Canvas.now += seconds

    @rule()
    def undo(self) -> None:
        self.editor.undo_stack.undo()
        if self.index:
            self.index -= 1
            self.graph = self.history[self.index].before

    @rule()
    def redo(self) -> None:
        self.editor.undo_stack.redo()
        if self.index < len(self.history):
            self.graph = self.history[self.index].after
            self.index += 1

    # -- keeping ---------------------------------------------------------------------------------------------------

    @rule()
    def save(self) -> None:
        saved = save_draft(self.workspace, name=NAME, graph=self.editor.graph, base=self.revision)
        self.revision, self.kept = saved.revision, self.graph

    @rule()
    def crash(self) -> None:
        """The editor is gone without a word; what was kept is opened again."""
        self.editor.deleteLater()
        draft = load_draft(self.workspace, name=NAME)
        assert draft.revision == self.revision
        assert draft.graph == self.kept
        self._open(draft.graph)

    # -- what always holds -------------------------------------------------------------------------------------------

    @invariant()
    def model_scene_and_file_agree(self) -> None:
        Canvas.steps_taken += 1
        scene = self.editor.canvas
        assert self.editor.graph == self.graph
        assert self.editor.undo_stack.count() == len(self.history)
        assert self.editor.undo_stack.index() == self.index
        assert set(scene.items_by_id) == set(scene.cards) == set(self.graph.nodes)
        for key, item in scene.items_by_id.items():
            assert (item.pos().x(), item.pos().y()) == self.graph.position(key)
            assert scene.cards[key].node == self.graph.nodes[key]
        read = read_graph(write_graph(self.graph))
        assert (read.graph, read.problems) == (self.graph, ())


@pytest.fixture(autouse=True)
def _clock(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    """Time passes only where the machine says so."""
    install(qapp)
    monkeypatch.setattr(commands, "monotonic", lambda: Canvas.now)


def run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Canvas, settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None)
    )


def test_model_scene_and_file_never_differ() -> None:
    run(8, 30)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_ten_thousand_steps_without_a_difference() -> None:
    Canvas.steps_taken = 0
    while Canvas.steps_taken < SOAK:
        run(50, 100)
    print(f"{Canvas.steps_taken:,} steps without a difference")
