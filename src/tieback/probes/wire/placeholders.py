"""Reader of ``placeholders.toml``: identifiers that do not distinguish one store from another."""

from functools import cache
from importlib.resources import files

import msgspec


class Placeholder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Placeholder value of an identifier, which many stores return."""

    key: str
    """The identifier's name in its product, such as ``cluster_uuid``."""
    value: str
    reason: str
    source: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    placeholder: tuple[Placeholder, ...]


@cache
def placeholders() -> tuple[Placeholder, ...]:
    """Placeholders in the order of the file."""
    text = files("tieback.probes.wire").joinpath("placeholders.toml").read_bytes()
    return msgspec.toml.decode(text, type=_File).placeholder


def is_distinctive(key: str, value: str) -> bool:
    """True if this value of the identifier can distinguish one store from another."""
    return bool(value) and all((p.key, p.value) != (key, value) for p in placeholders())
