"""A table in a file as a data source."""

from pathlib import Path
from typing import Any

from nodes.fields import text
from nodes.sources.kind import SourceKind, SourceTable
from storage.base.errors import UserError
from storage.base.words import N_
from storage.reading.layout import Options
from storage.reading.names import known_column, plain_name
from storage.reading.table import open_table

_KEYS = ("external_id", "email", "phone")


class TableFile(SourceKind):
    """A CSV, XLSX or Parquet file that another program writes; it is read afresh each time."""

    kind, label = "csv", N_("Table in a file")
    path = text(N_("File"), required=True)
    key_column = text(N_("Column that names the contact"), key="key")
    delimiter = text(N_("Delimiter"), advanced=True)
    encoding = text(N_("Encoding"), advanced=True)
    sheet = text(N_("Sheet"), advanced=True)

    def settled(self) -> dict[str, Any]:
        """The params with the whole path, so that it holds wherever the program starts."""
        return {**self.params, "path": str(Path(self.path).expanduser().absolute())}

    def fetch(self, secret: str | None = None) -> SourceTable:
        """All rows, blank cells as None."""
        options = Options(self.encoding or None, self.delimiter or None, sheet=self.sheet or None)
        table = open_table(Path(self.path).expanduser(), options)
        columns = table.layout.columns
        rows = [
            {name: cell.strip() or None for name, cell in zip(columns, row, strict=False)}
            for batch in table.batches()
            for row in batch.rows
        ]
        return SourceTable(columns, rows, self._key(columns))

    def _key(self, columns: tuple[str, ...]) -> str:
        if self.key_column:
            plain = {plain_name(name): name for name in columns}
            if plain_name(self.key_column) not in plain:
                raise UserError(
                    N_("{name} has no column “{column}”. It has {columns}."),
                    name=Path(self.path).name, column=self.key_column, columns=", ".join(columns[:20]),
                )  # fmt: skip
            return plain[plain_name(self.key_column)]
        by_field = {known_column(name): name for name in reversed(columns)}
        return next((by_field[each] for each in _KEYS if each in by_field), columns[0])
