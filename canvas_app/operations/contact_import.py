"""Contacts out of a table: the verb, its result, and how people are told apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

from sqlalchemy import Connection, Select, literal_column, select, text

from canvas_app.operations.audiences import list_number
from canvas_app.operations.changes import Changes, Progress, silent
from canvas_app.operations.columns import KEYS, ColumnPlan, plan_columns
from canvas_app.operations.importing import ContactImport, ImportPlan
from canvas_app.operations.reach import Reach, reach_of
from canvas_app.operations.rejects import Reject, Rejects
from canvas_app.operations.sidetables import IMPORTED
from storage import tables
from storage.base.errors import UsageError
from storage.base.words import N_, Words
from storage.contacts import Contacts, add_field
from storage.journal import journal
from storage.phones import is_region
from storage.reading.layout import Options, Table
from storage.reading.names import plain_name
from storage.reading.table import open_table
from storage.regions import region_of
from storage.workspace import Workspace, set_setting, setting

_MADE = "made_numbers"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsImported(Changes):
    """What became of the rows; `rejected` counts rows, `rejects` also lists single values that were left out."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    rejects: tuple[Reject, ...] = ()
    key: str = "email"
    notes: tuple[Words, ...] = ()
    reach: tuple[Reach, ...] = ()
    dry_run: bool = False

    def as_json(self) -> dict[str, object]:
        """The form in which the command line prints it."""
        return {
            "rows": self.rows,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "rejects": [each.as_json() for each in self.rejects],
        }


class _DryRun(Exception):  # noqa: N818  (carries the result past the transaction)
    def __init__(self, result: ContactsImported) -> None:
        self.result = result


def import_contacts(
    workspace: Workspace,
    path: Path | str,
    *,
    key: str = "email",
    mapping: Mapping[str, str] | None = None,
    list_name: str | None = None,
    region: str | None = None,
    consent: Sequence[str] = (),
    consent_source: str = "",
    dry_run: bool = False,
    options: Options | None = None,
    kinds: Mapping[str, str] | None = None,
    pasted: str | None = None,
    progress: Progress = silent,
) -> ContactsImported:
    """Take the rows of a table as contacts, all in one transaction; a dry run tells the same and keeps nothing."""
    if region and not is_region(region):
        raise UsageError(N_("“{region}” is not a country code. Write it like CN."), region=region)
    table = open_table(path, options or Options(), text=pasted)
    now = workspace.clock().now()
    try:
        with workspace.write() as connection:
            result = _imported(
                connection, table, now=now, key=key, mapping=mapping or {}, list_name=list_name, region=region,
                consent=consent, source=consent_source, kinds=kinds or {}, progress=progress,
            )  # fmt: skip
            if dry_run:
                raise _DryRun(replace(result, dry_run=True, contacts=False, audiences=False))
            journal(connection, at=now, verb="import_contacts", what=table.name, details=_counts(result))
            return result
    except _DryRun as told:
        return told.result


def _imported(
    connection: Connection, table: Table, *, now: int, key: str, mapping: Mapping[str, str], list_name: str | None,
    region: str | None, consent: Sequence[str], source: str, kinds: Mapping[str, str], progress: Progress,
) -> ContactsImported:  # fmt: skip
    region = (region or region_of(connection)).upper()
    contacts = Contacts.load(connection)
    mapping = _with_key(table, key, mapping, contacts)
    columns = plan_columns(table, contacts.fields, mapping, kinds=kinds, month_first=region == "US")
    plan = ImportPlan(
        tuple(columns), _key(columns, key), now, str(setting(connection, "timezone", "UTC")), region,
        consent=tuple(each.strip() for each in consent if each.strip()), consent_source=source or table.name,
        list_id=None if list_name is None else list_number(connection, list_name, now),
    )  # fmt: skip
    notes = [*table.layout.notes, *(each.note for each in columns if each.note)]
    if not plan.key:
        prefix = _made_prefix(connection, table)
        plan = replace(plan, key="external_id", made_prefix=prefix)
        notes.append(_made_note(prefix))
    for column in columns:
        if column.is_new and column.target == "field":
            known = add_field(connection, name=column.name, kind=column.kind)
            if column.options:
                row = tables.field.update().where(tables.field.c.id == known.id)
                connection.execute(row.values(options=list(column.options)))
    work = ContactImport(connection, plan, Contacts.load(connection), Rejects())
    total = table.estimate()
    for batch in table.batches():
        work.take(batch, table.layout)
        progress(min(work.rows, total) if total else work.rows, total)
    imported: Select[tuple[int]] = select(literal_column("id")).select_from(text(IMPORTED))
    result = ContactsImported(
        rows=work.rows, created=work.created, updated=work.updated, unchanged=work.unchanged,
        rejected=work.rejects.rows, rejects=work.rejects.in_order(), key=plan.key, notes=tuple(notes),
        reach=reach_of(connection, imported), contacts=bool(work.created or work.updated),
        audiences=list_name is not None,
    )  # fmt: skip
    connection.exec_driver_sql(f"DROP TABLE {IMPORTED}")
    return result


def _with_key(table: Table, key: str, mapping: Mapping[str, str], contacts: Contacts) -> Mapping[str, str]:
    """A key that is only a column of the file is meant as customer number."""
    if key in KEYS:
        return mapping
    plain = plain_name(key)
    if plain in map(plain_name, table.layout.columns) and plain not in map(plain_name, contacts.fields):
        return {**mapping, key: "external_id"}
    if plain in map(plain_name, mapping):
        return mapping
    text_ = N_(
        "Contacts cannot be told apart by “{key}”. Choose email, phone, external_id or a column of {name}."
    )
    raise UsageError(text_, key=key, name=table.name)


def _key(columns: Sequence[ColumnPlan], key: str) -> str:
    """The field that tells contacts apart; empty where the table has none."""
    have = {each.name for each in columns if each.target == "field"}
    if key not in KEYS:
        key = "external_id"
    if key in have:
        return key
    if key != "email":
        raise UsageError(
            N_("The table has no column for the key “{key}”. Say which one it is with --map."), key=key
        )
    return next((each for each in ("external_id", "phone") if each in have), "")


def _made_prefix(connection: Connection, table: Table) -> str:
    """What stands in front of made customer numbers: nothing for the first such table, the same for the same table."""
    first = next(iter(table.batches(20)), None)
    sample = repr((table.layout.columns, first.rows if first else None))
    mark = blake2b(sample.encode(), digest_size=12).hexdigest()
    made: dict[str, str] = dict(setting(connection, _MADE, {}))
    if mark not in made:
        c = tables.contact.c
        taken, prefix = set(made.values()), ""
        while (
            prefix in taken
            or connection.execute(
                select(c.id).where(c.external_id.op("GLOB")(f"{prefix}[0-9]*")).limit(1)
            ).first()
        ):
            taken.add(prefix)
            prefix = f"{len(taken) + 1}-"
        made[mark] = prefix
        set_setting(connection, _MADE, made)
    return made[mark]


def _made_note(prefix: str) -> Words:
    return Words.of(
        N_(
            "No column tells people apart, so every row is a person of its own with its row number as customer number: "
            "{first}, {second}, … An events file refers to people by these numbers."
        ),
        first=f"{prefix}1", second=f"{prefix}2",
    )  # fmt: skip


def _counts(result: ContactsImported) -> dict[str, object]:
    return {name: getattr(result, name) for name in ("rows", "created", "updated", "unchanged", "rejected")}
