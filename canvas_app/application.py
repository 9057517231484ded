"""The desktop put together: application, look, language, window, and the one runtime that moves people."""

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from storage.base.errors import UserError

if TYPE_CHECKING:
    from canvas_app.runtime.service import Runtime
    from canvas_app.ui.work import Work
    from storage.workspace import Workspace

_log = logging.getLogger("strategy_canvas.runtime")


class DesktopRuntime:
    """Runs live strategies while the desktop is open; another owner of the workspace keeps it, and we only look."""

    def __init__(self, work: "Work") -> None:
        self._work = work
        self._lock = threading.Lock()
        self._runtime: Runtime | None = None
        self._ended = False
        self.why_not = ""

    def start(self, workspace: "Workspace") -> str:
        """Begin to run, on the caller's thread; returns why that cannot be, or nothing."""
        from canvas_app.runtime.service import Runtime  # half a second: after the window is there
        from storage.base.clock import VirtualClock

        if isinstance(workspace.clock(), VirtualClock):
            return ""
        try:
            runtime = Runtime(workspace)
        except UserError as error:
            self.why_not = str(error)
            return self.why_not
        with self._lock:
            if self._ended:
                runtime.stop()
                return ""
            self._runtime = runtime
        runtime.start()
        return ""

    def wake(self, _changes: object = None) -> None:
        """Something changed: look at once what is due."""
        if self._runtime is not None:
            self._runtime.wake()

    def stop(self) -> None:
        """Let what is being sent finish, and give the workspace back."""
        with self._lock:
            self._ended = True
            runtime, self._runtime = self._runtime, None
        if runtime is not None:
            runtime.stop()


def open_desktop(workspace: str | None = None, target: str | None = None) -> int:
    """Open the window on a workspace, with a strategy file or a strategy by name; returns when it is closed."""
    import sys

    from PySide6.QtWidgets import QApplication

    from canvas_app.ui import open_window
    from canvas_app.ui.shell.window import MainWindow

    app = QApplication.instance() or QApplication(sys.argv[:1])
    app.setApplicationName("Strategy Canvas")
    file = target if target and Path(target).is_file() else None
    window = open_window(workspace or default_workspace(), file)
    assert isinstance(window, MainWindow)
    if target and file is None:
        window.open_strategy(target)
    work = window.session.work
    runtime = DesktopRuntime(work)

    def started(why: str) -> None:
        if why:
            window.tell("warning", why)

    work.run_operation(runtime.start, done=started)
    work.changed.connect(runtime.wake)
    window.closing.connect(runtime.stop)
    return int(app.exec())


def default_workspace() -> str:
    """The workspace in the person's data folder."""
    from canvas_app.cli.places import default_workspace as place

    return str(place())
