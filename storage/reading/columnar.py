"""Tables in Parquet files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from storage.base.errors import UserError
from storage.base.words import N_
from storage.reading.headings import column_names
from storage.reading.layout import Batch, Layout
from storage.reading.workbook import as_text


class Parquet:
    """A Parquet file, read row group by row group; lines are row numbers."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = path.name
        with _told(self.name, path) as file:
            columns = list(file.schema_arrow.names)
        names, notes = column_names(columns, len(columns))
        self.layout = Layout("parquet", names, notes=notes)

    def estimate(self) -> int | None:
        """How many rows there are."""
        with _told(self.name, self._path) as file:
            return int(file.metadata.num_rows)

    def batches(self, size: int = 5000) -> Iterator[Batch]:
        """The rows, blank ones left out."""
        import pyarrow as pa

        line = 1
        with _told(self.name, self._path) as file:
            try:
                for piece in file.iter_batches(batch_size=size):
                    columns = [_texts(column) for column in piece.columns]
                    batch = Batch([], [], {})
                    for row in zip(*columns, strict=True):
                        if any(row):
                            batch.lines.append(line)
                            batch.rows.append(list(row))
                        line += 1
                    if batch.rows:
                        yield batch
            except (pa.ArrowException, OSError) as error:
                raise _damaged(self.name, error) from error


def _texts(column: Any) -> list[str]:
    return [cell if type(cell) is str else as_text(cell) for cell in column.to_pylist()]


def _told(name: str, path: Path) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(name, error) from error


def _damaged(name: str, error: Exception) -> UserError:
    return UserError(
        N_("{name} cannot be read as Parquet ({why}). Copy or save it again."), name=name, why=str(error)
    )
