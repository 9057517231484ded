"""`run` and `forecast`."""

from canvas_app.cli.call import DONE, Call
from canvas_app.cli.commands import Commands
from storage.base.words import _


def register(commands: Commands) -> None:
    """Add the commands of this group."""
