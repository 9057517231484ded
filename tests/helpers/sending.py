"""Drains the outbox of a workspace in a process that a test can kill: `python -m … WORKSPACE EPOCH`."""

import sys

from canvas_app.runtime.sender import Sender
from storage.base.clock import VirtualClock
from storage.workspace import open_workspace
from tests.helpers.outbox import NOW


def main() -> None:
    """Send until nothing is due."""
    workspace = open_workspace(sys.argv[1])
    sender = Sender(workspace, epoch=int(sys.argv[2]), now=NOW)
    sender.drain(VirtualClock(NOW))
    sender.close(NOW)


if __name__ == "__main__":
    main()
