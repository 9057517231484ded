"""How many contacts may be written to by each channel: an address and a consent."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select

from storage import tables
from storage.base.words import N_, Words
from storage.contacts import Contacts

MARKETING = "marketing"  # a consent for every channel that has no answer of its own
ADDRESS_OF = {
    "email": "email", "sms": "phone", "wecom": "wecom_id", "official_account": "open_id", "app_push": "push_token",
    "ai_call": "phone", "manual_call": "phone",
}  # fmt: skip
_CALLS = ("ai_call", "manual_call")  # not worth a warning to somebody who never calls
_BY = {
    "email": N_("email"), "sms": N_("text message"), "wecom": N_("WeCom"), "official_account": N_("official account"),
    "app_push": N_("app push"), "ai_call": N_("AI call"), "manual_call": N_("call"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reach:
    """Of `people`, `addressed` have an address for the channel and `allowed` of those have said yes."""

    channel: str
    people: int
    addressed: int
    allowed: int

    @property
    def sentence(self) -> Words:
        """The figures in words, and where consent is to come from if there is none."""
        values = {
            "allowed": self.allowed,
            "people": self.people,
            "channel": Words.of(_BY.get(self.channel, self.channel)),
        }
        if self.allowed:
            return Words.of(N_("{allowed} of {people} may be written to by {channel}."), **values)
        return Words.of(
            N_(
                "{allowed} of {people} may be written to by {channel}: nobody's consent is recorded. "
                "Say where consent comes from: a column consent_{name} with yes or no, or one source for everybody."
            ),
            name=self.channel, **values,
        )  # fmt: skip


def reach_of(connection: Connection, people: "Select[tuple[int]] | None" = None) -> tuple[Reach, ...]:
    """Every channel for which any of `people` (ids; all contacts without) has an address."""
    table = Contacts.load(connection).table
    own, general = tables.consent.alias(), tables.consent.alias()
    parts: list[ColumnElement[int]] = [func.count()]
    for channel, field in ADDRESS_OF.items():
        yes = exists().where(own.c.contact == table.c.id, own.c.channel == channel, own.c.given.is_(True))
        answered = exists().where(own.c.contact == table.c.id, own.c.channel == channel)
        any_yes = exists().where(
            general.c.contact == table.c.id, general.c.channel == MARKETING, general.c.given.is_(True)
        )
        has = table.c[field].is_not(None)
        parts.append(func.count().filter(has))
        parts.append(func.count().filter(and_(has, or_(yes, and_(any_yes, ~answered)))))
    query = select(*parts).select_from(table)
    if people is not None:
        query = query.where(table.c.id.in_(people))
    row = connection.execute(query).one()
    found = [
        Reach(channel, int(row[0]), int(row[1 + 2 * at]), int(row[2 + 2 * at]))
        for at, channel in enumerate(ADDRESS_OF)
    ]
    return tuple(each for each in found if each.addressed and (each.allowed or each.channel not in _CALLS))
