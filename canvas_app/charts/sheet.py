"""A figure drawn on in logical pixels from the top left, which lays itself out anew when its size changes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import LayoutEngine
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyBboxPatch, Rectangle
from matplotlib.text import Text

from canvas_app.charts.style import PIXELS_PER_INCH, Look, families, printable
from storage.base.words import _

_POINT = 72 / PIXELS_PER_INCH
_ELLIPSIS = "…"
_MARGIN = 8.0


class Painter(Protocol):
    """A chart: how tall it wants to be, and how it paints itself."""

    def height(self) -> float:
        """Logical pixels wanted."""

    def paint(self, sheet: "Sheet") -> None:
        """Draw everything on the cleared sheet."""


@dataclass(frozen=True, slots=True)
class Tip:
    """The whole text of something that was elided, and where it stands."""

    left: float
    top: float
    right: float
    bottom: float
    text: str


@dataclass(eq=False)
class Sheet:
    """The drawing surface of one figure."""

    figure: Figure
    axes: Axes
    look: Look
    title: str = ""
    top: float = 0.0
    tips: list[Tip] = field(default_factory=list)

    @property
    def width(self) -> float:
        """Logical pixels across, within the margin."""
        return float(self.figure.get_size_inches()[0]) * PIXELS_PER_INCH - 2 * _MARGIN

    @property
    def height(self) -> float:
        """Logical pixels down, within the margin."""
        return float(self.figure.get_size_inches()[1]) * PIXELS_PER_INCH - 2 * _MARGIN

    def clear(self) -> None:
        """An empty sheet of the figure's present size, with the title if there is one."""
        self.axes.clear()
        self.axes.set_axis_off()
        self.axes.set_xlim(-_MARGIN, self.width + _MARGIN)
        self.axes.set_ylim(self.height + _MARGIN, -_MARGIN)
        self.tips.clear()
        self.top = 0.0
        if self.title:
            self.text(0, 12, self.title, size="panel_title", color="text", room=self.width)
            self.top = 32.0

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: str = "caption",
        color: str = "text3",
        align: str = "left",
        weight: int | None = None,
        room: float | None = None,
    ) -> float:
        """Write one line around the height `y`, elided to `room`; returns its width. Nothing in it is markup."""
        pixels, _leading, usual = self.look.sizes[size]
        weight = weight or usual
        whole = printable(text)
        shown = whole if room is None else elided(whole, pixels, weight, room)
        width = text_width(shown, pixels, weight)
        # capitals of Inter are 0.73 of the size: their middle stands on y
        line = _line(x, y + pixels * 0.36, shown, pixels=pixels, weight=weight)
        line.set(color=self.look.color(color), horizontalalignment=align)
        self._add(line)
        if shown != whole:
            left = x - {"left": 0.0, "center": width / 2, "right": width}[align]
            self.tips.append(Tip(left, y - pixels, left + width, y + pixels, whole))
        return width

    def measure(self, text: str, size: str = "caption", weight: int | None = None) -> float:
        """How wide the text would be."""
        pixels, _leading, usual = self.look.sizes[size]
        return text_width(printable(text), pixels, weight or usual)

    def bar(
        self, x: float, y: float, width: float, height: float, color: str, *, radius: float = 0.0
    ) -> None:
        """A filled rectangle with its top left at (x, y); `color` is a role or #rrggbb."""
        if width <= 0 or height <= 0:
            return
        face, radius = self._paint(color), min(radius, width / 2, height / 2)
        if radius < 1:
            self._add(Rectangle((x, y), width, height, facecolor=face, linewidth=0))
            return
        style = f"round,pad=0,rounding_size={radius}"
        self._add(FancyBboxPatch((x, y), width, height, boxstyle=style, facecolor=face, linewidth=0))

    def line(
        self, points: Sequence[tuple[float, float]], color: str, *, width: float = 1.0, dashed: bool = False
    ) -> None:
        """A polyline."""
        xs, ys = zip(*points, strict=True)
        line = Line2D(xs, ys, color=self._paint(color), linewidth=width * _POINT, solid_capstyle="butt")
        if dashed:
            line.set_linestyle((0, (3, 3)))
        self._add(line)

    def dot(self, x: float, y: float, radius: float, color: str) -> None:
        """A filled circle with a hair of the surface around it, so that lines stay apart from it."""
        self._add(
            Circle(
                (x, y),
                radius,
                facecolor=self._paint(color),
                edgecolor=self.look.color("surface"),
                linewidth=1,
            )
        )

    def say(self, sentence: str) -> None:
        """Instead of a chart: one sentence in the middle, on as many lines as it needs."""
        lines = _wrapped(self, _(sentence), max(40.0, self.width - 32))
        first = self.top + (self.height - self.top) / 2 - (len(lines) - 1) * 10
        for place, line in enumerate(lines):
            self.text(
                self.width / 2, first + 20 * place, line, size="body", align="center", room=self.width - 8
            )

    def _add(self, artist: Artist) -> None:
        """What is drawn later lies above."""
        artist.set_zorder(len(self.axes.get_children()))
        self.axes.add_artist(artist)

    def _paint(self, color: str) -> str:
        return color if color.startswith("#") else self.look.color(color)


