"""Calls whose arguments name an endpoint, from ``sinks.toml`` and ``sdk_sinks.toml``."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

from tieback import rulefiles as prepared
from tieback.model.lazy_pattern import lazy_pattern

_CALL = lazy_pattern(r"([\w$<>]+)\(([^()]*)\) ([\w,-]+)(?: -> (this|result|both|text))?((?: [\w=]+)*)")
_SHORT = {
    "String": "Ljava/lang/String;",
    "int": "I",
    "boolean": "Z",
    "long": "J",
    "CharSequence": "Ljava/lang/CharSequence;",
}

type Role = Literal[
    "", "url", "base", "spec", "scheme", "host", "port", "path", "segment", "bucket", "project", "region",
    "collection", "callable", "app", "self", "user", "password", "header", "value",
    "address", "entries", "mark", "fill", "secure",
]  # fmt: skip


class Sink(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``[[sink]]``: a method, and the role of each argument."""

    name: str
    """Last part of ``Evidence.how``."""
    owner: str
    """Descriptor of the class."""
    method: str
    takes: tuple[str, ...]
    """Types of the parameters; ``...`` at the end for any further ones."""
    roles: tuple[Role, ...]
    """Role of each parameter; empty for a parameter without a meaning."""
    source: str
    gives: Literal["", "this", "result", "both", "text"] = ""
    """Object that has the parts after the call: the receiver, the result or both; or the result is their text."""
    emits: bool = True
    """True if the call completes an endpoint."""
    seeds: bool = True
    """True if the call is a sufficient reason to walk the method."""
    fetches: bool = False
    """True if the call requests its URL, or creates a request for it; a link in a message gets no such call."""
    service: str | None = None
    port: int | None = None
    """Port if the call names none."""
    keys: dict[str, Role] = {}
    """Role of the last argument by the text of the one before; other texts mean nothing."""
    optional: bool = False
    """True if builders leave the library out of apps that do not use it: code that needs it then cannot run."""

    tunnel: bool = False
    """True if only a tunnel that the app makes leads to a private address: none that the device itself contacts."""

    @property
    def is_credential(self) -> bool:
        """True if the arguments are a user and a password, or a header, of a web request and nothing else."""
        password = "password" in self.roles and "url" not in self.roles and not self.is_service_password
        return password or "header" in self.roles

    @property
    def is_service_password(self) -> bool:
        """True if the call takes the password of a service that has a port of its own, such as a broker."""
        return "password" in self.roles and self.port is not None

    @property
    def parameters(self) -> str:
        """Descriptors of the parameters, without further ones."""
        return "".join(_SHORT.get(kind, kind) for kind in self.takes if kind != "...")

    def fits(self, parameters: str) -> bool:
        """True if a method with these descriptors matches."""
        wanted = self.parameters
        return parameters.startswith(wanted) if self.takes[-1:] == ("...",) else parameters == wanted


class _Library(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    owners: tuple[str, ...]
    source: str
    calls: tuple[str, ...]
    optional: bool = False

    def sinks(self) -> Iterator[Sink]:
        """Each call of each class. Raises ``ValueError`` if one is malformed."""
        for call in self.calls:
            found = _CALL.fullmatch(call)
            if found is None:
                raise ValueError(f"not a call: {call}")
            method, takes, roles, gives, rest = found.groups()
            flags = dict(flag.partition("=")[::2] for flag in rest.split())
            for owner in self.owners:
                known = {
                    "name": self.name,
                    "owner": owner,
                    "method": method,
                    "takes": tuple(takes.split(",")) if takes else (),
                    "roles": () if roles == "-" else tuple(role.strip("_") for role in roles.split(",")),
                    "source": self.source,
                    "gives": gives or "",
                    "emits": "quiet" not in flags,
                    "seeds": "seeds" in flags,
                    "fetches": "fetches" in flags,
                    "service": flags.get("service"),
                    "port": int(flags["port"]) if "port" in flags else None,
                    "optional": self.optional,
                }
                yield msgspec.convert(known, Sink)


class _Libraries(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    library: tuple[_Library, ...]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sink: tuple[Sink, ...]


def read_sinks() -> tuple[Sink, ...]:
    """Every sink of the file. Raises ``msgspec.ValidationError`` if it is malformed, which is a programming error."""
    whole = prepared.load_rules(Path(__file__).with_name("sinks.toml").read_bytes(), _File).sink
    short = prepared.load_rules(Path(__file__).with_name("sdk_sinks.toml").read_bytes(), _Libraries).library
    return (*whole, *(sink for library in short for sink in library.sinks()))


def by_owner(sinks: Iterable[Sink]) -> dict[str, tuple[Sink, ...]]:
    """Sinks by class."""
    found: dict[str, list[Sink]] = {}
    for sink in sinks:
        found.setdefault(sink.owner, []).append(sink)
    return {owner: tuple(its) for owner, its in found.items()}
