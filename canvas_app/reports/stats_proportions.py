"""Shares of people: one arm, two arms, many arms.

A figure that the data do not define (nobody in an arm, nobody converted) is None, never nan.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from canvas_app.reports.stats_distributions import Interval, chi2_upper, finite, normal_two_sided, two_sided_z
from storage.base.errors import UserError
from storage.base.words import N_


@dataclass(frozen=True, slots=True)
class Proportion:
    """`x` of the `n` people of an arm did it."""

    name: str
    n: int
    x: int

    def __post_init__(self) -> None:
        if self.n < 0 or self.x < 0:
            raise UserError(N_("Arm {name}: {x} of {n}: a count cannot be below 0."), **self._values())
        if self.x > self.n:
            raise UserError(
                N_("Arm {name}: {x} of {n} is more than everyone. Write it as in A=56/70."),
                **self._values(),
            )

    def _values(self) -> dict[str, object]:
        return {"name": self.name, "x": self.x, "n": self.n}

    @property
    def rate(self) -> float | None:
        """The share, or None of an empty arm."""
        return self.x / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class ChiSquare:
    """A chi-square test: the statistic, its degrees of freedom, its p-value."""

    chi2: float | None
    df: int
    p: float | None


def wilson(arm: Proportion, confidence: float = 0.95) -> Interval | None:
    """Interval of one share. Wilson 1927, as in Newcombe 1998 (Stat Med 17:857), method 3:
    `(2x + z² ± z √(z² + 4x(1 - x/n))) / 2(n + z²)`."""
    if not arm.n:
        return None
    z = two_sided_z(confidence)
    middle = 2 * arm.x + z * z
    half = z * math.sqrt(z * z + 4 * arm.x * (arm.n - arm.x) / arm.n)
    scale = 2 * (arm.n + z * z)
    low = (middle - half) / scale if arm.x else 0.0
    high = (middle + half) / scale if arm.x < arm.n else 1.0
    return max(0.0, low), min(1.0, high)


def pooled_z(a: Proportion, b: Proportion) -> float | None:
    """z of the difference a - b with the variance under equality, `(pa - pb) / √(p q (1/na + 1/nb))`, p
    the pooled share; its square is Pearson's chi-square of the 2 x 2 table. Fleiss, Statistical Methods
    for Rates and Proportions, 3rd ed., section 3.1. None where nobody or everybody did it."""
    if a.rate is None or b.rate is None:
        return None
    pooled = (a.x + b.x) / (a.n + b.n)
    variance = pooled * (1 - pooled) * (1 / a.n + 1 / b.n)
    return (a.rate - b.rate) / math.sqrt(variance) if variance > 0 else None


def pooled_p(a: Proportion, b: Proportion) -> float | None:
    """Two-sided p-value of `pooled_z`."""
    z = pooled_z(a, b)
    return None if z is None else normal_two_sided(z)


def newcombe(a: Proportion, b: Proportion, confidence: float = 0.95) -> Interval | None:
    """Interval of a - b from two Wilson intervals, without continuity correction. Newcombe 1998 (Stat Med
    17:873), method 10: `d - √((pa - la)² + (ub - pb)²)`, `d + √((ua - pa)² + (pb - lb)²)`."""
    of_a, of_b = wilson(a, confidence), wilson(b, confidence)
    if of_a is None or of_b is None or a.rate is None or b.rate is None:
        return None
    diff = a.rate - b.rate
    low = diff - math.hypot(a.rate - of_a[0], of_b[1] - b.rate)
    high = diff + math.hypot(of_a[1] - a.rate, b.rate - of_b[0])
    return max(-1.0, low), min(1.0, high)


def wald(a: Proportion, b: Proportion, confidence: float = 0.95) -> Interval | None:
    """Interval of a - b with each arm's own variance, `d ± z √(pa qa/na + pb qb/nb)`. Newcombe 1998,
    method 1; it is too short for small arms and shown only for comparison with other tools."""
    if a.rate is None or b.rate is None:
        return None
    half = two_sided_z(confidence) * math.sqrt(_variance(a.rate, a.n) + _variance(b.rate, b.n))
    return a.rate - b.rate - half, a.rate - b.rate + half


def agresti_caffo(a: Proportion, b: Proportion, confidence: float = 0.95) -> Interval | None:
    """Wald interval after adding one success and one failure to each arm. Agresti and Caffo 2000 (Am Stat
    54:280)."""
    if not a.n or not b.n:
        return None
    wider_a, wider_b = (Proportion(arm.name, arm.n + 2, arm.x + 1) for arm in (a, b))
    interval = wald(wider_a, wider_b, confidence)
    return None if interval is None else (max(-1.0, interval[0]), min(1.0, interval[1]))


def lift(a: Proportion, b: Proportion) -> float | None:
    """Relative lift `pa / pb - 1`, None where nobody in b did it."""
    return a.rate / b.rate - 1 if a.rate is not None and b.rate else None


def katz_ratio(a: Proportion, b: Proportion, confidence: float = 0.95) -> Interval | None:
    """Interval of the ratio `pa / pb` on the log scale, `exp(ln r ± z √(1/xa - 1/na + 1/xb - 1/nb))`.
    Katz, Baptista, Azen and Pike 1978 (Biometrics 34:469). None where an arm has no success."""
    if not a.x or not b.x:
        return None
    ratio = (a.x / a.n) / (b.x / b.n)
    half = two_sided_z(confidence) * math.sqrt(1 / a.x - 1 / a.n + 1 / b.x - 1 / b.n)
    return ratio * math.exp(-half), ratio * math.exp(half)


def lift_interval(a: Proportion, b: Proportion, confidence: float = 0.95) -> Interval | None:
    """Interval of the relative lift: Katz's for the ratio, less 1."""
    ratio = katz_ratio(a, b, confidence)
    return None if ratio is None else (ratio[0] - 1, ratio[1] - 1)


