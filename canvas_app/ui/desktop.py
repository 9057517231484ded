"""The running application: one window, and something that moves people while it is open."""

import sys
from pathlib import Path
from typing import Any, Protocol

from storage.workspace import Workspace


class Mover(Protocol):
    """What runs live strategies: started once on a worker thread, woken by changes, stopped at the end."""

    def start(self, workspace: Workspace) -> str:
        """Begin; returns why that cannot be, or nothing."""
        ...

    def wake(self, changes: object = None) -> None:
        """Something changed."""
        ...

    def stop(self) -> None:
        """Give the workspace back."""
        ...


def run(workspace: str, target: str | None, mover: Mover) -> int:
    """Open the window, with a strategy file or a strategy by name; returns when it is closed."""
    from PySide6.QtWidgets import QApplication

    from canvas_app.ui import open_window
    from canvas_app.ui.shell.window import MainWindow

    app = QApplication.instance() or QApplication(sys.argv[:1])
    app.setApplicationName("Strategy Canvas")
    file = target if target and Path(target).is_file() else None
    window = open_window(workspace, file)
    assert isinstance(window, MainWindow)
    if target and file is None:
        window.open_strategy(target)

    def started(why: Any) -> None:
        if why:
            window.tell("warning", str(why))

    work = window.session.work
    work.run_operation(mover.start, done=started)
    work.changed.connect(mover.wake)
    window.closing.connect(mover.stop)
    return int(app.exec())
