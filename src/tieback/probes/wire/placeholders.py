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
    prefix: bool = False
    """True if it is only the beginning of the value."""

    def matches(self, key: str, value: str) -> bool:
        """True if the identifier has this placeholder value."""
        return key == self.key and (value.startswith(self.value) if self.prefix else value == self.value)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    placeholder: tuple[Placeholder, ...]


@cache
def placeholders() -> tuple[Placeholder, ...]:
    """Placeholders in the order of the file."""
    text = files("tieback.probes.wire").joinpath("placeholders.toml").read_bytes()
    return msgspec.toml.decode(text, type=_File).placeholder


def is_distinctive(key: str, value: str) -> bool:
    """True if this value of the identifier can distinguish one store from another."""
    return bool(value) and not any(placeholder.matches(key, value) for placeholder in placeholders())


def is_distinctive_key(key: str) -> bool:
    """As ``is_distinctive`` for the key of an identity, such as ``kafka:cluster_id:...``; true for other keys."""
    _, label, value = (*key.split(":", 2), "", "")[:3]
    return not any(placeholder.matches(label, value) for placeholder in placeholders())
