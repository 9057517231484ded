"""Arms compared: the same as statsmodels says, and a plain None where there is nothing to say."""

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canvas_app.reports.statistics import compare_means, compare_proportions, sample_ratio
from canvas_app.reports.stats_means import Mean, anova, interval_of_mean, satterthwaite, welch
from canvas_app.reports.stats_planning import chance_to_win, holm, power, sample_size
from canvas_app.reports.stats_proportions import (
    Proportion,
    agresti_caffo,
    chi_square,
    goodness_of_fit,
    katz_ratio,
    newcombe,
    pooled_p,
    pooled_z,
    wald,
    wilson,
    yates_chi_square,
)
from storage.base.errors import UserError


@st.composite
def arms(draw: st.DrawFn, name: str = "a", most: int = 100_000) -> Proportion:
    n = draw(st.integers(0, most))
    return Proportion(name, n, draw(st.integers(0, n)))


@st.composite
def filled_arms(draw: st.DrawFn, name: str = "a") -> Proportion:
    """An arm with both outcomes, so that every method is defined."""
    n = draw(st.integers(2, 100_000))
    return Proportion(name, n, draw(st.integers(1, n - 1)))


def samples() -> st.SearchStrategy[list[float]]:
    return st.lists(st.floats(-1e6, 1e6, allow_nan=False).map(lambda v: round(v, 3)), min_size=2, max_size=40)


means_of_anything = st.builds(
    Mean,
    st.just("a"),
    st.integers(0, 10**9),
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.none() | st.floats(min_value=0, allow_nan=False, allow_infinity=False),
)


@given(filled_arms("a"), filled_arms("b"))
def test_two_shares_agree_with_statsmodels(a: Proportion, b: Proportion) -> None:
    from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

    z, p = proportions_ztest([a.x, b.x], [a.n, b.n])
    assert pooled_z(a, b) == pytest.approx(z, rel=1e-9, abs=1e-12)
    assert pooled_p(a, b) == pytest.approx(p, rel=1e-6, abs=1e-300)
    for ours, method, compare in (
        (newcombe, "newcomb", "diff"),
        (wald, "wald", "diff"),
        (agresti_caffo, "agresti-caffo", "diff"),
        (katz_ratio, "log", "ratio"),
    ):
        theirs = confint_proportions_2indep(a.x, a.n, b.x, b.n, method=method, compare=compare)
        if max(map(abs, theirs)) < 1 or compare == "ratio":  # ours never leaves -1 to 1
            assert ours(a, b) == pytest.approx(theirs, rel=1e-9, abs=1e-9), method


@given(filled_arms())
def test_the_interval_of_one_share_agrees_with_statsmodels(arm: Proportion) -> None:
    from statsmodels.stats.proportion import proportion_confint

    assert wilson(arm) == pytest.approx(
        proportion_confint(arm.x, arm.n, method="wilson"), rel=1e-9, abs=1e-12
    )


@given(st.lists(filled_arms(), min_size=2, max_size=6))
def test_many_shares_agree_with_the_contingency_table_of_scipy(found: list[Proportion]) -> None:
    from scipy.stats import chi2_contingency

    theirs = chi2_contingency([[arm.x for arm in found], [arm.n - arm.x for arm in found]], correction=False)
    ours = chi_square(found)
    assert ours.df == theirs.dof
    assert ours.chi2 == pytest.approx(theirs.statistic, rel=1e-8, abs=1e-9)
    assert ours.p == pytest.approx(theirs.pvalue, rel=1e-6, abs=1e-300)


@given(filled_arms("a"), filled_arms("b"))
def test_yates_agrees_with_the_contingency_table_of_scipy(a: Proportion, b: Proportion) -> None:
    from scipy.stats import chi2_contingency

    theirs = chi2_contingency([[a.x, b.x], [a.n - a.x, b.n - b.x]], correction=True)
    ours = yates_chi_square(a, b)
    assert ours.chi2 == pytest.approx(theirs.statistic, rel=1e-7, abs=1e-7)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.floats(0.01, 100)), min_size=2, max_size=8))
def test_the_sample_ratio_agrees_with_the_chi_square_of_scipy(dealt: list[tuple[int, float]]) -> None:
    from scipy.stats import chisquare

    counts, weights = zip(*dealt, strict=True)
    if not sum(counts):
        return
    due = [weight / sum(weights) * sum(counts) for weight in weights]
    theirs = chisquare(counts, due, sum_check=False)
    ours = goodness_of_fit(counts, weights)
    assert (ours.chi2, ours.p) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-6, abs=1e-250)


