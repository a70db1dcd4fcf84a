"""Neo4j's Bolt; handshakes made from its documentation."""

import pytest

from tieback.intake.traffic.interface import ConnectionStart
from tieback.intake.traffic.stores.bolt import Bolt

OFFER = b"\x60\x60\xb0\x17\0\0\x04\x05\0\0\0\x04\0\0\0\x03\0\0\0\0"
LOGON = b"\0\x40\xb1\x01\xa3\x89principal\x85neo4j\x8bcredentials\x87hunter2\0\0"
RUN = b"\0\x20\xb3\x10\xd0\x1eMATCH (p:Person) RETURN p.email\xa0\xa0\0\0"
SUCCESS = b"\0\x20\xb1\x70\xa1\x86server\x8cNeo4j/5.21.0\0\0"


@pytest.mark.parametrize(
    ("client", "server", "low", "high"),
    [
        (OFFER, b"\0\0\x04\x05", 0.9, 1.0),
        (OFFER, b"\0\0\x01\xff", 0.9, 1.0),
        (OFFER, b"\0\0\0\0", 0.9, 1.0),
        (OFFER, b"", 0.6, 0.7),
    ],
)
def test_handshake(client: bytes, server: bytes, low: float, high: float) -> None:
    found = Bolt().recognise(ConnectionStart(client, server, 7687))
    assert found is not None
    assert found.protocol == "neo4j"
    assert low <= found.confidence <= high


def test_detail_login_and_queries() -> None:
    found = Bolt().recognise(ConnectionStart(OFFER + LOGON + RUN, b"\0\0\x04\x05" + SUCCESS, 7687))
    assert found is not None
    assert found.detail == "Neo4j/5.21.0"
    shown = found.samples[0].data
    assert b"principal: neo4j" in shown
    assert b"credentials: hunter2" in shown
    assert b"MATCH (p:Person) RETURN p.email" in shown


@pytest.mark.parametrize(
    ("client", "server"),
    [
        (OFFER[:12], b""),
        (b"\x60\x60\xb0\x17" + bytes(16), b""),
        (b"\x60\x60\xb0\x17" + b"\xff" * 16, b""),
        (OFFER, b"\x15\x03\x03\0\x02"),
    ],
)
def test_other_protocols_are_not_recognised(client: bytes, server: bytes) -> None:
    assert Bolt().recognise(ConnectionStart(client, server, 7687)) is None
