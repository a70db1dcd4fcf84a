"""Names in certificates that an app carries."""

import warnings
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.interface import Buffer, BufferKind
from tieback.recognise.rules import RuleFiles
from tieback.recognise.settings.certificates import MAX_CERTIFICATES, MAX_NAMES, MAX_SIZE, certificate_names

RULES = RuleFiles()
KEY = ec.generate_private_key(ec.SECP256R1())


def certificate(common: str, *names: str, authority: bool = False, pem: bool = False, country: str = "") -> bytes:
    countries = [x509.NameAttribute(NameOID.COUNTRY_NAME, country, _validate=False)] if country else []
    name = x509.Name([*countries, x509.NameAttribute(NameOID.COMMON_NAME, common)])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=9))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if names:
        general = [x509.IPAddress(ip_address(one)) if one[0].isdigit() else x509.DNSName(one) for one in names]
        made = made.add_extension(x509.SubjectAlternativeName(general), critical=False)
    encoding = serialization.Encoding.PEM if pem else serialization.Encoding.DER
    return made.sign(KEY, hashes.SHA256()).public_bytes(encoding)


def found(data: bytes, file: str = "assets/api.cer", base: int = 0) -> list[str]:
    kind = BufferKind.TEXT if data.startswith(b"-") else BufferKind.BINARY
    return [one.endpoint.value for one in certificate_names(Buffer(file, kind, data, base=base), RULES)]


@pytest.mark.parametrize("pem", [False, True])
@pytest.mark.parametrize(
    ("common", "names", "hosts"),
    [
        ("api.shop.test", (), ["api.shop.test"]),
        ("x", ("api.shop.test", "*.db.shop.test"), ["api.shop.test", "db.shop.test"]),
        ("api.shop.test", ("10.1.2.3",), ["10.1.2.3"]),
        ("Shop GmbH", (), []),
        ("localhost", ("localhost",), []),
        ("x", ("proj.firebaseio.com",), ["firebase-rtdb:proj"]),
    ],
)
def test_names(common: str, names: tuple[str, ...], hosts: list[str], pem: bool) -> None:
    assert found(certificate(common, *names, pem=pem)) == hosts


def test_odd_names_print_no_warning() -> None:
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        odd = certificate("api.shop.test", country="DEU")
        shown.clear()
        assert found(odd) == ["api.shop.test"]
        assert shown == []


def test_an_authority_names_no_server() -> None:
    assert found(certificate("ca.shop.test", "ca.shop.test", authority=True)) == []


def test_each_certificate_of_a_bundle_is_read_at_its_place() -> None:
    parts = [certificate(f"h{n}.shop.test", pem=True) for n in range(3)]
    buffer = Buffer("a.pem", BufferKind.TEXT, b"# pins\n" + b"".join(parts))
    every = list(certificate_names(buffer, RULES))
    assert [one.endpoint.host for one in every] == ["h0.shop.test", "h1.shop.test", "h2.shop.test"]
    assert [one.evidence.offset for one in every] == [7, 7 + len(parts[0]), 7 + len(parts[0]) + len(parts[1])]
    assert every[0].evidence.how == "certificate/certificate-name"
    assert every[0].evidence.context == "certificate for h0.shop.test"
    assert every[0].endpoint.port is None


def test_bounds() -> None:
    many = [f"h{n}.shop.test" for n in range(2 * MAX_NAMES)]
    assert len(found(certificate("x", *many))) == MAX_NAMES
    assert len(found(certificate("a.shop.test", pem=True) * (2 * MAX_CERTIFICATES))) == MAX_CERTIFICATES
    assert found(certificate("a.shop.test", pem=True) + b" " * MAX_SIZE) == []
    assert found(certificate("a.shop.test"), base=64) == []
    assert found(certificate("a.shop.test"), "lib.so") == []


@given(st.binary(max_size=400), st.integers(0, 300), st.booleans())
@settings(max_examples=examples(100), deadline=None)
def test_damaged_certificates_never_raises(noise: bytes, at: int, pem: bool) -> None:
    whole = certificate("api.shop.test", "api.shop.test", pem=pem)
    found(whole[:at] + noise + whole[at + len(noise) :])
