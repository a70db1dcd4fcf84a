"""Which methods of the classes above it the platform can call: those that Android and Java declare."""

from functools import cache
from pathlib import Path


def can_call(descriptor: str, name: str) -> bool:
    """True if a class of the platform, or one above it, may declare a method with a name.

    ``platform_methods.tsv`` has the classes that apps extend most; others may declare any method.
    """
    names = _declared(descriptor)
    return names is None or name in names


@cache
def _declared(descriptor: str) -> frozenset[str] | None:
    row = _rows().get(descriptor)
    if row is None:
        return None
    above = [_declared(one) for one in row[0].split()]
    known = [one for one in above if one is not None]
    return frozenset(row[1].split()).union(*known) if len(known) == len(above) else None


@cache
def _rows() -> dict[str, tuple[str, str]]:
    """The classes above each class, and its own methods."""
    text = Path(__file__).with_name("platform_methods.tsv").read_text("ascii")
    rows = (line.split("\t") for line in text.splitlines() if line.startswith("L"))
    return {name: (above, methods) for name, above, methods in rows}
