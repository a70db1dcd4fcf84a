"""Requirements of standards and laws that a finding can be related to (``references.toml``).

A reference means that the requirement may apply. It is never a statement that a requirement is or is not met.
"""

import datetime
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources

import msgspec

from tieback.model.errors import UsageError

MAY_APPLY = "May apply"
"""How every report introduces references."""
NOTE = (
    "References name requirements that may apply. Whether they apply to you, and whether you meet them, is your own "
    "assessment."
)


class Requirement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One requirement."""

    label: str
    """Short name for reports, such as ``NIS 2 Art. 21(2)(i)``."""
    title: str
    source: str = ""
    """Its own page; empty if only the catalogue has one."""


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A standard or a law."""

    title: str
    edition: str
    date: datetime.date
    """Day of its publication, or of its adoption for a law; the first day if only the month is known."""
    source: str
    requirements: dict[str, Requirement]
    law: bool = False


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    catalogue: dict[str, Catalogue]


@cache
def load_catalogues() -> Mapping[str, Catalogue]:
    """Catalogues by id, in file order.

    Raises:
        msgspec.ValidationError: the data file is damaged.
    """
    text = resources.files("tieback.assess").joinpath("references.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), _File).catalogue


@cache
def load_requirements() -> Mapping[str, Requirement]:
    """Requirements by reference, such as ``owasp-mobile:M3``."""
    return {
        f"{name}:{key}": requirement
        for name, catalogue in load_catalogues().items()
        for key, requirement in catalogue.requirements.items()
    }


def labels(references: Iterable[str]) -> list[str]:
    """Short names of references. A reference that this version does not know is shown as it is."""
    known = load_requirements()
    return [known[one].label if one in known else one for one in references]


def select(wanted: Iterable[str]) -> frozenset[str]:
    """The references that the user's words mean: a catalogue (``nis2``) or a requirement (``owasp-mobile:M9``).

    Raises:
        UsageError: an unknown reference; the advice lists the known ones.
    """
    known = load_requirements()
    found: set[str] = set()
    for word in wanted:
        some = {one for one in known if word.lower() in (one.lower(), one.partition(":")[0])}
        if not some:
            names = ", ".join([*load_catalogues(), *known])
            raise UsageError("unknown reference", where=f"--reference {word}", advice=f"Choose one of {names}")
        found |= some
    return frozenset(found)
