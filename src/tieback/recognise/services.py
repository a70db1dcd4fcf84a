"""The product that a scheme, a port, a host or a path implies, from ``services.toml``."""

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Literal

import msgspec

from tieback import rulefiles as prepared


class SchemeRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``[[scheme]]`` entry of services.toml."""

    name: str
    family: Literal["url", "store", "socket"]
    source: str
    port: int | None = None
    service: str | None = None
    written: str = ""
    """Canonical spelling; empty if it is ``name``."""

    @property
    def canonical(self) -> str:
        """Spelling in ``Endpoint.scheme``."""
        return self.written or self.name


class _Jdbc(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    driver: str
    scheme: str
    source: str


class _Port(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    port: int
    service: str
    source: str
    single_label: bool = True
    """False if the port does not make a name without a dot a host, as in ``page:21``."""


BEFORE = 400
"""Number of bytes before a URL that show what it is for."""
_END = 64


class _Suffix(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    suffix: str
    service: str
    source: str


class ServicePath(msgspec.Struct, forbid_unknown_fields=True, dict=True):
    """One ``[[path]]`` entry of services.toml."""

    pattern: str
    service: str
    source: str
    match: tuple[str, ...]
    avoid: tuple[str, ...]

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """Compiled at the first look-up of a path."""
        return re.compile(self.pattern)


class ServiceContext(msgspec.Struct, forbid_unknown_fields=True, dict=True):
    """One ``[[before]]`` entry of services.toml."""

    contains: str
    ends: str
    service: str
    source: str
    match: tuple[str, ...]
    avoid: tuple[str, ...]

    @cached_property
    def mark(self) -> bytes:
        """``contains`` in bytes."""
        return self.contains.encode("ascii")

    @cached_property
    def compiled(self) -> re.Pattern[bytes]:
        """Compiled at the first text with the mark."""
        return re.compile(self.ends.encode("ascii") + rb"\Z")


class _Services(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    scheme: tuple[SchemeRule, ...]
    jdbc: tuple[_Jdbc, ...]
    port: tuple[_Port, ...]
    suffix: tuple[_Suffix, ...]
    path: tuple[ServicePath, ...]
    before: tuple[ServiceContext, ...]


def host_and_parents(host: str) -> Iterator[str]:
    """``host`` itself and each name above it, the longest first."""
    yield host
    at = host.find(".")
    while at >= 0:
        yield host[at + 1 :]
        at = host.find(".", at + 1)


class ServiceRules:
    """The product that a scheme, a port or a host implies."""

    def __init__(self) -> None:
        read = prepared.load_rules(Path(__file__).with_name("services.toml").read_bytes(), _Services)
        self.schemes: dict[str, SchemeRule] = {scheme.name: scheme for scheme in read.scheme}
        self.jdbc: dict[str, SchemeRule] = {entry.driver: self.schemes[entry.scheme] for entry in read.jdbc}
        self._ports = {entry.port: entry for entry in read.port}
        self._suffixes = {entry.suffix: entry.service for entry in read.suffix}
        self.paths = read.path
        self.contexts = read.before

    def of(self, host: str, port: int | None) -> str | None:
        """The product that a host suffix or a default port implies, or ``None``."""
        for parent in host_and_parents(host):
            service = self._suffixes.get(parent)
            if service is not None:
                return service
        entry = self._ports.get(port) if port is not None else None
        return entry.service if entry is not None and (entry.single_label or "." in host or ":" in host) else None

    def of_path(self, path: str) -> str | None:
        """The only product with such a path, or ``None``."""
        return next((one.service for one in self.paths if one.compiled.search(path)), None) if path else None

    def of_context(self, before: bytes) -> str | None:
        """The product that the text before a URL implies, or ``None``; ``before`` has at most ``BEFORE`` bytes."""
        for one in self.contexts:
            if one.mark in before and one.compiled.search(before, max(0, len(before) - _END)):
                return one.service
        return None
