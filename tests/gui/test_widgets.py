"""The widgets of all pages do what a person expects of them, by mouse and by keys."""

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QStandardItem, QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from canvas_app.ui.theme import css, install, set_theme, size, sizes
from canvas_app.ui.widgets import (
    Banner,
    BusyBar,
    Chip,
    Column,
    ComboBox,
    DataTable,
    DateBox,
    DecimalBox,
    ElidedLabel,
    EmptyState,
    FlowLayout,
    KeyCap,
    Kpi,
    KpiStrip,
    NavBar,
    Panel,
    RowsModel,
    SearchField,
    SegmentedControl,
    SideSheet,
    SpinBox,
    Toggle,
    button,
    icon_button,
    label,
)
from storage.base.words import set_language
from tests.gui.gallery import build
from tests.helpers.screen import click, colors, double_click, grab, press, settle, show, write

EVIL = "<b>bold</b><img src=x>"
Key = Qt.Key


@pytest.fixture(autouse=True)
def _dressed(qapp: QApplication) -> Iterator[None]:
    install(qapp, "light")
    yield
    set_theme("light")


def shown(qtbot: QtBot, widget: QWidget, width: int = 0, height: int = 0) -> Any:
    qtbot.addWidget(widget)
    show(widget, width, height)
    return widget


def people() -> RowsModel:
    columns = [
        Column("Name", lambda row: row[0], stretch=True),
        Column("Entered", lambda row: row[1], number=True),
        Column("State", lambda row: row[2], tone=lambda row: "success" if row[2] == "live" else "neutral"),
    ]
    return RowsModel(columns, [("An", 12480, "live"), ("Bo", None, "draft"), ("Chi", 7, "live")])


def test_data_is_never_taken_for_rich_text(qtbot: QtBot) -> None:
    page = QWidget()
    row = QHBoxLayout(page)
    for each in (label(EVIL), ElidedLabel(EVIL), Chip(EVIL), Banner(EVIL), EmptyState(EVIL), KeyCap(EVIL)):
        row.addWidget(each)
    row.addWidget(KpiStrip([Kpi(EVIL, EVIL, EVIL, EVIL)]))
    row.addWidget(Panel(EVIL, EVIL))
    shown(qtbot, page)
    labels = page.findChildren(QLabel)
    assert len(labels) > 8
    assert {each.textFormat() for each in labels} == {Qt.TextFormat.PlainText}
    assert "<b>" not in button("x", tip=EVIL).toolTip()


def test_a_segment_is_chosen_by_mouse_and_by_arrows(qtbot: QtBot) -> None:
    row = shown(qtbot, SegmentedControl([("all", "All"), ("any", "Any"), ("none", "None")], "any"))
    told: list[str] = []
    row.chosen.connect(told.append)
    click(row.button("all"))
    press(row.button("all"), Key.Key_Right)
    press(row.button("any"), Key.Key_Right)
    press(row.button("none"), Key.Key_Right)
    assert told == ["all", "any", "none"]
    assert row.current() == "none"
    row.set_current("any")
    assert (row.current(), told) == ("any", ["all", "any", "none"])


def test_a_toggle_switches_by_mouse_and_space(qtbot: QtBot) -> None:
    toggle = shown(qtbot, Toggle("Check again"))
    click(toggle)
    assert toggle.isChecked()
    assert css("accent_fill").lower() in colors(grab(toggle)) | {css("accent_fill_hover").lower()}
    press(toggle, Key.Key_Space)
    assert not toggle.isChecked()


def test_the_key_of_a_search_field_gives_way_to_words_and_escape_empties_it(qtbot: QtBot) -> None:
    field = shown(qtbot, SearchField("Find a node", "Ctrl+K"), 300, 40)
    cap = field.findChild(KeyCap)
    assert isinstance(cap, KeyCap)
    assert cap.isVisible()
    write(field, "dely")
    assert not cap.isVisible()
    press(field, Key.Key_Escape)
    assert field.text() == ""
    assert cap.isVisible()


def test_a_button_tells_once_by_mouse_and_by_key(qtbot: QtBot) -> None:
    told: list[int] = []
    made = shown(qtbot, button("Publish", lambda: told.append(1), role="primary"))
    click(made)
    press(made, Key.Key_Space)
    assert told == [1, 1]


