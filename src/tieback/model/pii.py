"""Classes of personal data. The taxonomy of leaf classes is data of ``pii``; here are only the shapes."""

import msgspec


class Column(msgspec.Struct, frozen=True):
    """A field to classify: its name and what surrounds it; values only at depth ``sample``."""

    field: str
    """Name, or dotted path."""
    table: str = ""
    """Container that it stands in."""
    dtype: str = ""
    siblings: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


class Classification(msgspec.Struct, frozen=True):
    """A verdict on one column."""

    pii_class: str = msgspec.field(name="class")
    """A leaf of the taxonomy, or ``none``."""
    confidence: float
    """0 to 1."""
    evidence: tuple[str, ...] = ()
    """Which phrase, which veto, which sibling."""
