"""Every widget on one page, to look at: `python -m tests.gui.gallery [light|dark] [en|zh_CN|vi] [picture.png]`."""

import sys

from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QSlider,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from canvas_app.ui.theme import install, set_property, set_role, set_theme
from canvas_app.ui.widgets import (
    Banner,
    BusyBar,
    Chip,
    Column,
    ComboBox,
    DataTable,
    DateBox,
    DecimalBox,
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
    StatusPill,
    Toggle,
    button,
    icon_button,
    label,
)
from storage.base.words import set_language
from tests.helpers.screen import grab, show

TEXTS = {
    "en": (
        "Sleeping customers",
        "Reached",
        "Send everyone to A…",
        "People with a card limit of ¥50,000 or more",
    ),
    "zh_CN": (
        "沉睡客户唤醒",
        "触达",
        "全部发送 A 版…",
        "信用额度不低于 5 万且无逾期的客户，进入金牌坐席外呼",
    ),
    "vi": (
        "Khách hàng miền Nam",
        "Đã tiếp cận",
        "Gửi tất cả cho A…",
        "Người có hạn mức thẻ từ ¥50.000",
    ),
}
ROWS = [
    ("audience", "Sleeping 90 days", "Audience", 24180, None, "", ""),
    ("rule_split", "Held back?", "Rule split", 24180, None, "1,769 held back, each with a reason", ""),
    ("ab_split", "Offer test", "A/B split", 22411, None, "", ""),
    ("email", "A · 回归礼包 ¥50", "Email", 10090, 96.0, "Above all three targets", "success"),
    ("wait_for", "Click, up to 3 days", "Wait for", 19266, None, "1,204 will know by 17 Nov", ""),
    (
        "app_push",
        "用户评价合集",
        "App push",
        17020,
        80.5,
        "Opened 8.7 %, below the 10 % alarm since 11 Nov",
        "warning",
    ),
    ("exit", "Hold-out", "Exit", 2237, None, "Never contacted; leaves after 7 days", ""),
]


def build(name: str = "en") -> QWidget:
    """The page with everything on it."""
    title, reached, act, sentence = TEXTS[name]
    page = QWidget()
    set_role(page, "page")
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(NavBar("Lin Wei" if name != "zh_CN" else "林薇"))
    across = QHBoxLayout()
    across.setSpacing(0)
    main = QVBoxLayout()
    main.setContentsMargins(24, 16, 24, 16)
    main.setSpacing(12)
    main.addLayout(_bar(title, act))
    main.addWidget(Banner(sentence, "info", "Choose"))
    main.addWidget(Banner(sentence, "warning", "Add fallback"))
    main.addWidget(Banner(sentence, "error", "Choose"))
    main.addWidget(_figures(title, reached))
    grid = QGridLayout()
    grid.setSpacing(16)
    grid.addWidget(_controls(sentence), 0, 0)
    grid.addWidget(_fields(title), 0, 1)
    grid.addWidget(_words(title, sentence), 0, 2)
    main.addLayout(grid)
    main.addWidget(_table(), 1)
    across.addLayout(main, 1)
    across.addWidget(_sheet(title, sentence))
    column.addLayout(across, 1)
    return page


def _bar(title: str, act: str) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    row.addWidget(icon_button("mdi6.arrow-left", "Back"))
    row.addWidget(label(title, "page-title"))
    row.addWidget(StatusPill("Live v4 · since 18 Nov", "success"))
    row.addWidget(Chip("Draft v5 · 4 changes", "accent", icon_name="mdi6.pencil-outline"))
    row.addWidget(label("Saved 14:32", "muted"))
    row.addStretch()
    row.addWidget(icon_button("mdi6.undo", "Undo"))
    row.addWidget(button("Check", icon_name="mdi6.check-circle-outline"))
    row.addWidget(button("Rehearse", icon_name="mdi6.play-circle-outline"))
    row.addWidget(button(act, role="primary", icon_name="mdi6.rocket-launch-outline"))
    return row


def _figures(title: str, reached: str) -> KpiStrip:
    return KpiStrip(
        [
            Kpi(title, "24,180", "target list"),
            Kpi(reached, "87.8 %", "target 85 %", "+2.8 pts"),
            Kpi("Opened", "28.6 %", "target 25 %", "−3.6 pts", "error"),
            Kpi("Came back", "742", "3.9 % of delivered"),
            Kpi("Return on spend", "4.2 : 1", "¥9,610 cost, ¥40,362 value"),
        ]
    )


