"""Measures of cards and ports in scene units, all from the design values."""

from canvas_app.ui.theme import size, sizes, value

Box = tuple[float, float, float, float]  # left, top, right, bottom

WIDTH = size("node.width")
HEADER = size("node.header")
ROW = size("node.port_row")
COUNTER_ROW = size("node.counter_row")
PADDING = size("node.padding")
TILE = size("node.tile")
TILE_ICON = size("node.tile_icon")
TILE_GAP = size("node.tile_gap")
TEXT_WIDTH = size("node.text_width")
RADIUS = size("node.radius")
IN_PORT_Y = size("node.in_port_y")
GRID = size("node.grid_snap")
DOTS = size("node.grid_dots")
PLUS = size("node.plus_button")
HALO = size("node.selected.halo")
BADGE = size("node.badge.size")
BADGE_RING = size("node.badge.ring")
GAP = int(sizes("node.column_gap")[1])
ROW_GAP = int(sizes("node.row_gap")[0])
FIRST_COLUMN_GAP = int(sizes("node.column_gap")[0])
WIDE_GAP = int(sizes("node.column_gap")[2])

PORT = size("port.diameter")
PORT_HOVER = size("port.hover_diameter")
PORT_HIT = size("port.hit") / 2
PORT_STROKE = size("port.stroke")
SNAP = size("port.snap_radius")

EDGE = size("edge.width")
EDGE_SELECTED = float(value("edge.selected"))
EDGE_DROP = size("edge.drop_target")
EDGE_HIT = size("edge.hit")
CORNER = size("edge.corner")
LANE = size("edge.lane_gap")

# below these zooms: cards lose their details, then everything but their shape
COMPACT_BELOW, BLOCKS_BELOW = 0.75, 0.30
SMALLEST, LARGEST = 0.04, 4.0


def out_port_y(index: int, rows: int) -> float:
    """Where the port sits below the card's top: beside the header, or beside its own row."""
    return HEADER + ROW * index + ROW / 2 if rows else IN_PORT_Y


def snapped(length: float) -> float:
    """The nearest place on the grid."""
    return float(round(length / GRID) * GRID)
