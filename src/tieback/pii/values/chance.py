"""Statistical significance of the hits in a column."""

from math import exp, log


def chance_bound(seen: int, hits: int, chance: float) -> float:
    """Upper bound for the probability that ``hits`` or more of ``seen`` random values pass a test with this ``chance``.

    Chernoff's bound: exp(-n KL(k/n || p)); 1 if the share is not above the chance.
    """
    if seen <= 0 or hits <= 0 or chance >= 1:
        return 1.0
    share = min(hits, seen) / seen
    if share <= chance:
        return 1.0
    if chance <= 0:
        return 0.0
    distance = share * log(share / chance)
    if share < 1:
        distance += (1 - share) * log((1 - share) / (1 - chance))
    return exp(-seen * distance)


def scale_confidence(sure: float, seen: int, *, single: bool = False) -> float:
    """Confidence of a column with few values: full from ten values on, or from one if a single value is proof."""
    if single or seen >= 10:
        return sure
    return sure * (0.5 + 0.05 * seen)
