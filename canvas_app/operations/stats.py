"""Statistics on figures that a person types or brings in a table: no workspace needed."""

import csv
import gzip
import math
import re
from collections.abc import Mapping, Sequence
from io import BufferedIOBase
from pathlib import Path
from typing import TYPE_CHECKING

from storage.base.errors import UserError
from storage.base.words import N_

if TYPE_CHECKING:
    import pandas as pd

    from canvas_app.reports.statistics import Mean, Proportion

MOST_ARMS = 50
_HEAD = 65_536
_DELIMITERS = (",", ";", "\t", "|")
_WHOLE = re.compile(r"\d{1,18}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
_EMPTY = ("", "na", "n/a", "nan", "null", "none")
_TRUTH = {"true": "1", "false": "0", "yes": "1", "no": "0"}


def proportions(arms: Sequence[str], expect: str | None = None) -> dict[str, object]:
    """Compare shares written `A=56/70`; `expect` (`A=50,B=50`) are the weights people should have been
    dealt by."""
    from canvas_app.reports.statistics import compare_proportions

    if not arms:
        raise UserError(N_("There is nothing to compare. Write every arm like A=56/70: name=number/people."))
    found = [_proportion(text) for text in arms]
    return compare_proportions(found, _expected(expect, [arm.name for arm in found]) if expect else None)


def means(arms: Sequence[str]) -> dict[str, object]:
    """Compare averages written `A=n,mean,sd`."""
    from canvas_app.reports.statistics import compare_means

    if not arms:
        raise UserError(
            N_(
                "There is nothing to compare. Write each arm as people,mean,deviation, as in A=70,12.5,4.1, "
                "or name a file with its arm and value columns."
            )
        )
    return compare_means([_mean(text) for text in arms])


def means_of_file(file: Path, *, arm: str, value: str) -> dict[str, object]:
    """Compare the averages of the column `value` between the arms named in the column `arm` of a CSV, TSV
    or Parquet table; rows without arm or value are left out and counted in `skipped`."""
    from canvas_app.reports.statistics import compare_means

    table = _read(file, arm=arm, value=value)
    kept = table[(table["arm"] != "") & ~table["value"].str.lower().isin(_EMPTY)]
    found = _means(kept["arm"], _numbers(kept["value"], file=file, column=value), file=file, column=arm)
    return compare_means(found) | {"skipped": len(table) - len(kept)}


def sample_size(
    baseline: float, change: float, *, power: float = 0.8, alpha: float = 0.05
) -> dict[str, object]:
    """People per arm to show a `change` of the share `baseline`, both as shares of 1."""
    from canvas_app.reports.stats_planning import sample_size as needed

    if not (0 <= baseline <= 1 and 0 <= baseline + change <= 1 and 0 < power < 1 and 0 < alpha < 1):
        raise UserError(
            N_("A share lies between 0 and 1. Write 20 % as 0.2 and a change of 5 points as 0.05.")
        )
    size = needed(baseline, baseline + change, alpha, power)
    return {"per_arm": None if size is None else max(2, math.ceil(size - 1e-9))}


def _proportion(text: str) -> "Proportion":
    from canvas_app.reports.statistics import Proportion

    name, figures = _named(text, N_("{text} is no arm. Write it as name=number/people, as in A=56/70."))
    x, slash, n = (part.strip() for part in figures.partition("/"))
    if not slash or not _WHOLE.fullmatch(x) or not _WHOLE.fullmatch(n):
        raise UserError(N_("{text} has no two whole numbers. Write number/people, as in A=56/70."), text=text)
    return Proportion(name, int(n), int(x))


def _mean(text: str) -> "Mean":
    from canvas_app.reports.statistics import Mean

    name, figures = _named(
        text, N_("{text} is no arm. Write it as name=people,mean,deviation, as in A=70,12.5,4.1.")
    )
    parts = [part.strip() for part in figures.split(",")]
    if (
        len(parts) != 3
        or not _WHOLE.fullmatch(parts[0])
        or not all(_NUMBER.fullmatch(part) for part in parts[1:])
    ):
        raise UserError(
            N_("{text} has not three numbers. Write people,mean,deviation with points as in A=70,12.5,4.1."),
            text=text,
        )
    return Mean(name, int(parts[0]), float(parts[1]), float(parts[2]))


def _named(text: str, refusal: str) -> tuple[str, str]:
    name, sign, figures = (part.strip() for part in text.rpartition("="))
    if not sign or not name:
        raise UserError(refusal, text=text)
    return name, figures


def _expected(text: str, names: Sequence[str]) -> Mapping[str, float]:
    weights: dict[str, float] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, weight = _named(part, N_("{text} is no expected share. Write name=weight, as in A=50,B=50."))
        if not _NUMBER.fullmatch(weight) or not 0 < float(weight) < math.inf:
            raise UserError(
                N_("{text} is no expected share. Write a weight above 0, as in A=50,B=50."), text=part
            )
        if name not in names:
            raise UserError(
                N_("{name} has an expected share but is none of the arms: {arms}."), name=name, arms=names
            )
        if name in weights:
            raise UserError(N_("{name} has two expected shares. Give one for every arm."), name=name)
        weights[name] = float(weight)
    return weights


def _means(arms: "pd.Series[str]", numbers: "pd.Series[float]", *, file: Path, column: str) -> "list[Mean]":
    from canvas_app.reports.statistics import Mean

    grouped = numbers.groupby(arms.to_numpy(), sort=True).agg(["count", "mean", "std"])
    if grouped.empty:
        raise UserError(N_("{file} has no row with both an arm and a value."), file=file.name)
    if len(grouped) > MOST_ARMS:
        raise UserError(
            N_("Column {column} of {file} has {n} different values. Choose the column that names the arm."),
            column=column,
            file=file.name,
            n=f"{len(grouped):,}",
        )
    return [
        Mean(str(name), int(count), float(mean), None if count < 2 else float(deviation))
        for name, count, mean, deviation in grouped.itertuples()
    ]


def _numbers(texts: "pd.Series[str]", *, file: Path, column: str) -> "pd.Series[float]":
    """The values as numbers; also 1,5 and yes/no. The first text that is none is named with its row."""
    import numpy as np
    import pandas as pd

    numbers = pd.to_numeric(texts, errors="coerce").astype(float)
    if numbers.isna().any():
        plain = texts.str.lower().replace(_TRUTH).str.replace(r"^([+-]?\d+),(\d+)$", r"\1.\2", regex=True)
        numbers = pd.to_numeric(plain, errors="coerce").astype(float)
    bad = numbers.index[~np.isfinite(numbers)]
    if len(bad):
        row = int(bad[0])
        raise UserError(
            N_("Column {column} of {file}, row {row}: {text} is no number. Mend it or leave the cell empty."),
            column=column,
            file=file.name,
            row=row + 2,
            text=str(texts.loc[row])[:60],
        )
    return numbers


def _read(file: Path, *, arm: str, value: str) -> "pd.DataFrame":
    """The two columns as text, named `arm` and `value`."""
    if not file.is_file():
        raise UserError(N_("There is no file {file}. Check the path."), file=str(file))
    try:
        table = _read_parquet(file, arm, value) if file.suffix == ".parquet" else _read_text(file, arm, value)
    except (OSError, ValueError, csv.Error, EOFError) as error:
        raise UserError(
            N_("{file} cannot be read as a table. Save it as CSV, UTF-8. ({detail})"),
            file=file.name,
            detail=str(error).splitlines()[0][:200] if str(error) else type(error).__name__,
        ) from error
    return table.assign(arm=table["arm"].str.strip(), value=table["value"].str.strip())


def _read_parquet(file: Path, arm: str, value: str) -> "pd.DataFrame":
    import pandas as pd
    from pyarrow.parquet import read_schema

    _refuse_missing([arm, value], list(read_schema(file).names), file)
    table = pd.read_parquet(file, columns=list({arm, value}))
    texts = {
        name: table[column].astype("string").fillna("") for name, column in (("arm", arm), ("value", value))
    }
    return pd.DataFrame(texts).reset_index(drop=True)


def _read_text(file: Path, arm: str, value: str) -> "pd.DataFrame":
    import pandas as pd

    with _opened(file) as stream:
        head = stream.read(_HEAD)
    encoding = _encoding(head)
    delimiter, columns = _header(head.decode(encoding, errors="replace"), wanted={arm, value})
    _refuse_missing([arm, value], columns, file)
    with _opened(file) as stream:
        table = pd.read_csv(
            stream,
            sep=delimiter,
            encoding=encoding,
            header=None,
            skiprows=1,
            names=range(len(columns)),
            usecols=sorted({columns.index(arm), columns.index(value)}),
            dtype=str,
            keep_default_na=False,
            na_values=[],
            index_col=False,
        )
    texts = {
        name: table[columns.index(column)].fillna("") for name, column in (("arm", arm), ("value", value))
    }
    return pd.DataFrame(texts)


def _opened(file: Path) -> BufferedIOBase:
    return gzip.open(file) if file.suffix == ".gz" else file.open("rb")


def _encoding(head: bytes) -> str:
    """The text's encoding: by its mark, else UTF-8 if it fits, else the best guess."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if head.startswith(mark):
            return name
    try:
        # the head may end inside a letter
        head.decode("utf-8") if len(head) < _HEAD else head[: head.rfind(b"\n") + 1].decode("utf-8")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        guess = from_bytes(head).best()
        return guess.encoding if guess else "latin-1"
    return "utf-8"


def _header(head: str, *, wanted: set[str]) -> tuple[str, list[str]]:
    """The delimiter whose first line holds the wanted columns, else the one that gives most columns."""
    first = head.partition("\n")[0].rstrip("\r")
    tried = [
        (mark, [name.strip() for name in next(csv.reader([first], delimiter=mark), [])])
        for mark in _DELIMITERS
    ]
    return max(tried, key=lambda found: (wanted <= set(found[1]), len(found[1])))


def _refuse_missing(wanted: Sequence[str], columns: Sequence[str], file: Path) -> None:
    for name in wanted:
        if name not in columns:
            raise UserError(
                N_("{file} has no column {column}. Its columns are: {columns}."),
                file=file.name,
                column=name,
                columns=", ".join(columns[:30]) or "–",
            )
