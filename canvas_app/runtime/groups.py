"""Which tokens move next: node by node in topological order, whatever the size of a wave."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, or_, select

from canvas_app.runtime.published import Published
from canvas_app.runtime.seeds import Way
from storage import tables


@dataclass(frozen=True)
class Group:
    """Tokens that stand alike at one node; `round`: only those of one loop round (where a run may have several)."""

    version: Published
    node: str
    way: Way
    round: int | None = None

    def rank(self) -> tuple[int, ...]:
        """Which group moves first."""
        return (
            *strategy_rank(self.version),
            self.round or 0,
            self.version.shape.order[self.node],
            int(self.way),
        )


def strategy_rank(version: Published) -> tuple[int, int, int]:
    """Which strategy comes first."""
    return -(version.settings.priority or 0), version.strategy, version.id


def horizon(connection: Connection, group: Group, now: int) -> tuple[int, int] | None:
    """From where on, in (jumps from here, place in the order), a wave of the group waits for other tokens.

    A run that forked may have several tokens due at one instant; they move node by node together. None: nobody waits.
    """
    version = group.version
    if group.round is None:
        return None
    token, other, node = tables.token.c, tables.token.alias().c, version.node_ids[group.node]
    mine = select(token.enrollment).where(
        token.due <= now, token.version == version.id, token.node == node, token.round == group.round
    )
    rows = connection.execute(
        select(other.node, func.min(other.round).label("round"))
        .where(
            other.due <= now, other.version == version.id, other.enrollment.in_(mine),
            or_(other.node != node, other.round != group.round),
        )
        .group_by(other.node)
    )  # fmt: skip
    order, keys = version.shape.order, version.node_keys
    return min(((row.round - group.round, order[keys[row.node]]) for row in rows), default=None)
