"""Whether a message may go to a contact: every “no” with its reason, in the order in which they are looked at."""

from dataclasses import dataclass

from sqlalchemy import Connection, and_, exists, false, or_, select

from nodes.comparisons import Clause, Column
from storage import tables
from storage.workspace import setting

MARKETING = "marketing"
DEFAULT_CAP = 2
"""Marketing touches a contact and local day, over all strategies and channels."""


def daily_cap(connection: Connection) -> int:
    """The cap that the workspace's policy sets."""
    return int((setting(connection, "policy") or {}).get("cap", DEFAULT_CAP))


@dataclass(frozen=True, slots=True)
class Terms:
    """What a channel node asks of its contacts. `closed`: places whose send window is closed now."""

    channel: str
    category: str
    address: str = ""  # the contact field; "" where none is needed
    cap: int = 2
    closed: tuple[int, ...] = ()
    when_closed: str = "quiet_hours"

    @property
    def marketing(self) -> bool:
        """Whether consent and caps apply."""
        return self.category == MARKETING and bool(self.address)


@dataclass(frozen=True, slots=True)
class Standing:
    """The columns a verdict looks at. `given`: consent (1, 0, NULL); `used`: marketing touches of the contact's day."""

    contact: Column
    place: Column
    address: Column
    folded: Column
    given: Column
    used: Column
    now: Column


def verdicts(terms: Terms, at: Standing) -> list[tuple[Clause, str]]:
    """Reasons not to send, in their order; `duplicate_address` is left to the caller, who knows the batch."""
    found = [(_suppressed(terms, at), "suppressed")]
    if terms.address:
        found.append((or_(at.address.is_(None), at.address == ""), "no_address"))
    if terms.address == "email":
        found.append((at.address.not_like("%_@_%"), "bad_address"))
    if terms.marketing:
        found.append((and_(at.given.is_not(None), at.given == 0), "unsubscribed"))
        found.append((at.given.is_(None), "no_consent"))
        found.append((at.used >= terms.cap, "cap"))
    if terms.closed:
        found.append((at.place.in_(terms.closed), terms.when_closed))
    return found


def consent_given(contact: Column, channel: str) -> Column:
    """What a contact said about a channel: 1, 0, or NULL where it said nothing."""
    row = tables.consent.c
    return select(row.given).where(row.contact == contact, row.channel == channel).scalar_subquery()


def used_today(contact: Column, day: Column) -> Column:
    """Marketing touches of a contact on a local day (NULL: none)."""
    row = tables.cap.c
    return select(row.used).where(row.contact == contact, row.day == day).scalar_subquery()


def _suppressed(terms: Terms, at: Standing) -> Clause:
    row = tables.suppression.c
    holds = and_(
        row.channel.in_(("", terms.channel)),
        row.category.in_(("", terms.category)),
        or_(row.until.is_(None), row.until > at.now),
    )
    by_contact = exists().where(row.contact == at.contact, holds)
    by_address = exists().where(row.address == at.folded, holds) if terms.address else false()
    anybody = select(row.id).limit(1).scalar_subquery()  # looked at once: most workspaces suppress few
    return and_(anybody.is_not(None), or_(by_contact, by_address))
