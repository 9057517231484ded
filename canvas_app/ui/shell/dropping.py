"""Files dropped on the window: a strategy, an n8n workflow or a BPMN diagram opens on the canvas."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget

SUFFIXES = (".json", ".bpmn", ".xml")


class FileDrop(QObject):
    """Takes files that nothing inside the window wants."""

    def __init__(self, window: QWidget, opens: Callable[[str], object]) -> None:
        super().__init__(window)
        self._opens = opens
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what can be opened, leave the rest to Qt."""
        if not isinstance(event, QDropEvent):  # a drag that enters is one too
            return False
        files = dropped_files(event.mimeData())
        if not files:
            return False
        event.acceptProposedAction()
        if event.type() == QEvent.Type.Drop:
            for file in files:
                self._opens(file)
        return True


def dropped_files(mime: QMimeData) -> list[str]:
    """The files on this computer among what is dragged that may be drawings."""
    files = [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]
    return [file for file in files if Path(file).suffix.lower() in SUFFIXES]
