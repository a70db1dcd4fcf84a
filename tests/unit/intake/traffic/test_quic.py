from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.unit.intake.traffic import wire
from tieback.intake.traffic.interface import SampledFlow
from tieback.intake.traffic.quic import client_keys, recognise_quic
from tieback.model.sighting import Problem

type Read = Callable[..., tuple[list[SampledFlow], list[Problem]]]
ID = bytes.fromhex("8394c8f03e515708")
V1, V2, DRAFT_28, DRAFT_29 = 1, 0x6B3343CF, 0xFF00001C, 0xFF00001D
HELLO = wire.client_hello("quic.test", wire.extension(43, b"\x02\x03\x04"), wire.alpn(b"h3"))


def crypto(offset: int, data: bytes) -> bytes:
    return b"\x06" + (0x4000 | offset).to_bytes(2) + (0x4000 | len(data)).to_bytes(2) + data


def initial(frames: bytes, version: int = V1, *, number: int = 2, pad: int = 1162, token: bytes = b"") -> bytes:
    """A protected Initial packet, as RFC 9001, section 5 makes it."""
    keys = client_keys(version, ID)
    plain = frames + bytes(max(pad - len(frames), 0))
    first = 0xC3 | (0x10 if version == V2 else 0)
    head = bytes([first]) + version.to_bytes(4) + bytes([len(ID)]) + ID + b"\0" + bytes([len(token)]) + token
    head += (0x4000 | len(plain) + 20).to_bytes(2) + number.to_bytes(4)
    nonce = (int.from_bytes(keys.iv) ^ number).to_bytes(12)
    sealed = AESGCM(keys.key).encrypt(nonce, plain, head)
    mask = Cipher(algorithms.AES(keys.protection), modes.ECB()).encryptor().update(sealed[:16])
    protected = bytes(a ^ b for a, b in zip(head[-4:], mask[1:5], strict=True))
    return bytes([head[0] ^ mask[0] & 0x0F]) + head[1:-4] + protected + sealed


def test_keys_of_the_rfcs_example() -> None:
    keys = client_keys(V1, ID)
    assert keys.key.hex() == "1f369613dd76d5467730efcbe3b1a22d"
    assert keys.iv.hex() == "fa044b2f42a3fd3b46fb255c"
    assert keys.protection.hex() == "9f50449e04a0e810283a1e9933adedd2"
    assert client_keys(V2, ID).key.hex() == "8b1a0bc121284290a29e0971b5cd045d"


@each(
    ("datagrams", "version"),
    [
        ([initial(crypto(0, HELLO))], "v1"),
        ([initial(crypto(0, HELLO), V2)], "v2"),
        ([initial(crypto(0, HELLO), DRAFT_29)], "draft-29"),
        ([initial(crypto(0, HELLO), DRAFT_28)], "draft-28"),
        ([initial(crypto(0, HELLO), token=b"t" * 40)], "v1"),
        ([initial(crypto(40, HELLO[40:]) + b"\0\0\x01" + crypto(0, HELLO[:40]))], "v1"),
        ([initial(crypto(0, HELLO[:50])), initial(crypto(50, HELLO[50:]), number=3)], "v1"),
        ([initial(crypto(50, HELLO[50:]), number=3), initial(crypto(0, HELLO[:50]))], "v1"),
        ([initial(crypto(0, HELLO[:50]), pad=0) + initial(crypto(50, HELLO[50:]), number=3)], "v1"),
        ([initial(b"\x02\x01\x00\x00\x00" + crypto(0, HELLO))], "v1"),
    ],
    ids=[
        "v1",
        "v2",
        "draft 29",
        "draft 28",
        "token",
        "frames out of order",
        "two packets",
        "packets out of order",
        "coalesced",
        "ACK first",
    ],
)
def test_names_in_initial_packets(datagrams: list[bytes], version: str) -> None:
    seen = recognise_quic(datagrams, [])
    assert seen is not None
    assert (seen.version, seen.tls.version, seen.tls.sni, seen.tls.alpn) == (version, "TLSv1.3", "quic.test", ("h3",))


def test_a_flow(read: Read) -> None:
    packet = wire.ethernet(wire.ip(wire.udp(40000, 443, initial(crypto(0, HELLO))), protocol=17))
    flows, _ = read(wire.pcap([(1.0, packet)]))
    flow = flows[0].flow
    assert (flow.protocol, flow.encrypted, flow.server.name, flow.transport) == ("quic", True, "quic.test", "udp")


def test_damaged_packets_are_quic_without_a_name() -> None:
    data = bytearray(initial(crypto(0, HELLO)))
    data[100] ^= 1
    seen = recognise_quic([bytes(data)], [])
    assert seen is not None
    assert (seen.tls.sni, seen.confidence) == ("", 0.7)


@pytest.mark.parametrize("datagrams", [[], [b""], [b"\xc0" * 30], [b"\x40" + bytes(40)], [b"GET / HTTP/1.1\r\n" * 4]])
def test_other_datagrams_are_not_quic(datagrams: list[bytes]) -> None:
    assert recognise_quic(datagrams, []) is None


@settings(max_examples=examples(100), deadline=None)
@given(at=st.integers(0, 60), junk=st.binary(max_size=12), cut=st.integers(0, 1300), frames=st.binary(max_size=60))
def test_reading_mutated_packets_never_raises(at: int, junk: bytes, cut: int, frames: bytes) -> None:
    data = initial(frames + crypto(0, HELLO))
    recognise_quic([(data[:at] + junk + data[at + len(junk) :])[:cut], data], [junk])
