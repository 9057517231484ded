"""`python -m canvas_app`: a command, or the desktop."""

import sys

from canvas_app.cli.main import run


def main() -> int:
    """Do what the command line says; without a command the desktop opens."""
    return run(sys.argv[1:], desktop=_desktop)


def _desktop(workspace: str | None, target: str | None) -> int:
    from canvas_app.application import open_desktop

    return open_desktop(workspace, target)


if __name__ == "__main__":
    sys.exit(main())
