"""Widgets that every page uses."""

from canvas_app.ui.widgets.banner import Banner, ToneIcon
from canvas_app.ui.widgets.busy_bar import BusyBar
from canvas_app.ui.widgets.buttons import button, ghost_button, icon_button, link_button, primary_button
from canvas_app.ui.widgets.chip import Chip, StatusPill
from canvas_app.ui.widgets.data_table import DataTable, paint_kind_tile
from canvas_app.ui.widgets.empty_state import EmptyState
from canvas_app.ui.widgets.fields import ComboBox, DateBox, DecimalBox, SpinBox
from canvas_app.ui.widgets.flow_layout import FlowLayout
from canvas_app.ui.widgets.key_cap import KeyCap
from canvas_app.ui.widgets.kpi_strip import Kpi, KpiStrip
from canvas_app.ui.widgets.nav_bar import Logo, NavBar
from canvas_app.ui.widgets.panel import Panel
from canvas_app.ui.widgets.rows_model import Column, RowsModel
from canvas_app.ui.widgets.search_field import SearchField
from canvas_app.ui.widgets.segmented import SegmentedControl
from canvas_app.ui.widgets.side_sheet import SideSheet
from canvas_app.ui.widgets.toggle import Toggle
from canvas_app.ui.widgets.words import ElidedLabel, divider, label, plain_tip

__all__ = [
    "Banner",
    "BusyBar",
    "Chip",
    "Column",
    "ComboBox",
    "DataTable",
    "DateBox",
    "DecimalBox",
    "ElidedLabel",
    "EmptyState",
    "FlowLayout",
    "KeyCap",
    "Kpi",
    "KpiStrip",
    "Logo",
    "NavBar",
    "Panel",
    "RowsModel",
    "SearchField",
    "SegmentedControl",
    "SideSheet",
    "SpinBox",
    "StatusPill",
    "Toggle",
    "ToneIcon",
    "button",
    "divider",
    "ghost_button",
    "icon_button",
    "label",
    "link_button",
    "paint_kind_tile",
    "plain_tip",
    "primary_button",
]
