"""Columns worked out one from another, arranged in as few layers as their dependencies allow.

A column may be given anew (a field that is written, a count that grows): later readers see the new one. Each layer is a
CTE with `OFFSET 0`, so that SQLite works every column out once instead of repeating it wherever it is read; a layer
carries on only what a later one, or the outcome, still needs.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, column, select
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnClause
from sqlalchemy.types import TypeEngine

from nodes.comparisons import Column as Expression

KEPT = (
    "s_enrollment",
    "s_round",
    "s_port",
    "s_contact",
    "s_arrived",
    "p_",
    "h_",
    "r_",
    "n_",
    "q_",
    "g_",
    "d_",
)
"""How the columns begin that the statements of a wave read from the frontier; and those given anew, in the end."""
BROUGHT = ("v_", "w_")
"""Columns that are there before anything is worked out."""


@dataclass
class Layers:
    """Definitions in the order in which they were made."""

    made: dict[str, Expression] = field(default_factory=dict)
    latest: dict[str, str] = field(default_factory=dict)
    given: dict[str, int] = field(default_factory=dict)

    def define(self, columns: Mapping[str, Expression]) -> None:
        """New columns; a name that exists is from now on the new one."""
        new = {}
        for name, expression in columns.items():
            number = self.given.get(name, 1 if name[:2] in BROUGHT else 0) + 1
            self.given[name] = number
            unique = name if number == 1 else f"{name}.{number}"
            new[name] = unique
            self.made[unique] = expression
        self.latest |= new

    def read(self, name: str, type_: Any = None) -> Expression:
        """A column as it is at this point."""
        return column(self.latest.get(name, name), type_)

    def query(
        self, base: Select[Any], brought: Mapping[str, TypeEngine[Any]]
    ) -> tuple[Any, dict[str, TypeEngine[Any]]]:
        """A SELECT of every kept column over the stacked layers, and their types by public name."""
        types = {**brought, **{name: expression.type for name, expression in self.made.items()}}
        needs = {name: set(_read_by(expression)) & types.keys() for name, expression in self.made.items()}
        level = dict.fromkeys(brought, 0)
        for name in self.made:
            level[name] = 1 + max((level[each] for each in needs[name]), default=0)
        outcome = {name: self.latest.get(name, name) for name in self._wanted(brought)}
        last_use = self._last_uses(level, needs, outcome.values())
        previous: Any = base.offset(0).cte("layer_0")
        alive = [name for name in brought if last_use.get(name, 0) > 0]
        for number in range(1, max(level.values(), default=0) + 1):
            made = [
                name for name in self.made if level[name] == number and last_use.get(name, 0) > number - 1
            ]
            kept = [column(name, types[name]) for name in alive if last_use[name] > number]
            new = [self.made[name].label(name) for name in made]
            previous = select(*kept, *new).select_from(previous).offset(0).cte(f"layer_{number}")
            alive = [each.name for each in kept] + [name for name in made if last_use[name] > number]
        chosen = [column(inner, types[inner]).label(name) for name, inner in outcome.items()]
        return select(*chosen).select_from(previous), {name: types[inner] for name, inner in outcome.items()}

    def _wanted(self, brought: Mapping[str, Any]) -> Iterator[str]:
        for name in dict.fromkeys([*brought, *self.latest]):
            if name.startswith(KEPT) or (name[:2] in BROUGHT and name in self.latest):
                yield name

    def _last_uses(
        self, level: Mapping[str, int], needs: Mapping[str, set[str]], outcome: Iterable[str]
    ) -> dict[str, int]:
        """The last layer in which a column is read; one past the end for those that stay."""
        end = max(level.values(), default=0) + 1
        found = dict.fromkeys(outcome, end)
        for name in reversed(list(self.made)):
            if name in found:  # what nobody reads is not worked out at all
                for each in needs[name]:
                    found[each] = max(found.get(each, 0), level[name])
        return found


def _read_by(expression: Expression) -> Iterator[str]:
    for element in visitors.iterate(expression):
        if isinstance(element, ColumnClause) and element.table is None:
            yield element.name
