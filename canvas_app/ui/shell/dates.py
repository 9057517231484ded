"""Days and times as the reader's language writes them."""

from PySide6.QtCore import QDateTime, QLocale

from storage.base.words import language

_DAY = {"en": "d MMM", "zh_CN": "M月d日", "vi": "d/M"}
_YEAR = {"en": "d MMM yyyy", "zh_CN": "yyyy年M月d日", "vi": "d/M/yyyy"}


def day_text(instant: int, *, year: bool = False) -> str:
    """“18 Nov”, “11月18日”, “18/11”: the day of an instant by this computer's clock."""
    formats = _YEAR if year else _DAY
    return QLocale(language()).toString(QDateTime.fromSecsSinceEpoch(instant), formats[language()])


def moment_text(instant: int, *, year: bool = False) -> str:
    """The day with the time, to the minute."""
    return f"{day_text(instant, year=year)} {QDateTime.fromSecsSinceEpoch(instant).toString('HH:mm')}"
