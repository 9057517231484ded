"""The window as a person and a screen reader meet it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from canvas_app.operations.changes import Changes, Progress, silent
from canvas_app.operations.strategies import list_strategies, load_draft
from canvas_app.ui import canvas_view
from canvas_app.ui.shell.actions import DEEDS
from canvas_app.ui.shell.preferences import Preferences
from canvas_app.ui.shell.window import PAGES, MainWindow
from canvas_app.ui.theme import theme
from canvas_app.ui.work import Work
from storage.base.errors import Cancelled, UserError
from storage.base.words import N_, language
from storage.workspace import Workspace
from tests.gui.window_fixtures import idle, opened, until, write_strategy

__all__ = ["opened"]
Open = Callable[..., MainWindow]
ROOT = Path(__file__).resolve().parents[2]


def part(window: MainWindow, name: str) -> QWidget:
    found = window.findChild(QWidget, name)
    assert found is not None, name
    return found


def shown(window: MainWindow) -> str:
    current = window.stack.currentWidget()
    return current.objectName() if current is not None else ""


# -- handles ---------------------------------------------------------------------------------------------------------


def test_a_file_is_on_the_canvas_when_open_window_returns(opened: Open, tmp_path: Path) -> None:
    window = opened(write_strategy(tmp_path))
    document = window.strategies.editor.current
    assert document is not None
    assert list(document.graph.nodes) == ["in", "split", "mail", "wait", "end"]
    assert document.graph.position("mail") == (480, -80)
    assert canvas_view(window) is document.canvas.view
    assert window.isVisible()


def test_every_handle_of_the_contract_is_there(opened: Open, tmp_path: Path) -> None:
    window = opened(write_strategy(tmp_path))
    assert window.objectName() == "main_window"
    names = [
        "palette",
        "palette_search",
        "canvas",
        "minimap",
        "inspector",
        "problems",
        "forecast",
        "navigation",
    ]
    for name in (*names, *(f"page_{page}" for page in PAGES)):
        assert part(window, name).objectName() == name
    verbs = (
        "new",
        "open",
        "save",
        "undo",
        "redo",
        "check",
        "rehearse",
        "publish",
        "pause",
        "fit",
        "tidy",
        "find",
    )
    for verb in verbs:
        action = window.findChild(QAction, f"action_{verb}")
        assert action is not None, verb
        assert action.text()
        assert action.toolTip()


def test_an_action_tells_its_shortcut_in_its_tool_tip(opened: Open) -> None:
    window = opened()
    for deed in DEEDS:
        if deed.keys:
            action = window.actions_[deed.name]
            assert action.shortcut().toString() in action.toolTip().replace("&gt;", ">"), deed.name


def test_no_two_actions_of_the_window_share_a_shortcut() -> None:
    keys = [deed.keys for deed in DEEDS if deed.keys]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(opened: Open, qtbot: QtBot, page: str) -> None:
    window = opened()
    window.show_page(page)
    idle(qtbot, window)
    assert shown(window) == f"page_{page}"


def test_what_can_be_pressed_has_a_name_for_screen_readers(
    opened: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit

    window = opened(write_strategy(tmp_path))
    for page in PAGES:
        window.show_page(page)
    idle(qtbot, window)
    for kind in (QAbstractButton, QComboBox, QLineEdit):
        for each in window.findChildren(kind):
            inner = (
                isinstance(each.parent(), QComboBox)
                or each.objectName().startswith("qt_")
                or not each.isVisibleTo(window)
            )
            text = each.text() if isinstance(each, QAbstractButton) else ""
            hint = each.placeholderText() if isinstance(each, QLineEdit) else ""
            if not inner and each.focusPolicy() != Qt.FocusPolicy.NoFocus:
                assert text or hint or each.accessibleName() or each.toolTip(), (each, each.parent())


# -- beginning -------------------------------------------------------------------------------------------------------


def test_the_first_start_shows_the_welcome_and_a_key_chooses(opened: Open, qtbot: QtBot) -> None:
    window = opened(welcomed=False)
    assert shown(window) == "page_welcome"
    QTest.keyClick(window._welcome.need(), Qt.Key.Key_4)
    assert window.strategies.editor.current is not None
    assert window.strategies.showing_editor
    assert Preferences().get("welcomed") is True


def test_starting_loads_neither_pandas_nor_matplotlib() -> None:
    program = (
        "import sys\nfrom PySide6.QtWidgets import QApplication\napp = QApplication([])\n"
        "from canvas_app.ui import open_window\nw = open_window(sys.argv[1])\nw.show_page('strategies')\n"
        "app.processEvents()\n"
        "print(*sorted({'pandas', 'matplotlib', 'scipy', 'pyarrow', 'alembic'} & set(sys.modules)))"
    )
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", program, f"{folder}/w.canvas"], cwd=ROOT, capture_output=True, text=True, check=True,
            env={**__import__("os").environ, "QT_QPA_PLATFORM": "offscreen"},
        )  # fmt: skip
    assert set(done.stdout.split()) <= {"alembic"}


# -- drafts ----------------------------------------------------------------------------------------------------------


def test_an_edit_saves_itself(opened: Open, qtbot: QtBot, tmp_path: Path) -> None:
    window = opened(write_strategy(tmp_path))
    document = window.strategies.editor.current
    assert document is not None
    until(qtbot, lambda: document.revision == 1)
    document.canvas.replace(document.graph.with_params("mail", subject="Hi"), "Edit")
    until(qtbot, lambda: document.revision == 2 and not document.dirty)
    draft = load_draft(window.session.work.workspace(), name="Wake up")
    assert draft.graph.nodes["mail"].params["subject"] == "Hi"


def test_a_problem_leads_to_its_node_and_field(opened: Open, qtbot: QtBot, tmp_path: Path) -> None:
    window = opened(write_strategy(tmp_path))
    editor = window.strategies.editor
    document = editor.current
    assert document is not None
    document.canvas.replace(document.graph.with_params("wait", **{"for": None}), "Edit")
    until(qtbot, lambda: document.known and any(each.node == "wait" for each in document.problems))
    for _step in range(len(document.problems)):
        window.actions_["next_problem"].trigger()
        if document.canvas.selected() == ("wait",):
            break
    assert document.canvas.selected() == ("wait",)
    assert editor.inspector.node is not None
    assert editor.inspector.node.id == "wait"
    assert editor.bar.check.errors == document.errors > 0


def test_two_strategies_stand_in_two_tabs(opened: Open, qtbot: QtBot, tmp_path: Path) -> None:
    window = opened(write_strategy(tmp_path))
    window.actions_["new"].trigger()
    editor = window.strategies.editor
    assert editor.tabs.count() == 2
    assert canvas_view(window) is editor.documents[1].canvas.view
    editor.tabs.setCurrentIndex(0)
    assert canvas_view(window) is editor.documents[0].canvas.view
    assert part(window, "canvas") is editor.documents[0].canvas.view
    idle(qtbot, window)
    names = {row.name for row in list_strategies(window.session.work.workspace())}
    assert names == {"Wake up", "New strategy"}


def test_renaming_keeps_the_draft(opened: Open, qtbot: QtBot, tmp_path: Path) -> None:
    window = opened(write_strategy(tmp_path))
    editor = window.strategies.editor
    document = editor.current
    assert document is not None
    until(qtbot, lambda: document.revision == 1)
    editor.bar.name.setFocus()
    editor.bar.name.selectAll()
    QTest.keyClicks(editor.bar.name, "Wake them up")
    QTest.keyClick(editor.bar.name, Qt.Key.Key_Return)
    until(qtbot, lambda: document.name == "Wake them up")
    assert document.graph.name == "Wake them up"


def test_a_broken_file_is_told_in_a_sentence(opened: Open, tmp_path: Path) -> None:
    file = tmp_path / "broken.json"
    file.write_text("{", encoding="utf-8")
    window = opened()
    window.open_file(str(file))
    assert window.banner.isVisible()
    assert "broken.json" in window.banner.text()
    assert window.strategies.editor.current is None


# -- language and theme ----------------------------------------------------------------------------------------------


def test_the_language_changes_while_running_and_undo_survives(
    opened: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    window = opened(write_strategy(tmp_path))
    document = window.strategies.editor.current
    assert document is not None
    document.canvas.replace(document.graph.with_params("mail", subject="Hi"), "Edit")
    window.nav.language_chosen.emit("vi")
    until(qtbot, lambda: language() == "vi" and window.strategies.editor.current is document)
    assert Preferences().get("language") == "vi"
    assert document.canvas.undo_stack.canUndo()
    document.canvas.undo_stack.undo()
    assert document.graph.nodes["mail"].params["subject"] == "Hello"
    assert window.strategies.editor.inspector.canvas is document.canvas


def test_the_theme_changes_while_running_and_is_remembered(opened: Open) -> None:
    window = opened()
    window.nav.theme_chosen.emit("dark")
    assert theme.dark
    assert Preferences().get("theme") == "dark"


def test_a_damaged_preferences_file_counts_as_empty(tmp_path: Path) -> None:
    (tmp_path / "preferences.json").write_text("[1", encoding="utf-8")
    preferences = Preferences(str(tmp_path))
    assert preferences.get("theme") is None
    preferences.keep("theme", "dark")
    assert Preferences(str(tmp_path)).theme == "dark"


# -- finding ---------------------------------------------------------------------------------------------------------


def test_ctrl_k_finds_a_node_and_goes_there(opened: Open, qtbot: QtBot, tmp_path: Path) -> None:
    window = opened(write_strategy(tmp_path))
    window.actions_["commands"].trigger()
    window.nav.search.setText("We miss")
    window._commands.offer()
    QTest.keyClick(window.nav.search, Qt.Key.Key_Return)
    document = window.strategies.editor.current
    assert document is not None
    assert document.canvas.selected() == ("mail",)


# -- work ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def work(qtbot: QtBot, tmp_path: Path) -> Any:
    made = Work(str(tmp_path / "w.canvas"))
    yield made
    made.close()


def test_an_operation_runs_beside_the_screen_and_tells_what_changed(work: Work, qtbot: QtBot) -> None:
    import threading

    def verb(workspace: Workspace, *, n: int) -> Changes:
        assert threading.current_thread() is not threading.main_thread()
        return Changes(contacts=n == 1)

    got: list[Changes] = []
    with qtbot.waitSignal(work.changed, timeout=5000) as told:
        work.run_operation(verb, done=got.append, n=1)
    assert got == [Changes(contacts=True)]
    assert told.args == got


def test_a_refusal_is_a_sentence_and_a_bug_has_details(work: Work, qtbot: QtBot) -> None:
    def refuses(_workspace: Workspace) -> None:
        raise UserError(N_("There is no strategy “{name}”."), name="x")

    def breaks(_workspace: Workspace) -> None:
        raise KeyError("oops")

    with qtbot.waitSignal(work.refused, timeout=5000) as told:
        work.run_operation(refuses)
    assert told.args == ["There is no strategy “x”."]
    with qtbot.waitSignal(work.broke, timeout=5000) as told:
        work.run_operation(breaks)
    assert "oops" not in told.args[0]
    assert "KeyError" in told.args[1]


def test_of_several_only_the_newest_is_listened_to(work: Work, qtbot: QtBot) -> None:
    got: list[int] = []
    for n in range(5):
        work.run_operation(lambda _workspace, n: n, done=got.append, latest="count", n=n)
    qtbot.waitUntil(lambda: not work.busy, timeout=5000)
    assert got[-1] == 4
    assert len(got) <= 5


def test_a_long_operation_can_be_stopped_and_says_nothing(work: Work, qtbot: QtBot) -> None:
    ended: list[str] = []

    def endless(_workspace: Workspace, *, progress: Progress = silent) -> None:
        import time

        try:
            while True:
                progress(1, 10)
                time.sleep(0.01)
        except Cancelled:
            ended.append("stopped")
            raise

    with qtbot.assertNotEmitted(work.refused), qtbot.assertNotEmitted(work.broke):
        job = work.run_operation(endless)
        with qtbot.waitSignal(work.slow, timeout=5000):
            pass
        job.cancel()
        qtbot.waitUntil(lambda: not work.busy, timeout=5000)
    assert ended == ["stopped"]


# -- data is data ----------------------------------------------------------------------------------------------------


def test_names_with_signs_are_shown_as_they_are(opened: Open, qtbot: QtBot, tmp_path: Path) -> None:
    from tests.gui.window_fixtures import STRATEGY

    name = "<b>A & B</b>"
    window = opened(write_strategy(tmp_path, {**STRATEGY, "name": name}))
    idle(qtbot, window)
    editor = window.strategies.editor
    assert editor.tabs.tabText(0) == "<b>A && B</b>"
    assert editor.bar.name.text() == name
    window.strategies.show_list()
    until(qtbot, lambda: window.strategies.list.model.rowCount() == 1)
    assert window.strategies.list.model.index(0, 0).data() == name


def test_a_damaged_workspace_is_told_in_a_sentence(opened: Open, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "workspace.canvas").write_bytes(b"no database at all" * 100)
    window = opened()
    until(qtbot, window.banner.isVisible)
    assert "workspace" in window.banner.text()
    assert "Traceback" not in window.banner.text()
