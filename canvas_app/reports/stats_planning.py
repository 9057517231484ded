"""Before and after a test: how many people it needs, which arm is probably best, many comparisons at once."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from canvas_app.reports.stats_distributions import Interval, normal_cdf, normal_quantile, two_sided_z
from canvas_app.reports.stats_proportions import Proportion


@dataclass(frozen=True, slots=True)
class ChanceToWin:
    """Relative lift with its standard error, 95 % interval and the probability that it is above 0."""

    lift: float
    se: float
    ci: Interval
    probability: float


def chance_to_win(a: Proportion, b: Proportion, confidence: float = 0.95) -> ChanceToWin | None:
    """Probability that arm a beats arm b, with a flat prior on the relative lift: it is normal around
    `pa/pb - 1` with the delta-method variance `pa qa/(na pb²) + pb qb pa²/(nb pb⁴)`. GrowthBook
    (packages/stats, EffectBayesianABTest)."""
    if a.rate is None or not b.rate:
        return None
    variance = a.rate * (1 - a.rate) / (a.n * b.rate**2) + b.rate * (1 - b.rate) * a.rate**2 / (
        b.n * b.rate**4
    )
    if variance <= 0:
        return None
    lift, se = a.rate / b.rate - 1, math.sqrt(variance)
    half = two_sided_z(confidence) * se
    return ChanceToWin(lift, se, (lift - half, lift + half), normal_cdf(lift / se))


def power(p1: float, p2: float, n: float, alpha: float = 0.05) -> float:
    """Probability that `n` people in each of two arms show the difference of p1 and p2, two-sided:
    `Φ((√n |p1 - p2| - z √(2 p̄ q̄)) / √(p1 q1 + p2 q2))`. R's `power.prop.test`."""
    spread = math.sqrt(p1 * (1 - p1) + p2 * (1 - p2))
    pooled = (p1 + p2) / 2
    reach = math.sqrt(n) * abs(p1 - p2) - two_sided_z(1 - alpha) * math.sqrt(2 * pooled * (1 - pooled))
    return normal_cdf(reach / spread) if spread > 0 else float(reach > 0)


def sample_size(p1: float, p2: float, alpha: float = 0.05, power: float = 0.8) -> float | None:
    """People per arm to show the difference of p1 and p2: `((z_α √(2 p̄ q̄) + z_β √(p1 q1 + p2 q2)) / d)²`.
    R's `power.prop.test`; Fleiss, 3rd ed., section 4.2. None where there is no difference to show."""
    pooled = (p1 + p2) / 2
    return _size(2 * pooled * (1 - pooled), p1 * (1 - p1) + p2 * (1 - p2), p1 - p2, alpha=alpha, power=power)


def sample_size_from_baseline(p: float, d: float, alpha: float = 0.05, power: float = 0.8) -> float | None:
    """People per arm to show a change of `d` on the baseline `p`: as `sample_size`, with the baseline's
    variance `2 p q` in the first term. Evan Miller's sample size calculator."""
    q = p + d if p + d <= 1 else p - d
    return _size(2 * p * (1 - p), p * (1 - p) + q * (1 - q), d, alpha=alpha, power=power)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """p-values made larger so that all of them together err with the wanted probability: the i-th smallest
    of m is multiplied by m - i + 1 and never falls below the one before. Holm 1979 (Scand J Stat 6:65).
    None stays None."""
    known = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p, place) in enumerate(known):
        largest = min(1.0, max(largest, p * (len(known) - rank)))
        adjusted[place] = largest
    return adjusted


def _size(
    under_null: float, under_change: float, difference: float, *, alpha: float, power: float
) -> float | None:
    if not difference:
        return None
    needed = two_sided_z(1 - alpha) * math.sqrt(under_null) + normal_quantile(power) * math.sqrt(under_change)
    return (needed / difference) ** 2
