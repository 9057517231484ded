"""The desktop. Everything below is imported when the window is opened, not before."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QGraphicsView, QMainWindow


def open_window(workspace: str, strategy_file: str | None = None) -> "QMainWindow":
    """Build and show the window in the running application, with the file's graph on the canvas when this returns."""
    from PySide6.QtWidgets import QApplication

    from canvas_app.ui.shell.preferences import Preferences
    from canvas_app.ui.shell.window import MainWindow
    from canvas_app.ui.theme import install
    from storage.base.words import set_language

    app = QApplication.instance()
    assert isinstance(app, QApplication), "a QApplication must be running"
    preferences = Preferences()
    set_language(preferences.language)
    if not app.property("dressed"):
        install(app, preferences.theme)
    window = MainWindow(workspace, preferences)
    if strategy_file is not None:
        window.open_file(strategy_file)
    elif not preferences.get("welcomed"):
        window.show_welcome()
    else:
        window.show_page("strategies")
    window.show()
    return window


def canvas_view(window: "QMainWindow") -> "QGraphicsView | None":
    """The view of the strategy in front; None while none is open."""
    from canvas_app.ui.shell.window import MainWindow

    assert isinstance(window, MainWindow)
    document = window.strategies.editor.current
    return document.canvas.view if document is not None else None
