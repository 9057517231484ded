"""Averages per person: spend, score, minutes.

Everything is computed from n, mean and standard deviation, so that a database may add up millions of rows.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from canvas_app.reports.stats_distributions import Interval, f_upper, t_two_sided, two_sided_t
from canvas_app.reports.stats_proportions import Proportion
from storage.base.errors import UserError
from storage.base.words import N_


@dataclass(frozen=True, slots=True)
class Mean:
    """An arm of `n` people with the average `mean` and the sample standard deviation `sd` (divisor n - 1)."""

    name: str
    n: int
    mean: float | None
    sd: float | None

    def __post_init__(self) -> None:
        if self.n < 0:
            raise UserError(
                N_("Arm {name}: {n} people is a negative count. Counts start at 0."), **self._values()
            )
        if self.sd is not None and self.sd < 0:
            raise UserError(
                N_("Arm {name}: a standard deviation of {sd} is below 0. Give 0 or more."), **self._values()
            )
        if any(value is not None and not math.isfinite(value) for value in (self.mean, self.sd)):
            raise UserError(
                N_("Arm {name}: mean {mean} and deviation {sd} must be numbers."), **self._values()
            )

    def _values(self) -> dict[str, object]:
        return {"name": self.name, "n": self.n, "mean": self.mean, "sd": self.sd}

    @classmethod
    def from_sums(cls, name: str, n: int, total: float, squares: float) -> "Mean":
        """From the sum and the sum of squares, as a query gives them: `s² = (Σv² - (Σv)²/n) / (n - 1)`."""
        if n < 1:
            return cls(name, n, None, None)
        mean = total / n
        sd = math.sqrt(max(0.0, squares - total * mean) / (n - 1)) if n > 1 else None
        return cls(name, n, mean, sd)

    @classmethod
    def from_values(cls, name: str, values: Sequence[float]) -> "Mean":
        """From the values themselves, in two passes so that nothing cancels."""
        n = len(values)
        if n < 1:
            return cls(name, 0, None, None)
        mean = math.fsum(values) / n
        sd = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (n - 1)) if n > 1 else None
        return cls(name, n, mean, sd)

    @property
    def variance(self) -> float | None:
        """The sample variance, None below two people."""
        return self.sd * self.sd if self.sd is not None and self.n > 1 else None


@dataclass(frozen=True, slots=True)
class TTest:
    """An estimate with its standard error, t, degrees of freedom, two-sided p-value and interval."""

    estimate: float | None
    se: float | None = None
    t: float | None = None
    df: float | None = None
    p: float | None = None
    ci: Interval | None = None


@dataclass(frozen=True, slots=True)
class Anova:
    """F with its degrees of freedom between and within arms, and its p-value."""

    f: float | None
    df_between: int
    df_within: int
    p: float | None


def welch(a: Mean, b: Mean, confidence: float = 0.95) -> TTest:
    """Difference of means a - b with unequal variances, `t = (ma - mb) / √(va/na + vb/nb)`. Welch 1947
    (Biometrika 34:28), degrees of freedom by Satterthwaite 1946. R's `t.test`."""
    if a.mean is None or b.mean is None or not a.n or not b.n:
        return TTest(None)
    return _t_test(a.mean - b.mean, _error(a), _error(b), df=satterthwaite(a, b), confidence=confidence)


def welch_lift(a: Mean, b: Mean, confidence: float = 0.95) -> TTest:
    """Relative lift `ma / mb - 1` by the delta method, `var = va/(na mb²) + vb ma²/(nb mb⁴)`, with Welch's
    degrees of freedom: what GrowthBook prints as a frequentist "lift" (packages/stats, TwoSidedTTest)."""
    if a.mean is None or not b.mean or not a.n or not b.n:
        return TTest(None)
    lift, of_a, of_b = a.mean / b.mean - 1, _error(a), _error(b)
    share_a = None if of_a is None else of_a / abs(b.mean)
    share_b = None if of_b is None else of_b / abs(b.mean) * abs(a.mean / b.mean)
    return _t_test(lift, share_a, share_b, df=satterthwaite(a, b), confidence=confidence)


def welch_lift_of_proportions(a: Proportion, b: Proportion, confidence: float = 0.95) -> TTest:
    """`welch_lift` of two shares, each with the variance p q: what GrowthBook prints for a conversion."""
    return welch_lift(_of_proportion(a), _of_proportion(b), confidence)


def satterthwaite(a: Mean, b: Mean) -> float | None:
    """Degrees of freedom of a difference of two means: `(va/na + vb/nb)² / ((va/na)²/(na - 1) +
    (vb/nb)²/(nb - 1))`. Satterthwaite 1946 (Biometrics Bull 2:110)."""
    of_a, of_b = _error(a), _error(b)
    if of_a is None or of_b is None or not 0 < math.hypot(of_a, of_b) < math.inf:
        return None
    # in shares of the sum, so that tiny variances do not underflow
    share = (of_a / math.hypot(of_a, of_b)) ** 2
    return 1 / (share**2 / (a.n - 1) + (1 - share) ** 2 / (b.n - 1))


def anova(arms: Sequence[Mean]) -> Anova:
    """One-way analysis of variance from n, mean and deviation of each arm: `F = (Σ n (m - M)² / (k - 1)) /
    (Σ (n - 1) s² / (N - k))`. Fisher 1925; R's `oneway.test(var.equal = TRUE)`. Empty arms are left out."""
    filled = [arm for arm in arms if arm.n and arm.mean is not None]
    people = sum(arm.n for arm in filled)
    df_between, df_within = max(0, len(filled) - 1), max(0, people - len(filled))
    if not df_between or not df_within or any(arm.n > 1 and arm.sd is None for arm in filled):
        return Anova(None, df_between, df_within, None)
    grand = sum(arm.n / people * (arm.mean or 0.0) for arm in filled)
    off = [(arm.n, (arm.mean or 0.0) - grand) for arm in filled]
    between = sum(n * distance * distance for n, distance in off) / df_between
    within = sum((arm.n - 1) * (arm.variance or 0.0) for arm in filled) / df_within
    if within <= 0 or not math.isfinite(between / within):
        return Anova(None, df_between, df_within, None)
    f = between / within
    return Anova(f, df_between, df_within, f_upper(f, df_between, df_within))


def interval_of_mean(arm: Mean, confidence: float = 0.95) -> Interval | None:
    """Student's interval of one mean, `m ± t √(s²/n)` with n - 1 degrees of freedom. Student 1908."""
    error = _error(arm)
    if error is None or arm.mean is None:
        return None
    half = two_sided_t(confidence, arm.n - 1) * error
    return arm.mean - half, arm.mean + half


def _of_proportion(arm: Proportion) -> Mean:
    if arm.rate is None:
        return Mean(arm.name, 0, None, None)
    return Mean(arm.name, arm.n, arm.rate, math.sqrt(arm.rate * (1 - arm.rate)))


def _error(arm: Mean) -> float | None:
    """Standard error of the arm's mean."""
    return None if arm.sd is None or arm.n < 2 else arm.sd / math.sqrt(arm.n)


def _t_test(
    estimate: float, of_a: float | None, of_b: float | None, *, df: float | None, confidence: float
) -> TTest:
    if of_a is None or of_b is None or df is None:
        return TTest(estimate)
    se = math.hypot(of_a, of_b)
    if not 0 < se < math.inf or not math.isfinite(estimate / se):
        return TTest(estimate)
    half = two_sided_t(confidence, df) * se
    return TTest(
        estimate, se, estimate / se, df, t_two_sided(estimate / se, df), (estimate - half, estimate + half)
    )
