"""Which identifiers tell no store from another: the reader of ``placeholders.toml``."""

from functools import cache
from importlib.resources import files

import msgspec


class Placeholder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One value that many stores give."""

    key: str
    """The identifier's name in its product, such as ``cluster_uuid``."""
    value: str
    reason: str
    source: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    placeholder: tuple[Placeholder, ...]


@cache
def placeholders() -> tuple[Placeholder, ...]:
    """Every placeholder, in the file's order."""
    text = files("tieback.probes.wire").joinpath("placeholders.toml").read_bytes()
    return msgspec.toml.decode(text, type=_File).placeholder


def tells_apart(key: str, value: str) -> bool:
    """Whether a value of that identifier can tell one store from another."""
    return bool(value) and all((p.key, p.value) != (key, value) for p in placeholders())
