"""An error of one TLS connection is not reported by another connection of the same thread."""

import socket
import ssl
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from tieback.engine.certificates import make_certificates
from tieback.engine.tls_errors import isolate_tls_errors

iostream = pytest.importorskip("tornado.iostream", reason="the extra [dask] is not installed")


@dataclass
class Stream:
    """What tornado's methods use of a stream."""

    socket: ssl.SSLSocket
    _ssl_accepting: bool = False


def connected(certificate: Path) -> tuple[ssl.SSLSocket, ssl.SSLSocket]:
    """Both ends of a connection: the server's, which does not block, and the client's."""
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(certificate)
    ours.num_tickets = 0  # else the client would close with unread data, and the first write would fail already
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    theirs.check_hostname, theirs.verify_mode = False, ssl.CERT_NONE
    with socket.create_server(("127.0.0.1", 0)) as listener:
        plain = socket.create_connection(listener.getsockname())
        accepted, _ = listener.accept()
    clients: list[ssl.SSLSocket] = []
    handshake = threading.Thread(target=lambda: clients.append(theirs.wrap_socket(plain)))
    handshake.start()
    server = ours.wrap_socket(accepted, server_side=True)
    handshake.join()
    server.setblocking(False)
    return server, clients[0]


def break_off(server: ssl.SSLSocket, client: ssl.SSLSocket) -> None:
    """Let the peer go without a word, and write to it: the next read fails, and so does the alert that it sends."""
    client.shutdown(socket.SHUT_RDWR)
    client.close()
    server.send(b"x")


def test_a_broken_connection_does_not_break_a_healthy_one(tmp_path: Path) -> None:
    isolate_tls_errors()
    isolate_tls_errors()  # a second call changes nothing
    make_certificates(tmp_path)
    healthy, peer = connected(tmp_path / "member.pem")
    broken, gone = connected(tmp_path / "member.pem")
    with healthy, peer, broken:
        break_off(broken, gone)
        assert iostream.SSLIOStream.read_from_fd(Stream(broken), bytearray(8)) == 0  # its end
        assert iostream.SSLIOStream.read_from_fd(Stream(healthy), bytearray(8)) is None
        peer.send(b"hello")
        healthy.setblocking(True)
        assert healthy.recv(8) == b"hello"


def test_an_error_that_is_already_in_the_queue_is_not_reported(tmp_path: Path) -> None:
    isolate_tls_errors()
    make_certificates(tmp_path)
    healthy, peer = connected(tmp_path / "member.pem")
    broken, gone = connected(tmp_path / "member.pem")
    with healthy, peer, broken:
        break_off(broken, gone)
        with pytest.raises(OSError, match=r"Broken pipe|EOF|reset|unknown error"):
            broken.recv(8)  # as a handshake would, past the guarded methods
        assert iostream.SSLIOStream.read_from_fd(Stream(healthy), bytearray(8)) is None
