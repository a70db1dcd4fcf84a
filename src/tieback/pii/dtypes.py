"""Types of columns as stores call them, and which classes of personal data they can hold."""

import re

_DTYPES = (
    (re.compile(r"char|text|string|lob|binary|bytea|enum|json|point"), ""),
    (re.compile(r"^bool|^bit\(1\)|^bit$|tinyint\(1\)"), "bool"),
    (re.compile(r"^[a-z ]*(?:date|time|interval)"), "date"),
    (re.compile(r"^[a-z ]*(?:float|double|real|decimal|numeric|money)"), "float"),
    (re.compile(r"^[a-z_ ]*(?:int|long|short|byte$|serial)"), "int"),
)
"""The first that a type matches: ``longtext`` is text, ``enum('int')`` no number."""
_TEXT_ONLY = frozenset({"email", "person_name", "biometric_media", "message_content"})
_NEVER_FLOAT = _TEXT_ONLY | {"username", "password", "secret_token", "device_id"}
_FITS_BOOL = frozenset({"health", "demographic"})
_FITS_DATE = frozenset({"birth", "travel", "health", "employment", "payment_card", "national_id", "retail"})


def kind_of(dtype: str) -> str:
    """``bool``, ``date``, ``float``, ``int``, or empty for text and whatever else a store calls its types."""
    dtype = dtype.lower()
    return next((kind for pattern, kind in _DTYPES if pattern.search(dtype)), "")


def fits(pii_class: str, kind: str) -> bool:
    """Whether a column of that kind can hold the class: a type can only take away."""
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
