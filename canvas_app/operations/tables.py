"""Look at a table before it is brought in: how it is read, what each column would become, what is odd."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from canvas_app.operations.cells import CellReader, Grid, reason_of
from canvas_app.operations.columns import ColumnPlan, plan_columns
from canvas_app.operations.rejects import Rejects
from storage.base.words import N_, Words
from storage.contacts import BUILTIN, ContactField, Contacts
from storage.reading.layout import Batch, Layout, Options, Table
from storage.reading.names import CONSENT
from storage.reading.table import open_table
from storage.regions import region_of
from storage.workspace import Workspace, setting

_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class ColumnPreview:
    """One column: its heading, some values, and what it would become.

    `target` is a field name, `tags`, `consent_<channel>` or empty (left out); `kind` its kind; `note` what is odd.
    """

    heading: str
    target: str
    kind: str
    is_new: bool
    samples: tuple[str, ...]
    empty: int
    bad: int
    note: str


@dataclass(frozen=True, slots=True)
class TablePreview:
    """What the import assistant shows first. `rows` are the first rows as read, `checked` how many were looked at."""

    name: str
    layout: Layout
    columns: tuple[ColumnPreview, ...]
    rows: tuple[tuple[str, ...], ...]
    checked: int
    more: bool
    notes: tuple[str, ...]

    @property
    def has_key(self) -> bool:
        """Whether some column tells people apart."""
        return any(each.target in ("email", "external_id", "phone") for each in self.columns)

    @property
    def has_consent(self) -> bool:
        """Whether some column says who may be written to."""
        return any(each.target.startswith(CONSENT) for each in self.columns)


def preview_table(
    path: Path | str,
    *,
    workspace: Workspace | None = None,
    options: Options | None = None,
    mapping: Mapping[str, str] | None = None,
    kinds: Mapping[str, str] | None = None,
    pasted: str | None = None,
    region: str | None = None,
    rows: int = 50,
) -> TablePreview:
    """How a table would be read, with the first rows and a guess for every column."""
    table = open_table(path, options or Options(), text=pasted)
    fields, zone, found_region = _workspace_facts(workspace)
    region = (region or found_region).upper()
    plans = plan_columns(table, fields, mapping or {}, kinds=kinds, month_first=region == "US")
    batches = table.batches(max(rows, 1000))
    batch = next(batches, Batch([], [], {}))
    rejects = Rejects()
    grid = Grid.of(batch, table.layout, rejects)
    reader = CellReader(zone=zone, region=region)
    columns = tuple(_column(plan, grid, reader, plans) for plan in plans)
    notes = [*table.layout.notes, *_remarks(columns, rejects, table)]
    shown = [tuple(column[at] for column in grid.columns) for at in range(min(rows, len(batch.rows)))]
    return TablePreview(
        name=table.name, layout=table.layout, columns=columns, rows=tuple(shown), checked=len(batch.rows),
        more=next(batches, None) is not None, notes=tuple(str(each) for each in notes),
    )  # fmt: skip


def _workspace_facts(workspace: Workspace | None) -> tuple[Mapping[str, ContactField], str, str]:
    if workspace is None:
        known = {
            name: ContactField(0, name, label, kind, name, True) for name, (label, kind) in BUILTIN.items()
        }
        return known, "UTC", ""
    with workspace.read() as connection:
        zone = str(setting(connection, "timezone", "UTC"))
        return Contacts.load(connection).fields, zone, region_of(connection)


def _column(plan: ColumnPlan, grid: Grid, reader: CellReader, plans: list[ColumnPlan]) -> ColumnPreview:
    cells = grid.columns[plan.index] if grid.columns else ()
    country = next((each for each in plans if each.name == "country"), None)
    failed: list[Any] = []
    if grid.columns and plan.target != "ignore":
        reader.column(plan, grid, reader.regions(country, grid), failed)
    filled = [cell.strip() for cell in cells if cell.strip()]
    note = plan.note
    if failed:
        text = N_("{n} of the first {of} values cannot be used, for example “{value}”: {reason}")
        value = failed[0][2]
        note = Words.of(text, n=len(failed), of=len(filled), value=value[:60], reason=reason_of(plan, value))
    elif not filled:
        note = Words.of(N_("This column is empty."))
    return ColumnPreview(
        heading=plan.heading,
        target="" if plan.target == "ignore" else "tags" if plan.target == "tags" else plan.field,
        kind=plan.kind if plan.target == "field" else plan.target,
        is_new=plan.is_new, samples=tuple(dict.fromkeys(filled))[:_SAMPLES], empty=len(cells) - len(filled),
        bad=len(failed), note=str(note) if note else "",
    )  # fmt: skip


def _remarks(columns: tuple[ColumnPreview, ...], rejects: Rejects, table: Table) -> list[Words]:
    notes: list[Words] = []
    if rejects.rows:
        first = rejects.listed[0]
        text = N_("{n} of the first lines cannot be taken. Line {line}: {reason}")
        notes.append(Words.of(text, n=rejects.rows, line=first.line, reason=first.reason))
    targets = {each.target for each in columns}
    if not targets & {"email", "external_id", "phone"}:
        notes.append(
            Words.of(
                N_(
                    "No column tells people apart. Say which one holds the email, phone or customer number, "
                    "or every row becomes a person with its row number as customer number."
                )
            )
        )
    if targets & {"email", "phone"} and not any(each.startswith(CONSENT) for each in targets):
        notes.append(
            Words.of(
                N_(
                    "No column says who agreed to be written to, so marketing would reach nobody of {name}. "
                    "Say where consent comes from."
                ),
                name=table.name,
            )
        )
    return notes
