"""What is told of a TLS session, from handshakes in memory."""

import ssl
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tieback.scope.tls import NO_CERTIFICATE, TlsContexts, describe_session, trust_context


def certificate(tmp_path: Path, names: list[x509.GeneralName] | None, common: str = "db.x.test") -> Path:
    """A self-signed certificate with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
    if names is not None:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    pem = tmp_path / "both.pem"
    pem.write_bytes(
        builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return pem


def handshake(pem: Path | None, client_context: ssl.SSLContext, host: str) -> ssl.SSLObject:
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if pem is not None:
        server_context.load_cert_chain(pem)
    else:
        server_context.set_ciphers("aNULL:@SECLEVEL=0")
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(down, up, server_hostname=host)
    server = server_context.wrap_bio(up, down, server_side=True)
    for side in (client, server) * 3:
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return client


def test_an_unverified_session(tmp_path: Path) -> None:
    pem = certificate(tmp_path, [x509.DNSName("db.x.test"), x509.IPAddress(ip_address("127.0.0.1"))])
    info = describe_session(handshake(pem, TlsContexts().identification, "other.test"), "self-signed certificate")
    der = x509.load_pem_x509_certificate(pem.read_bytes()).public_bytes(serialization.Encoding.DER)
    assert (info.version, info.verified, info.problem) == ("TLSv1.3", False, "self-signed certificate")
    assert (info.subject, info.names) == ("db.x.test", ("db.x.test", "127.0.0.1"))
    assert info.certificate_sha256 == sha256(der).hexdigest()


def test_names_are_bounded(tmp_path: Path) -> None:
    pem = certificate(tmp_path, [x509.DNSName(f"n{n}.x.test") for n in range(500)])
    assert len(describe_session(handshake(pem, TlsContexts().identification, "x.test"), "x").names) == 50


def test_a_certificate_without_names(tmp_path: Path) -> None:
    info = describe_session(handshake(certificate(tmp_path, None), TlsContexts().identification, "x.test"), "x")
    assert (info.subject, info.names) == ("db.x.test", ())


def test_verification_is_on_where_it_is_promised(tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(certificate(tmp_path, [x509.DNSName("db.x.test")]), TlsContexts().trust, "db.x.test")


def test_a_trusted_one_verifies(tmp_path: Path) -> None:
    pem = certificate(tmp_path, [x509.DNSName("db.x.test")])
    contexts = TlsContexts()
    contexts.trust.load_verify_locations(pem)
    contexts.trust.verify_flags &= ~ssl.VERIFY_X509_STRICT
    info = describe_session(handshake(pem, contexts.trust, "db.x.test"), "")
    assert (info.verified, info.problem) == (True, "")
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        handshake(pem, contexts.trust, "other.test")


def test_identification_never_verifies(tmp_path: Path) -> None:
    pem = certificate(tmp_path, [x509.DNSName("db.x.test")])
    info = describe_session(handshake(pem, TlsContexts().identification, "db.x.test"), "")
    assert (info.verified, info.problem) == (False, "not checked")


def test_a_session_without_a_certificate_is_never_verified() -> None:
    """OpenSSL asks for no certificate in an anonymous session, even if the context requires one."""
    loose = trust_context()
    loose.maximum_version = ssl.TLSVersion.TLSv1_2
    loose.set_ciphers("ALL:@SECLEVEL=0")  # as a system's openssl.cnf may do
    info = describe_session(handshake(None, loose, "db.x.test"), "")
    assert (info.verified, info.problem) == (False, NO_CERTIFICATE)


@pytest.mark.parametrize("other", ["aNULL", "eNULL"])
def test_trust_offers_no_cipher_without_authentication_or_encryption(other: str) -> None:
    weak = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    weak.set_ciphers(f"{other}:@SECLEVEL=0")
    offered = {cipher["name"] for cipher in trust_context().get_ciphers()}
    assert not offered & {cipher["name"] for cipher in weak.get_ciphers() if cipher["protocol"] != "TLSv1.3"}
