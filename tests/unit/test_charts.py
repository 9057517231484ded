"""Charts: every word is readable in every language, theme and size, and the marks stand where the figures are."""

import io
import itertools
import logging
import subprocess
import sys
import warnings
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Text

from canvas_app.charts import Kind, Theme, figure_for, tip_at
from canvas_app.charts.style import families, look_of, percent_text, printable
from storage.base.words import set_language

STEPS = {
    "en": [
        "On the list",
        "Allowed to receive",
        "In the test",
        "Delivered",
        "Opened",
        "Clicked or claimed",
        "Came back",
    ],
    "zh_CN": [
        "名单总人数",
        "允许接收营销信息的客户",
        "进入测试",
        "已送达",
        "已打开",
        "点击或领取优惠券",
        "再次购买",
    ],
    "vi": [
        "Trong danh sách",
        "Được phép nhận tin",
        "Thử nghiệm",
        "Đã gửi",
        "Đã mở",
        "Đã nhấp hoặc nhận",
        "Quay lại",
    ],
}
ARMS = {
    "en": ["A · 回归礼包 ¥50", "B · Free shipping on everything in the shop", "Hold-out"],
    "zh_CN": ["A 组·回归礼包 ¥50", "B 组·全场包邮再送一份惊喜好礼", "空白组(不触达)"],
    "vi": ["A · Gói quà trở lại 50.000 ₫", "B · Miễn phí vận chuyển toàn quốc", "Nhóm đối chứng (không gửi)"],
}
PUBLISHED = {"en": "v3 published", "zh_CN": "v3 已发布", "vi": "v3 đã kích hoạt"}
SIZES = [None, (300.0, 180.0), (480.0, 300.0), (1400.0, 700.0)]


def funnel(
    language: str, counts: tuple[int, ...] = (24180, 22411, 20174, 19266, 5511, 1042, 742)
) -> dict[str, Any]:
    names = itertools.cycle(STEPS[language])
    return {
        "steps": [{"node": str(place), "label": next(names), "count": n} for place, n in enumerate(counts)]
    }


def shares(
    language: str, counts: tuple[tuple[int, int], ...] = ((10090, 404), (10084, 338), (2237, 45))
) -> object:
    names = itertools.cycle(ARMS[language])
    return {
        "arms": [
            {"port": str(place), "label": next(names), "n": n, "converted": x, "rate": x / n if n else None}
            for place, (n, x) in enumerate(counts)
        ]
    }


def averages(language: str) -> object:
    figures = [(21307, 1.4226, 17.754), (21306, 0.6528, 11.588), (21387, 1.0772, 15.116)]
    return {
        "arms": [
            {"name": name, "n": n, "mean": mean, "sd": sd}
            for name, (n, mean, sd) in zip(ARMS[language], figures, strict=True)
        ]
    }


def daily(language: str, days: int = 14, times: int = 1) -> object:
    first = date(2026, 11, 1)
    return {
        "days": [
            {"day": first + timedelta(place), "entered": (days - place) * 257 * times, "goal": place * 7 % 81}
            for place in range(days)
        ],
        "marks": [{"day": "2026-11-08", "label": PUBLISHED[language]}, {"day": "2026-11-09", "label": "v4"}],
    }


CASES: dict[str, tuple[Kind, Any]] = {
    "funnel": ("funnel", funnel),
    "funnel of one person": ("funnel", lambda name: funnel(name, (1, 1, 1, 1, 0, 0, 0))),
    "funnel of nobody": ("funnel", lambda name: funnel(name, (0, 0, 0))),
    "funnel of a million": ("funnel", lambda name: funnel(name, (1_000_000, 999_999, 500_000, 3, 1))),
    "funnel of forty steps": ("funnel", lambda name: funnel(name, tuple(range(4000, 0, -100)))),
    "no funnel": ("funnel", lambda _: []),
    "arms": ("ab", shares),
    "ten arms": ("ab", lambda name: shares(name, ((1000, 40),) * 10)),
    "arms of a million": (
        "ab",
        lambda name: shares(name, ((1_000_000, 123), (999_999, 0), (1_000_000, 140))),
    ),
    "arms of one person and of nobody": ("ab", lambda name: shares(name, ((1, 1), (0, 0)))),
    "averages": ("ab", averages),
    "no arms": ("ab", lambda _: {"arms": []}),
    "days": ("daily", daily),
    "one day": ("daily", lambda name: daily(name, 1)),
    "four hundred days of a million": ("daily", lambda name: daily(name, 400, 10)),
    "no days": ("daily", lambda _: []),
}


def texts(figure: Figure) -> list[Text]:
    return [
        each
        for each in figure.findobj(Text)
        if isinstance(each, Text) and each.get_visible() and each.get_text()
    ]


