"""The bar on top: which page, finding anything, language, theme, account."""

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QIcon, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from canvas_app.ui.theme import color, font, icon, set_role, size, theme
from canvas_app.ui.theme.tokens import DARK, LIGHT, SYSTEM
from canvas_app.ui.widgets.search_field import SearchField
from canvas_app.ui.widgets.words import label, plain_tip
from storage.base.words import LANGUAGES, N_, _, language

PAGES = (
    ("strategies", N_("Strategies")),
    ("audiences", N_("Audiences")),
    ("templates", N_("Templates")),
    ("results", N_("Results")),
    ("tasks", N_("Calls")),
    ("monitor", N_("Monitor")),
)
SETTINGS = "settings"
_THEMES = ((SYSTEM, N_("Like the system")), (LIGHT, N_("Light")), (DARK, N_("Dark")))
_DISC = 24
_SHORT = {"en": "EN", "zh_CN": "中文", "vi": "VI"}


class Logo(QWidget):
    """The mark of the program: one circle that splits into two."""

    def __init__(self, side: int = 20, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self._side / 20, self._side / 20)
        pen = QPen(color("accent"), 2)
        painter.setPen(pen)
        painter.drawArc(QRectF(8, 4, 10, 12), 90 * 16, 180 * 16)
        painter.drawLine(5, 10, 8, 10)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("accent"))
        for x, y in ((4, 10), (16, 4), (16, 16)):
            painter.drawEllipse(QRectF(x - 3, y - 3, 6, 6))


def _initials(name: str, dpr: float) -> QPixmap:
    """A disc with the first letters of a name; one Han character suffices."""
    words = name.split()
    letters = "".join(word[0] for word in (words[0], words[-1])) if len(words) > 1 else name[:1]
    made = QPixmap(round((_DISC + 4) * dpr), round(_DISC * dpr))
    made.setDevicePixelRatio(dpr)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color("accent_tint"))
    painter.drawEllipse(QRectF(0, 0, _DISC, _DISC))
    painter.setPen(color("accent"))
    painter.setFont(font("caption", weight=600))
    painter.drawText(QRectF(0, 0, _DISC, _DISC), Qt.AlignmentFlag.AlignCenter, letters.upper())
    painter.end()
    return made


class NavBar(QFrame):
    """`page_chosen(page)` with strategies, audiences, templates, results, tasks, monitor or settings."""

    page_chosen = Signal(str)
    language_chosen = Signal(str)
    theme_chosen = Signal(str)

    def __init__(self, person: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("navigation")
        set_role(self, "bar")
        self.setFixedHeight(size("layout.nav"))
        self._person = person
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 12, 1)
        row.setSpacing(8)
        row.addWidget(Logo())
        self._name = label("", "panel-title")
        row.addWidget(self._name)
        row.addSpacing(24)
        self._buttons: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        for page, _title in PAGES:
            row.addWidget(self._page_button(page))
        row.addStretch(1)
        self.search = SearchField(keys="Ctrl+K")
        self.search.setObjectName("navigation_search")
        self.search.setMinimumWidth(140)
        self.search.setMaximumWidth(280)
        row.addWidget(self.search, 4)
        row.addSpacing(8)
        self.language_button = self._menu_button("navigation_language", "mdi6.translate")
        self.theme_button = self._menu_button("navigation_theme", "mdi6.theme-light-dark")
        self.account_button = self._menu_button("navigation_account", "mdi6.account-circle-outline")
        for each in (self.language_button, self.theme_button, self.account_button):
            row.addWidget(each)
        self.account_button.setIconSize(QSize(_DISC + 4, _DISC))
        self.account_menu = QMenu(self)
        self.settings_action = QAction(self)
        self.settings_action.setObjectName("action_settings")
        self.settings_action.triggered.connect(lambda _checked=False: self.page_chosen.emit(SETTINGS))
        self.account_menu.addAction(self.settings_action)
        self.account_button.setMenu(self.account_menu)
        theme.theme_changed.connect(self.retranslate)
        self.retranslate()
        self.set_page("strategies")

    def _page_button(self, page: str) -> QToolButton:
        made = QToolButton(self)
        made.setObjectName(f"navigation_{page}")
        made.setCheckable(True)
        set_role(made, "nav")
        made.clicked.connect(lambda _checked=False: self.page_chosen.emit(page))
        self._group.addButton(made)
        self._buttons[page] = made
        return made

    def _menu_button(self, name: str, icon_name: str) -> QToolButton:
        made = QToolButton(self)
        made.setObjectName(name)
        set_role(made, "nav")
        made.setIcon(icon(icon_name))
        made.setIconSize(QSize(size("control.icon") + 4, size("control.icon")))
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return made

    def page(self) -> str:
        """The page shown, as the bar marks it."""
        return next((page for page, one in self._buttons.items() if one.isChecked()), SETTINGS)

    def set_page(self, page: str) -> None:
        """Mark `page` as the one shown, without telling anyone; settings marks none."""
        self._group.setExclusive(False)
        for name, one in self._buttons.items():
            one.setChecked(name == page)
        self._group.setExclusive(True)

    def set_person(self, name: str) -> None:
        """Show who works here."""
        self._person = name
        self.retranslate()

    def retranslate(self) -> None:
        """Say everything again, in the language and theme in force."""
        self._name.setText(_("Strategy Canvas"))
        self.setAccessibleName(_("Navigation"))
        for page, title in PAGES:
            self._buttons[page].setText(_(title))
        self.search.set_placeholder(_("Find a node, strategy or command"))
        self.settings_action.setText(_("Settings"))
        self.language_button.setText(_SHORT[language()])
        self._name_button(self.language_button, _("Language"))
        self._name_button(self.theme_button, _("Theme"))
        self._name_button(self.account_button, _("Account"))
        self.account_button.setText(self._person)
        self._offer(self.language_button, list(LANGUAGES.items()), language(), self.language_chosen.emit)
        themes = [(mode, _(title)) for mode, title in _THEMES]
        self._offer(self.theme_button, themes, theme.mode, self.theme_chosen.emit)
        if self._person:
            self.account_button.setIcon(QIcon(_initials(self._person, self.devicePixelRatioF())))

    def _name_button(self, made: QToolButton, name: str) -> None:
        made.setToolTip(plain_tip(name))
        made.setAccessibleName(name)

    def _offer(
        self,
        made: QToolButton,
        options: list[tuple[str, str]],
        current: str,
        tell: Callable[[str], object],
    ) -> None:
        """Give a button the menu of its choices, `current` ticked."""
        menu = QMenu(self)
        group = QActionGroup(menu)
        for key, text in options:
            choice = menu.addAction(text)
            choice.setObjectName(f"choose_{key}")
            choice.setCheckable(True)
            choice.setChecked(key == current)
            choice.triggered.connect(lambda _checked=False, key=key: tell(key))
            group.addAction(choice)
        old = made.menu()
        made.setMenu(menu)
        if isinstance(old, QMenu):
            old.deleteLater()
