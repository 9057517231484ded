"""Comparisons as SQL, two-valued: a missing value satisfies `!=` and `not_in` only."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    String,
    Text,
    and_,
    case,
    cast,
    false,
    not_,
    or_,
    select,
    true,
)
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


class number_in(FunctionElement[float]):  # noqa: N801  (a SQL function)
    """The number that a text is; NULL where it is none."""

    inherit_cache = True
    type = Float()


@compiles(number_in, "sqlite")
def _number_in_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    return f"CASE WHEN json_valid({text}) AND json_type({text}) IN ('integer', 'real') THEN CAST({text} AS REAL) END"


@compiles(number_in)
def _number_in(element: Any, compiler: Any, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    return f"CASE WHEN {text} ~ '^-?[0-9]+([.][0-9]+)?$' THEN CAST({text} AS DOUBLE PRECISION) END"


class folded(FunctionElement[str]):  # noqa: N801  (a SQL function)
    """Text as rules compare it, case ignored; SQLite's own `lower` knows ASCII only."""

    inherit_cache = True
    type = String()


@compiles(folded, "sqlite")
def _folded_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"casefold({compiler.process(element.clauses, **options)})"


@compiles(folded)
def _folded(element: Any, compiler: Any, **options: Any) -> str:
    return f"lower({compiler.process(element.clauses, **options)})"


def name_id(text: str) -> Column:
    return select(tables.name.c.id).where(tables.name.c.text == text).scalar_subquery()


def belongs(key: str, run_key: Column) -> Clause:
    """An event that carries the property by which runs are told apart counts only for the run with its value."""
    value = tables.event.c.properties[key].as_string()
    return or_(value.is_(None), run_key.is_(None), cast(value, Text) == run_key)


def tests_clause(tests: tuple[Test, ...]) -> Clause:
    """Whether an event row (`storage.tables.event`) passes the tests of a `where`."""
    return and_(true(), *(property_clause(test) for test in tests))


def property_clause(test: Test) -> Clause:
    entry = tables.event.c.properties[test.property]
    if test.op == "is_empty":
        return or_(entry.as_string().is_(None), entry.as_string() == "")
    if test.op == "not_empty":
        return and_(entry.as_string().is_not(None), entry.as_string() != "")
    words = entry.as_string()
    if isinstance(test.value, bool):
        yes, no = folded(words).in_(("1", "true", "yes")), folded(words).in_(("0", "false", "no"))
        return compared(case((yes, 1), (no, 0)), test.op, flag(test.value))
    if numeric(test.value) and test.op not in TEXT_OPS:
        return compared(number_in(words), test.op, each(test.value, as_number))
    return compared(folded(words), test.op, each(test.value, lambda value: plain(value).casefold()))


def compared(column: Column, op: str, value: Any) -> Clause:
    """Two-valued: a missing value satisfies `!=` and `not_in` only; so does one compared with None."""
    there = column.is_not(None)
    if op in ("in", "not_in"):
        value = [each for each in value if each is not None]
    elif value is None or (isinstance(value, tuple) and any(each is None for each in value)):
        return true() if op == "!=" else false()
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
            return and_(there, as_text(column).contains(value, autoescape=True))
        case "starts_with":
            return and_(there, as_text(column).startswith(value, autoescape=True))
        case "ends_with":
            return and_(there, as_text(column).endswith(value, autoescape=True))
        case "before":
            return and_(there, column < value)
        case "after":
            return and_(there, column > value)
    return false()


def during(column: Column, op: str, stretches: Sequence[tuple[Column, Column] | None]) -> Clause:
    """A time compared with stretches of time, their ends included (None: no time at all); two-valued."""
    there = column.is_not(None)
    inside = or_(false(), *(column.between(*stretch) for stretch in stretches if stretch is not None))
    if op in ("=", "in"):
        return and_(there, inside)
    if op in ("!=", "not_in"):
        return or_(column.is_(None), not_(inside))
    if not stretches or stretches[0] is None or stretches[-1] is None:
        return false()
    first, last = stretches[0][0], stretches[-1][1]
    match op:
        case "between":
            return and_(there, column >= first, column <= last)
        case "<" | "before":
            return and_(there, column < first)
        case "<=":
            return and_(there, column <= last)
        case ">=":
            return and_(there, column >= first)
        case ">" | "after":
            return and_(there, column > last)
    return false()


def as_text(column: Column) -> Column:
    """A value as people write it: 50, not 50.0."""
    if not isinstance(column.type, Float):
        return cast(column, String)
    whole = cast(column, BigInteger)
    return case((column == whole, cast(whole, String)), else_=cast(column, String))


def each(value: Any, convert: Callable[[Any], Any]) -> Any:
    return tuple(convert(item) for item in value) if isinstance(value, tuple) else convert(value)


TEXT_OPS = ("contains", "starts_with", "ends_with")


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
