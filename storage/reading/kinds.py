"""Which kind of field a column holds, found from all its values."""

import re
from collections.abc import Sequence

from storage.reading.names import plain_name
from storage.reading.values import (
    BROKEN,
    NO,
    NOTHING,
    YES,
    decimal_comma,
    month_first,
    number,
    wall_time,
)

ENOUGH = 200_000  # rows that are looked at
_MOST_DISTINCT = 5_000
_TOLERATED = 0.1  # a column of numbers stays one when so many of its values are none
_FEW = 5  # from so many values on, one slip is tolerated in any case
_CURRENCY = re.compile(r"[¥￥$€£₫円元]|RMB|CNY|USD|EUR|VND", re.IGNORECASE)
_ANSWERS = frozenset({"yes", "true", "false", "是", "否", "có", "không", "同意", "不同意"})
_PLAIN_DAY = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])")
_CODE = re.compile(
    r"(^|_)(id|zip|zipcode|zip_code|postcode|postal|code|sku|no|number)$|编号|号码|邮编|身份证|mã"
)


def _yes_or_no(values: set[str]) -> bool:
    """Answers: 1 and 0 alone stay numbers, and one lonely “no” may be Norway."""
    if not values <= YES | NO or all(each.isdigit() for each in values):
        return False
    return bool(values & YES and values & NO) or values <= _ANSWERS


class KindOfColumn:
    """Collects the values of one column and says at the end what kind of field it is."""

    def __init__(self, heading: str) -> None:
        self._heading = heading
        self._counts: dict[str, int] = {}
        self._filled = 0
        self._more = False

    def look(self, cells: Sequence[str]) -> None:
        """Take in some more cells."""
        counts = self._counts
        for cell in cells:
            if cell:
                self._filled += 1
                if cell in counts:
                    counts[cell] += 1
                elif not self._more:
                    counts[cell] = 1
                    self._more = len(counts) >= _MOST_DISTINCT

    @property
    def values(self) -> list[str]:
        """The distinct values that count."""
        return [each for cell in self._counts if (each := cell.strip()).casefold() not in NOTHING]

    @property
    def distinct(self) -> bool:
        """Whether no value occurs twice."""
        return self._filled > 0 and all(count == 1 for count in self._counts.values())

    def settle(self) -> str:
        """The kind."""
        values = self.values
        if not values:
            return "text"
        if _yes_or_no({each.casefold() for each in values}):
            return "yes_no"
        if all(_PLAIN_DAY.fullmatch(each) for each in values) and self._fits(values, wall_time):
            return "date"
        if self._looks_numeric(values):
            return "money" if any(_CURRENCY.search(each) for each in values) else "number"
        kind = self._dated(values)
        if kind:
            return kind
        if sum("|" in each.strip("|") or each.startswith('["') for each in values) * 3 > len(values):
            return "choices"
        few = len(values) <= 20 and not self._more
        return "choice" if few and self._filled >= 10 * len(values) and self._filled >= 30 else "text"

    def comma(self) -> bool:
        """Whether decimals stand behind a comma."""
        return decimal_comma(self.values)

    def month_first(self) -> bool | None:
        """Whether dates are month/day/year; None where nothing tells."""
        return month_first(self.values)

    def _looks_numeric(self, values: list[str]) -> bool:
        if any(len(each) > 1 and each[0] == "0" and each.isdigit() for each in values):
            return False  # 00123 is a name, not a number
        if any(len(each) > 15 and each.isdigit() for each in values):
            return False
        comma = decimal_comma(values)
        if _CODE.search(plain_name(self._heading)) and not any("." in each for each in values):
            return False
        return self._fits(values, lambda cell: number(cell, comma=comma))

    def _dated(self, values: list[str]) -> str | None:
        month = bool(month_first(values))
        if not self._fits(values, lambda cell: wall_time(cell, month_first=month)):
            return None
        return "instant" if any(":" in each for each in values) else "date"

    def _fits(self, values: list[str], read: object) -> bool:
        assert callable(read)
        bad = 0
        for each in values:
            try:
                read(each)
            except (ValueError, OverflowError):
                bad += each not in BROKEN
                if bad > max(len(values) * _TOLERATED, len(values) >= _FEW):
                    return False
        return True
