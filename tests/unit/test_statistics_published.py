"""The program prints what R, GrowthBook, published papers and real experiments print."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from canvas_app.reports.statistics import compare_proportions, sample_ratio
from canvas_app.reports.stats_means import Mean, welch, welch_lift, welch_lift_of_proportions
from canvas_app.reports.stats_planning import chance_to_win, power, sample_size, sample_size_from_baseline
from canvas_app.reports.stats_proportions import (
    Proportion,
    agresti_caffo,
    chi_square,
    katz_ratio,
    newcombe,
    pooled_p,
    wald,
    yates_chi_square,
    yates_interval,
)

DATA = Path(__file__).parents[3] / "shared" / "data"
PUBLISHED = DATA / "stats_published" / "stats.json"
ENTRIES = {entry["id"]: entry for entry in json.loads(PUBLISHED.read_text())} if PUBLISHED.exists() else {}

Call = Callable[[Any], Sequence[float | None]]


def _pair(given: dict[str, Any]) -> tuple[Proportion, Proportion]:
    (xa, xb), (na, nb) = given["x"], given["n"]
    return Proportion("a", na, xa), Proportion("b", nb, xb)


def _interval(method: Callable[[Proportion, Proportion], tuple[float, float] | None]) -> Call:
    return lambda given: method(*_pair(given)) or ()


def _r_prop_test(given: dict[str, Any]) -> list[float | None]:
    arms = [
        Proportion(str(place), n, x) for place, (x, n) in enumerate(zip(given["x"], given["n"], strict=True))
    ]
    found = chi_square(arms)
    return [found.chi2, found.df, found.p]


def _yates(given: dict[str, Any]) -> list[float | None]:
    pair = _pair(given)
    return [yates_chi_square(*pair).chi2, *(yates_interval(*pair) or ())]


def _sums(given: dict[str, Any]) -> tuple[Mean, Mean]:
    treatment, control = (
        Mean.from_sums(name, given[name]["n"], given[name]["sum"], given[name]["sum_squares"])
        for name in ("treatment", "control")
    )
    return treatment, control


def _t(given: dict[str, Any], method: Callable[[Mean, Mean], Any] = welch) -> list[float | None]:
    found = method(*_sums(given))
    return [found.estimate, found.se, *found.ci, found.p]


def _shares(given: dict[str, Any]) -> tuple[Proportion, Proportion]:
    return (
        Proportion("treatment", given["treatment"][1], given["treatment"][0]),
        Proportion("control", given["control"][1], given["control"][0]),
    )


def _binomial_lift(given: dict[str, Any]) -> list[float | None]:
    found = welch_lift_of_proportions(*_shares(given))
    return [found.estimate, found.se, *(found.ci or ()), found.p]


def _bayes(given: dict[str, Any]) -> list[float | None]:
    found = chance_to_win(*_shares(given))
    return [] if found is None else [found.lift, found.se, *found.ci, found.probability]


def _sleep(given: dict[str, Any]) -> list[float | None]:
    found = welch(Mean.from_values("1", given["g1"]), Mean.from_values("2", given["g2"]))
    return [found.t, found.df, found.p, *(found.ci or ())]


def _difference(given: dict[str, Any]) -> list[Any]:
    comparisons: Any = compare_proportions(_pair(given))["comparisons"]
    return [comparisons[0]["diff"]]


def _sample_ratio(given: list[int]) -> list[Any]:
    found = sample_ratio({str(place): count for place, count in enumerate(given)})
    return [found["chi2"], found["p"]]


def _rates_and_p(given: dict[str, Any]) -> list[float | None]:
    a, b = _pair(given)
    return [a.rate, b.rate, pooled_p(a, b)]


CALLS: dict[str, Call] = {
    "r_prop_test_smokers": _r_prop_test,
    "r_prop_test_yates": _yates,
    "fagerland_newcombe": _interval(newcombe),
    "fagerland_wald": _interval(wald),
    "fagerland_agresti_caffo": _interval(agresti_caffo),
    "propcis_wald": _interval(wald),
    "propcis_agresti_caffo": _interval(agresti_caffo),
    "fagerland_katz_ratio": _interval(katz_ratio),
    "newcombe98_a": _interval(newcombe),
    "newcombe98_wald": _interval(wald),
    "growthbook_ttest_rel": lambda given: _t(given, welch_lift),
    "growthbook_ttest_abs": _t,
    "growthbook_binom_rel": _binomial_lift,
    "growthbook_bayes_binom": _bayes,
    "r_sleep_welch": _sleep,
    "r_power_prop_test": lambda given: [sample_size(given["p1"], given["p2"], power=given["power"])],
    "evan_miller_1030": lambda given: [sample_size_from_baseline(given["p"], given["d"])],
    "hillstrom_mens_visit": _difference,
    "hillstrom_mens_conv": _difference,
    "hillstrom_srm": _sample_ratio,
    "cookie_cats_d7": _rates_and_p,
}


@pytest.mark.skipif(not ENTRIES, reason="the published figures are not on this machine")
def test_every_published_entry_has_a_call() -> None:
    assert set(CALLS) == set(ENTRIES)


@pytest.mark.parametrize("entry_id", CALLS)
def test_a_published_figure_is_reproduced_within_its_tolerance(entry_id: str) -> None:
    if not ENTRIES:
        pytest.skip("the published figures are not on this machine")
    entry = ENTRIES[entry_id]
    got = list(CALLS[entry_id](entry["input"]))
    tolerance = entry["tolerance"]
    tolerances = tolerance if isinstance(tolerance, list) else [tolerance] * len(entry["published"])
    assert len(got) == len(entry["published"])
    for figure, ours, published, allowed in zip(
        got, entry["ours"], entry["published"], tolerances, strict=True
    ):
        assert figure == pytest.approx(published, abs=allowed)
        assert figure == pytest.approx(ours, rel=1e-8), "another formula than the one named"


def test_newcombes_own_example_needs_no_data() -> None:
    assert newcombe(Proportion("a", 70, 56), Proportion("b", 80, 48)) == pytest.approx(
        (0.0524, 0.3339), abs=6e-5
    )


def test_the_smokers_of_r_need_no_data() -> None:
    got = _r_prop_test({"x": [83, 90, 129, 70], "n": [86, 93, 136, 82]})
    assert got == pytest.approx([12.6004, 3, 0.005585], abs=1e-4)


def test_the_power_of_rs_example_is_the_one_its_size_was_made_for() -> None:
    assert power(0.5, 0.75, 76.70692845) == pytest.approx(0.9, abs=1e-6)
