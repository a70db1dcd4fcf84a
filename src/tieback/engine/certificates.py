"""Certificates of a cluster: its own certificate authority, and one certificate that all members share.

Schedulers, workers and clients accept a connection only if both sides present a certificate of this authority (mutual
TLS). Anyone with ``member.pem`` can run code on every member: protect it like a private key of all members.
"""

import ipaddress
import stat
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tieback.model.errors import UsageError
from tieback.model.small_file import read_small

AUTHORITY = "authority.pem"
"""Certificate of the authority; not secret."""
MEMBER = "member.pem"
_MAX_PEM = 1024 * 1024
_EXPOSED = stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH
"""A group may read it: that is how containers get a secret."""
"""Key and certificate of a member."""
VALID_DAYS = 397


def make_certificates(directory: Path, hosts: Sequence[str] = (), days: int = VALID_DAYS) -> None:
    """Write ``authority.pem`` and ``member.pem``. The authority's key is discarded: it cannot sign anything else.

    Args:
        directory: created if missing.
        hosts: names and addresses of members, for tools that check them; tieback does not.
        days: validity in days.

    Raises:
        UsageError: the directory already contains certificates.
        OSError: the directory cannot be written.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (directory / MEMBER).exists() or (directory / AUTHORITY).exists():
        raise UsageError(
            "the folder already contains certificates",
            where=str(directory),
            advice="Choose another folder, or delete them",
        )
    signer, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer, subject = _name("tieback cluster authority"), _name("tieback cluster member")
    authority = (
        _unsigned(issuer, issuer, signer, days)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    member = (
        _unsigned(subject, issuer, key, days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(usages, critical=False)
        .add_extension(x509.SubjectAlternativeName([_host(host) for host in ("localhost", *hosts)]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()),
            critical=False,
        )
        .sign(signer, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (directory / AUTHORITY).write_bytes(authority.public_bytes(pem))
    secret = directory / MEMBER
    secret.touch(mode=0o600)
    secret.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + member.public_bytes(pem)
    )


def require_certificates(directory: Path | None) -> tuple[str, str]:
    """The paths of ``authority.pem`` and ``member.pem``, after checking both. A cluster requires certificates.

    Raises:
        UsageError: they are missing, do not belong together, have expired, or other users can read the key.
    """
    if directory is None:
        raise UsageError(
            "a cluster needs certificates",
            where="--certs",
            advice="Create them with `tieback cluster certs DIR` and pass --certs DIR",
        )
    for name in (AUTHORITY, MEMBER):
        if not (directory / name).is_file():
            raise UsageError(
                f"missing {name}", where=str(directory), advice="Copy the folder that `tieback cluster certs` created"
            )
    if (directory / MEMBER).stat().st_mode & _EXPOSED:
        raise UsageError(
            "other users can read or change this key",
            where=str(directory / MEMBER),
            advice="Run `chmod 600` on it. If they may have read it, create new certificates",
        )
    until = valid_until(directory)
    if until < datetime.now(UTC):
        raise UsageError(
            f"the certificates expired on {until:%Y-%m-%d}",
            where=str(directory),
            advice="Create new ones with `tieback cluster certs`, copy them to every member, and restart the members",
        )
    return str(directory / AUTHORITY), str(directory / MEMBER)


def valid_until(directory: Path) -> datetime:
    """The earlier expiry time of the two certificates.

    Raises:
        UsageError: the certificates cannot be read, or do not belong together.
    """
    try:
        authority = x509.load_pem_x509_certificate(read_small(directory / AUTHORITY, _MAX_PEM))
        pem = read_small(directory / MEMBER, _MAX_PEM)
        member, key = x509.load_pem_x509_certificate(pem), serialization.load_pem_private_key(pem, None)
        member.verify_directly_issued_by(authority)
        if key.public_key() != member.public_key():
            raise ValueError("another key")
    except OSError as error:
        raise UsageError(
            f"cannot be read ({error.strerror})", where=str(directory), advice="Check its owner and permissions"
        ) from None
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm) as error:
        raise UsageError(
            f"the certificates are damaged, or do not belong together ({type(error).__name__})",
            where=str(directory),
            advice="Copy the folder from `tieback cluster certs` again",
        ) from None
    return min(authority.not_valid_after_utc, member.not_valid_after_utc)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _unsigned(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1, days=max(0, -days)))
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )
