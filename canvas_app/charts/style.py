"""The look of a chart: colours, type and the way figures are written, all from the design tokens."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from matplotlib import font_manager, rcParams
from matplotlib.colors import to_hex, to_rgb

import resources
from storage.base.words import language

PIXELS_PER_INCH = 100
THIN_SPACE = "\N{THIN SPACE}"
_SYSTEM_FONTS = (
    "Noto Sans CJK SC",
    "WenQuanYi Micro Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "Noto Sans",
    "DejaVu Sans",
)
_WEIGHTS = (400, 500, 600)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Look:
    """Colours and type sizes of one theme."""

    colors: Mapping[str, str]
    chart: Mapping[str, Any]
    sizes: Mapping[str, tuple[int, int, int]]

    def color(self, name: str) -> str:
        """The colour of a role (`text3`) or of a part of a chart (`holdout`)."""
        return self.colors[self.chart.get(name, name)]

    def softer(self, name: str, share: float) -> str:
        """The colour with `share` of it left over the surface; opaque, so that it prints the same everywhere."""
        over, under = to_rgb(self.color(name)), to_rgb(self.color("surface"))
        red, green, blue = (share * a + (1 - share) * b for a, b in zip(over, under, strict=True))
        return to_hex((red, green, blue))


@lru_cache
def look_of(theme: str) -> Look:
    """The look of `light` or `dark`."""
    tokens = json.loads(resources.path("look", "tokens.json").read_text("utf-8"))
    sizes = {name: (size[0], size[1], size[2]) for name, size in tokens["font"]["size"].items()}
    return Look(tokens["color"][theme], tokens["chart"], sizes)


@lru_cache
def families() -> tuple[str, ...]:
    """Our fonts first, then those of the system that are really there: a letter is looked for in each."""
    rcParams["text.hinting"] = "no_hinting"  # hinted advances tear words apart at small sizes
    for file in sorted(resources.path("fonts").glob("*.[ot]tf")):
        font_manager.fontManager.addfont(file)
    entries = font_manager.fontManager.ttflist
    present = {entry.name for entry in entries}
    names = tuple(name for name in ("Inter", "Noto Sans SC", *_SYSTEM_FONTS) if name in present)
    entries += [stand_in for name in names for stand_in in _stand_ins(name)]
    return names


def _stand_ins(name: str) -> list[font_manager.FontEntry]:
    """For each weight that a family lacks its nearest one: matplotlib would log that it looks for another."""
    upright = [
        entry
        for entry in font_manager.fontManager.ttflist
        if entry.name == name and entry.style == "normal" and isinstance(entry.weight, int)
    ]
    there = {entry.weight for entry in upright}
    return [
        replace(min(upright, key=lambda entry: abs(int(entry.weight) - weight)), weight=weight)
        for weight in _WEIGHTS
        if upright and weight not in there
    ]


@lru_cache
def _covered() -> frozenset[int]:
    """Every character that one of the families can draw."""
    files = [font_manager.findfont(font_manager.FontProperties(family=name)) for name in families()]
    return frozenset().union(*(font_manager.get_font(file).get_charmap() for file in files))


def printable(text: str) -> str:
    """One line of text without what no font can draw, so that nobody sees empty boxes."""
    one_line = re.sub(r"\s+", " ", text.replace(THIN_SPACE, "\0")).replace("\0", THIN_SPACE)
    kept = "".join(letter for letter in one_line if ord(letter) in _covered())
    return re.sub(r"  +", " ", kept).strip()


def count_text(value: float) -> str:
    """A count as people write it: 24,180."""
    return f"{value:,.0f}"


def percent_text(share: float, digits: int = 1) -> str:
    """A share of 1 in percent: “3.9 %”, without a space in Chinese; too small to show is “<0.1 %”."""
    space = "" if language() == "zh_CN" else THIN_SPACE
    smallest = 10.0**-digits
    if 0 < share * 100 < smallest / 2:
        return f"<{smallest:.{digits}f}{space}%"
    return f"{share * 100:.{digits}f}{space}%"


def day_text(year: int, month: int, day: int, *, with_year: bool = False) -> str:
    """A day as short as the language allows: 8 Nov, 11月8日, 8/11."""
    forms = {"zh_CN": ("{m}月{d}日", "{y}年{m}月{d}日"), "vi": ("{d}/{m}", "{d}/{m}/{y}")}
    form = forms.get(language(), ("{d} {month}", "{d} {month} {y}"))[with_year]
    return form.format(y=year, m=month, d=day, month=_MONTHS[month - 1])