def _controls(sentence: str) -> Panel:
    panel = Panel("Controls", "first match wins")
    panel.add_action(button("Add branch", role="link"))
    panel.add(SegmentedControl([("all", "All"), ("any", "Any"), ("none", "None")], "any"))
    languages = [("zh", "中文"), ("en", "English"), ("vi", "Tiếng Việt")]
    panel.add(SegmentedControl(languages, "en", icons={"en": "mdi6.translate"}))
    row = FlowLayout()
    for role in ("", "primary", "danger", "ghost", "link"):
        row.addWidget(button(role or "plain", role=role))
    disabled = button("disabled", role="primary")
    disabled.setEnabled(False)
    row.addWidget(disabled)
    row.addWidget(button("compact", compact=True))
    row.addWidget(icon_button("mdi6.plus", "Add", outlined=True))
    panel.add(row)
    for number, made in enumerate(
        (Toggle("On"), Toggle("Off"), QCheckBox("Keep 10 % untouched"), QCheckBox("Email"))
    ):
        made.setChecked(number in {0, 2})
        panel.add(made)
    chosen = QRadioButton("Use the new wait")
    chosen.setChecked(True)
    panel.add(chosen)
    panel.add(QRadioButton("Finish the old wait"))
    bar = BusyBar(sentence)
    bar.set_progress(40, 100)
    panel.add(bar)
    panel.body.addStretch()
    return panel


def _fields(title: str) -> Panel:
    panel = Panel("Fields")
    panel.add(SearchField("Find a node", "N"))
    panel.add(QLineEdit(title))
    wrong = QLineEdit("somebody@")
    set_property(wrong, "problem", "error")
    panel.add(wrong)
    panel.add(label("An e-mail address has something after the @", "error"))
    panel.add(ComboBox([(1, "Card limit"), (2, "Overdue")]))
    row = QHBoxLayout()
    row.addWidget(SpinBox(0, 100000, 12480))
    row.addWidget(DecimalBox(value=0.5))
    row.addWidget(DateBox(QDate(2026, 11, 18)))
    panel.add(row)
    text = QPlainTextEdit("Dear {{ first_name }},\n好久不见。Trả góp 0 % lãi suất")
    text.setFixedHeight(64)
    panel.add(text)
    off = ComboBox([(1, "Disabled")])
    off.setEnabled(False)
    panel.add(off)
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setValue(40)
    panel.add(slider)
    panel.body.addStretch()
    return panel


def _words(title: str, sentence: str) -> Panel:
    panel = Panel("Words", sentence)
    tabs = QTabWidget()
    for name in ("Settings", "People 18,640", "Changes"):
        tabs.addTab(QWidget(), name)
    tabs.setFixedHeight(40)
    panel.add(tabs)
    for role in ("display", "page-title", "panel-title", "strong", "", "small", "hint", "caption", "error"):
        panel.add(label(f"{title} 12,480", role))
    chips = FlowLayout(gap=6)
    for tone in (
        "neutral",
        "accent",
        "success",
        "warning",
        "error",
        "split",
        "time",
        "message",
        "call",
        "data",
        "end",
    ):
        chips.addWidget(Chip(tone, tone))
    chips.addWidget(label("1", "badge"))
    chips.addWidget(KeyCap("F8"))
    chips.addWidget(KeyCap("Ctrl+K"))
    panel.add(chips)
    panel.add(EmptyState("Nobody is here now. 1,204 passed through.", "Show them"), 1)
    return panel


def _table() -> Panel:
    columns = [
        Column(
            "Node",
            lambda row: row[1],
            note=lambda row: row[2],
            kind=lambda row: row[0],
            width=240,
            strong=True,
        ),
        Column("Entered", lambda row: row[3], number=True),
        Column("Reach", lambda row: row[4], lambda row: f"{row[4]} %" if row[4] else "–", number=True),
        Column("Worth a look", lambda row: row[5], lambda row: row[5], tone=lambda row: row[6], stretch=True),
    ]
    panel = Panel("Nodes", "first 100 of 24,180", flush=True)
    panel.add_action(button("Export masked", icon_name="mdi6.download-outline"))
    table = DataTable(RowsModel(columns, ROWS), sortable=True)
    table.selectRow(3)
    panel.add(table)
    return panel


def _sheet(title: str, sentence: str) -> SideSheet:
    sheet = SideSheet(title, width=320)
    sheet.set_title(title, sentence)
    sheet.body.addWidget(label("Whom should we wake up?"))
    sheet.body.addWidget(ComboBox([(1, title)]))
    sheet.body.addWidget(label("No purchase for 90 days and no email opened for 30 days.", "hint", wrap=True))
    sheet.body.addStretch()
    sheet.footer.addStretch()
    sheet.footer.addWidget(button("Back"))
    sheet.footer.addWidget(button("Next", role="primary"))
    return sheet


def main() -> None:
    """Show the gallery, or write it into a picture."""
    mode, name, picture = (sys.argv[1:] + ["light", "en", ""][len(sys.argv) - 1 :])[:3]
    app = QApplication(sys.argv[:1])
    install(app, mode)
    set_theme(mode)
    set_language(name)
    page = build(name)
    show(page, 1600, 1120)
    sheet = page.findChild(SideSheet)
    assert sheet is not None
    sheet.open_sheet()
    from PySide6.QtTest import QTest

    QTest.qWait(400)
    if picture:
        grab(page, picture)
    else:
        app.exec()


if __name__ == "__main__":
    main()
