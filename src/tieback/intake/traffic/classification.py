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
