"""Reading tables: whatever a table was written with, the same cells come out, at the right lines."""

import csv
import gzip
import io
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.reading.kinds import KindOfColumn
from storage.reading.layout import Options
from storage.reading.table import open_table

CELLS = st.text(
    st.characters(
        codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn", "Zl", "Zp"], exclude_characters="'\ufeff"
    ),
    max_size=8,
)
ROWS = st.lists(
    st.tuples(
        st.integers(0, 999),
        CELLS.map(str.strip),
        st.sampled_from(["", "a\nb", 'say "x"', "1;2", "u|v", "c,d"]),
    ),
    min_size=3,
    max_size=12,
)
HEADING = ("email", "name", "remark")


def rows_of(path: Path, options: Options | None = None) -> list[list[str]]:
    table = open_table(path, options or Options())
    return [row for batch in table.batches(4) for row in batch.rows]


@given(
    rows=ROWS,
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
    packed=st.booleans(),
)
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[int, str, str]],
    delimiter: str,
    encoding: str,
    packed: bool,
) -> None:
    written = [[f"p{number}@x.com", name, remark] for number, name, remark in rows]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([HEADING, *written])
    raw = text.getvalue().encode(encoding)
    path = tmp_path_factory.mktemp("t") / "people.csv"
    path.write_bytes(gzip.compress(raw) if packed else raw)
    found = open_table(path, Options(encoding=encoding) if encoding == "gb18030" else Options())
    assert found.layout.columns == HEADING
    assert found.layout.delimiter == delimiter
    assert [row for batch in found.batches(4) for row in batch.rows] == written


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text('title\n\nemail,note,x\na@x.com,"1\n2\n3",x\n\nb@x.com,z,x\n', encoding="utf-8")
    (batch,) = open_table(path).batches()
    assert (batch.lines, batch.spans) == ([4, 8], {0: 6})


def test_a_delimiter_of_several_characters_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "people.txt"
    path.write_text("email||name\na@x.com||Ann\n", encoding="utf-8")
    assert rows_of(path, Options(delimiter="||")) == [["a@x.com", "Ann"]]


def test_a_person_may_say_where_the_heading_is_or_that_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("x,y\nemail,name\na@x.com,Ann\n", encoding="utf-8")
    assert open_table(path, Options(heading=2)).layout.columns == ("email", "name")
    assert rows_of(path, Options(heading=2)) == [["a@x.com", "Ann"]]
    assert len(rows_of(path, Options(heading=0))) == 3


def test_parquet_and_workbooks_give_the_text_a_csv_would_hold(tmp_path: Path) -> None:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {
        "email": ["a@x.com", None], "n": [1.0, 2.5], "day": [date(2026, 1, 2), None],
        "at": [datetime(2026, 1, 2, 3, 4), None], "yes": [True, False], "list": [["a", "b"], None],
    }  # fmt: skip
    pq.write_table(pa.table(columns), tmp_path / "p.parquet")
    expected = [
        ["a@x.com", "1", "2026-01-02", "2026-01-02T03:04:00", "true", "a|b"],
        ["", "2.5", "", "", "false", ""],
    ]
    assert rows_of(tmp_path / "p.parquet") == expected
    pd.DataFrame({"email": ["a@x.com"], "phone": [13800138000], "day": [datetime(2026, 1, 2)]}).to_excel(
        tmp_path / "p.xlsx", index=False
    )
    ((email, phone, day),) = rows_of(tmp_path / "p.xlsx")
    assert (email, phone, day[:10]) == ("a@x.com", "13800138000", "2026-01-02")


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "2", "x"], "text"),
        (["1", "2", "3", "4", "x"], "number"),
        (["1", "0", "1"], "number"),
        (["yes", "no"], "yes_no"),
        (["是", "否", "是"], "yes_no"),
        (["NO", "NO"], "text"),
        (["007", "010"], "text"),
        (["$1", "$2.50"], "money"),
        (["2026-01-01", "2026-02-30"], "text"),
        (["2026-01-01", ""], "date"),
        (["2026-01-01 10:00"], "instant"),
        (["a|b", "c"], "choices"),
        (['["a"]', '["b","c"]'], "choices"),
        (["red"] * 20 + ["blue"] * 20, "choice"),
        (["", "N/A"], "text"),
        (["123456789012345678"], "text"),
    ],
)
def test_the_kind_of_a_column_is_found(values: list[str], kind: str) -> None:
    column = KindOfColumn("thing")
    column.look(values)
    assert column.settle() == kind
