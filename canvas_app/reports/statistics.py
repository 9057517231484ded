"""Comparing the arms of a test: the one door through which reports, the command line and the screen come.

`compare_proportions` and `compare_means` return plain dicts that go into JSON as they are. Every pair of arms
is compared in the order of the arms, first minus second; an undefined figure is None.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

from canvas_app.reports.stats_distributions import finite
from canvas_app.reports.stats_means import (
    Anova,
    Mean,
    anova,
    interval_of_mean,
    welch,
    welch_lift,
    welch_lift_of_proportions,
)
from canvas_app.reports.stats_planning import chance_to_win, holm
from canvas_app.reports.stats_proportions import (
    ChiSquare,
    Proportion,
    agresti_caffo,
    chi_square,
    goodness_of_fit,
    katz_ratio,
    lift,
    lift_interval,
    newcombe,
    pooled_p,
    pooled_z,
    wald,
    wilson,
    yates_chi_square,
    yates_interval,
)
from storage.base.errors import UserError
from storage.base.words import N_

__all__ = ["SRM_THRESHOLD", "Mean", "Proportion", "compare_means", "compare_proportions", "sample_ratio"]

SRM_THRESHOLD = 0.01
"""A sample ratio less likely than this is a fault of the set-up rather than chance (Fabijan et al. 2019,
KDD)."""


def compare_proportions(
    arms: Sequence[Proportion], expected: Mapping[str, float] | None = None
) -> dict[str, object]:
    """Arms, every pair, all arms at once, and whether people were dealt out as `expected` (arm -> weight;
    without it equally)."""
    _refuse_same_names([arm.name for arm in arms])
    comparisons = [_proportion_pair(a, b) for a, b in combinations(arms, 2)]
    return {
        "arms": [
            {"name": arm.name, "n": arm.n, "x": arm.x, "rate": arm.rate, "ci": _listed(wilson(arm))}
            for arm in arms
        ],
        "comparisons": _with_holm(comparisons),
        "omnibus": _chi_square(chi_square(arms)),
        "srm": sample_ratio({arm.name: arm.n for arm in arms}, expected),
    }


def compare_means(arms: Sequence[Mean]) -> dict[str, object]:
    """Arms, every pair by Welch's t, all arms at once by one-way analysis of variance (`df`: between,
    within)."""
    _refuse_same_names([arm.name for arm in arms])
    comparisons = [_mean_pair(a, b) for a, b in combinations(arms, 2)]
    return {
        "arms": [
            {
                "name": arm.name,
                "n": arm.n,
                "mean": arm.mean,
                "sd": arm.sd,
                "ci": _listed(interval_of_mean(arm)),
            }
            for arm in arms
        ],
        "comparisons": _with_holm(comparisons),
        "omnibus": _anova(anova(arms)),
    }


def sample_ratio(counts: Mapping[str, int], expected: Mapping[str, float] | None = None) -> dict[str, object]:
    """Were people dealt out as planned? Pearson's chi-square of `counts` against the weights `expected`
    (without them equal shares); `warn` below `SRM_THRESHOLD`."""
    weights = dict(expected) if expected else dict.fromkeys(counts, 1.0)
    _refuse_bad_weights(counts, weights)
    found = goodness_of_fit([counts.get(name, 0) for name in weights], list(weights.values()))
    return {"chi2": found.chi2, "p": found.p, "warn": found.p is not None and found.p < SRM_THRESHOLD}


def _proportion_pair(a: Proportion, b: Proportion) -> dict[str, object]:
    chance = chance_to_win(a, b)
    return {
        "a": a.name,
        "b": b.name,
        "diff": None if a.rate is None or b.rate is None else a.rate - b.rate,
        "z": pooled_z(a, b),
        "p": pooled_p(a, b),
        "ci": _listed(newcombe(a, b)),
        "lift": lift(a, b),
        "lift_ci": _listed(lift_interval(a, b)),
        "chance_to_win": None if chance is None else chance.probability,
        "also": _other_methods(a, b),
    }


def _other_methods(a: Proportion, b: Proportion) -> dict[str, object]:
    """The same difference as other tools print it, for readers who compare."""
    yates, delta, chance = yates_chi_square(a, b), welch_lift_of_proportions(a, b), chance_to_win(a, b)
    return {
        "wald": _listed(wald(a, b)),
        "agresti_caffo": _listed(agresti_caffo(a, b)),
        "yates": {"chi2": yates.chi2, "p": yates.p, "ci": _listed(yates_interval(a, b))},
        "ratio_ci": _listed(katz_ratio(a, b)),
        "lift_delta": {"se": delta.se, "p": delta.p, "ci": _listed(delta.ci)},
        "lift_bayes": None if chance is None else {"se": chance.se, "ci": _listed(chance.ci)},
    }


def _mean_pair(a: Mean, b: Mean) -> dict[str, object]:
    test, relative = welch(a, b), welch_lift(a, b)
    return {
        "a": a.name,
        "b": b.name,
        "diff": finite(test.estimate),
        "t": finite(test.t),
        "df": finite(test.df),
        "p": finite(test.p),
        "ci": _listed(test.ci),
        "se": finite(test.se),
        "lift": finite(relative.estimate),
        "lift_se": finite(relative.se),
        "lift_p": finite(relative.p),
        "lift_ci": _listed(relative.ci),
    }


def _with_holm(comparisons: list[dict[str, object]]) -> list[dict[str, object]]:
    p_values = [p if isinstance(p := pair["p"], float) else None for pair in comparisons]
    return [pair | {"p_holm": p} for pair, p in zip(comparisons, holm(p_values), strict=True)]


def _chi_square(found: ChiSquare) -> dict[str, object]:
    return {"chi2": found.chi2, "df": found.df, "p": found.p}


def _anova(found: Anova) -> dict[str, object]:
    return {"F": found.f, "df": [found.df_between, found.df_within], "p": found.p}


def _listed(interval: tuple[float, float] | None) -> list[float] | None:
    if interval is None or finite(interval[0]) is None or finite(interval[1]) is None:
        return None
    return list(interval)


def _refuse_same_names(names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise UserError(N_("There are two arms called {name}. Give each arm its own name."), name=name)


def _refuse_bad_weights(counts: Mapping[str, int], weights: Mapping[str, float]) -> None:
    for name in counts:
        if name not in weights:
            raise UserError(
                N_("Arm {name} has no expected share. Give one for every arm, as in A=50,B=50."), name=name
            )
    for name, weight in weights.items():
        if finite(weight) is None or weight < 0:
            raise UserError(
                N_("Arm {name}: an expected share of {weight} is no share."), name=name, weight=weight
            )
