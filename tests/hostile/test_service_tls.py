"""Webhooks, EMM APIs and inputs by URL: nothing is sent to a server without a trusted certificate."""

import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509

from tests.unit.scope.test_tls import certificate
from tieback.model.errors import InputError
from tieback.scope.downloads import Downloads
from tieback.scope.services import RequestOutcome, ServiceClient

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
KINDS = ("no certificate", "self-signed", "another name", "old version", "good")


def server_context(kind: str, pem: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        if kind == "no certificate":
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.set_ciphers("aNULL:@SECLEVEL=0")
            return context
        if kind == "old version":
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.load_cert_chain(pem)
    return context


@contextmanager
def server(context: ssl.SSLContext) -> Iterator[tuple[int, list[bytes]]]:
    """An HTTPS server; its port, and the requests that it could read."""
    heard: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            with suppress(OSError), plain:
                plain.settimeout(5)
                with context.wrap_socket(plain, server_side=True) as peer:
                    heard.append(peer.recv(65536))
                    peer.sendall(ANSWER)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1], heard
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)


@pytest.fixture(params=KINDS)
def peer(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[bool, int, list[bytes]]]:
    kind: str = request.param
    names: list[x509.GeneralName] = [x509.IPAddress(ip_address("127.0.0.9" if kind == "another name" else "127.0.0.1"))]
    pem = certificate(tmp_path, names)
    if kind != "self-signed":
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with server(server_context(kind, pem)) as (port, heard):
        yield kind == "good", port, heard


def test_a_configured_service(peer: tuple[bool, int, list[bytes]]) -> None:
    good, port, heard = peer
    url = f"https://127.0.0.1:{port}/hook"
    answer = ServiceClient([url]).request("GET", url, {"Authorization": "Bearer secret"})
    assert answer.sent is (RequestOutcome.ANSWERED if good else RequestOutcome.NOT_SENT)
    assert bool(b"".join(heard)) is good


def test_an_input_by_url(peer: tuple[bool, int, list[bytes]]) -> None:
    good, port, heard = peer
    downloads, url = Downloads(lambda _: None), f"https://127.0.0.1:{port}/list"
    if good:
        found = downloads.stat(url)
        assert found is not None
    else:
        with pytest.raises(InputError):
            downloads.stat(url)
    assert bool(b"".join(heard)) is good
