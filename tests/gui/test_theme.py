"""The look: values, fonts, icons and the style sheet."""

import json
from collections.abc import Iterator

import pytest
from fontTools.ttLib import TTFont
from PySide6.QtCore import QSize
from PySide6.QtGui import QFontInfo, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

import resources
from canvas_app.ui.theme import (
    chart,
    color,
    css,
    font,
    icon,
    install,
    kind_icon,
    pixmap,
    set_role,
    set_theme,
    size,
    text_style,
    theme,
)
from canvas_app.ui.theme.icons import known
from canvas_app.ui.theme.style import style_sheet
from canvas_app.ui.theme.tokens import table
from tests.helpers.screen import colors, grab, show

NODE_TYPES = (
    *("audience", "event_entry", "date_entry", "rule_split", "result_split", "ab_split", "delay", "wait_for"),
    *("data_sync", "update_contact", "task", "preferred", "move", "goto", "exit", "email", "sms", "wecom"),
    *("official_account", "app_push", "ai_call", "manual_call", "rpa", "webhook", "connector"),
)
VIETNAMESE = "ẮẰẲẴẶăâđêôơưẤẦẨẪẬắằẳẵặếềểễệốồổỗộớờởỡợứừửữựỳỵỷỹ₫"
CHINESE = "策略画布客群分流触达授权退订免打扰的一是不了，。！？：；「」（）《》、…—"


@pytest.fixture(autouse=True)
def _dressed(qapp: QApplication) -> Iterator[None]:
    install(qapp, "light")
    yield
    set_theme("light")


def test_both_themes_have_the_same_colours() -> None:
    assert table()["color"]["light"].keys() == table()["color"]["dark"].keys()


def test_the_sheet_is_filled_in_for_both_themes() -> None:
    for mode in ("light", "dark"):
        sheet = style_sheet(mode)
        assert "$" not in sheet
        assert css("accent", mode) in sheet


def test_the_sheet_holds_no_colour_of_its_own() -> None:
    text = resources.path("look", "style.qss").read_text(encoding="utf-8")
    bodies = [part.split("}")[0] for part in text.split("{")[1:]]
    assert [body for body in bodies if "#" in body or "rgb" in body] == []


def test_every_node_type_has_an_icon_of_its_own_and_a_family() -> None:
    found = [kind_icon(each) for each in NODE_TYPES]
    assert all(known(name) for _family, name in found)
    assert len({name for _family, name in found}) == len(NODE_TYPES)
    assert {family for family, _name in found} == {"entry", "split", "time", "data", "message", "call", "end"}


def test_an_unknown_node_type_still_has_an_icon() -> None:
    family, name = kind_icon("a_plug_in_of_tomorrow")
    assert css(family)
    assert known(name)


def test_every_icon_of_the_tokens_exists() -> None:
    kinds = table()["icons"]["kinds"].values()
    assert [kind["icon"] for kind in kinds if not known(kind["icon"])] == []


def test_an_icon_takes_the_colours_of_the_theme(qtbot: QtBot) -> None:
    button = QPushButton(icon("mdi6.square", "error"), "")
    qtbot.addWidget(button)
    show(button)
    assert css("error", "light").lower() in colors(grab(button))
    set_theme("dark")
    assert css("error", "dark").lower() in colors(grab(button))


def test_a_pixmap_is_as_sharp_as_the_screen_and_made_once() -> None:
    made = pixmap("mdi6.plus", "accent", 16, 2.0)
    assert (made.width(), made.devicePixelRatio()) == (32, 2.0)
    assert pixmap("mdi6.plus", "accent", 16, 2.0) is made
    set_theme("dark")
    assert pixmap("mdi6.plus", "accent", 16, 2.0) is not made


def test_an_icon_is_as_sharp_as_the_screen() -> None:
    made = icon("mdi6.plus").pixmap(QSize(16, 16), 2.0)
    assert (made.width(), made.devicePixelRatio()) == (32, 2.0)


def test_a_change_of_theme_is_announced_after_it_is_done(qapp: QApplication) -> None:
    seen: list[tuple[str, str]] = []

    def look() -> None:
        seen.append((theme.current, qapp.palette().color(QPalette.ColorRole.Window).name()))

    theme.theme_changed.connect(look)
    set_theme("dark")
    theme.theme_changed.disconnect(look)
    assert seen == [("dark", css("app", "dark").lower())]


def test_an_unknown_theme_means_like_the_system() -> None:
    set_theme("pink")
    assert theme.mode == "system"
    assert theme.current in {"light", "dark"}


def test_the_application_speaks_inter_with_tabular_figures(qapp: QApplication) -> None:
    assert QFontInfo(qapp.font()).family() == "Inter"
    assert qapp.font().pixelSize() == text_style("body").px
    metrics = QFontMetrics(font("body"))
    assert metrics.horizontalAdvance("1111") == metrics.horizontalAdvance("0000")


@pytest.mark.parametrize(("file", "text"), [("Inter-*.otf", VIETNAMESE), ("NotoSansSC-*.otf", CHINESE)])
def test_the_shipped_fonts_cover_our_languages(file: str, text: str) -> None:
    fonts = list(resources.path("fonts").glob(file))
    assert len(fonts) >= 2
    for each in fonts:
        covered = TTFont(each).getBestCmap()
        assert [letter for letter in text if ord(letter) not in covered] == []


def test_the_fonts_are_light_enough_and_bring_their_licences() -> None:
    folder = resources.path("fonts")
    assert sum(file.stat().st_size for file in folder.iterdir()) < 8_000_000
    for name in ("OFL-Inter.txt", "OFL-NotoSansSC.txt"):
        assert "SIL OPEN FONT LICENSE" in (folder / name).read_text(encoding="utf-8")


def test_chinese_is_never_drawn_as_boxes(qtbot: QtBot) -> None:
    first, second = QLabel("策略"), QLabel("客群")
    for each in (first, second):
        qtbot.addWidget(each)
        each.setFixedSize(60, 30)
        show(each)
    assert grab(first) != grab(second)


def test_a_role_changes_the_look(qtbot: QtBot) -> None:
    button = QPushButton("Publish")
    qtbot.addWidget(button)
    show(button)
    plain = colors(grab(button))
    set_role(button, "danger")
    assert css("error_fill").lower() not in plain
    assert css("error_fill").lower() in colors(grab(button))


def test_controls_have_the_height_of_the_tokens(qtbot: QtBot) -> None:
    button = QPushButton("Check")
    qtbot.addWidget(button)
    show(button)
    assert button.sizeHint().height() == size("control.height")


def test_chart_colours_are_colours_of_the_theme() -> None:
    assert chart("treated") == css("accent_fill")
    assert all(each.startswith("#") for each in chart("series"))
    assert chart("line_width") == 2


def test_the_values_are_one_file_of_plain_json() -> None:
    loaded = json.loads(resources.path("look", "tokens.json").read_text(encoding="utf-8"))
    assert loaded == table()
    assert color("accent").name() == loaded["color"]["light"]["accent"].lower()
