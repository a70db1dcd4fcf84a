"""The lab's certificate authority, created in its directory, and the certificates of its servers.

No client trusts it unless configured to: ``ca.pem`` is for that.
"""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

AUTHORITY = "ca.pem"
_KEY = "ca-key.pem"
_VALID = timedelta(days=397)
"""Current clients reject certificates with a longer validity (CA/Browser Forum, Baseline Requirements 6.3.2)."""

_USAGE_OF_AUTHORITY = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


def authority(directory: Path) -> Path:
    """Create the authority in ``directory`` if it does not exist. Not thread-safe.

    Returns:
        The directory, for ``leaf``.
    """
    certificate, secret = directory / AUTHORITY, directory / _KEY
    if certificate.exists() and secret.exists():
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
        if found.not_valid_after_utc > datetime.now(UTC) + timedelta(days=7):
            return directory
    directory.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("tieback lab")
    made = (
        _unsigned(name, name, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_USAGE_OF_AUTHORITY, critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    secret.touch(mode=0o600)
    secret.write_bytes(_pem(key))
    certificate.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return directory


def leaf(directory: Path, host: str, address: str) -> bytes:
    """A new key and certificate for one server, followed by the certificate of the authority: PEM, in this order.

    Args:
        directory: directory of the authority.
        host: DNS name.
        address: IPv4 address.

    Raises:
        OSError: the authority does not exist.
    """
    chain = (directory / AUTHORITY).read_bytes()
    issuer = x509.load_pem_x509_certificate(chain)
    signer = serialization.load_pem_private_key((directory / _KEY).read_bytes(), None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([x509.DNSName(host), x509.IPAddress(IPv4Address(address))])
    made = (
        _unsigned(_name(host), issuer.subject, key)
        .add_extension(names, critical=False)
        # Python 3.13 and later reject a chain without it (X509_V_FLAG_X509_STRICT).
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    return _pem(key) + made.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM) + chain


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _unsigned(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + _VALID)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
