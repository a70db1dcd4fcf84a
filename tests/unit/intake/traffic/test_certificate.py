from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.intake.traffic.wire import client_hello, record, server_hello
from tieback.intake.traffic.certificate import MAX_NAMES, CertificateNames
from tieback.intake.traffic.tls import recognise_tls


def certificate(names: list[str], common_name: str = "api.test") -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
    )
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), critical=False
        )
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


ENCODED = certificate(["api.test", "*.Cdn.test", "bad name"])


def test_subject_and_names() -> None:
    assert CertificateNames().read(ENCODED) == ("CN=api.test", ("api.test", "*.cdn.test"))


def test_a_certificate_without_names() -> None:
    assert CertificateNames().read(certificate([], "box")) == ("CN=box", ())


def test_many_names_are_bounded() -> None:
    _, names = CertificateNames().read(certificate([f"a{number}.test" for number in range(200)]))
    assert len(names) == MAX_NAMES


@pytest.mark.parametrize("data", [b"", b"\x30" * 100, ENCODED[:-5], bytes(20_000)])
def test_invalid_certificate_names_nothing(data: bytes) -> None:
    assert CertificateNames().read(data) == ("", ())


def test_it_is_read_from_a_handshake_over_records() -> None:
    chain = len(ENCODED).to_bytes(3) + ENCODED
    message = b"\x0b" + (len(chain) + 3).to_bytes(3) + len(chain).to_bytes(3) + chain
    seen = recognise_tls(record(client_hello()), record(server_hello() + message, size=90), CertificateNames())
    assert seen is not None
    assert (seen.tls.certificate_subject, seen.tls.certificate_names[0]) == ("CN=api.test", "api.test")


@settings(max_examples=examples(60), deadline=None)
@given(at=st.integers(0, 300), junk=st.binary(min_size=1, max_size=6))
def test_mutated_certificates(at: int, junk: bytes) -> None:
    subject, names = CertificateNames().read(ENCODED[:at] + junk + ENCODED[at + len(junk) :])
    assert len(subject) <= 200
    assert len(names) <= MAX_NAMES