def words(figure: Figure) -> list[str]:
    return [each.get_text() for each in texts(figure)]


def expect_readable(figure: Figure) -> None:
    """Every text lies within the figure, and no two lie on each other."""
    figure.draw_without_rendering()
    canvas = figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    boxes = [(each.get_text(), each.get_window_extent(canvas.get_renderer())) for each in texts(figure)]  # type: ignore[no-untyped-call]
    width, height = canvas.get_width_height()
    for text, box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height, f"{text!r} is cut off"  # noqa: PT018
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        across, down = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across <= 0.5 or down <= 1.5, (
            f"{one!r} lies on {other!r}"
        )  # accents may touch the box of the line above


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("language", STEPS)
@pytest.mark.parametrize("case", CASES)
def test_no_word_is_cut_off_or_lies_on_another(
    case: str, language: str, size: tuple[float, float] | None
) -> None:
    set_language(language)
    kind, data = CASES[case]
    expect_readable(figure_for(kind, data(language), size=size))


@pytest.mark.parametrize("case", CASES)
def test_no_letter_is_an_empty_box(case: str, caplog: pytest.LogCaptureFixture) -> None:
    with warnings.catch_warnings(), caplog.at_level(logging.WARNING, "matplotlib"):
        warnings.simplefilter("error")
        for language in STEPS:
            set_language(language)
            kind, data = CASES[case]
            figure_for(kind, data(language), "dark").savefig(io.BytesIO(), format="png")
    assert not caplog.records


