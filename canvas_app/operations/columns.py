"""What each column of a table becomes: a field, tags, a consent, or nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from storage.addresses import email_address
from storage.base.errors import UsageError, UserError
from storage.base.words import N_, Words
from storage.contacts import KINDS, ContactField
from storage.reading.kinds import ENOUGH, KindOfColumn
from storage.reading.layout import Table
from storage.reading.names import CONSENT, known_column, plain_name

MOST_NEW_FIELDS = 300
KEYS = ("email", "external_id", "phone")
_IGNORED = ("", "-", "ignore")
_PHONE = re.compile(r"[+(]?\d[\d\s().-]{6,18}\d")


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """One column: `target` is `field`, `tags`, `consent` or `ignore`; `name` the field or channel."""

    index: int
    heading: str
    target: str
    name: str = ""
    kind: str = "text"
    is_new: bool = False
    comma: bool = False
    month_first: bool = False
    note: Words | None = None
    options: tuple[str, ...] = ()

    @property
    def field(self) -> str:
        """What a person calls the target in a list of rejects."""
        return f"{CONSENT}{self.name}" if self.target == "consent" else self.name or self.heading


def plan_columns(
    table: Table,
    fields: Mapping[str, ContactField],
    mapping: Mapping[str, str],
    *,
    kinds: Mapping[str, str] | None = None,
    month_first: bool = False,
) -> list[ColumnPlan]:
    """Where every column goes. `mapping` (column to field) and `kinds` (field to kind) are a person's decisions."""
    chosen = _targets(table, fields, mapping)
    looked = _look(table, chosen, fields)
    plans, new = [], 0
    decided = {plain_name(column) for column in mapping}
    for plan in chosen:
        if plan.target == "field":
            if plan.name == "external_id" and plain_name(plan.heading) not in {"external_id", *decided}:
                plan = _unless_doubled(plan, looked.get(plan.index), fields)
            plan = _with_kind(plan, looked.get(plan.index), fields, kinds or {}, month_first)
            new += plan.is_new
        plans.append(plan)
    if new > MOST_NEW_FIELDS:
        raise UserError(
            N_("{name} has {n} columns that would become fields; at most {most} can. Leave out what you do not need."),
            name=table.name, n=new, most=MOST_NEW_FIELDS,
        )  # fmt: skip
    return plans


def _targets(
    table: Table, fields: Mapping[str, ContactField], mapping: Mapping[str, str]
) -> list[ColumnPlan]:
    headings = table.layout.columns
    decided = {plain_name(column): target.strip() for column, target in mapping.items()}
    unknown = [column for column in mapping if plain_name(column) not in map(plain_name, headings)]
    if unknown:
        text = N_("There is no column “{column}” in {name}. It has {columns}.")
        raise UsageError(text, column=unknown[0], name=table.name, columns=", ".join(headings[:20]))
    guesses = _guesses(table) if not table.layout.heading and table.layout.kind != "parquet" else {}
    own = {plain_name(name): name for name in fields}
    taken: set[str] = set()
    found: dict[int, ColumnPlan] = {}
    for exact in (True, False):  # a column that bears a field's very name goes before one that means it
        for at, heading in enumerate(headings):
            plain = plain_name(heading)
            target = decided.get(plain) or own.get(plain) or (plain if known_column(heading) == plain else "")
            if plain in decided and decided[plain].lower() in _IGNORED:
                found[at] = ColumnPlan(at, heading, "ignore")
            elif at not in found and (bool(target) if exact else True):
                target = target or guesses.get(at) or known_column(heading) or heading
                if target.casefold() in taken:
                    target = heading
                taken.add(target.casefold())
                found[at] = _plan(at, heading, target, own)
    return [found[at] for at in range(len(headings))]


def _plan(at: int, heading: str, target: str, own: Mapping[str, str]) -> ColumnPlan:
    plain = plain_name(target)
    if plain == "tags":
        return ColumnPlan(at, heading, "tags")
    if plain.startswith(CONSENT) and plain not in own:
        return ColumnPlan(at, heading, "consent", plain.removeprefix(CONSENT))
    name = own.get(plain, target)
    return ColumnPlan(at, heading, "field", name, is_new=plain not in own)


def _guesses(table: Table) -> dict[int, str]:
    """Without a heading the values tell which column holds addresses or numbers."""
    batch = next(iter(table.batches(200)), None)
    found: dict[int, str] = {}
    for at in range(len(table.layout.columns)):
        cells = [row[at].strip() for row in batch.rows if at < len(row) and row[at].strip()] if batch else []
        if not cells:
            continue
        if "email" not in found.values() and sum(email_address(each) is not None for each in cells) * 2 > len(
            cells
        ):
            found[at] = "email"
        elif "phone" not in found.values() and all(_PHONE.fullmatch(each) for each in cells):
            found[at] = "phone"
    return found


def _look(
    table: Table, plans: list[ColumnPlan], fields: Mapping[str, ContactField]
) -> dict[int, KindOfColumn]:
    """Read the columns whose kind, decimals or order of day and month must be found."""
    looked = {
        plan.index: KindOfColumn(plan.heading)
        for plan in plans
        if plan.target == "field"
        and (plan.is_new or not fields[plan.name].is_text or plan.name == "external_id")
    }
    if not looked:
        return looked
    seen = 0
    for batch in table.batches():
        for at, kind in looked.items():
            kind.look([row[at] if at < len(row) else "" for row in batch.rows])
        seen += len(batch.rows)
        if seen >= ENOUGH:
            break
    return looked


def _unless_doubled(
    plan: ColumnPlan, looked: KindOfColumn | None, fields: Mapping[str, ContactField]
) -> ColumnPlan:
    """A column called “id” whose values repeat is no customer number."""
    if looked is None or looked.distinct:
        return plan
    return replace(plan, name=plan.heading, is_new=plan.heading not in fields)


def _with_kind(
    plan: ColumnPlan,
    looked: KindOfColumn | None,
    fields: Mapping[str, ContactField],
    kinds: Mapping[str, str],
    month_default: bool,
) -> ColumnPlan:
    if not plan.is_new:
        plan = replace(plan, kind=fields[plan.name].kind)
    elif looked is not None:
        wanted = kinds.get(plan.name) or kinds.get(plan.heading)
        plan = replace(plan, kind=wanted if wanted in KINDS else looked.settle())
    if looked is None:
        return plan
    if plan.kind in ("number", "money"):
        return replace(plan, comma=looked.comma())
    if plan.kind in ("date", "instant"):
        month = looked.month_first()
        note = None
        if month is None and any(not each[:4].isdigit() for each in looked.values):
            order = N_("month/day/year") if month_default else N_("day/month/year")
            note = Words.of(
                N_("Dates in “{column}” could be read in two ways; they are read as {order}."),
                column=plan.heading,
                order=order,
            )
        return replace(plan, month_first=month_default if month is None else month, note=note)
    if plan.kind == "choice":
        return replace(plan, options=tuple(sorted(looked.values))[:50])
    return plan
