"""Leaf classes of personal data, from ``taxonomy.toml``."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources
from typing import Literal

import msgspec

NONE = "none"
"""Class of a column without personal data in the output."""


class PiiClass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One leaf of the taxonomy."""

    title: str
    """Display name, in the plural."""
    gdpr: str
    """Articles of Regulation (EU) 2016/679."""
    special: bool
    """True if it can be a special category of Art. 9 or 10 GDPR."""
    points: int
    """Sensitivity, 1 to 10."""
    source: str
    """Where the definition of the class is from."""
    nist: Literal["distinguishing", "linked", "linkable"] = "linkable"
    """NIST SP 800-122: distinguishes a person, is linked to a person, or can be linked."""
    hipaa: tuple[str, ...] = ()
    """Letters of the identifiers in 45 CFR 164.514(b)(2)(i)."""
    pci: Literal["", "CHD", "SAD"] = ""
    """Cardholder data or sensitive authentication data, next to a card number."""
    ccpa: Literal["personal", "sensitive"] = "personal"
    """California Civil Code 1798.140(v) or (ae)."""


@lru_cache(1)
def load_taxonomy() -> Mapping[str, PiiClass]:
    """Classes by label, in the order of the file: direct identifiers first.

    Raises:
        msgspec.ValidationError: the data file is damaged.
    """
    raw = tomllib.loads(resources.files("tieback.pii").joinpath("taxonomy.toml").read_text(encoding="utf-8"))
    return msgspec.convert(raw, dict[str, PiiClass])


def class_title(label: str) -> str:
    """Display name of a class: ``pin_otp`` is PINs and one-time codes. That of an unknown one is its label in words."""
    known = load_taxonomy().get(label)
    return label.replace("_", " ") if known is None else known.title


def class_phrase(label: str) -> str:
    """Display name of a class within a sentence: it begins with a small letter, unless with an abbreviation."""
    title = class_title(label)
    return title[:1].lower() + title[1:] if title[1:2].islower() or title[1:2] == "-" else title


def class_titles(labels: Iterable[str]) -> str:
    """Display names of classes, direct identifiers first; semicolons, because names contain commas."""
    found = set(labels)
    known = [label for label in load_taxonomy() if label in found]
    return "; ".join(map(class_title, [*known, *sorted(found.difference(known))]))


def sensitivity(label: str) -> int:
    """Points of a class for the severity, 0 to 10; 0 for an unknown class."""
    known = load_taxonomy().get(label)
    return known.points if known is not None else 0
