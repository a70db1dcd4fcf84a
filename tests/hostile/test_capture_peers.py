"""Hostile clients and servers on both sides of the live proxy: it goes on, stays small, and tells what it saw."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tieback.intake.capture.child import ProxyProcess
from tieback.intake.capture.destinations import LOOPBACK
from tieback.intake.capture.frames import encode_frame
from tieback.intake.capture.interface import (
    MAX_DOCUMENT,
    HttpObserved,
    Observation,
    ProxyEnd,
    ProxyMode,
    ProxySettings,
    StreamObserved,
)
from tieback.pipeline.capture.flows import LiveFlows

pytest.importorskip("mitmproxy")

EXTRA_KIB = 64 * 1024
"""Memory that any of these may cost the proxy."""

type Behave = Callable[[socket.socket], None]


@contextlib.contextmanager
def server(behave: Behave) -> Iterator[int]:
    """A server that treats each connection so."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=_behave, args=(behave, connection), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]


def _behave(behave: Behave, connection: socket.socket) -> None:
    with connection, contextlib.suppress(OSError):
        behave(connection)


@pytest.fixture(params=[ProxyMode.REGULAR, pytest.param(ProxyMode.SOCKS5, marks=pytest.mark.more)])
def proxy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ProxyProcess]:
    with ProxyProcess(ProxySettings(request.param, "127.0.0.1", 0, str(tmp_path), destinations=LOOPBACK)) as running:
        running.mode = request.param  # type: ignore[attr-defined]
        yield running


