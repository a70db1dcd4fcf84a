"""Decrypted content of TLS flows: classified as cleartext is, and marked as decrypted."""

from collections.abc import Sequence

from msgspec.structs import replace

from tieback.intake.traffic.classification import FlowClassification
from tieback.intake.traffic.classify import FlowClassifier
from tieback.intake.traffic.conversation import Conversation, Side
from tieback.intake.traffic.decrypt import DecryptedPiece, DecryptedStreams
from tieback.intake.traffic.interface import FIRST_BYTES, SampledFlow
from tieback.intake.traffic.network import TCP
from tieback.model.flow import Flow, FlowEvidence, FlowTls, NameSource, Server


class DecryptedFlows:
    """The decrypted content of one capture, and its classifier."""

    def __init__(self, judge: FlowClassifier, cleartext: DecryptedStreams) -> None:
        self._judge = judge
        self._cleartext = cleartext
        self.further = 0
        """Connections that may have requests for further hosts behind what was decrypted."""

    def of(self, conversation: Conversation, seen: SampledFlow) -> list[SampledFlow]:
        """The flow with protocol, name and samples of its decrypted content; unchanged if nothing was decrypted.

        A flow for each host if the content has requests for several.
        """
        flow = seen.flow
        if conversation.transport != TCP or not self._cleartext:
            return [seen]
        client = conversation.client or conversation.first
        out = self._cleartext.of(client.key, flow.start, flow.end)
        back = self._cleartext.of(client.other.key, flow.start, flow.end)
        if not out and not back:
            return [seen]
        judged = self._judge(_conversation(client, flow.start, out, back))
        tls = replace(flow.tls or FlowTls(), decrypted=True)
        if judged.evidence is not FlowEvidence.PAYLOAD:
            return [SampledFlow(replace(flow, tls=tls), seen.samples)]
        self.further += judged.requests_end is not None and judged.requests_end < sum(piece.size for piece in out)
        flow = replace(flow, whole=judged.is_whole and not self._cleartext.full)
        if not judged.hosts:
            return [SampledFlow(_decrypted(flow, judged, tls, _server(flow.server, judged)), judged.samples)]
        found: list[SampledFlow] = []
        for one in (share.judged for share in judged.hosts):
            of_host = replace(flow, bytes_out=None, bytes_in=None, packets_out=None, packets_in=None)
            server = _server(flow.server, one, several=True)
            found.append(SampledFlow(_decrypted(of_host, one, tls, server), one.samples))
        return found


def _decrypted(flow: Flow, judged: FlowClassification, tls: FlowTls, server: Server) -> Flow:
    return replace(
        flow,
        server=server,
        protocol=judged.protocol,
        evidence=judged.evidence,
        confidence=judged.confidence,
        encrypted=True,
        tls=tls,
        detail=judged.detail,
    )


def _server(outer: Server, judged: FlowClassification, *, several: bool = False) -> Server:
    """The end that was contacted. If all requests are for one host, the name of the handshake counts more."""
    if judged.proxied is not None:
        return Server(judged.proxied.ip, judged.proxied.port, judged.name, judged.name_from)
    if judged.name == outer.name or judged.name_from is not NameSource.HTTP_HOST:
        return outer
    if outer.name_from is NameSource.SNI and not several:
        return outer
    return replace(outer, name=judged.name, name_from=judged.name_from)


def _conversation(
    client: Side, start: float, out: Sequence[DecryptedPiece], back: Sequence[DecryptedPiece]
) -> Conversation:
    """Decrypted bytes as a conversation that was captured from its beginning."""
    first, second = Side(client.key, start), Side(client.other.key, start)
    inner = Conversation(0, TCP, first, second, start)
    inner.client = first
    for side, pieces in ((first, out), (second, back)):
        side.syn, side.base = True, 0
        for piece in pieces:
            if side.want:
                side.keep_segment(side.bytes, piece.data)
                side.limit = FIRST_BYTES  # whatever the first message is: all of these are in memory anyway
                side.want = side.kept < FIRST_BYTES
            elif side.sends_http:
                side.follow_segment(side.bytes, piece.data)
            side.bytes += piece.size
    return inner