class _Relayout(LayoutEngine):
    """Paints the sheet again before a figure of a new size is drawn."""

    _adjust_compatible = True
    _colorbar_gridspec = True

    def __init__(self, sheet: Sheet, painter: Painter) -> None:
        super().__init__()
        self.sheet, self.painter = sheet, painter
        self.painted_at: tuple[float, float] | None = None

    def execute(self, fig: Figure) -> None:
        size = (self.sheet.width, self.sheet.height)
        if size != self.painted_at:
            self.painted_at = size
            self.sheet.clear()
            self.painter.paint(self.sheet)


def painted(painter: Painter, look: Look, *, size: tuple[float, float] | None, title: str) -> Figure:
    """A figure with the painter's chart on it; 520 pixels wide and as tall as it wants unless `size` says otherwise."""
    width, height = size or (520.0, painter.height() + 2 * _MARGIN + (32.0 if title else 0.0))
    inches = (max(width, 80.0) / PIXELS_PER_INCH, max(height, 60.0) / PIXELS_PER_INCH)
    figure = Figure(figsize=inches, dpi=PIXELS_PER_INCH, facecolor=look.color("surface"))
    FigureCanvasAgg(figure)
    sheet = Sheet(figure, figure.add_axes((0.0, 0.0, 1.0, 1.0)), look, title)
    engine = _Relayout(sheet, painter)
    figure.set_layout_engine(engine)
    engine.execute(figure)
    return figure


def tip_at(figure: Figure, x: float, y: float) -> str:
    """The whole text that was elided at this place, else nothing."""
    engine = figure.get_layout_engine()
    tips = engine.sheet.tips if isinstance(engine, _Relayout) else []
    x, y = x - _MARGIN, y - _MARGIN
    return next((tip.text for tip in tips if tip.left <= x <= tip.right and tip.top <= y <= tip.bottom), "")


@lru_cache(maxsize=4096)
def text_width(text: str, pixels: int, weight: int) -> float:
    """Logical pixels across of one line."""
    if not text:
        return 0.0
    canvas = _scratch()
    line = _line(0, 0, text, pixels=pixels, weight=weight)
    line.set_figure(canvas.figure)
    return float(line.get_window_extent(canvas.get_renderer()).width)  # type: ignore[no-untyped-call]


def elided(text: str, pixels: int, weight: int, room: float) -> str:
    """The text, or as much of its beginning as fits before an ellipsis."""
    if text_width(text, pixels, weight) <= room:
        return text
    fits, too_long = 0, len(text)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if text_width(text[:middle].rstrip() + _ELLIPSIS, pixels, weight) <= room:
            fits = middle
        else:
            too_long = middle
    return text[:fits].rstrip() + _ELLIPSIS


def _wrapped(sheet: Sheet, text: str, room: float) -> list[str]:
    """Lines that fit; Chinese has no blanks and may break anywhere."""
    pieces = text.split(" ") if " " in text else list(text)
    glue = " " if " " in text else ""
    lines = [pieces[0]]
    for piece in pieces[1:]:
        longer = lines[-1] + glue + piece
        if sheet.measure(longer, "body") <= room:
            lines[-1] = longer
        else:
            lines.append(piece)
    return lines


@lru_cache
def _scratch() -> FigureCanvasAgg:
    return FigureCanvasAgg(Figure(figsize=(1, 1), dpi=PIXELS_PER_INCH))


def _line(x: float, y: float, text: str, *, pixels: int, weight: int) -> Text:
    """One line of text as it stands, without markup."""
    line = Text(x, y, text, parse_math=False, verticalalignment="baseline")
    line.set(fontfamily=list(families()), fontsize=pixels * _POINT, fontweight=weight)
    return line
