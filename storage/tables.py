"""Every table of a workspace. Integers throughout; instants are epoch seconds (UTC).

`contact` grows a real typed column per custom field; see `storage.contacts`.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)
LITE: dict[str, Any] = {"sqlite_with_rowid": False}


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


# -- the workspace -------------------------------------------------------------------------------------------------

setting = Table(  # timezone, rehearsal, now (virtual clock), region, policy, brand …
    "setting", metadata, Column("key", Text, primary_key=True), Column("value", JSON), **LITE
)
name = Table(
    "name", metadata, _id(), Column("text", Text, nullable=False, unique=True)
)  # event types, outcomes, reasons
lease = Table(
    "lease", metadata,
    Column("id", Integer, primary_key=True), Column("epoch", Integer, nullable=False),
    Column("owner", Text, nullable=False), Column("seen", BigInteger, nullable=False),
)  # fmt: skip
account = Table(
    "account",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
    Column("channel", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("params", JSON, nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("secret", Text),
)  # fmt: skip  (secret: the name under which the key ring or the encrypted file keeps it)
source = Table(
    "source", metadata, _id(), Column("name", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False), Column("params", JSON, nullable=False), Column("secret", Text),
)  # fmt: skip
journal = Table(  # what people did: append-only
    "journal", metadata, _id(), Column("at", BigInteger, nullable=False), Column("who", Text, nullable=False),
    Column("verb", Text, nullable=False), Column("what", Text, nullable=False), Column("details", JSON),
)  # fmt: skip

alembic_version = Table(  # the revision of the schema
    "alembic_version", metadata, Column("version_num", String(32), primary_key=True)
)

# -- contacts --------------------------------------------------------------------------------------------------------

place = Table(
    "place", metadata, _id(), Column("zone", Text, nullable=False), Column("country", Text, nullable=False),
    UniqueConstraint("zone", "country"),
)  # fmt: skip
field = Table(  # the catalogue: one row a contact field; `column` is its column in `contact`
    "field", metadata, _id(), Column("name", Text, nullable=False, unique=True), Column("label", Text, nullable=False),
    Column("kind", Text, nullable=False), Column("column", Text, nullable=False, unique=True),
    Column("builtin", Boolean, nullable=False), Column("options", JSON),
)  # fmt: skip
contact = Table(
    "contact", metadata, _id(),
    Column("bucket", Integer, nullable=False), Column("place", ForeignKey("place.id"), nullable=False),
    Column("created", BigInteger, nullable=False), Column("changed", BigInteger, nullable=False),
    Column("external_id", Text, unique=True), Column("external_id_fold", Text),
    Column("email", Text), Column("email_fold", Text), Column("phone", Text),
)  # fmt: skip
Index("ix_contact_email_fold", contact.c.email_fold)
Index("ix_contact_phone", contact.c.phone)
tag = Table(
    "tag", metadata, Column("contact", ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True),
    Column("name", ForeignKey("name.id"), primary_key=True), **LITE,
)  # fmt: skip
Index("ix_tag_name", tag.c.name, tag.c.contact)
choice = Table(  # values of fields that hold several
    "choice", metadata, Column("contact", ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True),
    Column("field", ForeignKey("field.id"), primary_key=True), Column("fold", Text, primary_key=True),
    Column("value", Text, nullable=False), **LITE,
)  # fmt: skip
consent = Table(
    "consent", metadata, Column("contact", ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True),
    Column("channel", Text, primary_key=True), Column("given", Boolean, nullable=False),
    Column("at", BigInteger, nullable=False), Column("source", Text, nullable=False), **LITE,
)  # fmt: skip
suppression = Table(  # channel or category "" = every one; until NULL = for good; an address outlives its contact
    "suppression", metadata, _id(), Column("contact", ForeignKey("contact.id", ondelete="CASCADE")),
    Column("address", Text), Column("channel", Text, nullable=False), Column("category", Text, nullable=False),
    Column("until", BigInteger), Column("reason", Text, nullable=False), Column("at", BigInteger, nullable=False),
)  # fmt: skip
Index("ix_suppression_contact", suppression.c.contact)
Index("ix_suppression_address", suppression.c.address)
audience = Table(  # a live audience has a rule, a static one (a list) has members
    "audience", metadata, _id(), Column("name", Text, nullable=False, unique=True), Column("rule", JSON),
    Column("changed", BigInteger, nullable=False),
)  # fmt: skip
member = Table(
    "member", metadata, Column("audience", ForeignKey("audience.id", ondelete="CASCADE"), primary_key=True),
    Column("contact", ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True), **LITE,
)  # fmt: skip
event = Table(
    "event", metadata, _id(), Column("contact", ForeignKey("contact.id", ondelete="CASCADE"), nullable=False),
    Column("type", ForeignKey("name.id"), nullable=False), Column("at", BigInteger, nullable=False),
    Column("properties", JSON), Column("digest", LargeBinary, nullable=False, unique=True),
    Column("handled", Boolean, nullable=False),
)  # fmt: skip
Index("ix_event_contact", event.c.contact, event.c.type, event.c.at)
Index(
    "ix_event_open",
    event.c.at,
    sqlite_where=event.c.handled.is_(False),
    postgresql_where=event.c.handled.is_(False),
)

# -- strategies -----------------------------------------------------------------------------------------------------

strategy = Table(
    "strategy",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("live", Integer),  # live: version.id
    Column("revision", Integer, nullable=False),
    Column("draft", Text, nullable=False),
    Column("salt", Integer, nullable=False),
    Column("changed", BigInteger, nullable=False),
)  # fmt: skip  (status: draft live paused stopped; draft: the file; revision: its number)
version = Table(
    "version", metadata, _id(), Column("strategy", ForeignKey("strategy.id"), nullable=False),
    Column("number", Integer, nullable=False), Column("graph", Text, nullable=False),
    Column("published", BigInteger, nullable=False), UniqueConstraint("strategy", "number"),
)  # fmt: skip
node = Table(  # integers for node ids, over all versions of a strategy
    "node", metadata, _id(), Column("strategy", ForeignKey("strategy.id"), nullable=False),
    Column("key", Text, nullable=False), UniqueConstraint("strategy", "key"),
)  # fmt: skip
refresh = Table(  # what an entry node does next and when: cron, date, live
    "refresh", metadata, Column("node", ForeignKey("node.id"), primary_key=True), Column("due", BigInteger),
    Column("seen", BigInteger, nullable=False),
)  # fmt: skip

# -- runs -----------------------------------------------------------------------------------------------------------

enrollment = Table(  # state: 0 active, 1 completed, 2 exited, 3 removed, 4 held_out; by: see `storage.codes`
    "enrollment", metadata, _id(),
    Column("contact", ForeignKey("contact.id", ondelete="CASCADE"), nullable=False),
    Column("strategy", ForeignKey("strategy.id"), nullable=False), Column("version", Integer, nullable=False),
    Column("pass", Integer, nullable=False), Column("entry_key", Text), Column("by", Integer, nullable=False),
    Column("state", Integer, nullable=False), Column("reason", Integer), Column("entered", BigInteger, nullable=False),
    Column("ended", BigInteger), Column("goal_at", BigInteger),
)  # fmt: skip
Index("ix_enrollment_contact", enrollment.c.strategy, enrollment.c.contact)
token = Table(  # port: taken when due; -1 = look at the node. due = FOREVER: until an event
    "token", metadata, Column("due", BigInteger, primary_key=True), Column("version", Integer, primary_key=True),
    Column("node", Integer, primary_key=True), Column("enrollment", Integer, primary_key=True),
    Column("round", Integer, primary_key=True), Column("port", Integer, nullable=False),
    Column("arrived", BigInteger, nullable=False), **LITE,
)  # fmt: skip
Index("ix_token_enrollment", token.c.enrollment)
visit = Table(  # merges that are fed by several segments
    "visit", metadata, Column("enrollment", Integer, primary_key=True), Column("node", Integer, primary_key=True),
    Column("round", Integer, primary_key=True), **LITE,
)  # fmt: skip
jump = Table(
    "jump", metadata, Column("enrollment", Integer, primary_key=True), Column("node", Integer, primary_key=True),
    Column("n", Integer, nullable=False), **LITE,
)  # fmt: skip
waiter = Table(  # an event of this type may move the token
    "waiter", metadata, Column("enrollment", Integer, primary_key=True), Column("node", Integer, primary_key=True),
    Column("round", Integer, primary_key=True), Column("type", Integer, primary_key=True), **LITE,
)  # fmt: skip
wave = Table(
    "wave", metadata, _id(), Column("at", BigInteger, nullable=False), Column("version", Integer, nullable=False),
    Column("segment", Integer, nullable=False),
)  # fmt: skip
step = Table(  # append-only; node_port = node * 64 + port; no other index
    "step", metadata, Column("wave", Integer, nullable=False), Column("enrollment", Integer, nullable=False),
    Column("node_port", Integer, nullable=False), Column("round", Integer, nullable=False),
)  # fmt: skip
counter = Table(  # code: a port, or ENTERED FAILED SKIPPED EXITED ENDED of nodes.spec
    "counter", metadata, Column("version", Integer, primary_key=True), Column("node", Integer, primary_key=True),
    Column("code", Integer, primary_key=True), Column("n", Integer, nullable=False), **LITE,
)  # fmt: skip
touch = Table(  # one message owed or sent: see storage.codes.TouchState
    "touch", metadata, _id(), Column("enrollment", Integer, nullable=False),
    Column("contact", Integer, nullable=False), Column("node", Integer, nullable=False),
    Column("round", Integer, nullable=False), Column("account", Integer), Column("state", Integer, nullable=False),
    Column("not_before", BigInteger, nullable=False), Column("at", BigInteger), Column("attempts", Integer),
    Column("reason", Integer), Column("epoch", Integer), Column("batch", Integer),
    UniqueConstraint("enrollment", "node", "round"),
)  # fmt: skip
Index(
    "ix_touch_pending", touch.c.not_before,
    sqlite_where=touch.c.state.in_((0, 1)), postgresql_where=touch.c.state.in_((0, 1)),
)  # fmt: skip
Index("ix_touch_contact", touch.c.contact)
outcome = Table(  # what became of a touch; kind is a `name`; event NULL where it is no imported event
    "outcome", metadata, Column("touch", Integer, primary_key=True), Column("kind", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False), Column("event", Integer), **LITE,
)  # fmt: skip
cap = Table(  # marketing touches of a contact on its own calendar day (days since 1970), over everything
    "cap", metadata, Column("contact", Integer, primary_key=True), Column("day", Integer, primary_key=True),
    Column("used", Integer, nullable=False), **LITE,
)  # fmt: skip
task = Table(  # work owed by a person
    "task", metadata, _id(), Column("enrollment", Integer, nullable=False), Column("contact", Integer, nullable=False),
    Column("node", Integer, nullable=False), Column("round", Integer, nullable=False),
    Column("title", Text, nullable=False), Column("assignee", Text, nullable=False),
    Column("due", BigInteger), Column("state", Text, nullable=False), Column("created", BigInteger, nullable=False),
    Column("done", BigInteger), Column("log", JSON), UniqueConstraint("enrollment", "node", "round"),
)  # fmt: skip
