"""Configured services and inputs by URL whose HTTP never ends: one deadline over the whole exchange."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.examples import few
from tests.lab.ports import free_port
from tests.unit.pipeline.disclosure.test_recheck import GRANT, opened
from tieback.model.errors import InputError
from tieback.scope import downloads as downloads_module
from tieback.scope.downloads import Downloads
from tieback.scope.grant import render_grant
from tieback.scope.services import RequestOutcome, ServiceClient

type Peer = Callable[[socket.socket], None]


def interim(peer: socket.socket) -> None:
    while True:
        peer.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 5)
        time.sleep(0.02)


def interim_with_headers(peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 103 Early Hints\r\n")
    while True:
        peer.sendall(b"Link: </a>\r\n")
        time.sleep(0.02)


def drip_status(peer: socket.socket) -> None:
    for byte in b"HTTP/1.1 " + b"2" * 1000:
        peer.sendall(bytes([byte]))
        time.sleep(0.1)


def drip_header(peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        peer.sendall(b"a")
        time.sleep(0.1)


def drip_body(peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n")
    while True:
        peer.sendall(b"# ")
        time.sleep(0.1)


def drip_chunks(peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        peer.sendall(b"1\r\n#\r\n")
        time.sleep(0.1)


def drip_chunk_size(peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        peer.sendall(b"0")
        time.sleep(0.1)


def silent(peer: socket.socket) -> None:
    peer.recv(1)
    time.sleep(60)


def busy(peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 503 x\r\nRetry-After: 99999\r\nContent-Length: 0\r\n\r\n")


HEADS: list[Peer] = [interim, interim_with_headers, drip_status, drip_header, silent]
BODIES: list[Peer] = [drip_body, drip_chunks, drip_chunk_size]


@pytest.fixture
def peer(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server that treats every connection in one way; its URL."""
    act: Peer = request.param
    ended = threading.Event()

    def talk(plain: socket.socket) -> None:
        with suppress(OSError), plain:
            plain.recv(65536)
            act(plain)

    def serve() -> None:
        while not ended.is_set():
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(plain,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/list"
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)


@pytest.mark.parametrize("peer", few([*HEADS, *BODIES], 3), indirect=True)
def test_a_request_to_a_service_ends_in_time(peer: str, request: pytest.FixtureRequest) -> None:
    begun = time.monotonic()
    answer = ServiceClient([peer], timeout=0.6).request("POST", peer, {}, b"{}")
    assert time.monotonic() - begun < 3
    head = request.node.callspec.params["peer"] in HEADS
    assert answer.sent is (RequestOutcome.UNSURE if head else RequestOutcome.ANSWERED)


@pytest.mark.parametrize("peer", few(HEADS, 3), indirect=True)
def test_metadata_of_an_input_ends_in_time(peer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads_module, "STALL_SECONDS", 0.3)
    begun = time.monotonic()
    with pytest.raises(InputError, match="no response from the host"):
        Downloads(lambda _: None).stat(peer)
    assert time.monotonic() - begun < 8


@pytest.mark.parametrize("peer", few([*HEADS, *BODIES], 3), indirect=True)
def test_the_content_of_an_input_ends_in_time(peer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads_module, "STALL_SECONDS", 0.3)
    begun = time.monotonic()
    with pytest.raises(InputError):
        for _ in Downloads(lambda _: None).read(peer):
            pass
    assert time.monotonic() - begun < 8


@pytest.mark.parametrize("peer", [busy, drip_header], indirect=True)
def test_an_input_gets_no_try_after_the_limit(peer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads_module, "STALL_SECONDS", 0.3)
    asks: tuple[Callable[[Downloads], object], ...] = (
        lambda files: files.stat(peer),
        lambda files: next(files.read(peer)),
    )
    for limit, waits in ((3600.0, downloads_module.MAX_TRIES - 1), (-1.0, 0)):
        monkeypatch.setattr(downloads_module, "LAST_TRY_SECONDS", limit)
        for ask in asks:
            pauses: list[float] = []
            with pytest.raises(InputError):
                ask(Downloads(pauses.append))
            assert len(pauses) == waits


_ASKED = threading.Event()


def asked(peer: socket.socket) -> None:
    _ASKED.set()
    interim(peer)


@pytest.mark.more
@pytest.mark.parametrize("peer", [asked], indirect=True)
def test_watch_ends_by_sigterm_while_a_webhook_hangs(tmp_path: Path, peer: str) -> None:
    opened(tmp_path, free_port())
    (tmp_path / "grant.toml").write_text(render_grant(GRANT))
    (tmp_path / "hooks.toml").write_text(f'[[webhook]]\nname = "a"\nurl = "{peer}"\n')
    words = ("watch", "--grant", "grant.toml", "-w", "ws", "--every", "1d", "--webhooks", "hooks.toml")
    with subprocess.Popen(
        [sys.executable, "-m", "tieback", *words], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert b'"verdict":"closed"' in process.stdout.readline()
        assert _ASKED.wait(120)
        process.send_signal(signal.SIGTERM)
        try:
            assert process.wait(300) == 0
        finally:
            process.kill()
        assert b"next round" not in process.stderr.read()
