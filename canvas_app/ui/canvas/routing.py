"""Where wires run: rounded orthogonal lines, straight where ports face, backward ones underneath. No Qt here."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from canvas_app.ui.canvas.metrics import CORNER, GAP, LANE, Box
from nodes.graph import Edge, Point

STUB = 14.0  # how far a backward wire leaves its port before it turns
UNDER = 24.0  # how far below the cards it runs
_BAND = 64  # height of the rows in which cards are looked up


@dataclass(frozen=True, slots=True)
class Ends:
    """Both ends of a wire: the ports, and the cards they belong to."""

    start: Point
    end: Point
    source: Box
    target: Box


@dataclass(frozen=True, slots=True)
class Route:
    """The corners of a wire, and whether it leads backward."""

    points: tuple[Point, ...]
    back: bool = False

    @property
    def longest(self) -> tuple[Point, Point]:
        """The longest straight piece: the place of the label."""
        pieces = list(zip(self.points, self.points[1:], strict=False))
        if self.back:  # its sentence stands on the way back, not on the way down
            level = [piece for piece in pieces if piece[0][1] == piece[1][1]]
            pieces = level or pieces
        return max(pieces, key=lambda p: abs(p[1][0] - p[0][0]) + abs(p[1][1] - p[0][1]))

    @property
    def middle(self) -> Point:
        """The middle of the longest piece."""
        (x0, y0), (x1, y1) = self.longest
        return (x0 + x1) / 2, (y0 + y1) / 2

    def distance(self, at: Point) -> float:
        """How far a point is from the wire."""
        return min(_distance(at, a, b) for a, b in zip(self.points, self.points[1:], strict=False))


class Cards:
    """Cards by place: is there one in the way?"""

    def __init__(self, boxes: Iterable[Box]) -> None:
        self._bands: dict[int, list[Box]] = defaultdict(list)
        lefts = set()
        for box in boxes:
            lefts.add(box[0])
            for band in range(int(box[1] // _BAND), int(box[3] // _BAND) + 1):
                self._bands[band].append(box)
        self._lefts = sorted(lefts)

    def column_after(self, x: float) -> float:
        """The left edge of the next column to the right of x."""
        index = bisect_right(self._lefts, x)
        return self._lefts[index] if index < len(self._lefts) else x + GAP

    def on_row(self, x0: float, x1: float, y: float) -> Box | None:
        """A card that a level line from x0 to x1 would run through."""
        for box in self._bands.get(int(y // _BAND), ()):
            if box[0] < x1 and box[2] > x0 and box[1] - 4 < y < box[3] + 4:
                return box
        return None


@dataclass(slots=True)
class _Bend:
    """A wire that waits for its lane in a gap between two columns."""

    edge: Edge
    ends: Ends
    left: float
    right: float
    lane: int = 0

    @property
    def span(self) -> tuple[float, float]:
        return min(self.ends.start[1], self.ends.end[1]), max(self.ends.start[1], self.ends.end[1])


def route_all(ends: Mapping[Edge, Ends], cards: Cards) -> dict[Edge, Route]:
    """The routes of all wires, lanes dealt out gap by gap so that they do not lie on each other."""
    routes: dict[Edge, Route] = {}
    gaps: dict[tuple[int, int], list[_Bend]] = defaultdict(list)
    under: set[tuple[int, int]] = set()
    for edge, each in ends.items():
        if each.end[0] < each.start[0] + STUB:
            routes[edge] = _backward(each, cards, under)
        elif _straight(each, cards):
            routes[edge] = Route((each.start, each.end))
        else:
            bend = _bend(edge, each, cards)
            gaps[round(bend.left / LANE), round(bend.right / LANE)].append(bend)
    for bends in gaps.values():
        for bend, x in _lanes(bends):
            (sx, sy), (tx, ty) = bend.ends.start, bend.ends.end
            routes[bend.edge] = Route(((sx, sy), (x, sy), (x, ty), (tx, ty)))
    return routes


def route_one(ends: Ends) -> Route:
    """A wire on its own, while something is dragged."""
    (sx, sy), (tx, ty) = ends.start, ends.end
    if tx < sx + STUB:
        return _backward(ends, Cards(()), set())
    if abs(sy - ty) < 1:
        return Route((ends.start, ends.end))
    x = (sx + min(tx, sx + GAP)) / 2 if tx > sx + 2 * GAP else (sx + tx) / 2
    return Route(((sx, sy), (x, sy), (x, ty), (tx, ty)))


def _straight(ends: Ends, cards: Cards) -> bool:
    (sx, sy), (tx, ty) = ends.start, ends.end
    return abs(sy - ty) < 1 and cards.on_row(sx + 1, tx - 1, sy) is None


def _bend(edge: Edge, ends: Ends, cards: Cards) -> _Bend:
    """In which gap a wire turns: behind its source, or, if a card stands on the target's row, before its target."""
    (sx, sy), (tx, ty) = ends.start, ends.end
    near = min(cards.column_after(sx + 8), tx)
    if (
        near < tx
        and cards.on_row(near, tx - 1, ty) is not None
        and cards.on_row(sx + 1, tx - GAP, sy) is None
    ):
        return _Bend(edge, ends, tx - GAP, tx)
    return _Bend(edge, ends, sx, max(near, sx + 2 * STUB))


