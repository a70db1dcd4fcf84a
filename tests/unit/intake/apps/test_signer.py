import datetime
import tomllib
import warnings
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.apps import signer
from tieback.intake.apps.signer import certificate_signer, leaf_signer, maker_name, organisation
from tieback.model.app import Signer


@each(
    ("subject", "name"),
    [
        ("CN=damncorp,OU=dvba,O=dvba", "dvba"),
        ("C=US,O=Vantage Point Security Pte. Ltd.,OU=X,CN=iPhone Distribution", "Vantage Point Security Pte. Ltd."),
        (r"CN=a,O=Acme\, Inc.,C=US", "Acme, Inc."),
        ('O="Acme, Inc.",C=US', "Acme, Inc."),
        ("CN=a, O = Acme , C=US", "Acme"),
        ("CN=FOO=BAR,OU=O=x", ""),
        ("CN=Android Debug,O=Android,C=US", ""),
        ("CN=Android,OU=Android,O=Google Inc.,L=Mountain View", ""),
        ("CN=x,O=UNKNOWN", ""),
        ("CN=rsa-2048", ""),
        ("CN=test,OU=test,O=test,L=test,ST=test,C=US", ""),
        ("CN=Swapnil,OU=Individual,O=Individual", ""),
        ("CN=Arvin,OU=YourOrganization,O=YourCompany,L=YourCity", ""),
        ("CN=Alexander,OU=mobile,O=No company,C=RU", ""),
        ("CN=1,OU=1,O=1", ""),
        ("O=Test & Measure Ltd", "Test & Measure Ltd"),
        ("", ""),
        ("O=" + "x" * 5000, "x" * 998),
    ],
)
def test_the_organisation_that_answers(subject: str, name: str) -> None:
    assert organisation(subject) == name


@each(
    ("subject", "name"),
    [
        (
            "C=US,O=A1B2C3D4E5,OU=A1B2C3D4E5,CN=iPhone Distribution: Berry Software LLC,UID=A1B2C3D4E5",
            "Berry Software LLC",
        ),
        ("CN=a,OU=GLOBAL2000,O=GLOBAL2000", "GLOBAL2000"),
        ("C=US,O=A1B2C3D4E5,CN=Apple Distribution: Berry GmbH (A1B2C3D4E5)", "Berry GmbH"),
        ("C=CA,CN=iPhone Distribution: Ming Example,UID=A1B2C3D4E5", "Ming Example"),
        ("C=NL,O=Berry BV,CN=iPhone Developer: Esther Example (Z9Y8X7W6V5)", "Berry BV"),
        ("C=NL,O=A1B2C3D4E5,CN=iPhone Developer: Esther Example (Z9Y8X7W6V5)", ""),
        ("C=US,O=TENLETTERS,CN=a", "TENLETTERS"),
        ("CN=Apple Distribution: , C=US", ""),
    ],
)
def test_a_certificate_of_apple_names_the_team_and_not_its_identifier_or_a_member(subject: str, name: str) -> None:
    assert maker_name(Signer("0" * 64, subject, "code-signature")) == name


def test_every_name_that_is_none_has_a_reason() -> None:
    table = tomllib.loads(Path(signer.__file__).with_name("not_vendors.toml").read_text("utf-8"))["organisation"]
    for name, reason in table.items():
        assert name == name.casefold()
        assert len(reason) > 10
        assert organisation(f"CN=x,O={name.upper()},C=US") == ""


def message() -> bytes:
    """A CMS message with an issuer's certificate and the one that it issued."""
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    names = [x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)]) for name in ("Issuer", "Acme Inc.")]
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in names]
    certificates = []
    for subject, issuer, key in ((names[0], names[0], keys[0]), (names[1], names[0], keys[1])):
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        builder = builder.serial_number(1).not_valid_before(start).not_valid_after(start + datetime.timedelta(9))
        certificates.append(builder.sign(keys[0], hashes.SHA256()))
    return pkcs7.serialize_certificates(certificates, Encoding.DER)


def test_signer_is_the_certificate_that_issued_no_other() -> None:
    signer = leaf_signer(message() + b"\0\0", "v1")
    assert signer is not None
    assert (signer.subject, signer.scheme, len(signer.sha256)) == ("O=Acme Inc.", "v1", 64)


def test_odd_names_print_no_warning() -> None:
    """Countries of self-signed keys are often no ISO codes; cryptography warns of them when it reads a name."""
    start, key = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC), ec.generate_private_key(ec.SECP256R1())
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        country = x509.NameAttribute(NameOID.COUNTRY_NAME, "DEU", _validate=False)
        name = x509.Name([country, x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Acme Inc.")])
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        builder = builder.serial_number(1).not_valid_before(start).not_valid_after(start + datetime.timedelta(9))
        der = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
        assert shown, "the library has such a warning"
        shown.clear()
        assert certificate_signer(der, "v1").subject == "O=Acme Inc.,C=DEU"
        assert shown == []


@settings(max_examples=examples(60), deadline=None)
@given(noise=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 255)), max_size=6), raw=st.binary(max_size=60))
def test_damaged_messages_never_raise(noise: list[tuple[int, int]], raw: bytes) -> None:
    data = bytearray(message())
    for place, value in noise:
        data[place % len(data)] = value
    leaf_signer(bytes(data), "v1")
    assert leaf_signer(raw, "v1") is None
