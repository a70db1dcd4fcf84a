"""What one look at a column of values gives: candidates, each with its counts, and the forms of the values."""

import msgspec


class Candidate(msgspec.Struct, frozen=True):
    """A class that the values speak for."""

    pii_class: str
    sure: float
    """0 to 1."""
    kind: str
    """Such as ``IBAN`` or ``PL PESEL``."""
    how: str
    """``checksum``, ``shape``, ``words``, ``spread`` or ``set``."""
    hits: int
    proof: bool = False
    """Whether chance or another meaning is out of the question, whatever the field is called."""


class Look(msgspec.Struct, frozen=True):
    """The whole of it. Holds no value."""

    seen: int
    """Values that are not blank."""
    distinct: int
    mask: str
    candidates: tuple[Candidate, ...]
    """Best first."""
    forms: dict[str, float]
    """Kind of shape or word to the share of distinct values that have it."""

    def share(self, *kinds: str) -> float:
        """The largest share of the kinds named."""
        return max((self.forms.get(kind, 0.0) for kind in kinds), default=0.0)


NOTHING = Look(0, 0, "", (), {})