def memory(proxy: ProxyProcess) -> int:
    """The most that the proxy ever held, KiB."""
    status = Path(f"/proc/{proxy._process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


def through(proxy: ProxyProcess, port: int, data: bytes, limit: int = 1 << 16) -> bytes:
    """Send bytes to a server through the proxy, in its own way; what comes back, up to a limit."""
    where = (proxy.listening.host, proxy.listening.port)
    with contextlib.suppress(OSError), socket.create_connection(where, timeout=20) as client:
        if proxy.mode is ProxyMode.SOCKS5:  # type: ignore[attr-defined]
            client.sendall(b"\x05\x01\x00")
            client.recv(2)
            client.sendall(b"\x05\x01\x00\x01\x7f\0\0\1" + struct.pack(">H", port))
            client.recv(10)
        else:
            client.sendall(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n".encode())
            client.recv(4096)
        client.sendall(data)
        client.settimeout(2)
        return read(client, limit)
    return b""


def read(client: socket.socket, limit: int) -> bytes:
    found, size = b"", 0
    with contextlib.suppress(OSError):
        while size < limit and (data := client.recv(1 << 16)):
            size += len(data)
            found = found or data
    return found


def end(proxy: ProxyProcess) -> list[Observation]:
    """End it; all that it told."""
    proxy.finish()
    seen: list[Observation] = []
    while not proxy.ended:
        seen += proxy.read(20)
    assert proxy.failure == ""
    assert isinstance(seen[-1], ProxyEnd)
    live = LiveFlows("run.flows", lambda *_: None)
    for one in seen:
        live.of(one)
    return seen


GET = b"GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n"


def endless_body(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
    for _ in range(1500):
        connection.sendall(b"x" * 65536)


def test_an_endless_answer_is_counted_and_not_kept(proxy: ProxyProcess) -> None:
    before = memory(proxy)
    with server(endless_body) as port:
        through(proxy, port, GET, limit=90 * 1024 * 1024)
    (seen,) = [one for one in end_after(proxy, before) if isinstance(one, HttpObserved)]
    assert seen.bytes_in > 80 * 1024 * 1024
    assert len(seen.response_body) == 4096


def end_after(proxy: ProxyProcess, before: int) -> list[Observation]:
    """End it, having looked at what it cost."""
    assert memory(proxy) - before < EXTRA_KIB
    return end(proxy)


def endless_stream(connection: socket.socket) -> None:
    connection.recv(4096)
    for _ in range(1500):
        connection.sendall(b"\x01\x02\x03\x04" * 16384)


def test_an_endless_stream_is_counted_and_not_kept(proxy: ProxyProcess) -> None:
    before = memory(proxy)
    with server(endless_stream) as port:
        through(proxy, port, b"\0\0\0\x01hello", limit=90 * 1024 * 1024)
    (seen,) = [one for one in end_after(proxy, before) if isinstance(one, StreamObserved)]
    assert seen.bytes_in > 80 * 1024 * 1024
    assert len(seen.back) == 16 * 1024


ANSWERS = [
    b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 2000 + b"\r\n",
    b"HTTP/1.1 200 OK\r\nX: " + b"y" * 60_000 + b"\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx",
    b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx",
    b"HTTP/1.1 999 \xff\x00\r\n\xff: \xff\r\n\r\n",
    b"HTTP/9.9 200 OK\r\n\r\n",
    b"\x16\x03\x01\xff\xff" + b"\xff" * 100,
    b"\x00" * 5000,
    b"",
]


def test_answers_that_are_none(tmp_path: Path) -> None:
    waiting = list(ANSWERS)

    def behave(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(waiting.pop())

    settings = ProxySettings(ProxyMode.REGULAR, "127.0.0.1", 0, str(tmp_path), destinations=LOOPBACK)
    with ProxyProcess(settings) as proxy, server(behave) as port:
        proxy.mode = ProxyMode.REGULAR  # type: ignore[attr-defined]
        for _ in ANSWERS:
            through(proxy, port, GET)
        assert len([one for one in end(proxy) if isinstance(one, HttpObserved)]) == len(ANSWERS)


CLIENTS = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xff" * 600,
    b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00",
    b"GET " + b"/" * 200_000 + b" HTTP/1.1\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 100,
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"\x00" * 10_000,
    b"A" * 10_000,
]


@pytest.mark.more
def test_clients_that_are_none(proxy: ProxyProcess) -> None:
    with server(lambda connection: connection.settimeout(1)) as port:
        for data in CLIENTS:
            through(proxy, port, data)
    with server(lambda connection: connection.sendall(connection.recv(100))) as port:
        assert through(proxy, port, b"\x01still here") == b"\x01still here"
    assert any(isinstance(one, StreamObserved) and one.out == b"\x01still here" for one in end(proxy))


@pytest.mark.more
def test_many_connections_at_once(proxy: ProxyProcess) -> None:
    before = memory(proxy)
    where = (proxy.listening.host, proxy.listening.port)
    with contextlib.ExitStack() as stack:
        for _ in range(400):
            stack.enter_context(socket.create_connection(where, timeout=10)).sendall(b"\x05")
        with server(lambda connection: connection.sendall(connection.recv(100))) as port:
            assert through(proxy, port, b"\x01served") == b"\x01served"
    assert memory(proxy) - before < EXTRA_KIB
    end(proxy)


@pytest.mark.more
def test_documents_stay_below_their_bound(proxy: ProxyProcess) -> None:
    head = b"GET /" + b"a" * 50_000 + b" HTTP/1.1\r\n" + b"".join(b"h%d: %s\r\n" % (n, b"v" * 200) for n in range(150))
    with server(lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as port:
        through(proxy, port, head + b"\r\n")
    for one in end(proxy):
        assert len(encode_frame(one)) < MAX_DOCUMENT / 4


ONLY_THIS_HOST = [
    *("127.0.0.1", "127.77.0.9", "localhost", "x.localhost", "0.0.0.0", "127.1", "2130706433", "0x7f000001"),
    *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "017700000001"),
]


@pytest.mark.parametrize("mode", [ProxyMode.REGULAR, pytest.param(ProxyMode.SOCKS5, marks=pytest.mark.more)])
def test_an_app_reaches_no_service_of_this_host_by_default(tmp_path: Path, mode: ProxyMode) -> None:
    visits: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        visits.append(connection.recv(4096))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")

    def ask(proxy: ProxyProcess, host: str, port: int) -> bytes:
        place = (proxy.listening.host, proxy.listening.port)
        with socket.create_connection(place, timeout=20) as client:
            client.settimeout(5)
            if mode is ProxyMode.SOCKS5:
                name = host.strip("[]").encode()
                client.sendall(b"\x05\x01\x00")
                client.recv(2)
                client.sendall(b"\x05\x01\x00\x03" + bytes((len(name),)) + name + struct.pack(">H", port) + GET)
            else:
                client.sendall(f"GET http://{host}:{port}/ HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            return read(client, 4096)

    with server(behave) as port:
        with ProxyProcess(ProxySettings(mode, "127.0.0.1", 0, str(tmp_path / "closed"))) as proxy:
            answers = [ask(proxy, host, port) for host in ONLY_THIS_HOST]
            proxy.mode = mode  # type: ignore[attr-defined]
            end(proxy)
        assert visits == []
        assert not any(b"secret" in answer for answer in answers)
        # The control: what the user permits is reached.
        with ProxyProcess(ProxySettings(mode, "127.0.0.1", 0, str(tmp_path / "open"), destinations=("any",))) as proxy:
            ask(proxy, "127.0.0.1", port)
        assert len(visits) == 1


def two_lengths(smuggled: bytes) -> list[bytes]:
    """What follows the host of a request, so that servers differ about where it ends."""
    return [
        b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" % (5 + len(smuggled)) + smuggled,
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + smuggled,
        b"Transfer-Encoding: xchunked\r\nContent-Length: 0\r\n\r\n" + smuggled,
        b"Transfer-Encoding:\x0bchunked\r\nContent-Length: %d\r\n\r\n0\r\n\r\n" % (5 + len(smuggled)) + smuggled,
        b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(smuggled) + smuggled,
        b"Content-Length: +0\r\n\r\n" + smuggled,
    ]


def test_a_request_with_two_lengths_is_forwarded_as_the_proxy_reads_it(tmp_path: Path) -> None:
    """The server must not see a request that the proxy took for a body, or the reverse."""
    requests = [
        b"POST /first%d HTTP/1.1\r\nHost: a.test\r\n" % number
        + two_lengths(b"GET /smuggled%d HTTP/1.1\r\nHost: a.test\r\n\r\n" % number)[number]
        for number in range(len(two_lengths(b"")))
    ]
    received: list[bytearray] = []

    def behave(connection: socket.socket) -> None:
        connection.settimeout(1)
        mine = bytearray()
        received.append(mine)
        while data := connection.recv(65536):
            mine.extend(data)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" * data.count(b"HTTP/1.1\r\n"))

    settings = ProxySettings(ProxyMode.REGULAR, "127.0.0.1", 0, str(tmp_path), destinations=LOOPBACK)
    with server(behave) as port, ProxyProcess(settings) as proxy:
        proxy.mode = ProxyMode.REGULAR  # type: ignore[attr-defined]
        for request in requests:
            through(proxy, port, request)
        flows = [one for one in end(proxy) if isinstance(one, HttpObserved)]
    assert all(b" /first" in data for data in received if data)
    for number in range(len(requests)):
        forwarded = b"".join(bytes(data) for data in received if b" /first%d " % number in data)
        reported = sum(one.path == f"/smuggled{number}" for one in flows)
        assert forwarded.count(b"GET /smuggled%d " % number) == reported, number
        lengths = forwarded.lower().count(b"content-length:") + forwarded.lower().count(b"transfer-encoding:")
        assert lengths <= reported + sum(one.path == f"/first{number}" for one in flows), number


@pytest.mark.more
def test_a_bomb_of_header_fields_costs_little(proxy: ProxyProcess) -> None:
    before = memory(proxy)
    with server(lambda connection: connection.settimeout(1)) as port:
        for field in (b"x: " + b"y" * 60_000, b"x: y\r\n" * 10_000):
            through(proxy, port, b"GET / HTTP/1.1\r\n" + (field + b"\r\n") * 60)
    end_after(proxy, before)
