"""When a column's values, taken together, are more than chance."""

from math import exp, log


def surprise(seen: int, hits: int, chance: float) -> float:
    """Upper bound for the probability that ``hits`` or more of ``seen`` random values pass a test of this ``chance``.

    Chernoff's bound: exp(-n KL(k/n || p)); 1 where the share is not above the chance.
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


def scaled(sure: float, seen: int, *, single: bool = False) -> float:
    """Confidence of a column with few values: all of it from ten on, or from one where a value is proof."""
    if single or seen >= 10:
        return sure
    return sure * (0.5 + 0.05 * seen)
