"""Who signed a package, and which organisation that names."""

import re
import tomllib
from functools import cache
from pathlib import Path

_PART = re.compile(r"(?:^|,|\+)\s*O\s*=\s*(\"[^\"]*\"|(?:\\.|[^,+\\])*)")
MAX_SUBJECT = 1000
"""Characters kept of a distinguished name."""


@cache
def _not_vendors() -> frozenset[str]:
    table = tomllib.loads(Path(__file__).with_name("not_vendors.toml").read_text("utf-8"))
    return frozenset(table["organisation"])


def organisation(subject: str) -> str:
    """The organisation (``O``) of a distinguished name (RFC 4514), empty where it has none or names nobody."""
    match = _PART.search(subject[:MAX_SUBJECT])
    if match is None:
        return ""
    name = re.sub(r"\\(.)", r"\1", match[1].strip('"')).strip()
    return "" if name.casefold() in _not_vendors() else name
