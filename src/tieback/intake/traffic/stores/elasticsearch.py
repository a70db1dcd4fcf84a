"""Transport protocol of Elasticsearch and OpenSearch, between nodes and for old clients (port 9300). HTTP is in
``http``.

Source: ``org.elasticsearch.transport.TcpHeader``: ``ES``, length, request ID, status bits (response, error, compressed,
handshake) and the sender's version ID, big-endian; a ping is ``ES`` and -1. OpenSearch's IDs have bit 27 set.
"""

from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch
from tieback.intake.traffic.stores.evidence import combine_confidence, sample_directions

_HEADER = 19
_PING = b"ES\xff\xff\xff\xff"
_OPENSEARCH = 0x08000000
_LONGEST = 1 << 31
_SEARCHED = 4096


class ElasticsearchTransport:
    """The transport protocol, recognised by its frames, from any frame on."""

    name = "elasticsearch"
    client_first = bytes(range(256))
    server_first = bytes(range(256))

    def recognise(self, opening: ConnectionStart) -> ProtocolMatch | None:
        """A chain of frames in each direction; mid-stream the first may begin later."""
        client, server = opening.client, opening.server
        if (
            client[:2] != b"ES"
            and server[:2] != b"ES"
            and not (opening.midstream and (b"ES\0" in client[:_SEARCHED] or b"ES\0" in server[:_SEARCHED]))
        ):
            return None
        here = _weight(client, midstream=opening.midstream) if client else None
        there = _weight(server, midstream=opening.midstream) if server else None
        confidence = combine_confidence(here, there)
        if not confidence:
            return None
        return ProtocolMatch(
            self.name,
            confidence,
            detail=_product(server) or _product(client),
            samples=sample_directions("other", [client], [server]),
        )


def _product_of(version: int) -> str:
    name = "Elasticsearch"
    if version & _OPENSEARCH:
        name, version = "OpenSearch", version ^ _OPENSEARCH
    if not 1_000_000 <= version < 100_000_000:
        return ""
    return f"{name} {version // 1_000_000}.{version // 10_000 % 100}.{version // 100 % 100}"


def _frame(data: bytes, at: int) -> int:
    """End of the frame at ``at``; -1 if none begins there."""
    if data[at : at + 2] != b"ES":
        return -1
    if data[at : at + 6] == _PING:
        return at + 6
    length = int.from_bytes(data[at + 2 : at + 6])
    if len(data) < at + _HEADER or not 13 <= length < _LONGEST or data[at + 14] & ~0x0F:
        return -1
    return at + 6 + length if _product_of(int.from_bytes(data[at + 15 : at + 19])) else -1


def _weight(data: bytes, *, midstream: bool) -> float:
    at = 0
    if midstream and data[:2] != b"ES":
        at = data.find(b"ES\0", 0, _SEARCHED)
        if at < 0:
            return 0.0
    end = _frame(data, at)
    if end < 0:
        return 0.0
    if data[at : at + 6] == _PING:
        return 0.8
    # A second frame must begin where the first ends; one that exceeds the kept bytes cannot be checked.
    return 1.0 if end + _HEADER > len(data) or _frame(data, end) >= 0 else 0.0


def _product(data: bytes) -> str:
    at = 0 if data[:2] == b"ES" else data.find(b"ES\0", 0, _SEARCHED)
    while at >= 0 and data[at : at + 6] == _PING:
        at += 6
    if at < 0 or len(data) < at + _HEADER:
        return ""
    return _product_of(int.from_bytes(data[at + 15 : at + 19]))
