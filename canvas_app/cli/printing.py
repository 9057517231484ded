"""Plain tables and lists for a terminal."""

from collections.abc import Mapping, Sequence
from unicodedata import east_asian_width

from storage.base.words import _, plural

Row = Mapping[str, object]
MOST_REJECTS = 20


def table(rows: Sequence[Row], columns: Mapping[str, str]) -> str:
    """Rows below their headings (`key -> heading`), numbers to the right."""
    lines = [list(columns.values())]
    lines += [[cell(row.get(key)) for key in columns] for row in rows]
    widths = [max(_width(line[place]) for line in lines) for place in range(len(columns))]
    right = [
        all(isinstance(row.get(key), int | float | None) for row in rows) and bool(rows) for key in columns
    ]
    return "\n".join(
        "  ".join(_padded(text, widths[at], right=right[at]) for at, text in enumerate(line)).rstrip()
        for line in lines
    )


def cell(value: object) -> str:
    """One value as people read it; nothing is a dash."""
    match value:
        case None | "":
            return "–"
        case bool():
            return _("yes") if value else _("no")
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.6g}"
        case dict():
            return ", ".join(f"{key} {cell(each)}" for key, each in value.items()) or "–"
        case list() | tuple():
            return ", ".join(cell(each) for each in value) or "–"
        case _:
            return " ".join(str(value).split())


def rejects(found: Sequence[Mapping[str, object]]) -> str:
    """What was left out, line by line; the first ones where there are many."""
    lines = [
        _("line {line}, {field}: {reason}", line=cell(row.get("line")), field=cell(row.get("field")),
          reason=cell(row.get("reason")))
        for row in found[:MOST_REJECTS]
    ]  # fmt: skip
    if len(found) > MOST_REJECTS:
        lines.append(plural("and {n} more", "and {n} more", len(found) - MOST_REJECTS))
    return "\n".join(lines)


def percent(share: float | None, digits: int = 1) -> str:
    """A share of 1 in percent."""
    return "–" if share is None else f"{100 * share:.{digits}f} %"


def _width(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _padded(text: str, width: int, *, right: bool) -> str:
    gap = " " * (width - _width(text))
    return gap + text if right else text + gap