def test_an_icon_button_has_a_name_for_screen_readers(qtbot: QtBot) -> None:
    made = shown(qtbot, icon_button("mdi6.undo", "Undo"))
    assert made.accessibleName() == "Undo"
    assert "Undo" in made.toolTip()


@pytest.mark.parametrize(
    "make",
    [
        lambda: button("Check"),
        lambda: icon_button("mdi6.undo", "Undo"),
        lambda: ComboBox([(1, "a")]),
        SpinBox,
        DecimalBox,
        DateBox,
        lambda: SearchField("Find"),
        lambda: QLineEdit("name"),
    ],
)
def test_controls_in_a_row_are_equally_high_with_and_without_focus(qtbot: QtBot, make: Any) -> None:
    page = QWidget()
    row = QHBoxLayout(page)
    control = make()
    row.addWidget(control)
    shown(qtbot, page, 300, 100)
    control.clearFocus()
    settle()
    assert control.height() == size("control.height")
    control.setFocus()
    settle()
    assert control.height() == size("control.height")


def test_no_page_name_is_cut_in_the_smallest_window(qtbot: QtBot) -> None:
    bar = shown(qtbot, NavBar("Lin Wei"), int(sizes("layout.min_window")[0]), 44)
    for page in ("strategies", "audiences", "templates", "results", "tasks", "monitor"):
        made = bar.findChild(QWidget, f"navigation_{page}")
        assert made.width() >= made.sizeHint().width()


def test_a_long_label_is_cut_and_its_tool_tip_holds_all(qtbot: QtBot) -> None:
    made = ElidedLabel("A very long name of a strategy")
    shown(qtbot, made, 80, 24)
    assert made.elided().endswith("…")
    assert "A very long name of a strategy" in made.toolTip()
    made.resize(400, 24)
    settle()
    assert made.toolTip() == ""


def test_figures_stand_at_the_right_with_separators_and_nothing_is_a_dash() -> None:
    model = people()
    assert model.index(0, 1).data() == "12,480"
    assert model.index(1, 1).data() == "–"
    assert model.index(0, 1).data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight


def test_sorting_puts_absent_values_last_both_ways() -> None:
    model = people()
    model.sort(1, Qt.SortOrder.AscendingOrder)
    assert [row[0] for row in model.rows()] == ["Chi", "An", "Bo"]
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert [row[0] for row in model.rows()] == ["An", "Chi", "Bo"]


def test_a_row_opens_by_double_click_and_by_enter_once_each(qtbot: QtBot) -> None:
    table = shown(qtbot, DataTable(people()), 500, 200)
    told: list[int] = []
    table.row_opened.connect(told.append)
    double_click(table.viewport(), table.visualRect(table.model().index(1, 0)).center())
    table.selectRow(2)
    press(table, Key.Key_Return)
    assert told == [1, 2]
    assert table.chosen_row() == 2


def test_rows_are_as_high_as_the_tokens_say(qtbot: QtBot) -> None:
    table = shown(qtbot, DataTable(people()), 500, 200)
    assert table.rowHeight(0) == size("control.table_row")
    assert table.horizontalHeader().height() == size("control.table_head")


def test_a_chip_is_painted_in_its_tone(qtbot: QtBot) -> None:
    table = shown(qtbot, DataTable(people()), 500, 200)
    assert css("success_tint").lower() in colors(grab(table))


