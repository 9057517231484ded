"""The desktop put together: the window, and the one runtime that moves people while it is open."""

import threading
from typing import TYPE_CHECKING

from storage.base.errors import UserError

if TYPE_CHECKING:
    from canvas_app.runtime.service import Runtime
    from storage.workspace import Workspace


class DesktopRuntime:
    """Runs live strategies while the desktop is open; another owner of the workspace keeps it, and we only look."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runtime: Runtime | None = None
        self._ended = False

    def start(self, workspace: "Workspace") -> str:
        """Begin to run, on the caller's thread; returns why that cannot be, or nothing."""
        from canvas_app.runtime.service import Runtime  # half a second: after the window is there
        from storage.base.clock import VirtualClock

        if isinstance(workspace.clock(), VirtualClock):
            return ""
        try:
            runtime = Runtime(workspace)
        except UserError as error:
            return str(error)
        with self._lock:
            if self._ended:
                runtime.stop()
                return ""
            self._runtime = runtime
        runtime.start()
        return ""

    def wake(self, changes: object = None) -> None:
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
    from canvas_app.cli.places import default_workspace
    from canvas_app.ui.desktop import run

    return run(workspace or str(default_workspace()), target, DesktopRuntime())
