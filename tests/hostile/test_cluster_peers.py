"""Peers of a cluster without its certificate: no member sends them one byte of Dask's protocol.

A member speaks first after the handshake, so the first bytes after it show whether a peer was accepted.
"""

import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.engine.clusters import ENVIRONMENT, ROOT, member
from tieback.engine.certificates import AUTHORITY, MEMBER, make_certificates

pytest.importorskip("distributed", reason="the extra [dask] is not installed")

SECONDS = 60.0
_ALERT = 0x15
"""First byte of a TLS alert (RFC 8446, 5.1)."""


class Cluster(msgspec.Struct):
    """Addresses of the members, and the certificates of this cluster and of others."""

    addresses: dict[str, tuple[str, int]]
    folder: Path


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("peers")
    for name in ("own", "foreign"):
        make_certificates(folder / name)
    _sign_with_member(folder / "own", folder / "signed by a member")
    _sign_itself(folder / "own", folder / "same names")
    certs = str(folder / "own")
    with (
        member("scheduler", "--certs", certs, "--port", "0") as scheduler,
        member("worker", scheduler.address, "--certs", certs) as worker,
    ):
        yield Cluster({"scheduler": _place(scheduler.address), "worker": _place(worker.address)}, folder)


def _place(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host, int(port)


def _write(folder: Path, key: ec.EllipticCurvePrivateKey, *chain: x509.Certificate) -> None:
    folder.mkdir()
    pem = serialization.Encoding.PEM
    text = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / MEMBER).touch(0o600)
    (folder / MEMBER).write_bytes(text + b"".join(one.public_bytes(pem) for one in chain))


def _certificate(
    like: x509.Certificate, key: ec.EllipticCurvePrivateKey, issuer: x509.Name, signer: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(like.subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
    )
    return builder.sign(signer, hashes.SHA256())


def _sign_with_member(own: Path, folder: Path) -> None:
    """A certificate that a member signed with its own key, which may not sign."""
    pem = (own / MEMBER).read_bytes()
    issuer, signer = x509.load_pem_x509_certificate(pem), serialization.load_pem_private_key(pem, None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    _write(folder, key, _certificate(issuer, key, issuer.subject, signer), issuer)


def _sign_itself(own: Path, folder: Path) -> None:
    """A certificate with all names of a member's, signed by a key of its own with the name of the authority."""
    like = x509.load_pem_x509_certificate((own / MEMBER).read_bytes())
    key, signer = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    _write(folder, key, _certificate(like, key, like.issuer, signer))


def first_bytes(cluster: Cluster, role: str, certificate: str) -> bytes:
    """What a member says first to a peer with this certificate; empty if it closes or refuses the connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if certificate != "none":
        context.load_cert_chain(cluster.folder / certificate / MEMBER)
    try:
        with (
            socket.create_connection(cluster.addresses[role], SECONDS) as plain,
            context.wrap_socket(plain) as connection,
        ):
            return connection.recv(64)
    except (ssl.SSLError, ConnectionError):
        return b""


@pytest.mark.parametrize("role", ["scheduler", "worker"])
@pytest.mark.parametrize("certificate", ["none", "foreign", "signed by a member", "same names"])
def test_a_peer_without_a_certificate_of_the_cluster_is_refused(cluster: Cluster, role: str, certificate: str) -> None:
    assert first_bytes(cluster, role, certificate) == b""


@pytest.mark.parametrize("role", ["scheduler", "worker"])
def test_a_peer_with_a_certificate_is_spoken_to(cluster: Cluster, role: str) -> None:
    """The control."""
    assert first_bytes(cluster, role, "own") != b""


@pytest.mark.parametrize("role", ["scheduler", "worker"])
def test_a_peer_without_tls_is_refused(cluster: Cluster, role: str) -> None:
    with socket.create_connection(cluster.addresses[role], SECONDS) as plain:
        # The head of a message of Dask, which is no head of TLS.
        plain.sendall((8).to_bytes(8, "little") + (1).to_bytes(8, "little") * 8)
        try:
            found = plain.recv(64)
        except ConnectionError:
            found = b""
    assert found == b"" or found[0] == _ALERT


def test_a_worker_does_not_join_a_scheduler_of_another_cluster(cluster: Cluster) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cluster.folder / "foreign" / MEMBER)
    context.load_verify_locations(cluster.folder / "own" / AUTHORITY)
    context.verify_mode = ssl.CERT_REQUIRED
    heard: list[bytes] = []
    tried = threading.Event()

    def serve(listener: socket.socket) -> None:
        while not tried.is_set():
            connection, _ = listener.accept()
            connection.settimeout(SECONDS)
            try:
                with context.wrap_socket(connection, server_side=True) as session:
                    heard.append(session.recv(64))
            except OSError:
                heard.append(b"")
            tried.set()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(SECONDS)
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        words = ["worker", f"127.0.0.1:{listener.getsockname()[1]}", "--certs", str(cluster.folder / "own")]
        worker = subprocess.Popen(
            [sys.executable, "-m", "tieback", "cluster", *words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={**os.environ, **ENVIRONMENT},
        )
        try:
            assert tried.wait(SECONDS)
        finally:
            worker.kill()
            worker.wait()
            thread.join(SECONDS)
    assert heard == [b""]