def test_copying_takes_the_chosen_row(qtbot: QtBot) -> None:
    table = shown(qtbot, DataTable(people()), 500, 200)
    table.selectRow(0)
    press(table, Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "An\t12,480\tlive"


def test_a_table_shows_any_model(qtbot: QtBot) -> None:
    model = QStandardItemModel(1, 1)
    model.setItem(0, 0, QStandardItem(EVIL))
    table = shown(qtbot, DataTable(model, empty="Nobody is here now."), 300, 120)
    plain = grab(table)
    model.setItem(0, 0, QStandardItem(""))
    assert grab(table) != plain


def test_an_empty_table_says_so(qtbot: QtBot) -> None:
    model = people()
    table = shown(qtbot, DataTable(model, empty="Nobody is here now."), 300, 160)
    model.set_rows([])
    said = grab(table)
    table.empty_text = ""
    assert grab(table) != said


def test_new_figures_keep_the_chosen_row(qtbot: QtBot) -> None:
    model = people()
    table = shown(qtbot, DataTable(model), 500, 200)
    table.selectRow(1)
    model.set_rows([("An", 1, "live"), ("Bo", 2, "live"), ("Chi", 3, "live")])
    assert table.chosen_row() == 1


def test_a_flow_goes_on_in_the_next_row(qtbot: QtBot) -> None:
    page = QWidget()
    flow = FlowLayout(page)
    chips = [Chip(f"tag number {number}") for number in range(8)]
    for chip in chips:
        flow.addWidget(chip)
    shown(qtbot, page, 200, 300)
    assert len({chip.y() for chip in chips}) > 1
    assert max(chip.geometry().right() for chip in chips) <= 200


def test_a_sheet_slides_in_takes_the_focus_and_leaves_by_escape(qtbot: QtBot) -> None:
    page = QWidget()
    row = QHBoxLayout(page)
    sheet = SideSheet("Your answers", width=320)
    field = SearchField("Find")
    sheet.body.addWidget(field)
    row.addWidget(QWidget(), 1)
    row.addWidget(sheet)
    shown(qtbot, page, 800, 400)
    page.activateWindow()
    sheet.open_sheet()
    qtbot.waitUntil(lambda: sheet.width() == 320)
    qtbot.waitUntil(field.hasFocus)
    with qtbot.waitSignal(sheet.closed):
        press(field, Key.Key_Escape)
    qtbot.waitUntil(lambda: not sheet.isVisible())


def test_work_can_be_stopped_once(qtbot: QtBot) -> None:
    bar = shown(qtbot, BusyBar("Reading 64,000 rows"), 400, 40)
    told: list[int] = []
    bar.cancelled.connect(lambda: told.append(1))
    bar.set_progress(32_000, 64_000)
    click(bar.cancel_button)
    click(bar.cancel_button)
    assert told == [1]


def test_a_banner_offers_its_action(qtbot: QtBot) -> None:
    banner = shown(qtbot, Banner("187 people have no WeCom ID.", "warning", "Add fallback"), 500, 44)
    with qtbot.waitSignal(banner.acted):
        click(banner.action_button)
    banner.say("All is well", "success")
    assert not banner.action_button.isVisible()


@pytest.mark.parametrize("make", [lambda: ComboBox([(1, "a"), (2, "b")], 1), lambda: SpinBox(0, 9, 5)])
def test_the_wheel_changes_no_field_that_has_no_focus(qtbot: QtBot, make: Any) -> None:
    field = make()
    page = QWidget()
    row = QHBoxLayout(page)
    other = SearchField("Find")
    row.addWidget(other)
    row.addWidget(field)
    shown(qtbot, page)
    other.setFocus()
    before = field.value()
    turn = QWheelEvent(
        *(QPointF(5, 5), QPointF(field.mapToGlobal(QPoint(5, 5))), QPoint(), QPoint(0, -120)),
        *(Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False),
    )
    QApplication.sendEvent(field, turn)
    assert field.value() == before


def test_the_bar_on_top_goes_to_each_page(qtbot: QtBot) -> None:
    bar = shown(qtbot, NavBar("Lin Wei"), 1400, 44)
    told: list[str] = []
    bar.page_chosen.connect(told.append)
    pages = ("audiences", "templates", "results", "tasks", "monitor", "strategies")
    for page in pages:
        click(bar.findChild(QWidget, f"navigation_{page}"))
        assert bar.page() == page
    bar.settings_action.trigger()
    assert told == [*pages, "settings"]
    assert bar.objectName() == "navigation"


def test_the_bar_says_calls_for_tasks_and_changes_its_language(qtbot: QtBot) -> None:
    bar = shown(qtbot, NavBar(), 1400, 44)
    tasks = bar.findChild(QWidget, "navigation_tasks")
    assert tasks.text() == "Calls"
    set_language("zh_CN")
    bar.retranslate()
    assert bar.language_button.text() == "中文"
    told: list[str] = []
    bar.language_chosen.connect(told.append)
    choices = {action.objectName(): action for action in bar.language_button.menu().actions()}
    assert choices["choose_zh_CN"].isChecked()
    choices["choose_vi"].trigger()
    assert told == ["vi"]


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("name", ["en", "zh_CN", "vi"])
def test_every_widget_paints_in_both_themes_and_all_languages(qtbot: QtBot, mode: str, name: str) -> None:
    set_theme(mode)
    page = shown(qtbot, build(name), 1500, 1000)
    seen = colors(grab(page))
    for token in ("app", "surface", "border", "accent_fill", "error_tint", "warning_tint"):
        assert css(token, mode).lower() in seen, token