def _lanes(bends: list[_Bend]) -> Iterable[tuple[_Bend, float]]:
    """Going down, the upper port takes the outer lane; going up, the inner one."""
    down = sorted((b for b in bends if b.ends.end[1] >= b.ends.start[1]), key=lambda b: -b.ends.start[1])
    up = sorted((b for b in bends if b.ends.end[1] < b.ends.start[1]), key=lambda b: b.ends.start[1])
    placed: list[_Bend] = []
    for bend in (*down, *up):
        low, high = bend.span
        taken = {p.lane for p in placed if p.span[0] < high and p.span[1] > low and not _same_way(p, bend)}
        bend.lane = next(lane for lane in range(len(placed) + 1) if lane not in taken)
        placed.append(bend)
    count = max(bend.lane for bend in placed) + 1
    left, right = max(b.left for b in bends), min(b.right for b in bends)
    step = min(float(LANE), max(right - left - 2 * STUB, 0) / max(count - 1, 1))
    first = (left + right) / 2 - step * (count - 1) / 2
    for bend in placed:
        yield bend, first + step * bend.lane


def _same_way(a: _Bend, b: _Bend) -> bool:
    """Wires into one port may share their last stretch."""
    return a.ends.end == b.ends.end


def _backward(ends: Ends, cards: Cards, under: set[tuple[int, int]]) -> Route:
    (sx, sy), (tx, ty) = ends.start, ends.end
    out, into = sx + STUB, tx - STUB
    below = ends.target[1] - ends.source[3]
    if below >= UNDER:  # the target stands below: turn between the two
        level = ends.source[3] + below / 2
    else:
        level = (
            max(ends.source[3], ends.target[3] if ends.target[2] > ends.source[0] - GAP else ends.source[3])
            + UNDER
        )
    for _ in range(8):
        box = cards.on_row(into, out, level)
        if box is None:
            break
        level = box[3] + UNDER
    while (round(level), round(tx) // 400) in under:
        level += LANE
    under.add((round(level), round(tx) // 400))
    return Route(((sx, sy), (out, sy), (out, level), (into, level), (into, ty), (tx, ty)), back=True)


def _distance(at: Point, a: Point, b: Point) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    along = 0.0 if length == 0 else max(0.0, min(1.0, ((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / length))
    return float(((at[0] - a[0] - along * dx) ** 2 + (at[1] - a[1] - along * dy) ** 2) ** 0.5)


def corner_radius(a: Point, corner: Point, b: Point) -> float:
    """How far before a corner its bow begins; neighbours share a short piece."""
    first = abs(corner[0] - a[0]) + abs(corner[1] - a[1])
    second = abs(b[0] - corner[0]) + abs(b[1] - corner[1])
    return min(float(CORNER), first / 2, second / 2)