@given(samples(), samples())
def test_two_averages_agree_with_the_welch_test_of_statsmodels(
    first: list[float], second: list[float]
) -> None:
    from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

    a, b = Mean.from_values("a", first), Mean.from_values("b", second)
    if not (a.sd and b.sd) or min(a.sd, b.sd) < 1e-3:
        return
    theirs = CompareMeans(DescrStatsW(first), DescrStatsW(second))
    t, p, df = theirs.ttest_ind(usevar="unequal")
    ours = welch(a, b)
    assert (ours.t, ours.p, ours.df) == pytest.approx((t, p, df), rel=1e-6, abs=1e-9)
    assert ours.ci == pytest.approx(theirs.tconfint_diff(usevar="unequal"), rel=1e-6, abs=1e-6)
    assert interval_of_mean(a) == pytest.approx(DescrStatsW(first).tconfint_mean(), rel=1e-6, abs=1e-6)


@given(st.lists(samples(), min_size=2, max_size=5))
def test_many_averages_agree_with_the_analysis_of_variance_of_scipy(found: list[list[float]]) -> None:
    from scipy.stats import f_oneway

    given_arms = [Mean.from_values(str(place), values) for place, values in enumerate(found)]
    if min(arm.sd or 0 for arm in given_arms) < 1:
        return
    theirs = f_oneway(*found)
    ours = anova(given_arms)
    if theirs.statistic > 1e-9:  # scipy loses equal averages in rounding
        assert (ours.f, ours.p) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-6, abs=1e-9)
    assert (ours.df_between, ours.df_within) == (len(found) - 1, sum(map(len, found)) - len(found))


@given(samples())
def test_sums_of_a_query_give_the_mean_of_the_values(values: list[float]) -> None:
    by_sums = Mean.from_sums(
        "a", len(values), math.fsum(values), math.fsum(value * value for value in values)
    )
    by_values = Mean.from_values("a", values)
    assert by_sums.mean == pytest.approx(by_values.mean, rel=1e-12, abs=1e-9)
    assert by_sums.sd == pytest.approx(by_values.sd, rel=1e-4, abs=0.1)


@given(st.lists(st.none() | st.floats(0, 1), max_size=12))
def test_holm_agrees_with_statsmodels_and_leaves_the_undefined_alone(p_values: list[float | None]) -> None:
    from statsmodels.stats.multitest import multipletests

    ours = holm(p_values)
    known = [p for p in p_values if p is not None]
    assert [p is None for p in ours] == [p is None for p in p_values]
    if known:
        assert [p for p in ours if p is not None] == pytest.approx(
            multipletests(known, method="holm")[1], rel=1e-9
        )


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.floats(0.55, 0.99))
def test_the_planned_size_has_the_planned_power(p1: float, p2: float, wanted: float) -> None:
    size = sample_size(p1, p2, power=wanted)
    if size is not None and abs(p1 - p2) > 1e-3:
        assert power(p1, p2, size) == pytest.approx(wanted, abs=1e-6)


@given(st.lists(arms(), max_size=5))
@settings(max_examples=200)
def test_any_shares_give_json_without_nan_and_sane_figures(found: list[Proportion]) -> None:
    named = [Proportion(str(place), arm.n, arm.x) for place, arm in enumerate(found)]
    result: dict[str, Any] = compare_proportions(named)
    json.dumps(result, allow_nan=False)
    assert [(pair["a"], pair["b"]) for pair in result["comparisons"]] == [
        (a.name, b.name) for place, a in enumerate(named) for b in named[place + 1 :]
    ]
    for pair in result["comparisons"]:
        if pair["ci"] is not None:
            assert -1 <= pair["ci"][0] <= pair["diff"] + 1e-12
            assert pair["diff"] - 1e-12 <= pair["ci"][1] <= 1
        if pair["p"] is not None:
            assert 0 <= pair["p"] <= pair["p_holm"] <= 1


@given(st.lists(means_of_anything, max_size=4))
@settings(max_examples=300)
def test_any_averages_give_json_without_nan(found: list[Mean]) -> None:
    named = [Mean(str(place), arm.n, arm.mean, arm.sd) for place, arm in enumerate(found)]
    json.dumps(compare_means(named), allow_nan=False)


@given(filled_arms("a"), filled_arms("b"))
def test_turning_a_pair_round_turns_the_signs_round(a: Proportion, b: Proportion) -> None:
    there, back = newcombe(a, b), newcombe(b, a)
    assert there is not None
    assert back is not None
    assert there == pytest.approx((-back[1], -back[0]), abs=1e-12)
    assert pooled_z(a, b) == pytest.approx(-(pooled_z(b, a) or 0.0), abs=1e-12)


def test_an_empty_arm_is_undefined_and_does_not_disturb_the_others() -> None:
    result: dict[str, Any] = compare_proportions(
        [Proportion("A", 0, 0), Proportion("B", 80, 48), Proportion("C", 70, 56)]
    )
    empty, _, other = result["comparisons"]
    assert result["arms"][0]["rate"] is None
    assert {name: empty[name] for name in ("diff", "z", "p", "ci", "lift")} == dict.fromkeys(
        ("diff", "z", "p", "ci", "lift")
    )
    assert other["diff"] == pytest.approx(-0.2)
    assert result["omnibus"]["df"] == 1


