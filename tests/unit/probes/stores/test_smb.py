"""Answers laid out as MS-SMB2 2.2.4 says; Samba's as a real one gave it (tests/servers)."""

import struct
from uuid import UUID

import pytest

from tests.each import each
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play
from tieback.probes.stores.smb import SmbProbe
from tieback.scope.conversation import Target

PROBE = SmbProbe()
WINDOWS = UUID("6f1f3a3c-9f0e-4a77-8d3e-55a1d9c5f001")


def answer(
    guid: bytes = WINDOWS.bytes_le, *, dialect: int = 0x0302, security: int = 1, status: int = 0, command: int = 0
) -> bytes:
    head = struct.pack("<4sHHIHHIIQIIQ16s", b"\xfeSMB", 64, 0, status, command, 1, 1, 0, 0, 0, 0, 0, bytes(16))
    body = struct.pack("<HHHH16sIIIIQQHHI", 65, security, dialect, 0, guid, 0, 1, 1, 1, 0, 0, 128, 4, 0) + b"blob"
    return (len(head) + len(body)).to_bytes(4, "big") + head + body


def ask(reply: bytes | None, port: int = 445) -> PlaybackResult[ProbeReport]:
    return play(PROBE.run(Target("127.0.0.1", port), Depth.SAMPLE), MemoryPeer(lambda _: reply), PROBE.meta.sends)


@pytest.mark.parametrize(
    ("reply", "product", "identity", "said"),
    [
        (answer(), "smb", f"smb:server_guid:{WINDOWS}", "dialect 3.0.2, signing not required"),
        (answer(dialect=0x0210, security=3), "smb", f"smb:server_guid:{WINDOWS}", "dialect 2.1, signing required"),
        (
            answer(b"files".ljust(16, b"\0")),
            "samba",
            "smb:address:127.0.0.1:445",
            "dialect 3.0.2, signing not required",
        ),
        (answer(bytes(16)), "smb", "smb:address:127.0.0.1:445", "dialect 3.0.2, signing not required"),
    ],
    ids=["windows", "signing", "samba writes its name there", "no identifier"],
)
def test_product_is_identified_without_an_access_state(reply: bytes, product: str, identity: str, said: str) -> None:
    report = ask(reply).result
    assert (report.outcome, report.access, report.product) == (Outcome.OK, Access.UNKNOWN, product)
    assert report.identity is not None
    assert report.identity.key == identity
    assert report.proofs[0].answer == said


@each(
    ("reply", "outcome"),
    [
        (None, Outcome.PROTOCOL_MISMATCH),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Outcome.PROTOCOL_MISMATCH),
        (answer(status=0xC00000BB), Outcome.PROTOCOL_MISMATCH),
        (b"\xff\xff\xff\xff" + answer()[4:], Outcome.PROTOCOL_MISMATCH),
        (answer(dialect=0x0311), Outcome.HOSTILE),
        (answer(command=1), Outcome.HOSTILE),
    ],
)
def test_other_servers_are_a_protocol_mismatch(reply: bytes | None, outcome: Outcome) -> None:
    report = ask(reply, port=7).result
    assert (report.outcome, report.product) == (outcome, "")
