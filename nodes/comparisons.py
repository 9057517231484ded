"""Comparisons as SQL, two-valued: a missing value satisfies `!=` and `not_in` only."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, false, func, or_, select, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from nodes.rules import Test
from storage import tables

Column = ColumnElement[Any]
Clause = ColumnElement[bool]


class month_day(FunctionElement[int]):  # noqa: N801  (a SQL function)
    """Month · 100 + day of a stored day number."""

    inherit_cache = True


@compiles(month_day, "sqlite")
def _month_day_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(strftime('%m%d', ({compiler.process(element.clauses, **options)}) * 86400, 'unixepoch') AS INTEGER)"


@compiles(month_day)
def _month_day(element: Any, compiler: Any, **options: Any) -> str:
    days = compiler.process(element.clauses, **options)
    return f"CAST(to_char(DATE '1970-01-01' + ({days})::integer, 'MMDD') AS INTEGER)"


def name_id(text: str) -> Column:
    return select(tables.name.c.id).where(tables.name.c.text == text).scalar_subquery()


def tests_clause(tests: tuple[Test, ...]) -> Clause:
    """Whether an event row (`storage.tables.event`) passes the tests of a `where`."""
    return and_(true(), *(property_clause(test) for test in tests))


def property_clause(test: Test) -> Clause:
    entry = tables.event.c.properties[test.property]
    if test.op == "is_empty":
        return or_(entry.as_string().is_(None), entry.as_string() == "")
    if test.op == "not_empty":
        return and_(entry.as_string().is_not(None), entry.as_string() != "")
    if numeric(test.value) and test.op not in ("contains", "starts_with", "ends_with"):
        return compared(entry.as_float(), test.op, each(test.value, as_number))
    return compared(
        func.lower(entry.as_string()), test.op, each(test.value, lambda value: plain(value).lower())
    )


def compared(column: Column, op: str, value: Any) -> Clause:
    """Two-valued: a missing value satisfies `!=` and `not_in` only."""
    there = column.is_not(None)
    match op:
        case "=":
            return and_(there, column == value)
        case "!=":
            return or_(column.is_(None), column != value)
        case "<" | "<=" | ">" | ">=":
            return and_(there, column.op(op, is_comparison=True)(value))
        case "between":
            return and_(there, column >= value[0], column <= value[1])
        case "in":
            return and_(there, column.in_(value))
        case "not_in":
            return or_(column.is_(None), column.not_in(value))
        case "contains":
            return and_(there, cast(column, String).contains(value, autoescape=True))
        case "starts_with":
            return and_(there, cast(column, String).startswith(value, autoescape=True))
        case "ends_with":
            return and_(there, cast(column, String).endswith(value, autoescape=True))
        case "before":
            return and_(there, column < value)
        case "after":
            return and_(there, column > value)
    return false()


def each(value: Any, convert: Callable[[Any], Any]) -> Any:
    return tuple(convert(item) for item in value) if isinstance(value, tuple) else convert(value)


def numeric(value: Any) -> bool:
    values = value if isinstance(value, tuple) else (value,)
    return all(isinstance(item, int | float) and not isinstance(item, bool) for item in values)


def as_number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def flag(value: Any) -> int | None:
    return {"true": 1, "yes": 1, "1": 1, "false": 0, "no": 0, "0": 0}.get(str(value).lower())


def plain(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
