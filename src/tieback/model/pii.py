"""Classes of personal data. The taxonomy of leaf classes is data of ``pii``; here are only the shapes."""

from enum import StrEnum

import msgspec


class Basis(StrEnum):
    """Evidence for a verdict."""

    NAME = "name"
    """The field's name and what surrounds it; values that were read can at most have agreed."""
    VALUE = "value"
    """Values of a few records, at depth ``sample``, and the name where there is one."""


class Column(msgspec.Struct, frozen=True, gc=False):
    """A field to classify: its name and what surrounds it; values only at depth ``sample``."""

    field: str
    """Name, or dotted path."""
    table: str = ""
    """Container that it stands in."""
    dtype: str = ""
    siblings: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


class Classification(msgspec.Struct, frozen=True, gc=False):
    """A verdict on one column."""

    pii_class: str = msgspec.field(name="class")
    """A leaf of the taxonomy, or ``none``."""
    confidence: float
    """0 to 1."""
    evidence: tuple[str, ...] = ()
    """Which phrase, which veto, which sibling."""
    detail: str = ""
    """Finer than the class where that is known: ``bcrypt hash``, ``PL PESEL``, ``card verification code``."""
    basis: Basis = Basis.NAME


class SampledField(msgspec.Struct, frozen=True):
    """Class of a field's values in a few records. Contains no value."""

    field: str
    """Name, or dotted path."""
    verdict: Classification
    """Class ``none`` where the values speak against the name, or nothing speaks for a class."""
    values: int
    """Values that were not blank."""
    distinct: int


class SampledRecords(msgspec.Struct, frozen=True):
    """Result of sampling a few records of a container."""

    records: int
    """How many were read."""
    fields: tuple[SampledField, ...]
    people: int = 0
    """Distinct people among them, at least; 0 where nothing in them tells people apart."""
