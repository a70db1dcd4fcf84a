"""Back ends: endpoints that were resolved and attributed."""

from enum import StrEnum

import msgspec

from tieback.model.endpoint import Endpoint, Party


class Route(StrEnum):
    """How a probing candidate was derived from what the app or its traffic names."""

    NAMED = "named"
    """The app itself, or its traffic, names this host and port."""
    PIVOT = "pivot"
    """A usual port of a data store on an address behind a host that the app or its traffic names."""


class Attribution(msgspec.Struct, frozen=True):
    """One statement about a back end, with its reason."""

    claim: str
    """For example ``owner`` or ``provider``."""
    value: str
    reason: str
    confidence: float
    """0 to 1."""
    parts: tuple[tuple[str, float], ...] = ()
    """The evidence behind the confidence, if there is more than one item: each reason with its weight; evidence
    against is negative."""


class Backend(msgspec.Struct, frozen=True):
    """An endpoint with its addresses and owner."""

    endpoint: Endpoint
    addresses: tuple[str, ...] = ()
    """Canonical addresses; empty if the name was not or could not be resolved."""
    resolved_by: str = ""
    """``literal``, ``hosts`` (the grant's table), ``dns``, or the reason why there is no address."""
    owner_domain: str = ""
    """Registrable domain by the public suffix list, including its private section."""
    provider: str = ""
    region: str = ""
    asn: int | None = None
    owner: str = ""
    party: Party = Party.UNKNOWN
    attributions: tuple[Attribution, ...] = ()


class Candidate(msgspec.Struct, frozen=True):
    """A host and port that may be probed, with the route that leads to it."""

    host: str
    """Name or canonical address to probe; the dialer resolves and checks it again."""
    port: int
    service: str | None
    """Product that the evidence implies, or ``None``."""
    route: Route
    endpoints: tuple[str, ...]
    """Values of the endpoints that lead here, sorted."""
    reason: str
    """One sentence for the report."""
    tls: bool | None = None
    """True if the scheme implies TLS; ``None`` if unknown."""
    resource: str = ""
    """The resource to probe at a host that many customers share, such as a project; empty for other hosts."""
    path: str = ""
    """The path below which a store may be, without a final slash, such as ``/es``; empty for the root of the host."""