def chi_square(arms: Sequence[Proportion]) -> ChiSquare:
    """Pearson's test that all arms have one share, `Σ (x - n p)² / (n p q)` with k - 1 degrees of freedom,
    p pooled; R's `prop.test(correct = FALSE)`. Empty arms are left out."""
    filled = [arm for arm in arms if arm.n]
    people, successes = sum(arm.n for arm in filled), sum(arm.x for arm in filled)
    df = max(0, len(filled) - 1)
    if df == 0 or successes in (0, people):
        return ChiSquare(None, df, None)
    pooled = successes / people
    chi2 = math.fsum((arm.x - arm.n * pooled) ** 2 / (arm.n * pooled * (1 - pooled)) for arm in filled)
    return ChiSquare(chi2, df, chi2_upper(chi2, df))


def yates_chi_square(a: Proportion, b: Proportion) -> ChiSquare:
    """Pearson's test with Yates's correction: R's `prop.test(correct = TRUE)`, where every cell's
    deviation is shortened by `min(1/2, |x - n p|)`. Yates 1934 (J R Stat Soc Suppl 1:217)."""
    people, successes = a.n + b.n, a.x + b.x
    if not a.n or not b.n or successes in (0, people):
        return ChiSquare(None, 1 if a.n and b.n else 0, None)
    pooled = successes / people
    deviation = abs(a.x - a.n * pooled)
    shortened = deviation - min(0.5, deviation)
    chi2 = shortened**2 * (1 / a.n + 1 / b.n) / (pooled * (1 - pooled))
    return ChiSquare(chi2, 1, chi2_upper(chi2, 1))


def yates_interval(a: Proportion, b: Proportion, confidence: float = 0.95) -> Interval | None:
    """Wald interval widened by Yates's correction, `min(|d|, 1/2 (1/na + 1/nb))`: the one R's `prop.test`
    prints."""
    interval = wald(a, b, confidence)
    if interval is None or a.rate is None or b.rate is None:
        return None
    extra = min(abs(a.rate - b.rate), (1 / a.n + 1 / b.n) / 2)
    return max(-1.0, interval[0] - extra), min(1.0, interval[1] + extra)


def goodness_of_fit(counts: Sequence[int], shares: Sequence[float]) -> ChiSquare:
    """Pearson's test that `counts` were dealt out by `shares` (any weights, normalised): `Σ (o - e)² / e`."""
    total, weight = sum(counts), math.fsum(shares)
    kept = [
        (count, share / weight * total)
        for count, share in zip(counts, shares, strict=True)
        if share > 0 < weight
    ]
    df = max(0, len(kept) - 1)
    if sum(count for count, _ in kept) < total:  # somebody got an arm that nobody should get
        return ChiSquare(None, df, 0.0)
    if df == 0 or total == 0:
        return ChiSquare(None, df, None)
    chi2 = finite(math.fsum((count - due) ** 2 / due for count, due in kept if due > 0))
    return ChiSquare(chi2, df, None if chi2 is None else chi2_upper(chi2, df))


def _variance(rate: float, n: int) -> float:
    return rate * (1 - rate) / n
