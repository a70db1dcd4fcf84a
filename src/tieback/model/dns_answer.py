"""The answer to one DNS query, with its lifetime."""

from enum import StrEnum

import msgspec


class DnsAnswerState(StrEnum):
    """How a query ended."""

    FOUND = "found"
    NONE = "none"
    """The name exists, but has no record of this type."""
    MISSING = "missing"
    """The name, or the last of its aliases, does not exist (NXDOMAIN)."""
    FAILED = "failed"
    """The server refused the query or returned an error."""
    SILENT = "silent"
    """No answer in time."""

    @property
    def is_definite(self) -> bool:
        """True if the answer comes from the zone, and not from a failure on the way."""
        return self in {DnsAnswerState.FOUND, DnsAnswerState.NONE, DnsAnswerState.MISSING}


class DnsAnswer(msgspec.Struct, frozen=True):
    """One query with its answer. Names are lower case, without the final dot."""

    name: str
    kind: str
    """``A``, ``AAAA``, ``SRV``, ``TXT``, ``MX``, ``NS`` or ``PTR``."""
    state: DnsAnswerState
    asked: float
    """Seconds since 1970, UTC."""
    until: float
    """When the answer expires."""
    values: tuple[str, ...] = ()
    """Addresses; names; ``PORT NAME`` for SRV; for TXT, the text before the first ``=``, and SPF in full."""
    aliases: tuple[str, ...] = ()
    """CNAME targets, in order."""
    problem: str = ""
    """The failure, as one word; otherwise empty."""
    authentic: bool = False
    """True if the resolver reports a validated answer (DNSSEC); tieback does not validate it again."""
