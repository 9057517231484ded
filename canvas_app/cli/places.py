"""Where a person's workspace and log are kept on this computer."""

from pathlib import Path

APP = "strategy-canvas"


def default_workspace() -> Path:
    """The workspace that is meant where none is named."""
    from platformdirs import user_data_path

    return user_data_path(APP, appauthor=False) / "workspace.canvas"


def log_file() -> Path:
    """Where unexpected errors are written down."""
    from platformdirs import user_log_path

    return user_log_path(APP, appauthor=False) / "errors.log"