@given(
    label=st.text(max_size=80),
    count=st.integers(0, 10**9),
    width=st.integers(240, 900),
    height=st.integers(150, 500),
)
@settings(max_examples=40)
def test_any_label_count_and_size_stays_readable(label: str, count: int, width: int, height: int) -> None:
    steps = [{"label": label, "count": count}, {"label": "Opened", "count": count // 3}]
    arms = [{"label": label, "n": count, "x": count // 7}, {"label": "B", "n": 100, "x": 20}]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        expect_readable(figure_for("funnel", steps, size=(width, height)))
        expect_readable(figure_for("ab", arms, size=(width, height)))


def test_labels_are_data_and_no_markup() -> None:
    figure = figure_for("funnel", [{"label": "2) $100 \\frac{ - $200", "count": 1}])
    assert "2) $100 \\frac{ - $200" in words(figure)
    figure.savefig(io.BytesIO(), format="png")


def test_emoji_and_line_ends_leave_no_hole() -> None:
    assert printable("Win\nback \N{PARTY POPPER} now\t!") == "Win back now !"


def test_rare_chinese_letters_use_a_font_of_the_system_if_there_is_one() -> None:
    assert families()[:2] == ("Inter", "Noto Sans SC")
    assert printable("李明 Nguyễn Ước") == "李明 Nguyễn Ước"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_figure_wears_the_colours_of_its_theme(theme: Theme) -> None:
    from matplotlib.colors import to_hex

    figure = figure_for("ab", shares("en"), theme)
    look = look_of(theme)
    assert to_hex(figure.get_facecolor()).upper() == look.color("surface")
    colours = {str(each.get_color()).upper() for each in texts(figure)}
    assert {look.color("text"), look.color("text3")} <= colours


def test_the_funnel_says_counts_and_shares_of_the_step_before() -> None:
    shown = words(figure_for("funnel", funnel("en")))
    assert {"24,180", "22,411", f"92.7{chr(0x2009)}%", f"71.2{chr(0x2009)}%"} <= set(shown)


def test_bars_of_the_funnel_are_as_long_as_their_counts() -> None:
    figure = figure_for(
        "funnel", [{"label": "a", "count": 1000}, {"label": "b", "count": 250}, {"label": "c", "count": 1}]
    )
    bars = [each for each in figure.findobj(FancyBboxPatch) if isinstance(each, FancyBboxPatch)]
    track, whole, _track, quarter, _other_track, one = sorted(bars, key=lambda each: each.get_zorder())
    assert whole.get_width() == pytest.approx(track.get_width())
    assert quarter.get_width() == pytest.approx(whole.get_width() / 4)
    assert one.get_width() == 2, "one person among a thousand is still to be seen"


def test_steps_that_find_no_place_are_counted_and_the_last_stays() -> None:
    shown = words(figure_for("funnel", funnel("en", tuple(range(4000, 0, -100))), size=(480, 300)))
    assert any(text.endswith("more steps") for text in shown)
    assert "100" in shown


def test_arms_show_their_rate_their_people_and_the_hold_out_in_grey() -> None:
    arms = [
        {"port": "a", "n": 10090, "converted": 404},
        {"port": "holdout", "label": "Hold-out", "n": 2237, "converted": 45},
    ]
    figure = figure_for("ab", arms)
    assert {"404 of 10,090", f"4.00{chr(0x2009)}%", f"2.01{chr(0x2009)}%"} <= set(words(figure))
    from matplotlib.lines import Line2D

    colours = {str(each.get_color()) for each in figure.findobj(Line2D) if isinstance(each, Line2D)}
    assert {look_of("light").color("treated"), look_of("light").color("holdout")} <= colours


def test_a_metric_of_the_report_is_drawn_as_the_rate_or_the_mean_it_is() -> None:
    arms = [{"port": "a", "n": 200, "value": 0.5}, {"port": "b", "n": 100, "value": 0.25}]
    rate = words(figure_for("ab", {"name": "visit", "kind": "rate", "arms": arms}))
    assert {"100 of 200", "25 of 100", f"50.0{chr(0x2009)}%"} <= set(rate)
    mean = words(figure_for("ab", {"name": "spend", "kind": "mean", "arms": arms}))
    assert {"200 people", "0.500"} <= set(mean)
    assert not [text for text in mean if "95" in text], "without a spread there is no interval to explain"


def test_the_whole_report_draws_its_first_test() -> None:
    node = shares("en")
    assert words(figure_for("ab", {"nodes": {"test": node}})) == words(figure_for("ab", node))


def test_the_interval_drawn_is_the_one_of_the_statistics() -> None:
    from matplotlib.lines import Line2D

    figure = figure_for(
        "ab",
        {
            "arms": [
                {"name": "a", "n": 70, "x": 56, "ci": [0.5, 1.0]},
                {"name": "b", "n": 80, "x": 0, "ci": [0.0, 0.5]},
            ]
        },
    )
    across = [
        [float(x) for x in np.asarray(each.get_xdata())]
        for each in figure.findobj(Line2D)
        if isinstance(each, Line2D) and each.get_color() == look_of("light").color("treated")
    ]
    spans = sorted((xs[0], xs[1]) for xs in across if xs[0] != xs[1])
    (low_a, high_a), (low_b, high_b) = spans
    assert high_a == pytest.approx(low_b), "one interval ends where the other begins"
    assert high_b - low_b == pytest.approx(high_a - low_a)


def test_a_frame_draws_what_its_rows_draw() -> None:
    import pandas as pd

    rows = funnel("en")["steps"]
    assert words(figure_for("funnel", pd.DataFrame(rows))) == words(figure_for("funnel", rows))


def test_a_day_without_a_row_keeps_its_place() -> None:
    rows = [{"day": "2026-11-01", "entered": 5}, {"day": "2026-11-05", "entered": 3}]
    figure = figure_for("daily", rows)
    bars = sorted(
        (
            each
            for each in figure.findobj(FancyBboxPatch)
            if isinstance(each, FancyBboxPatch) and each.get_height() > 12
        ),
        key=lambda each: each.get_x(),
    )
    slot = (bars[1].get_x() - bars[0].get_x()) / 4
    assert slot == pytest.approx((520 - 16) / 5, rel=0.1)


def test_a_resized_figure_lays_itself_out_anew_and_a_tip_tells_what_was_elided() -> None:
    label = "Clicked the long button or claimed the gift"
    figure = figure_for("funnel", [{"label": label, "count": 5}, {"label": "b", "count": 2}], size=(900, 200))
    assert label in words(figure)
    figure.set_size_inches(3, 2)
    expect_readable(figure)
    assert label not in words(figure)
    assert tip_at(figure, 20, 200 * 0.33) == label
    assert tip_at(figure, 290, 190) == ""


def test_a_title_stands_above_the_chart() -> None:
    figure = figure_for("daily", daily("en"), title="Day by day")
    assert words(figure)[0] == "Day by day"
    expect_readable(figure)


@pytest.mark.parametrize("form", ["png", "pdf", "svg"])
def test_figures_print(form: str) -> None:
    target = io.BytesIO()
    figure_for("ab", shares("zh_CN")).savefig(target, format=form)
    assert len(target.getvalue()) > 3000


def test_percent_has_a_thin_space_except_in_chinese() -> None:
    assert (percent_text(0.0389), percent_text(0.0001), percent_text(0.0)) == (
        "3.9\N{THIN SPACE}%",
        "<0.1\N{THIN SPACE}%",
        "0.0\N{THIN SPACE}%",
    )
    set_language("zh_CN")
    assert percent_text(0.0389) == "3.9%"


def test_asking_for_charts_loads_neither_matplotlib_nor_qt() -> None:
    code = "import sys, canvas_app.charts; print([m for m in ('matplotlib', 'pandas', 'PySide6') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
