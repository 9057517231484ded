"""The sandbox account: it sends to nobody and answers as it is told.

The answer is a pure function of the account's params, the contact and the node, and the same in Python
(`sandbox_outcomes`) and in SQL (`rate_clauses`).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sqlalchemy import ColumnElement, and_, false, not_, or_

from nodes.accounts import AccountKind
from nodes.fields import duration, number, reference, structured, texts
from storage.base.errors import UserError
from storage.base.words import N_
from storage.contacts import HASH_PRIME, salt_pair, salted

MILLION = 1_000_000
CALL_RESULTS = ("answered", "no_answer", "busy", "rejected", "invalid_number", "voicemail")
AT_ONCE = frozenset({"sent", "delivered", "failed", "unknown"})
"""Outcomes that `after` does not put off."""
_LADDER = ("delivered", "opened", "clicked")  # one draw: who clicks has opened, who opens got it
_LOST = ("failed", "bounced")  # the other end of the same draw
_CHAIN_BREAKERS = frozenset(_LOST)


def _rates(value: Any) -> Mapping[str, float]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UserError(N_("must be a set of outcomes and shares."))
    for outcome, rate in value.items():
        if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate <= 1:
            raise UserError(N_("the share of “{outcome}” must lie between 0 and 1."), outcome=outcome)
    return {_word(outcome): float(rate) for outcome, rate in value.items()}


def _word(outcome: str) -> str:
    return outcome.strip().casefold()


class Sandbox(AccountKind):
    """Sends to nobody; answers with the outcomes you choose."""

    kind, label, sandbox = "sandbox", N_("Sandbox"), True

    outcomes = texts(N_("Outcomes for everyone"), hint=N_("For example delivered, opened"))
    outcome_field = reference(
        "contact_field", N_("Outcomes from a contact field"), hint=N_("The field holds delivered|opened")
    )
    rates = structured("rates", N_("Shares by chance"), _rates, hint=N_("An outcome and its share, 0 to 1"))
    seed = number(N_("Seed"), default=0, whole=True, minimum=0, maximum=1e15)
    after = duration(N_("Later outcomes come after"), hint=N_("Opens and clicks, and the result of a call"))

    def delay(self) -> int:
        """Seconds between sending and the later outcomes."""
        return max(0, self.after.rough_seconds()) if self.after else 0


@dataclass(frozen=True, slots=True)
class Draw:
    """An outcome falls to a contact when its salted bucket lies in `low … high − 1` of a million."""

    outcome: str
    salt: int
    low: int
    high: int

    def holds(self, bucket: int) -> bool:
        """For one contact."""
        return self.low <= salted(bucket, self.salt, MILLION) < self.high

    def clause(self, bucket: ColumnElement[int]) -> ColumnElement[bool]:
        """For a column of buckets."""
        a, b = salt_pair(self.salt)
        place = (bucket * a + b) % HASH_PRIME % MILLION
        return place < self.high if self.low == 0 else and_(place >= self.low, place < self.high)


def draw_salt(node: str, group: str, seed: int) -> int:
    """The salt of one draw: from the node's id in the file, what is drawn, and the account's seed."""
    digest = blake2b(f"{node}\x1f{group}\x1f{seed}".encode(), digest_size=7).digest()
    return int.from_bytes(digest, "big")


def draws(rates: Mapping[str, float], *, node: str, seed: int = 0) -> tuple[Draw, ...]:
    """The draws behind `rates`.

    delivered, opened, clicked share the draw `message` from below (so each has its own share and a click is always an
    open), bounced and failed take the upper end of it; results of calls share the draw `result` one above the other;
    every other outcome has a draw of its own name.
    """
    made: list[Draw] = []
    message, result = draw_salt(node, "message", seed), draw_salt(node, "result", seed)
    top, floor = MILLION, 0
    for outcome in (*_LOST, *(each for each in rates if each not in _LOST)):
        if outcome not in rates:
            continue
        size = round(rates[outcome] * MILLION)
        if outcome in _LOST:
            made.append(Draw(outcome, message, max(0, top - size), top))
            top = max(0, top - size)
        elif outcome in _LADDER:
            made.append(Draw(outcome, message, 0, min(size, top)))
        elif outcome in CALL_RESULTS:
            made.append(Draw(outcome, result, floor, min(MILLION, floor + size)))
            floor = min(MILLION, floor + size)
        else:
            made.append(Draw(outcome, draw_salt(node, outcome, seed), 0, size))
    return tuple(made)


def sandbox_outcomes(
    params: Mapping[str, Any],
    bucket: int,
    field_value: str | Iterable[str] | None,
    salt: str,
    *,
    is_call: bool = False,
) -> tuple[str, ...]:
    """What the sandbox answers for one contact at one node, in a fixed order.

    `bucket`: the contact's; `field_value`: its value of `outcome_field` (`delivered|opened`, or several values);
    `salt`: the node's id in the file. The first of these that the params have decides: `outcome_field`, `rates`,
    `outcomes`, else `delivered` (calls: `answered`).

    Then: `unknown` stands alone; `failed` stands alone; otherwise `sent` comes first, and a click brings `opened`.
    By `rates`, a bounced message has no other outcome but `sent`. A call always has a result: where none was named
    it is `no_answer`.
    """
    account = Sandbox(params)
    if account.outcome_field:
        return complete(split_outcomes(field_value), is_call=is_call)
    if account.rates:
        drawn = draws(account.rates, node=salt, seed=account.seed)
        found = [draw.outcome for draw in drawn if draw.holds(bucket)]
        lost = _CHAIN_BREAKERS.intersection(found)
        return complete(lost or found, is_call=is_call)
    return complete(account.outcomes or default_outcomes(is_call), is_call=is_call)


def default_outcomes(is_call: bool) -> tuple[str, ...]:
    """What a sandbox answers that was told nothing."""
    return ("answered",) if is_call else ("delivered",)


def split_outcomes(value: str | Iterable[str] | None) -> tuple[str, ...]:
    """`delivered|opened` as words."""
    if value is None:
        return ()
    parts = re.split(r"[|,;]", value) if isinstance(value, str) else list(value)
    return tuple(word for word in map(_word, parts) if word)


def complete(outcomes: Iterable[str], *, is_call: bool = False) -> tuple[str, ...]:
    """Outcomes with what they imply: see `sandbox_outcomes`."""
    found = set(map(_word, outcomes))
    for alone in ("unknown", "failed"):
        if alone in found:
            return (alone,)
    if "clicked" in found:
        found.add("opened")
    if is_call and not found.intersection(CALL_RESULTS):
        found.add("no_answer")
    return ("sent", *sorted(found - {"sent"}))


def rate_clauses(
    params: Mapping[str, Any], bucket: ColumnElement[int], salt: str, *, is_call: bool = False
) -> dict[str, ColumnElement[bool]]:
    """The same for accounts with `rates`, as SQL: for each outcome that may come, whom it comes to."""
    account = Sandbox(params)
    held = {draw.outcome: draw.clause(bucket) for draw in draws(account.rates, node=salt, seed=account.seed)}
    unknown, failed = held.pop("unknown", false()), held.pop("failed", false())
    bounced = held.pop("bounced", false())
    answered = or_(false(), *(clause for outcome, clause in held.items() if outcome in CALL_RESULTS))
    if is_call:
        held["no_answer"] = or_(held.get("no_answer", false()), not_(answered))
    if "clicked" in held:
        held["opened"] = or_(held.get("opened", false()), held["clicked"])
    clean = and_(not_(failed), not_(bounced), not_(unknown))
    clauses = {outcome: and_(clean, clause) for outcome, clause in held.items() if outcome != "sent"}
    bounced = and_(bounced, not_(failed))
    if is_call:
        clauses["no_answer"] = or_(clauses["no_answer"], bounced)
    unknown = and_(unknown, not_(failed), not_(bounced))
    sent = and_(not_(failed), not_(unknown))
    return {**clauses, "failed": failed, "bounced": bounced, "unknown": unknown, "sent": sent}
