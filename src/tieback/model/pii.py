"""Classes of personal data. The taxonomy of leaf classes is data in ``pii``; this module has only the structures."""

from enum import StrEnum

import msgspec


class ClassificationBasis(StrEnum):
    """Evidence for a verdict."""

    NAME = "name"
    """The field's name and its context; values, if read, only confirm it."""
    VALUE = "value"
    """Values of a few records, at depth ``sample``, and the name if there is one."""


class Column(msgspec.Struct, frozen=True, gc=False):
    """A field to classify: its name and context; values only at depth ``sample``."""

    field: str
    """Name, or dotted path."""
    table: str = ""
    """The container of the field."""
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
    """The matching phrase, veto, or sibling field."""
    detail: str = ""
    """More specific than the class, if known: ``bcrypt hash``, ``PL PESEL``, ``card verification code``."""
    basis: ClassificationBasis = ClassificationBasis.NAME


class SampledField(msgspec.Struct, frozen=True):
    """Class of a field's values in a few records. Contains no value."""

    field: str
    """Name, or dotted path."""
    verdict: Classification
    """Class ``none`` if the values contradict the name, or support no class."""
    values: int
    """Number of non-blank values."""
    distinct: int


class OwnPeople(msgspec.Struct, frozen=True):
    """Sampled people at the workspace's own e-mail domains. Addresses are compared in memory and not kept."""

    at_least: int
    """Lower bound of distinct people with an address at one of these domains."""
    sampled: int
    """Distinct people in the records that were read, at least as many as distinct addresses in one column."""
    addresses: int
    """Number of distinct addresses that were compared; without any, ``at_least`` is meaningless."""


class SampledRecords(msgspec.Struct, frozen=True):
    """Result of sampling a few records of a container."""

    records: int
    """Number of records read."""
    fields: tuple[SampledField, ...]
    people: int = 0
    """Lower bound of distinct people in them; 0 if nothing distinguishes people."""
