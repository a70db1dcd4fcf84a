"""The lab's authority signs for its servers, and TLS clients that trust it accept them by name and by address."""

import ssl
import threading
from pathlib import Path
from socket import socketpair

import pytest

from tieback.lab.certificates import AUTHORITY, authority, leaf


def test_authority_is_created_once_with_a_private_key_file(tmp_path: Path) -> None:
    place = authority(tmp_path / "tls")
    first = (place / AUTHORITY).read_bytes()
    assert (authority(place) / AUTHORITY).read_bytes() == first
    assert (place / "ca-key.pem").stat().st_mode & 0o077 == 0


def test_without_an_authority_nothing_is_signed(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        leaf(tmp_path, "es.lab.test", "127.77.0.1")


@pytest.mark.parametrize(("name", "accepted"), [("db.lab.test", True), ("127.77.3.4", True), ("other.lab.test", False)])
def test_a_client_that_trusts_it_accepts_name_and_address(tmp_path: Path, name: str, accepted: bool) -> None:
    place = authority(tmp_path)
    pem = tmp_path / "both.pem"
    pem.write_bytes(leaf(place, "db.lab.test", "127.77.3.4"))
    server_side, client_side = socketpair()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)

    def serve() -> None:
        try:
            server.wrap_socket(server_side, server_side=True).close()
        except (ssl.SSLError, OSError):
            server_side.close()

    thread = threading.Thread(target=serve)
    thread.start()
    trust = ssl.create_default_context(cafile=str(place / AUTHORITY))
    try:
        trust.wrap_socket(client_side, server_hostname=name).close()
        found = True
    except ssl.SSLCertVerificationError:
        found = False
    finally:
        client_side.close()
        thread.join(5)
    assert found is accepted
