"""Figures typed on the command line or brought in a table."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_app.operations.stats import means, means_of_file, proportions, sample_size
from storage.base.errors import UserError

ROWS = [("A", 1.5), ("A", 2.5), ("B", 4.0), ("B", 8.0), ("A", 3.5), ("B", 6.0)]


def test_typed_shares_give_exactly_the_keys_that_were_promised() -> None:
    result: dict[str, Any] = proportions(["A=56/70", "B=48/80"], "A=50,B=50")
    assert set(result) == {"arms", "comparisons", "omnibus", "srm"}
    assert result["arms"][0].items() >= {"name": "A", "n": 70, "x": 56, "rate": 0.8}.items()
    pair = result["comparisons"][0]
    assert {"a", "b", "diff", "z", "p", "ci", "lift"} <= set(pair)
    assert (pair["a"], pair["b"]) == ("A", "B")
    assert pair["z"] == pytest.approx(2.650172, abs=1e-6)
    assert pair["ci"] == pytest.approx([0.0524, 0.3339], abs=6e-5)
    assert result["omnibus"] == {
        "chi2": pytest.approx(7.02341, abs=1e-5),
        "df": 1,
        "p": pytest.approx(pair["p"]),
    }
    assert result["srm"] == {
        "chi2": pytest.approx(0.666667, abs=1e-6),
        "p": pytest.approx(0.414216, abs=1e-6),
        "warn": False,
    }


def test_typed_averages_give_exactly_the_keys_that_were_promised() -> None:
    result: dict[str, Any] = means(["A=10,0.75,1.78901", "B=10, 2.33 ,2.002249"])
    pair = result["comparisons"][0]
    assert {"a", "b", "diff", "t", "df", "p", "ci"} <= set(pair)
    assert (pair["t"], pair["df"], pair["p"]) == pytest.approx((-1.8608, 17.776, 0.07939), abs=1e-3)
    assert set(result["omnibus"]) == {"F", "df", "p"}
    assert result["omnibus"]["df"] == [1, 18]


def test_a_name_may_hold_blanks_signs_and_chinese() -> None:
    result: dict[str, Any] = proportions(["买一送一 = 50%=3/10", "B=1/10"])
    assert result["arms"][0]["name"] == "买一送一 = 50%"


@pytest.mark.parametrize(
    "typed",
    [
        "A",
        "=5/7",
        "A=",
        "A=5",
        "A=5/",
        "A=5/x",
        "A=-1/7",
        "A=5.5/7",
        "A=8/7",
        "A=1e3/7",
        "A=５/７",
        "A=nan/7",
        "",
    ],
)
def test_a_share_that_cannot_be_read_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(UserError, match="A=56/70"):
        proportions([typed])


@pytest.mark.parametrize(
    "typed", ["A", "A=", "A=5,1", "A=5,1,2,3", "A=5,nan,1", "A=5,1,inf", "A=x,1,2", "=5,1,2"]
)
def test_an_average_that_cannot_be_read_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(UserError, match=r"A=70,12\.5,4\.1"):
        means([typed])


@pytest.mark.parametrize(
    "expect", ["A=50", "A=50,B=x", "A=50,B=0", "A=50,B=50,C=1", "A=50,A=50,B=1", "50/50", "A=1e999,B=1"]
)
def test_expected_shares_that_do_not_fit_are_refused(expect: str) -> None:
    with pytest.raises(UserError):
        proportions(["A=1/2", "B=1/2"], expect)


@pytest.mark.parametrize("call", [lambda: proportions([]), lambda: means([])])
def test_nothing_to_compare_is_said(call: Callable[[], object]) -> None:
    with pytest.raises(UserError, match="nothing to compare"):
        call()


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_and_never_a_crash(text: str) -> None:
    calls: tuple[Callable[[], object], ...] = (
        lambda: proportions([text]),
        lambda: means([text]),
        lambda: proportions(["A=1/2"], text),
    )
    for call in calls:
        try:
            json.dumps(call(), allow_nan=False)
        except UserError:
            continue


def _csv(delimiter: str = ",", rows: list[tuple[str, object]] | None = None) -> str:
    lines = [f"id{delimiter}group name{delimiter}spend"]
    lines += [f"{place}{delimiter}{arm}{delimiter}{value}" for place, (arm, value) in enumerate(rows or ROWS)]
    return "\n".join(lines) + "\n"


def _compare(file: Path) -> dict[str, Any]:
    return means_of_file(file, arm="group name", value="spend")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_table_is_read_with_any_delimiter_and_encoding(
    tmp_path: Path, delimiter: str, encoding: str
) -> None:
    file = tmp_path / "spend.csv"
    rows: list[tuple[str, object]] = [("对照组" if arm == "A" else "优惠券组", value) for arm, value in ROWS]
    file.write_bytes(_csv(delimiter, rows * 20).encode(encoding))
    result = _compare(file)
    assert {arm["name"]: (arm["n"], arm["mean"]) for arm in result["arms"]} == {
        "对照组": (60, 2.5),
        "优惠券组": (60, 6.0),
    }
    assert result["skipped"] == 0


def test_a_table_may_be_packed_or_parquet(tmp_path: Path) -> None:
    import pandas as pd

    packed, parquet = tmp_path / "spend.csv.gz", tmp_path / "spend.parquet"
    packed.write_bytes(gzip.compress(_csv().encode()))
    pd.DataFrame(ROWS, columns=["group name", "spend"]).to_parquet(parquet)
    assert _compare(packed) == _compare(parquet)
    assert _compare(parquet)["comparisons"][0]["diff"] == pytest.approx(-3.5)


def test_rows_without_arm_or_value_are_left_out_and_counted(tmp_path: Path) -> None:
    file = tmp_path / "spend.csv"
    file.write_text(_csv(rows=[*ROWS, ("", 5), ("A", ""), ("B", "NA")]))
    result = _compare(file)
    assert (result["skipped"], sum(arm["n"] for arm in result["arms"])) == (3, 6)


def test_decimal_commas_and_yes_or_no_are_numbers_too(tmp_path: Path) -> None:
    file = tmp_path / "spend.csv"
    file.write_text(_csv(";", [("A", "1,5"), ("A", "2,5"), ("B", "TRUE"), ("B", "no")]))
    assert [arm["mean"] for arm in _compare(file)["arms"]] == [2.0, 0.5]


def test_a_cell_that_is_no_number_is_named_with_its_row(tmp_path: Path) -> None:
    file = tmp_path / "spend.csv"
    file.write_text(_csv(rows=[("A", 1), ("B", "a lot")]))
    with pytest.raises(UserError, match="row 3: a lot is no number"):
        _compare(file)


def test_a_missing_column_is_named_with_the_columns_there_are(tmp_path: Path) -> None:
    file = tmp_path / "spend.csv"
    file.write_text(_csv())
    with pytest.raises(UserError, match=r"no column arm\. Its columns are: id, group name, spend"):
        means_of_file(file, arm="arm", value="spend")


def test_a_column_of_names_is_no_column_of_arms(tmp_path: Path) -> None:
    file = tmp_path / "spend.csv"
    file.write_text(_csv(rows=[(f"person {place}", 1) for place in range(60)]))
    with pytest.raises(UserError, match="60 different values"):
        _compare(file)


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"\x00\x01\xff\xfe", b'group name,spend\n"A,1\nB,2', b"group name,spend\n"]
)
@pytest.mark.parametrize("name", ["bad.csv", "bad.csv.gz", "bad.parquet"])
def test_a_broken_table_is_refused_in_a_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(UserError):
        _compare(file)


def test_a_missing_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no file"):
        _compare(tmp_path / "gone.csv")


def test_the_people_a_test_needs_are_whole_people() -> None:
    assert sample_size(0.5, 0.25, power=0.9) == {"per_arm": 77}
    assert sample_size(0.1, 0.0) == {"per_arm": None}
    with pytest.raises(UserError):
        sample_size(20, 5)
