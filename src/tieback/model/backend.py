"""Back ends: endpoints that were resolved and attributed."""

from enum import StrEnum

import msgspec

from tieback.model.endpoint import Endpoint, Party


class Route(StrEnum):
    """How a candidate for probing was reached from what the app names."""

    NAMED = "named"
    """The app names this host and port itself."""
    PIVOT = "pivot"
    """A usual port of a data store on an address behind a host that the app names."""


class Attribution(msgspec.Struct, frozen=True):
    """One statement about a back end, with its reason."""

    claim: str
    """Such as ``owner`` or ``provider``."""
    value: str
    reason: str
    confidence: float
    """0 to 1."""
    parts: tuple[tuple[str, float], ...] = ()
    """What the confidence was made from, where that is more than one thing: each reason with its own; what speaks
    against is negative."""


class Backend(msgspec.Struct, frozen=True):
    """An endpoint with its addresses and owner."""

    endpoint: Endpoint
    addresses: tuple[str, ...] = ()
    """Canonical addresses; empty where the name was not or could not be resolved."""
    resolved_by: str = ""
    """``literal``, ``hosts`` (the grant's table), ``dns``, or the reason why there is none."""
    owner_domain: str = ""
    """Registrable domain by the public suffix list with its private section."""
    provider: str = ""
    region: str = ""
    asn: int | None = None
    owner: str = ""
    party: Party = Party.UNKNOWN
    attributions: tuple[Attribution, ...] = ()


class Candidate(msgspec.Struct, frozen=True):
    """A host and port that may be probed, with the route that leads to it."""

    host: str
    """Name or canonical address to ask for; the dialer resolves and checks it again."""
    port: int
    service: str | None
    """Product that the evidence implies, or ``None``."""
    route: Route
    endpoints: tuple[str, ...]
    """Values of the endpoints that lead here, sorted."""
    reason: str
    """One sentence for the report."""
    tls: bool | None = None
    """Whether the scheme says TLS; ``None`` where unknown."""
    resource: str = ""
    """What is asked about at a host that many customers share, such as a project; empty where the host is one's own."""
