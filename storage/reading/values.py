"""Cells of a table as values: numbers, dates and yes or no, the way people write them."""

import json
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from storage.base.clock import from_local
from storage.contacts import day_number

NOTHING = frozenset(
    {"", "-", "--", "n/a", "na", "nan", "null", "none", "nil", "\\n", "(null)", "#n/a", "未知", "无"}
)
BROKEN = frozenset({"#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#N/A"})
YES = frozenset(
    {"yes", "y", "true", "t", "1", "on", "x", "✓", "是", "有", "同意", "真", "có", "đồng ý", "1.0"}
)
NO = frozenset({"no", "n", "false", "f", "0", "off", "否", "无", "没有", "不同意", "假", "không", "0.0"})
_JUNK = re.compile(r"[\s'¥￥$€£₫円元%]|RMB|CNY|USD|EUR|VND|đ", re.IGNORECASE)
_DAY = re.compile(r"(\d{1,4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,4})日?")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s?([ap]\.?m\.?)?", re.IGNORECASE)
_PLAIN_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")

Reader = Callable[[str], Any]
"""A cell that is not empty as its column stores it; `ValueError` where it does not fit."""


def number(cell: str, *, comma: bool = False) -> float:
    """A number; `comma`: the decimals stand behind a comma."""
    try:
        value = float(cell)
        if "_" in cell:
            raise ValueError(cell)
    except ValueError:
        value = float(_bare(cell, comma=comma))
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError(cell)
    return value


def _bare(cell: str, *, comma: bool) -> str:
    text = _JUNK.sub("", unicodedata.normalize("NFKC", cell))
    if text.startswith("(") and text.endswith(")"):
        text = f"-{text[1:-1]}"
    if comma:
        text = text.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    if "_" in text:
        raise ValueError(cell)
    return text


def decimal_comma(cells: list[str]) -> bool:
    """Whether a column writes 1.234,50."""
    behind = sum(bool(re.search(r"\d,\d{1,2}\D*$", cell)) for cell in cells)
    return behind > 0 and not any(re.search(r"\.\d{1,2}\D*$", cell) for cell in cells)


def yes_no(cell: str) -> int:
    """1 for yes, 0 for no, in three languages."""
    folded = cell.strip().casefold()
    if folded in YES:
        return 1
    if folded in NO:
        return 0
    raise ValueError(cell)


def wall_time(cell: str, *, month_first: bool = False) -> datetime:
    """A date with or without a time; without an offset it is naive."""
    cell = cell.strip()
    if cell[:4].isdigit() and cell[4:5] == "-":
        try:
            return datetime.fromisoformat(cell)
        except ValueError:
            pass
    plain = _PLAIN_DAY.fullmatch(cell)
    if plain:
        return datetime(int(plain[1]), int(plain[2]), int(plain[3]))  # noqa: DTZ001  (a wall clock)
    match = _DAY.match(cell)
    if not match:
        raise ValueError(cell)
    a, b, c = (int(part) for part in match.groups())
    year, month, day = (a, b, c) if len(match[1]) == 4 else (c, a, b) if month_first else (c, b, a)
    if year < 100:
        year += 2000 if year < 70 else 1900
    rest = cell[match.end() :].lstrip(" T,")
    clock = _clock(rest) if rest else (0, 0, 0)
    return datetime(year, month, day, *clock)  # noqa: DTZ001  (a wall clock)


def _clock(text: str) -> tuple[int, int, int]:
    match = _TIME.fullmatch(text.strip())
    if not match:
        raise ValueError(text)
    hour = int(match[1])
    if match[4]:
        hour = hour % 12 + (12 if match[4][0] in "pP" else 0)
    return hour, int(match[2]), int(match[3] or 0)


def instant(cell: str, zone: str, *, month_first: bool = False) -> int:
    """Epoch seconds; a time without offset is by the clock of `zone`."""
    found = wall_time(cell, month_first=month_first)
    return from_local(found, zone) if found.tzinfo is None else int(found.timestamp())


def month_first(cells: list[str]) -> bool | None:
    """Whether dates are written month/day/year: seen from a part above 12; None where nothing tells."""
    for cell in cells:
        match = _DAY.match(cell.strip())
        if match and len(match[1]) < 4:
            if int(match[1]) > 12:
                return False
            if int(match[2]) > 12:
                return True
    return None


def several(cell: str) -> tuple[str, ...]:
    """A list written `["a","b"]` or `a|b`."""
    cell = cell.strip()
    if cell.startswith("["):
        try:
            found = json.loads(cell)
        except ValueError:
            found = None
        if isinstance(found, list):
            return tuple(dict.fromkeys(str(each).strip() for each in found if str(each).strip()))
    return tuple(dict.fromkeys(part.strip() for part in cell.split("|") if part.strip()))


def reader_of(kind: str, *, zone: str = "UTC", comma: bool = False, month: bool = False) -> Reader:
    """How cells of a field of that kind become what its column stores."""
    match kind:
        case "number" | "money":
            return (lambda cell: number(cell, comma=True)) if comma else number
        case "date":
            return lambda cell: _day(cell, month)
        case "instant":
            return lambda cell: instant(cell, zone, month_first=month)
        case "yes_no":
            return yes_no
        case "choices":
            return several
        case _:
            return _text


def _day(cell: str, month: bool) -> int:
    found = wall_time(cell, month_first=month)
    return day_number(date(found.year, found.month, found.day))


def _text(cell: str) -> str:
    if cell.startswith('="') and cell.endswith('"'):  # a spreadsheet's way to keep leading zeros
        return cell[2:-1]
    if cell in BROKEN:
        raise ValueError(cell)
    return cell
