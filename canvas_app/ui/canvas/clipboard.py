"""Copy and paste: the nodes as a strategy file, under an own type and as text, so that they survive other programs."""

import atexit
from functools import cache

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication, QImage

from nodes.file import read_graph, write_graph
from nodes.graph import Graph

TYPE = "application/x-strategy-canvas-nodes"
_mine: QMimeData | None = None


def carried(piece: Graph, picture: QImage | None = None) -> QMimeData:
    """What goes onto the clipboard for a part of a graph."""
    text = write_graph(piece)
    data = QMimeData()
    data.setData(TYPE, text.encode())
    data.setText(text)
    if picture is not None and not picture.isNull():
        data.setImageData(picture)
    return data


def put(data: QMimeData) -> None:
    """Hand something to the clipboard until the end of the program."""
    global _mine
    QGuiApplication.clipboard().setMimeData(data)
    _mine = data
    _clear_at_the_end()


@cache
def _clear_at_the_end() -> None:
    # Qt deletes what the clipboard holds after Python is gone, and Python's part of it with it: a crash at exit
    atexit.register(_clear)


def _clear() -> None:
    if QGuiApplication.instance() is not None and QGuiApplication.clipboard().mimeData() is _mine:
        QGuiApplication.clipboard().clear()


def brought(data: QMimeData | None) -> Graph | None:
    """The nodes on the clipboard; None where there are none."""
    if data is None:
        return None
    text = bytes(data.data(TYPE).data()).decode("utf-8", "replace") if data.hasFormat(TYPE) else data.text()
    if not text.lstrip().startswith("{"):
        return None
    graph = read_graph(text).graph
    return graph if graph is not None and graph.nodes else None
