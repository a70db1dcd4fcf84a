"""Column types of data stores, and the classes of personal data that they can hold."""

import re

_DTYPES = (
    (re.compile(r"char|text|string|lob|binary|bytea|enum|json|point"), ""),
    (re.compile(r"^bool|^bit\(1\)|^bit$|tinyint\(1\)"), "bool"),
    (re.compile(r"^[a-z ]*(?:date|time|interval)"), "date"),
    (re.compile(r"^[a-z ]*(?:float|double|real|decimal|numeric|money)"), "float"),
    (re.compile(r"^[a-z_ ]*(?:int|long|short|byte$|serial)"), "int"),
)
"""Patterns of types; the first match counts: ``longtext`` is text, ``enum('int')`` is not a number."""
_TEXT_ONLY = frozenset({"email", "person_name", "biometric_media", "message_content"})
_NEVER_FLOAT = _TEXT_ONLY | {"username", "password", "secret_token", "device_id"}
_FITS_BOOL = frozenset({"health", "demographic"})
_FITS_DATE = frozenset({"birth", "travel", "health", "employment", "payment_card", "national_id", "retail"})


def kind_of(dtype: str) -> str:
    """``bool``, ``date``, ``float``, ``int``; empty for text and all other types."""
    dtype = dtype.lower()
    return next((kind for pattern, kind in _DTYPES if pattern.search(dtype)), "")


def fits(pii_class: str, kind: str) -> bool:
    """True if a column of that kind can hold the class. A type can only exclude a class."""
    match kind:
        case "bool":
            return pii_class in _FITS_BOOL
        case "date":
            return pii_class in _FITS_DATE
        case "float":
            return pii_class not in _NEVER_FLOAT
        case "int":
            return pii_class not in _TEXT_ONLY
    return True
