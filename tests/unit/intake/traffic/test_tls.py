import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.unit.intake.traffic.wire import alpn, client_hello, extension, record, server_hello
from tieback.intake.traffic.certificate import CertificateNames
from tieback.intake.traffic.tls import client_hello as read_hello
from tieback.intake.traffic.tls import count_records, find_client_hello, find_records, recognise_tls, version_name

VERSIONS_13 = extension(43, b"\x04\x03\x04\x03\x03")
GREASE = extension(43, b"\x06\xfa\xfa\x03\x03\x03\x02")
CHOSE_13 = server_hello(0x0303, extension(43, b"\x03\x04"))
CHOSE_H2 = server_hello(0x0303, alpn(b"h2"))
DATA = record(bytes(100), kind=23)


@each(
    ("client", "server", "version", "sni", "alpn_names", "ech"),
    [
        (record(client_hello()), b"", "TLSv1.2", "api.test", (), False),
        (record(client_hello("a.test", VERSIONS_13)), b"", "TLSv1.3", "a.test", (), False),
        (record(client_hello("a.test", GREASE)), b"", "TLSv1.2", "a.test", (), False),
        (record(client_hello("a.test", VERSIONS_13)), record(server_hello()), "TLSv1.2", "a.test", (), False),
        (record(client_hello("a.test")), record(CHOSE_13), "TLSv1.3", "a.test", (), False),
        (record(client_hello("a.test", alpn(b"h2", b"http/1.1"))), b"", "TLSv1.2", "a.test", ("h2", "http/1.1"), False),
        (record(client_hello("a.test", alpn(b"\x0a\x0a", b"h2"))), b"", "TLSv1.2", "a.test", ("h2",), False),
        (record(client_hello("a.test", alpn(b"h2", b"x"))), record(CHOSE_H2), "TLSv1.2", "a.test", ("h2",), False),
        (record(client_hello("outer.test", extension(0xFE0D, bytes(40)))), b"", "TLSv1.2", "outer.test", (), True),
        (record(client_hello("")), b"", "TLSv1.2", "", (), False),
        (record(client_hello("a.test"), size=20), b"", "TLSv1.2", "a.test", (), False),
        (record(client_hello("a.test", bytes(0)))[:-2], b"", "TLSv1.2", "", (), False),
        (b"", record(server_hello(0x0302)), "TLSv1.1", "", (), False),
    ],
    ids=[
        "1.2", "1.3 offered", "GREASE", "1.2 chosen", "1.3 chosen", "ALPN offered", "ALPN GREASE", "ALPN chosen", "ECH",
        "no name",
        "many records", "cut inside the name", "server only",
    ],
)  # fmt: skip
def test_hellos(client: bytes, server: bytes, version: str, sni: str, alpn_names: tuple[str, ...], ech: bool) -> None:
    seen = recognise_tls(client, server, CertificateNames())
    assert seen is not None
    assert (seen.tls.version, seen.tls.sni, seen.tls.alpn, seen.tls.ech) == (version, sni, alpn_names, ech)
    assert seen.confidence >= 0.9


def test_a_hello_from_the_other_side_turns_the_flow() -> None:
    seen = recognise_tls(record(server_hello()), record(client_hello()), CertificateNames())
    assert seen is not None
    assert (seen.swapped, seen.tls.sni) == (True, "api.test")


@each(
    ("client", "server", "is_tls"),
    [
        (DATA + DATA, b"", True),
        (DATA, DATA, True),
        (DATA, b"", False),
        (DATA + b"GET / HTTP/1.1", b"", False),
        (b"\x17\x03\x03\xff\xff" + bytes(50), DATA, False),
        (b"\x16\x03\x01", b"", False),
        (b"\x15\x03\x01\x20\x00" + bytes(90), b"\x15\x03\x01\x20\x00", False),
        (b"", b"", False),
        (bytes(50), DATA, False),
    ],
    ids=[
        "two records",
        "both sides",
        "one record",
        "then text",
        "too long",
        "three bytes",
        "huge alert",
        "nothing",
        "other client",
    ],
)
def test_records_without_a_hello(client: bytes, server: bytes, is_tls: bool) -> None:
    assert (recognise_tls(client, server, CertificateNames()) is not None) == is_tls


def test_a_hello_inside_another_protocol_is_found() -> None:
    before = b"EHLO a.test\r\nSTARTTLS\r\n"
    assert find_client_hello(before + record(client_hello())) == len(before)
    assert find_client_hello(before + b"\x16\x03" + bytes(60)) == -1


def test_records_joined_midway() -> None:
    assert find_records(bytes(40) + DATA * 3)
    assert not find_records(bytes(40) + DATA)
    assert count_records(DATA * 40) == 32


@pytest.mark.parametrize(
    ("number", "name"), [(0x0304, "TLSv1.3"), (0x7F1C, "TLSv1.3"), (0x0300, "SSLv3"), (0x1234, "")]
)
def test_version_names(number: int, name: str) -> None:
    assert version_name(number) == name


@settings(max_examples=examples(100), deadline=None)
@given(at=st.integers(0, 140), junk=st.binary(max_size=20), cut=st.integers(0, 200))
def test_mutated_hellos(at: int, junk: bytes, cut: int) -> None:
    data = record(client_hello("a.test", VERSIONS_13, alpn(b"h2")))
    data = (data[:at] + junk + data[at + len(junk) :])[:cut]
    seen = recognise_tls(data, record(server_hello()) + data, CertificateNames())
    assert seen is None or len(seen.tls.sni) <= 255
    read_hello(data)
    find_client_hello(data)


@settings(max_examples=examples(60), deadline=None)
@given(body=st.binary(max_size=300))
def test_reading_any_handshake_never_raises(body: bytes) -> None:
    for kind in (1, 2, 11):
        message = struct.pack(">B", kind) + len(body).to_bytes(3) + b"\x03\x03" + body
        recognise_tls(record(message), record(message), CertificateNames())
