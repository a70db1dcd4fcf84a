"""A grant: who authorised which targets, ports and depth, until when. ``scope.grant`` parses it from TOML."""

from datetime import date
from enum import StrEnum
from typing import Literal

import msgspec


class Depth(StrEnum):
    """Maximum probe depth. Ordered; each depth includes those before it."""

    IDENTIFY = "identify"
    """What responds, its version, and whether it requires authentication."""
    ENUMERATE = "enumerate"
    """Names, counts and sizes."""
    DESCRIBE = "describe"
    """Field names and types; no values."""
    SAMPLE = "sample"
    """Bounded values, in memory, masked, never stored."""

    @property
    def rank(self) -> int:
        """0 for ``identify`` to 3 for ``sample``."""
        return _RANKS[self]

    def allows(self, needed: "Depth") -> bool:
        """True if a grant of this depth covers ``needed``."""
        return self.rank >= needed.rank


_RANKS = {depth: rank for rank, depth in enumerate(Depth)}


class Permission(StrEnum):
    """What a target may allow besides its depth, and a site policy may forbid. Each is a key of ``TargetRule``."""

    RANSOM_NOTE = "ransom_note"
    SCANS = "scans"
    MCP = "mcp"


class TargetRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``[[target]]`` of a grant."""

    match: str
    """Address, CIDR, host, or ``*.suffix``."""
    ports: Literal["any"] | tuple[int | str, ...]
    """``any``, or numbers and ``from-to`` ranges."""
    depth: Depth
    """Maximum depth of probes."""
    passwordless: tuple[str, ...] = ()
    """Real accounts that may be tried without a password."""
    ransom_note: bool = False
    """True if one document of up to 4 KiB may be read when a ransom note is likely."""
    scans: bool = False
    """True if requests are permitted that cost the server a bounded scan, or its owner money per request."""
    mcp: bool = False
    """True if a session of an MCP server may be opened, to list the names of its tools."""
    resources: tuple[str, ...] = ()
    """At hosts that many customers share: the projects, buckets, accounts and applications that may be probed."""
    neighbours: bool = False
    """True if the other addresses of this block may be probed for stores when an app's API is at one of them."""


class ExcludeRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``[[exclude]]`` of a grant or of a site policy: never contacted, whatever a target allows."""

    match: str
    """Address, CIDR, host, or ``*.suffix`` (which here includes the suffix itself)."""
    ports: Literal["any"] | tuple[int | str, ...] = "any"
    """``any``, or numbers and ``from-to`` ranges."""
    reason: str = ""
    """Why, for the user; shown with every skipped target."""


class SigningKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key whose signature counts, if it needs a last day."""

    key: str
    """A line of an OpenSSH public key file."""
    not_after: date | None = None
    """Last day on which its signature counts, UTC."""


class Signatures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The ``[signatures]`` of a grant or of a site policy: ``need`` of ``keys`` must sign the grant file."""

    need: int
    """Number of signatures that are required."""
    keys: tuple[str | SigningKey, ...]
    """Public keys that count, each with the last day on which it counts, if it has one."""


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Limits of one conversation with one target, and the rate between conversations."""

    connect_seconds: float = 3.0
    """Time limit of one connect, in seconds."""
    total_seconds: float = 20.0
    """From the first connect to the last byte, over all connections of a conversation."""
    idle_seconds: float = 5.0
    """Time limit of one receive, in seconds."""
    max_bytes: int = 2 * 1024 * 1024
    """Bytes read in one conversation."""
    max_frames: int = 4096
    """Receives in one conversation."""
    max_connections: int = 12
    """Connections in one conversation."""
    connects_per_second: float = 10.0
    """New connections per target address and second; 0 means no limit (loopback labs)."""
    network_connects_per_second: float = 40.0
    """New connections per network (/24 of IPv4, /48 of IPv6) and second, except loopback; 0 means no limit."""
    provider_connects_per_second: float = 100.0
    """New connections per second to all hosts under one registrable domain, such as a cloud's; 0 means no limit."""
    concurrency: int = 32
    """Concurrent conversations, over all targets."""


class Grant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The written permission for a run. Without a grant, nothing is contacted."""

    authorised_by: str
    """Person or department that permits the probes."""
    contact: str
    """Announced by probes if the protocol has a field for it."""
    not_after: date
    """Last valid day, UTC."""
    target: tuple[TargetRule, ...] = ()
    """What may be contacted."""
    not_before: date | None = None
    """First valid day, UTC; ``None`` means at once."""
    dns: bool = False
    """True if names that a target covers may be resolved with the system's DNS servers."""
    hosts: dict[str, str | tuple[str, ...]] = msgspec.field(default_factory=dict)
    """Addresses of names, used instead of DNS."""
    limits: Limits = Limits()
    """Limits of conversations and their rate."""
    note: str = ""
    """Free text, shown in reports; a lab lists here which servers are emulations."""
    exclude: tuple[ExcludeRule, ...] = ()
    """What is never contacted, whatever ``target`` allows."""
    signatures: Signatures | None = None
    """The signatures that the file needs before anything is contacted."""
