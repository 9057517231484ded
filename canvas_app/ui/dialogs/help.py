"""Help on a node: what its type does, in the words of its own description."""

import inspect

from PySide6.QtWidgets import QDialog, QWidget

from canvas_app.ui.inspector.header import Tile
from canvas_app.ui.shell.parts import column, row
from canvas_app.ui.widgets import button, label
from storage.base.words import _


def show_help(parent: QWidget, title: str, kind: str, text: str) -> None:
    """Show the help page of a node type beside the work; it closes with Escape."""
    dialog = QDialog(parent)
    dialog.setWindowTitle(title)
    dialog.setMinimumWidth(440)
    words = column(gap=8)
    for part in paragraphs(text):
        words.addWidget(label(part, wrap=True))
    close = button(_("Close"), dialog.close)
    dialog.setLayout(
        column(
            row(Tile(kind), label(title, "page-title"), None, gap=12),
            words,
            8,
            row(None, close),
            gap=16,
            margins=(24, 20, 24, 16),
        )
    )
    dialog.show()


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a description, lines joined, without marks of emphasis, in the reader's language."""
    found = inspect.cleandoc(text).split("\n\n")
    return [_(" ".join(part.split())).replace("*", "") for part in found if part.strip()]
