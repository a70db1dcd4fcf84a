"""Decrypted content of TLS flows: classified as cleartext is, and marked as decrypted."""

from msgspec.structs import replace

from tieback.intake.traffic.classify import FlowClassifier
from tieback.intake.traffic.conversation import Conversation, Side
from tieback.intake.traffic.decrypt import DecryptedStreams
from tieback.intake.traffic.interface import SampledFlow
from tieback.intake.traffic.network import TCP
from tieback.model.flow import FlowEvidence, FlowTls, NameSource


class DecryptedFlows:
    """The decrypted content of one capture, and its classifier."""

    def __init__(self, judge: FlowClassifier, cleartext: DecryptedStreams) -> None:
        self._judge = judge
        self._cleartext = cleartext

    def of(self, conversation: Conversation, seen: SampledFlow) -> SampledFlow:
        """The flow with protocol, name and samples of its decrypted content; unchanged if nothing was decrypted."""
        flow = seen.flow
        if conversation.transport != TCP or not self._cleartext:
            return seen
        client = conversation.client or conversation.first
        out = self._cleartext.of(client.key, flow.start, flow.end)
        back = self._cleartext.of(client.other.key, flow.start, flow.end)
        if not out and not back:
            return seen
        judged = self._judge(_conversation(client, flow.start, out, back))
        tls = replace(flow.tls or FlowTls(), decrypted=True)
        if judged.evidence is not FlowEvidence.PAYLOAD:
            return SampledFlow(replace(flow, tls=tls), seen.samples)
        server = flow.server
        if judged.name and judged.name_from is NameSource.HTTP_HOST and server.name_from is not NameSource.SNI:
            server = replace(server, name=judged.name, name_from=judged.name_from)
        flow = replace(
            flow,
            server=server,
            protocol=judged.protocol,
            evidence=judged.evidence,
            confidence=judged.confidence,
            encrypted=True,
            tls=tls,
            detail=judged.detail,
        )
        return SampledFlow(flow, judged.samples)


def _conversation(client: Side, start: float, out: bytes, back: bytes) -> Conversation:
    """Decrypted bytes as a conversation that was captured from its beginning."""
    first, second = Side(client.key, start), Side(client.other.key, start)
    inner = Conversation(0, TCP, first, second, start)
    inner.client = first
    for side, data in ((first, out), (second, back)):
        side.syn = True
        side.chunks = [data] if data else []
        side.kept = len(data)
    return inner
