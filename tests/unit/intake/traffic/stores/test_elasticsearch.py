"""Elasticsearch's transport; frames made from TcpHeader's layout."""

import pytest

from tests.each import each
from tieback.intake.traffic.interface import ConnectionStart
from tieback.intake.traffic.stores.elasticsearch import ElasticsearchTransport


def frame(status: int, version: int = 7060299, body: bytes = b"\0\0\0\x28" + b"x" * 40) -> bytes:
    rest = (77).to_bytes(8) + bytes((status,)) + version.to_bytes(4) + body
    return b"ES" + len(rest).to_bytes(4) + rest


PING = b"ES\xff\xff\xff\xff"


@each(
    ("client", "server", "midstream", "low", "high"),
    [
        (frame(0), frame(1), False, 0.9, 1.0),
        (frame(8, 6080099), frame(9, 6080099), False, 0.9, 1.0),
        (frame(0) + frame(0), b"", False, 0.6, 0.7),
        (b"", frame(3), True, 0.6, 0.7),
        (b"rest of a frame" + frame(0), frame(1), True, 0.9, 1.0),
        (PING + frame(0), frame(1), False, 0.9, 1.0),
    ],
)
def test_frames_are_recognised(client: bytes, server: bytes, *, midstream: bool, low: float, high: float) -> None:
    found = ElasticsearchTransport().recognise(ConnectionStart(client, server, 9300, midstream=midstream))
    assert found is not None
    assert found.protocol == "elasticsearch"
    assert low <= found.confidence <= high


@pytest.mark.parametrize(
    ("version", "detail"),
    [(7060299, "Elasticsearch 7.6.2"), (8110399, "Elasticsearch 8.11.3"), (0x08000000 ^ 2110099, "OpenSearch 2.11.0")],
)
def test_detail_names_the_version(version: int, detail: str) -> None:
    found = ElasticsearchTransport().recognise(ConnectionStart(frame(0, version), frame(1, version), 9300))
    assert found is not None
    assert found.detail == detail


@pytest.mark.parametrize(
    "client",
    [b"ESMTP hello there, this is a greeting", frame(0, 12), frame(0x40), frame(0)[:10], frame(0) + b"XX" + bytes(40)],
)
def test_other_protocols_are_not_recognised(client: bytes) -> None:
    assert ElasticsearchTransport().recognise(ConnectionStart(client, b"", 9300)) is None