@pytest.mark.parametrize("x", [0, 50])
def test_where_nobody_or_everybody_did_it_the_interval_remains_and_the_test_is_undefined(x: int) -> None:
    result: dict[str, Any] = compare_proportions([Proportion("A", 50, x), Proportion("B", 50, x)])
    pair = result["comparisons"][0]
    assert (pair["diff"], pair["z"], pair["p"]) == (0.0, None, None)
    assert pair["ci"] == pytest.approx([-0.0714, 0.0714], abs=1e-4)
    assert result["omnibus"] == {"chi2": None, "df": 1, "p": None}


def test_lift_is_relative_to_the_second_arm_and_undefined_when_that_has_none() -> None:
    pair: Any = compare_proportions([Proportion("A", 100, 30), Proportion("B", 100, 20)])["comparisons"]
    assert pair[0]["lift"] == pytest.approx(0.5)
    pair = compare_proportions([Proportion("A", 100, 30), Proportion("B", 100, 0)])["comparisons"]
    assert (pair[0]["lift"], pair[0]["lift_ci"], pair[0]["chance_to_win"]) == (None, None, None)


def test_one_arm_alone_is_shown_without_a_comparison() -> None:
    result: dict[str, Any] = compare_proportions([Proportion("A", 10, 3)])
    assert result["comparisons"] == []
    assert result["omnibus"] == {"chi2": None, "df": 0, "p": None}
    assert result["srm"] == {"chi2": None, "p": None, "warn": False}


def test_an_enormous_difference_keeps_a_p_value_above_nothing() -> None:
    p = pooled_p(Proportion("A", 30_000, 6_000), Proportion("B", 30_000, 3_000))
    assert p is not None
    assert 1e-290 < p < 1e-240


def test_averages_without_spread_have_a_difference_and_no_test() -> None:
    result: dict[str, Any] = compare_means([Mean("A", 5, 2.0, 0.0), Mean("B", 5, 1.0, 0.0)])
    pair = result["comparisons"][0]
    assert (pair["diff"], pair["t"], pair["df"], pair["p"], pair["ci"]) == (1.0, None, None, None, None)
    assert result["omnibus"] == {"F": None, "df": [1, 8], "p": None}


def test_one_person_in_an_arm_has_an_average_and_no_test() -> None:
    pair: Any = compare_means([Mean("A", 1, 2.0, None), Mean("B", 5, 1.0, 0.5)])["comparisons"]
    assert (pair[0]["diff"], pair[0]["t"], pair[0]["lift"]) == (1.0, None, 1.0)


def test_degrees_of_freedom_survive_tiny_variances() -> None:
    df = satterthwaite(Mean("A", 10, 0.0, 1e-160), Mean("B", 10, 0.0, 1e-160))
    assert df is None or df == pytest.approx(18)


def test_people_dealt_out_unlike_the_plan_raise_a_warning() -> None:
    assert sample_ratio({"A": 5_000, "B": 5_300}, {"A": 50, "B": 50})["warn"] is True
    assert sample_ratio({"A": 2_000, "B": 8_000}, {"A": 20, "B": 80}) == {
        "chi2": 0.0,
        "p": 1.0,
        "warn": False,
    }


def test_an_arm_that_nobody_should_get_warns_when_somebody_got_it() -> None:
    assert sample_ratio({"A": 50, "B": 1}, {"A": 1, "B": 0}) == {"chi2": None, "p": 0.0, "warn": True}
    assert sample_ratio({"A": 50, "B": 0}, {"A": 1, "B": 0})["warn"] is False


def test_an_expected_arm_that_got_nobody_counts_as_nobody() -> None:
    assert sample_ratio({"A": 50}, {"A": 1, "B": 1})["chi2"] == pytest.approx(50)


def test_the_better_arm_has_the_better_chance() -> None:
    better, worse = Proportion("A", 1000, 120), Proportion("B", 1000, 100)
    there, back = chance_to_win(better, worse), chance_to_win(worse, better)
    assert there is not None
    assert back is not None
    assert there.probability == pytest.approx(0.9039, abs=1e-4)
    assert back.probability == pytest.approx(0.0588, abs=1e-4)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Proportion("A", 70, 71),
        lambda: Proportion("A", -1, -1),
        lambda: Mean("A", 3, math.nan, 1.0),
        lambda: Mean("A", 3, 1.0, -1.0),
        lambda: Mean("A", -3, 1.0, 1.0),
        lambda: compare_proportions([Proportion("A", 7, 1), Proportion("A", 7, 1)]),
        lambda: sample_ratio({"A": 1, "B": 2}, {"A": 1}),
        lambda: sample_ratio({"A": 1, "B": 2}, {"A": 1, "B": -1}),
    ],
)
def test_figures_that_cannot_be_are_refused_in_a_sentence_with_the_arm(make: Any) -> None:
    with pytest.raises(UserError, match="A"):
        make()
