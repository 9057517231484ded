"""A window on a fresh workspace, and how to wait for it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QPushButton
from pytestqt.qtbot import QtBot

from canvas_app.operations.publishing import publish
from canvas_app.operations.running import run_until
from canvas_app.operations.templates import use_template
from canvas_app.ui import open_window
from canvas_app.ui.shell.preferences import Preferences
from canvas_app.ui.shell.window import MainWindow
from canvas_app.ui.theme import set_theme
from storage.base.words import set_language
from storage.workspace import Workspace, create_workspace

WAIT = 15_000
STRATEGY: dict[str, Any] = {
    "format": "strategy-canvas/1",
    "name": "Wake up",
    "nodes": [
        {
            "id": "in",
            "type": "audience",
            "label": "Sleeping",
            "params": {"rule": {"field": "score", "op": ">=", "value": 10}},
        },
        {
            "id": "split",
            "type": "rule_split",
            "label": "Rich?",
            "params": {
                "branches": [
                    {"port": "a", "label": "Rich", "rule": {"field": "score", "op": ">=", "value": 100}}
                ]
            },
        },
        {
            "id": "mail",
            "type": "email",
            "label": "We miss you",
            "params": {"subject": "Hello", "body": "Come back"},
        },
        {"id": "wait", "type": "delay", "label": "Wait", "params": {"for": "P3D"}},
        {"id": "end", "type": "exit", "label": "Done", "params": {"reason": "done"}},
    ],
    "edges": [
        {"from": "in", "port": "out", "to": "split"},
        {"from": "split", "port": "a", "to": "mail"},
        {"from": "split", "port": "else", "to": "wait"},
        {"from": "mail", "port": "out", "to": "end"},
        {"from": "wait", "port": "out", "to": "end"},
    ],
    "layout": {
        "positions": {"in": [0, 0], "split": [240, 0], "mail": [480, -80], "wait": [480, 80], "end": [720, 0]}
    },
}


def write_strategy(folder: Path, strategy: dict[str, Any] | None = None) -> str:
    """A strategy file in a folder."""
    file = folder / "strategy.json"
    file.write_text(json.dumps(strategy or STRATEGY), encoding="utf-8")
    return str(file)


def idle(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until nothing is on its way."""
    qtbot.waitUntil(lambda: not window.session.work.busy, timeout=WAIT)


def until(qtbot: QtBot, holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    qtbot.waitUntil(holds, timeout=WAIT)


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., MainWindow]]:
    """Opens windows, and closes them after the test."""
    windows: list[MainWindow] = []

    def open_it(
        strategy_file: str | None = None, *, welcomed: bool = True, language: str = "en"
    ) -> MainWindow:
        preferences = Preferences()
        preferences.keep("welcomed", welcomed)
        preferences.keep("language", language)
        preferences.keep("theme", "light")
        window = open_window(str(tmp_path / "workspace.canvas"), strategy_file)
        assert isinstance(window, MainWindow)
        windows.append(window)
        qtbot.addWidget(window)
        return window

    yield open_it
    for window in windows:
        window.close()
    set_theme("light")
    set_language("en")


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
