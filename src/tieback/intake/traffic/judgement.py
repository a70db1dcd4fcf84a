"""What the first bytes of a conversation tell."""

import msgspec

from tieback.model.flow import FlowEvidence, FlowTls, NameFrom, Sample


class Judgement(msgspec.Struct, frozen=True, gc=False):
    """The payload's part of a flow; addresses and counts are added when the flow ends."""

    protocol: str = ""
    evidence: FlowEvidence = FlowEvidence.NONE
    confidence: float = 0.0
    encrypted: bool | None = None
    tls: FlowTls | None = None
    name: str = ""
    """The server's name as the payload tells it."""
    name_from: NameFrom = NameFrom.NONE
    detail: str = ""
    samples: tuple[Sample, ...] = ()
