"""The palette: everything that can be added, found by any of its names."""

import json

import pytest
from PySide6.QtCore import QModelIndex, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

import resources
from canvas_app.ui.palette import search
from canvas_app.ui.palette.catalogue import GROUPS, PRESET_NAMES, preset_of, presets, tile, tiles
from canvas_app.ui.palette.palette import Palette
from canvas_app.ui.palette.search import score
from canvas_app.ui.palette.tile_model import ID
from canvas_app.ui.theme import color, install
from nodes.graph import Graph, Node
from nodes.registry import behaviour, node_types
from storage.base.problems import Level
from tests.helpers import keys

SAID = {"Delay": ("Delay", "延迟", "Chờ"), "Email": ("Email", "邮件", "Thư điện tử")}


@pytest.fixture
def palette(qtbot: QtBot) -> Palette:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    install(app)
    made = Palette()
    qtbot.addWidget(made)
    made.resize(200, 1000)
    made.show()
    QApplication.processEvents()  # it folds, and its rows follow
    return made


def shown(palette: Palette) -> list[str]:
    model = palette.tree.model()
    groups = [model.index(row, 0) for row in range(model.rowCount())]
    return [model.index(row, 0, group).data(ID) for group in groups for row in range(model.rowCount(group))]


def place_of(palette: Palette, kind: str) -> QModelIndex:
    model = palette.tree.model()
    for row in range(model.rowCount()):
        group = model.index(row, 0)
        for below in range(model.rowCount(group)):
            if model.index(below, 0, group).data(ID) == kind:
                return model.index(below, 0, group)
    raise AssertionError(kind)


def test_every_node_type_can_be_added_itself_or_as_a_preset(palette: Palette) -> None:
    offered = {each.type for each in tiles() if each.id in shown(palette)}
    assert offered == set(node_types())
    assert {each.family for each in tiles()} <= set(GROUPS)


@pytest.mark.parametrize("each", presets(), ids=lambda each: str(each.id))
def test_a_preset_is_one_line_of_data_that_makes_a_node_known_by_its_mark(each: object) -> None:
    found = next(preset for preset in presets() if preset is each)
    node = found.node("n")
    behaves = behaviour(node, Graph(nodes={"n": node}))
    assert behaves is not None
    assert found.label in PRESET_NAMES
    assert preset_of(node) == found
    known = {param.key for param in type(behaves).param_list()}
    assert set(found.params) <= known
    wrong = [
        p.code for p in behaves.check() if p.level is Level.ERROR and p.code in ("unknown_param", "bad_param")
    ]
    assert wrong == []


def test_presets_are_written_one_a_line() -> None:
    text = resources.path("presets.json").read_text(encoding="utf-8")
    assert len(text.strip().splitlines()) == len(json.loads(text)) + 2


def test_a_plain_node_bears_no_mark() -> None:
    for kind in ("exit", "delay", "task", "audience", "event_entry", "update_contact"):
        assert preset_of(Node("n", kind)) is None


def test_a_search_keeps_what_fits_and_enter_adds_the_first(palette: Palette, qtbot: QtBot) -> None:
    keys.write(palette.search, "result")
    assert shown(palette) == ["result_split"]
    with qtbot.waitSignal(palette.node_wanted) as told:
        keys.tap(palette.search, Qt.Key.Key_Return)
    assert told.args == ["result_split"]


def test_a_search_without_a_find_says_so(palette: Palette) -> None:
    keys.write(palette.search, "zzzzzz")
    assert shown(palette) == []
    assert "zzzzzz" in palette._nothing.text()
    keys.tap(palette.search, Qt.Key.Key_Escape)
    assert len(shown(palette)) == len(tiles())


def test_a_slip_of_the_finger_still_finds(palette: Palette) -> None:
    keys.write(palette.search, "dealy")
    assert "delay" in shown(palette)


@pytest.mark.parametrize("typed", ["delay", "DEL", "延", "yanchi", "yc", "chờ", "cho", "CHO"])
def test_a_name_is_found_in_three_languages_by_pinyin_and_without_accents(typed: str) -> None:
    assert score(typed, SAID["Delay"]) > 50


@pytest.mark.parametrize("typed", ["thu dien tu", "tdt", "youjian", "yj", "mail"])
def test_initials_and_parts_of_names_find_too(typed: str) -> None:
    assert score(typed, SAID["Email"]) > 50


def test_what_begins_so_comes_before_what_only_holds_it() -> None:
    names = ["Rule split", "Split", "A/B split"]
    assert search.ranked("split", names, lambda name: (name,))[0] == "Split"


def test_what_is_shown_counts_more_than_what_is_not() -> None:
    things = {"Instalment offer": "off", "Offer A": "n1"}
    assert search.ranked("off", list(things), lambda name: (name, things[name]))[0] == "Offer A"


def test_a_double_click_adds(palette: Palette, qtbot: QtBot) -> None:
    place = palette.tree.visualRect(place_of(palette, "email")).center()
    with qtbot.waitSignal(palette.node_wanted) as told:
        keys.double_click(palette.tree.viewport(), place)
    assert told.args == ["email"]


def test_the_tile_below_the_pointer_is_lit_within_its_margins(palette: Palette) -> None:
    row = palette.tree.visualRect(place_of(palette, "email"))
    keys.point_at(palette.tree.viewport(), row.center())
    palette.tree.clearSelection()  # a button that another test let go elsewhere may have chosen the row
    seen = palette.tree.viewport().grab().toImage()
    assert seen.pixelColor(12, row.top() + 4).name() == color("hover").name()
    assert seen.pixelColor(3, row.center().y()).name() == color("surface").name()


def test_in_a_narrow_window_only_icons_are_left(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    made = Palette(window)
    window.resize(1600, 900)
    window.show()
    assert (made.folded, made.width()) == (False, 184)
    window.resize(1300, 900)
    QApplication.sendEvent(window, QResizeEvent(QSize(1300, 900), QSize(1600, 900)))
    assert (made.folded, made.width()) == (True, 48)


def test_an_unknown_id_is_no_tile() -> None:
    assert tile("no_such_thing") is None
