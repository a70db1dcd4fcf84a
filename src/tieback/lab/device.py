"""A simulated phone that runs the sample apps: it sends their requests and records the traffic.

Each request is the one in the app's smali. The connections are real: to the lab's running servers and to the device's
own DNS server on loopback. ``packets`` describes the frames written around their bytes.
"""

import selectors
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset
import msgspec

from tieback.lab.packets import PacketWriter, TcpStream
from tieback.lab.workhub_api import CERTIFICATE
from tieback.model.errors import LabError

DEVICE = "10.215.173.1"
"""The address of the phone in the captures: the one that PCAPdroid's VPN assigns."""
_RESOLVER = "10.215.173.2"
_SECONDS = 5.0
_MOST_BYTES = 1 << 20
"""Maximum bytes read of one response, as in the apps."""

type Place = tuple[str, int]
"""Address and port of a store."""


class AppSocket(Protocol):
    """The socket methods that the apps' code needs."""

    def sendall(self, data: bytes, /) -> None:
        """Send all bytes."""

    def recv(self, size: int, /) -> bytes:
        """Receive some bytes; none at the end."""


class AppSession(msgspec.Struct, frozen=True):
    """One app, and what it does when it is opened."""

    app: str
    """Name of the capture."""
    package: str
    label: str
    uid: int
    store: str
    """The lab server that it contacts."""
    host: str
    opened: Callable[[AppSocket], None]
    tls: bool = False


def _fieldhand(wire: AppSocket) -> None:
    body = b'{"size":50,"query":{"match_all":{}}}'
    wire.sendall(
        b"POST /machines/_search HTTP/1.1\r\nContent-Type: application/json\r\n"
        b"User-Agent: Dalvik/2.1.0 (Linux; U; Android 14)\r\nHost: es.fieldhand.test:9200\r\nConnection: close\r\n"
        b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    )
    _read(wire)


def _workhub(wire: AppSocket) -> None:
    wire.sendall(
        b"GET /v1/badges/me HTTP/1.1\r\nAccept: application/json\r\nUser-Agent: Dalvik/2.1.0 (Linux; U; Android 14)\r\n"
        b"Host: api.workhub.test\r\nConnection: close\r\n\r\n"
    )
    _read(wire)


def _tillroll(wire: AppSocket) -> None:
    wire.sendall(b"\x00\x00\x00\x08\x04\xd2\x16\x2f")  # SSLRequest
    wire.recv(1)


def _read(wire: AppSocket) -> None:
    read = 0
    while read < _MOST_BYTES and (data := wire.recv(65536)):
        read += len(data)


SCREENS = (
    AppSession("fieldhand", "org.fieldhand.app", "Fieldhand", 10_201, "fieldhand", "es.fieldhand.test", _fieldhand),
    AppSession(
        "workhub", "com.workhub.mobile", "Workhub", 10_202, "workhub-api", "api.workhub.test", _workhub, tls=True
    ),
    AppSession("tillroll", "com.tillroll.pos", "Tillroll", 10_203, "tillroll", "db.tillroll.test", _tillroll),
)


def record(places: Mapping[str, Place], directories: Callable[[str], Path], out: Path) -> list[Path]:
    """Open each app whose server is running once, and record a capture of it.

    Args:
        places: addresses of the lab's servers, by store name.
        directories: directory of a store, which contains the API's certificate.
        out: folder for the captures; created if missing.

    Returns:
        The files written, ``<app>.pcapng``.

    Raises:
        LabError: no server is running, a server did not respond, or the folder cannot be written.
    """
    written = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for screen in SCREENS:
            place = places.get(screen.store)
            if place is not None:
                path = out / f"{screen.app}.pcapng"
                with path.open("wb") as file:
                    _open_app(screen, place, PacketWriter(file), directories(screen.store))
                written.append(path)
    except OSError as error:
        raise LabError(
            f"cannot record the traffic ({error.strerror or error})",
            where=str(out),
            advice="Check `tieback lab status` and the permissions of the folder",
        ) from error
    if not written:
        raise LabError(
            "no server of the sample apps is running", where="lab", advice="Start them with `tieback lab up --demo`"
        )
    return written


def _open_app(screen: AppSession, place: Place, writer: PacketWriter, directory: Path) -> None:
    writer.app(screen.uid, screen.package, screen.label)
    _resolve(screen, place[0], writer)
    with _recorded(screen, place, writer) as relay, socket.create_connection(relay, _SECONDS) as plain:
        if screen.tls:
            trust = ssl.create_default_context(cafile=str(directory / CERTIFICATE))
            with trust.wrap_socket(plain, server_hostname=screen.host) as secured:
                screen.opened(secured)
        else:
            screen.opened(plain)


def _resolve(screen: AppSession, address: str, writer: PacketWriter) -> None:
    """Query a DNS server that knows only this name, over UDP on loopback."""
    query = dns.message.make_query(screen.host, dns.rdatatype.A)
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
    ):
        for one in (server, client):
            one.settimeout(_SECONDS)
            one.bind(("127.0.0.1", 0))
        client.sendto(query.to_wire(), server.getsockname())
        asked, who = server.recvfrom(4096)
        question = dns.message.from_wire(asked)
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.RA
        answer.answer.append(dns.rrset.from_text(question.question[0].name, 60, "IN", "A", address))
        server.sendto(answer.to_wire(), who)
        answered, _ = client.recvfrom(4096)
        ends = (DEVICE, client.getsockname()[1]), (_RESOLVER, 53)
    writer.udp(*ends, asked, screen.uid)
    writer.udp(*ends[::-1], answered, screen.uid)


@contextmanager
def _recorded(screen: AppSession, place: Place, writer: PacketWriter) -> Iterator[Place]:
    """A recording relay to the server: one connection, ended when the context ends."""
    with socket.create_server(("127.0.0.1", 0), backlog=1) as listener:
        listener.settimeout(_SECONDS)
        failures: list[OSError] = []

        def relay() -> None:
            try:
                client, (_, port) = listener.accept()
                with client, socket.create_connection(place, _SECONDS) as server:
                    stream = TcpStream(writer, (DEVICE, port), place, screen.uid)
                    _pass(client, server, stream)
                    stream.close()
            except OSError as error:
                failures.append(error)

        thread = threading.Thread(target=relay, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()
        finally:
            thread.join(_SECONDS)
        if failures:
            raise failures[0]


def _pass(client: socket.socket, server: socket.socket, stream: TcpStream) -> None:
    """Relay both directions until the client ends; later data of the server is not read.

    Raises:
        OSError: both sides are silent for too long.
    """
    with selectors.DefaultSelector() as ready:
        ready.register(client, selectors.EVENT_READ, server)
        ready.register(server, selectors.EVENT_READ, client)
        while ready.get_map():
            events = ready.select(_SECONDS)
            if not events:
                raise TimeoutError("the server does not respond")
            for key, _ in events:
                one = key.fileobj
                assert isinstance(one, socket.socket)
                try:
                    data = one.recv(65536)
                except ConnectionResetError:
                    data = b""
                if not data:
                    if one is client:
                        return
                    ready.unregister(one)
                    client.shutdown(socket.SHUT_WR)
                    continue
                stream.send(data, outwards=one is client)
                key.data.sendall(data)
