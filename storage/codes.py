"""Small integers that stand for words in the tables."""

from enum import IntEnum


class RunState(IntEnum):
    """Where an enrollment is in its life."""

    ACTIVE = 0
    COMPLETED = 1
    EXITED = 2
    REMOVED = 3
    HELD_OUT = 4


class EnteredBy(IntEnum):
    """What brought a contact in."""

    AUDIENCE = 0
    EVENT = 1
    DATE = 2
    HAND = 3
    MOVE = 4


class TouchState(IntEnum):
    """Where a message is: only PENDING and CLAIMED are open; UNKNOWN is never sent again on its own."""

    PENDING = 0
    CLAIMED = 1
    SENT = 2
    FAILED = 3
    SKIPPED = 4
    UNKNOWN = 5
    CANCELLED = 6
    EXPECTING = 7  # a call or task that has left and has no result yet
