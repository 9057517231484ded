"""Tail probabilities and quantiles, each computed in its own tail so that a tiny p-value stays a number.

Only `scipy.special` is used, a tenth of the weight of `scipy.stats`, and only when it is asked for.
"""

import math

Interval = tuple[float, float]


def normal_two_sided(z: float) -> float:
    """P(|Z| >= |z|) by the complementary error function: 1.4e-112 stays 1.4e-112, not 0."""
    return math.erfc(abs(z) / math.sqrt(2))


def normal_cdf(z: float) -> float:
    """P(Z <= z)."""
    return math.erfc(-z / math.sqrt(2)) / 2


def normal_quantile(p: float) -> float:
    """The z below which a share `p` of a standard normal lies."""
    from scipy.special import ndtri

    return float(ndtri(p))


def two_sided_z(confidence: float) -> float:
    """The z of a two-sided interval: 1.96 at 0.95."""
    return -normal_quantile((1 - confidence) / 2)


def t_two_sided(t: float, df: float) -> float:
    """P(|T| >= |t|) of Student's t with `df` degrees of freedom, which need not be whole."""
    from scipy.special import stdtr

    return float(2 * stdtr(df, -abs(t)))


def two_sided_t(confidence: float, df: float) -> float:
    """The t of a two-sided interval with `df` degrees of freedom."""
    from scipy.special import stdtrit

    return -float(stdtrit(df, (1 - confidence) / 2))


def chi2_upper(chi2: float, df: int) -> float:
    """P(X² >= chi2) with `df` degrees of freedom."""
    from scipy.special import chdtrc

    return float(chdtrc(df, chi2))


def f_upper(f: float, df_between: float, df_within: float) -> float:
    """P(F >= f) with the two degrees of freedom."""
    from scipy.special import fdtrc

    return float(fdtrc(df_between, df_within, f))


def finite(value: float | None) -> float | None:
    """The number itself, or None for what JSON cannot say (nan, infinity)."""
    return value if value is not None and math.isfinite(value) else None
