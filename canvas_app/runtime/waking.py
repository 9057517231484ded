"""Tokens that wait for the result of a message which leaves while they wait already."""

from sqlalchemy import Connection, Select, and_, literal, select, update

from nodes.spec import RUN_NODE
from storage import tables
from storage.workspace import name_id


def wake(connection: Connection, runs: Select[tuple[int]], outcome: str, at: int) -> None:
    """Have those tokens of some runs that wait for an outcome look again at the instant at which it comes."""
    waiter, token = tables.waiter.c, tables.token.c
    if connection.scalar(select(literal(1)).select_from(tables.waiter).limit(1)) is None:
        return
    here = and_(waiter.enrollment == token.enrollment, waiter.node == token.node, waiter.round == token.round)
    waits = select(literal(1)).where(here, waiter.type == name_id(connection, outcome))
    connection.execute(
        update(tables.token)
        .where(token.enrollment.in_(runs), token.due > at, waits.exists())
        .values(due=at, port=RUN_NODE)
    )
