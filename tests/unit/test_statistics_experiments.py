"""Real experiments: the figures that others found in them."""

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from canvas_app.operations.stats import means_of_file
from canvas_app.reports.statistics import compare_proportions
from canvas_app.reports.stats_means import Mean, welch
from canvas_app.reports.stats_proportions import Proportion, wald

DATA = Path(__file__).parents[3] / "shared" / "data"
HILLSTROM = DATA / "hillstrom" / "hillstrom.csv.gz"
COOKIE_CATS = DATA / "cookie_cats" / "cookie_cats.csv.gz"
BANK = DATA / "uci_bank" / "bank-additional-full.csv.gz"

pytestmark = pytest.mark.skipif(
    not (DATA / "facts.json").exists(), reason="the real data is not on this machine"
)

MENS, NONE, WOMENS = "Mens E-Mail", "No E-Mail", "Womens E-Mail"
PAIRS = {"mens_vs_none": (MENS, NONE), "womens_vs_none": (WOMENS, NONE), "mens_vs_womens": (MENS, WOMENS)}


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / "facts.json").read_text())
    return found


def _rows(file: Path, delimiter: str = ",") -> Iterator[dict[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        yield from csv.DictReader(stream, delimiter=delimiter)


def _between(result: dict[str, Any], a: str, b: str) -> dict[str, Any]:
    """The comparison a - b, whichever way it was printed."""
    for pair in result["comparisons"]:
        if (pair["a"], pair["b"]) == (a, b):
            return dict(pair)
    raise AssertionError((a, b))


def _agree(got: dict[str, Any], wanted: dict[str, Any]) -> None:
    names = {"newcombe": "ci", "rel_lift": "lift", "rel_ci_log": "lift_ci"}
    for name, figure in wanted.items():
        absolute = 6e-8 if name in {"newcombe", "ci"} else 6e-7
        assert got[names.get(name, name)] == pytest.approx(
            figure, rel=1e-4 if name == "p" else 2e-6, abs=absolute
        )


@pytest.mark.parametrize("metric", ["visit", "conversion"])
@pytest.mark.parametrize("pair", PAIRS)
def test_the_mails_of_hillstrom_differ_as_published(facts: dict[str, Any], pair: str, metric: str) -> None:
    hillstrom = facts["hillstrom"]
    done = hillstrom["visits" if metric == "visit" else "conversions"]
    arms = [Proportion(name, hillstrom["n"][name], done[name]) for name in (MENS, WOMENS, NONE)]
    result: dict[str, Any] = compare_proportions(arms)
    _agree(_between(result, *PAIRS[pair]), hillstrom[pair][metric])
    assert result["omnibus"]["chi2"] == pytest.approx(
        hillstrom["omnibus"]["visit_chi2" if metric == "visit" else "conv_chi2"], abs=3e-6
    )
    assert result["omnibus"]["df"] == 2
    assert result["srm"]["p"] == pytest.approx(hillstrom["srm"]["p"], abs=1e-9)
    assert result["srm"]["warn"] is False


def test_the_spending_of_hillstrom_differs_as_published(facts: dict[str, Any]) -> None:
    result: dict[str, Any] = means_of_file(HILLSTROM, arm="segment", value="spend")
    means = {arm["name"]: round(arm["mean"], 6) for arm in result["arms"]}
    assert means == facts["hillstrom"]["spend_mean"]
    _agree(_between(result, MENS, NONE), facts["hillstrom"]["mens_vs_none"]["spend_welch"])
    _agree(_between(result, MENS, WOMENS), facts["hillstrom"]["mens_vs_womens"]["spend_welch"])
    wanted = facts["hillstrom"]["womens_vs_none"]["spend_welch"]
    got = _between(result, NONE, WOMENS)
    assert (-got["diff"], -got["t"], got["p"]) == pytest.approx(
        (wanted["diff"], wanted["t"], wanted["p"]), rel=1e-5
    )
    assert [-got["ci"][1], -got["ci"][0]] == pytest.approx(wanted["ci"], abs=6e-8)


def test_calls_to_mobile_phones_sell_more_in_the_bank(facts: dict[str, Any]) -> None:
    counted: dict[str, list[int]] = {}
    for row in _rows(BANK, ";"):
        arm = counted.setdefault(row["contact"], [0, 0])
        arm[0] += 1
        arm[1] += row["y"] == "yes"
    assert counted == facts["bank_additional_full"]["contact"]
    result: dict[str, Any] = compare_proportions(
        [Proportion(name, *counted[name]) for name in sorted(counted)]
    )
    pair = result["comparisons"][0]
    assert pair["z"] == pytest.approx(facts["bank_additional_full"]["contact_z"], abs=6e-5)
    assert 0 < pair["p"] < 1e-180, "the p-value is tiny and not zero"


def test_moving_the_gate_of_cookie_cats_costs_players_and_the_split_was_uneven(facts: dict[str, Any]) -> None:
    wanted = facts["cookie_cats"]
    for metric, place in (("d1", 1), ("d7", 2)):
        arms = [Proportion(gate, wanted[gate][0], wanted[gate][place]) for gate in ("gate_30", "gate_40")]
        result: dict[str, Any] = compare_proportions(arms)
        pair = result["comparisons"][0]
        assert pair["z"] == pytest.approx(wanted[metric]["z"], abs=6e-5)
        assert pair["p"] == pytest.approx(wanted[metric]["p"], abs=6e-8)
        if "wald" in wanted[metric]:
            assert wald(arms[0], arms[1]) == pytest.approx(wanted[metric]["wald"], abs=6e-7)
        assert result["srm"]["chi2"] == pytest.approx(wanted["srm"]["chi2"], abs=1e-6)
        assert result["srm"]["p"] == pytest.approx(wanted["srm"]["p"], abs=1e-6)
        assert result["srm"]["warn"] is True


def test_one_player_of_cookie_cats_decides_the_average_number_of_rounds(facts: dict[str, Any]) -> None:
    rounds: dict[str, list[float]] = {}
    for row in _rows(COOKIE_CATS):
        rounds.setdefault(row["version"], []).append(float(row["sum_gamerounds"]))
    everyone = [Mean.from_values(gate, values) for gate, values in sorted(rounds.items())]
    without = [
        Mean.from_values(gate, [value for value in values if value != facts["cookie_cats"]["rounds_outlier"]])
        for gate, values in sorted(rounds.items())
    ]
    got = [welch(arms[0], arms[1]).p for arms in (everyone, without)]
    assert got == pytest.approx(facts["cookie_cats"]["rounds_welch_p"], abs=6e-7)
