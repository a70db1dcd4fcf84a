"""Observations about a column of values: candidates with their counts, and the forms of the values."""

import msgspec


class ClassCandidate(msgspec.Struct, frozen=True):
    """A class that the values indicate."""

    pii_class: str
    sure: float
    """Confidence, 0 to 1."""
    kind: str
    """Kind of value, such as ``IBAN`` or ``PL PESEL``."""
    how: str
    """``checksum``, ``shape``, ``words``, ``spread`` or ``set``."""
    hits: int
    proof: bool = False
    """True if chance and other meanings are excluded, for any field name."""


class ColumnScan(msgspec.Struct, frozen=True):
    """All observations about a column. Contains no value."""

    seen: int
    """Number of values that are not blank."""
    distinct: int
    mask: str
    candidates: tuple[ClassCandidate, ...]
    """Candidates, best first."""
    forms: dict[str, float]
    """Share of the distinct values by kind of shape or word."""

    def share(self, *kinds: str) -> float:
        """The largest share of these kinds."""
        return max((self.forms.get(kind, 0.0) for kind in kinds), default=0.0)


EMPTY_SCAN = ColumnScan(0, 0, "", (), {})
