"""Figures from plain values or frames; no Qt. matplotlib is loaded by the first figure, not by this import."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from canvas_app.charts.sheet import Painter

Kind = Literal["funnel", "ab", "daily"]
Theme = Literal["light", "dark"]


def figure_for(
    kind: Kind,
    data: object,
    theme: Theme = "light",
    *,
    size: tuple[float, float] | None = None,
    title: str = "",
) -> "Figure":
    """The chart of `data`, which is what the report of the same name gives (its JSON or its frame).

    `size` is in logical pixels; without it the chart takes the height its rows need. The figure lays itself out anew
    whenever it is resized, and elides what does not fit; `tip_at` tells the whole text.
    """
    from canvas_app.charts.sheet import painted
    from canvas_app.charts.style import look_of

    painter = _painters()[kind](data)
    return painted(painter, look_of(theme), size=size, title=title)


def tip_at(figure: "Figure", x: float, y: float) -> str:
    """The whole text that was elided at this place (logical pixels from the top left), else nothing."""
    from canvas_app.charts.sheet import tip_at as tip

    return tip(figure, x, y)


def _painters() -> "dict[str, Callable[[object], Painter]]":
    from canvas_app.charts.ab import AbChart
    from canvas_app.charts.daily import DailyChart
    from canvas_app.charts.funnel import FunnelChart

    return {"funnel": FunnelChart.of, "ab": AbChart.of, "daily": DailyChart.of}
