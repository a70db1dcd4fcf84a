"""Calls whose arguments name an endpoint, read from ``sinks.toml``."""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec

from tieback import rulefiles as prepared

_SHORT = {
    "String": "Ljava/lang/String;",
    "int": "I",
    "boolean": "Z",
    "long": "J",
    "CharSequence": "Ljava/lang/CharSequence;",
}

type Role = Literal[
    "", "url", "base", "spec", "scheme", "host", "port", "path", "segment", "bucket", "project", "region",
    "collection", "callable",
]  # fmt: skip


class Sink(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``[[sink]]``: a method, and what each argument is."""

    name: str
    """Ends ``Evidence.how``."""
    owner: str
    """Descriptor of the class."""
    method: str
    takes: tuple[str, ...]
    """Types of the parameters; ``...`` at the end for any more."""
    roles: tuple[Role, ...]
    """Of each parameter; empty for one that says nothing."""
    source: str
    gives: Literal["", "this", "result", "both"] = ""
    """What carries the parts onward: the receiver, the result or both."""
    emits: bool = True
    """Whether an endpoint is named once this was called."""
    seeds: bool = True
    """Whether the call alone is a reason to read the method."""
    service: str | None = None
    port: int | None = None
    """Used where the call names no port."""

    @property
    def parameters(self) -> str:
        """Descriptors of the parameters, without what may follow."""
        return "".join(_SHORT.get(kind, kind) for kind in self.takes if kind != "...")

    def fits(self, parameters: str) -> bool:
        """Whether a method with these descriptors is the one."""
        wanted = self.parameters
        return parameters.startswith(wanted) if self.takes[-1:] == ("...",) else parameters == wanted


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sink: tuple[Sink, ...]


def read_sinks() -> tuple[Sink, ...]:
    """Every sink of the file; a malformed one is a programming error and raises ``msgspec.ValidationError``."""
    return prepared.rules(Path(__file__).with_name("sinks.toml").read_bytes(), _File).sink


def by_owner(sinks: Iterable[Sink]) -> dict[str, tuple[Sink, ...]]:
    """Sinks of each class."""
    found: dict[str, list[Sink]] = {}
    for sink in sinks:
        found.setdefault(sink.owner, []).append(sink)
    return {owner: tuple(its) for owner, its in found.items()}
