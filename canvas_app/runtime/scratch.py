"""Scratch tables of a wave, and what every statement of it calls by the same name."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, bindparam

from nodes.comparisons import Column as Expression
from nodes.spec import Moment

TEMP: dict[str, Any] = {"prefixes": ["TEMPORARY"]}
_scratch = MetaData()
seed = Table(
    "seed", _scratch,
    Column("s_enrollment", Integer, primary_key=True), Column("s_round", Integer, primary_key=True),
    Column("s_port", Integer), Column("s_arrived", BigInteger), Column("s_contact", Integer),
    Column("s_place", Integer), Column("s_bucket", Integer), Column("s_entered", BigInteger),
    Column("s_due", BigInteger), **TEMP,
)  # fmt: skip
moment = Table(
    "moment", _scratch,
    Column("key", Integer, primary_key=True), Column("place", Integer, primary_key=True),
    Column("base", BigInteger, primary_key=True), Column("value", BigInteger, primary_key=True),
    Column("result", BigInteger), sqlite_with_rowid=False, **TEMP,
)  # fmt: skip
NOW = bindparam("now", type_=BigInteger)
SEED_COLUMNS = tuple(each.name for each in seed.c)


@dataclass(frozen=True, slots=True)
class Moments:
    """An instant worked out in Python before the wave: `value` is what it depends on besides the place.

    `with_now`: the value may also be the instant of the wave itself.
    """

    key: int
    when: Moment
    value: Expression | None
    from_arrival: bool
    with_now: bool = False

    def parameter(self, place: int) -> str:
        """What its result is called as a parameter of the statement."""
        return f"m{self.key}_{place}"
