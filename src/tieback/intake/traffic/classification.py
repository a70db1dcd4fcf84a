"""Result of the classification of a conversation."""

import msgspec

from tieback.model.flow import CleartextSample, FlowEvidence, FlowTls, NameSource


class Proxied(msgspec.Struct, frozen=True, gc=False):
    """The end that is contacted through a proxy, in place of the packets' own server."""

    ip: str
    """Empty if the client named it."""
    port: int


class FlowClassification(msgspec.Struct, frozen=True, gc=False):
    """The facts of a flow from its payload; addresses and counts are added when the flow ends."""

    protocol: str = ""
    evidence: FlowEvidence = FlowEvidence.NONE
    confidence: float = 0.0
    encrypted: bool | None = None
    tls: FlowTls | None = None
    name: str = ""
    """The server's name in the payload."""
    name_from: NameSource = NameSource.NONE
    detail: str = ""
    samples: tuple[CleartextSample, ...] = ()
    proxied: Proxied | None = None
    hosts: tuple["HostShare", ...] = ()
    """What the connection carried for each host, if it had requests for several; ``samples`` is then empty."""
    requests_end: int | None = None
    """Bytes of the client with which all requests were read, if they may be for several hosts: more bytes may be
    requests for further ones. ``None`` if all are for one host."""
    has_lost: bool = False
    """True if packets of the client are missing, so that requests may be missing."""
    is_whole: bool = True
    """False if ``samples``, and those of ``hosts``, have only a part of the content."""


class HostShare(msgspec.Struct, frozen=True, gc=False):
    """The part of a connection that one host received and sent."""

    judged: FlowClassification
    bytes_out: int | None
    """``None`` if unknown."""
    bytes_in: int | None
