"""Mosquitto (Debian): open with retained messages, with a password file, over TLS, and empty.

The loader uses a minimal subset of MQTT 3.1.1 (OASIS, 2014): log in, publish retained messages, and read them.
"""

import hashlib
import re
import socket
import ssl
import subprocess
import time
from base64 import b64encode
from collections.abc import Iterator
from typing import Self

from tieback.lab.interface import LabProduct, StartContext
from tieback.lab.people import synthetic_rows
from tieback.lab.process import RunningServer
from tieback.lab.programs import Need, locate
from tieback.lab.serve import PEM, accepts_connections, create_server_directory, serve
from tieback.lab.store import LAB_ACCOUNT, Holding, LabStore, ServerProgram, StoreState, lab_store
from tieback.model.errors import LabError
from tieback.model.probe import Access

_PROGRAM = Need("mosquitto", "Debian: mosquitto")
_SYS_SECONDS = 1
"""Interval at which the broker updates its statistics of retained messages, in seconds."""
_ROUNDS = 101
"""Rounds of PBKDF2-SHA512 in a password file, as written by mosquitto_passwd."""


def start(place: StartContext) -> RunningServer:
    """Start it; it stores nothing on disk."""
    binary, store = str(locate(_PROGRAM)), place.store
    home = create_server_directory(place)
    lines = [f"listener {store.port} {store.address}", f"sys_interval {_SYS_SECONDS}"]
    if store.state is StoreState.PROTECTED:
        (home.path / "passwords").write_text(f"{LAB_ACCOUNT.user}:{_secret(LAB_ACCOUNT.password)}\n", encoding="ascii")
        (home.path / "passwords").chmod(0o600)
        lines += ["allow_anonymous false", f"password_file {home.path}/passwords"]
    else:
        lines.append("allow_anonymous true")
    if store.tls:
        lines += [f"certfile {home.path}/{PEM}", f"keyfile {home.path}/{PEM}"]
    (home.path / "mosquitto.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    # -h prints the version and exits with status 3.
    told = subprocess.run((binary, "-h"), capture_output=True, text=True, timeout=30, check=False).stdout
    version = re.search(r"version ([\d.]+)", told)
    return serve(
        place,
        home,
        (binary, "-c", str(home.path / "mosquitto.conf")),
        lambda: accepts_connections(store.address, store.port),
        version=version[1] if version else "",
    )


def _secret(password: str) -> str:
    salt = b"tieback lab!"
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS)
    return f"$7${_ROUNDS}${b64encode(salt).decode()}${b64encode(key).decode()}"


def load(store: LabStore, server: RunningServer) -> None:
    """Publish one retained message per record, and wait until the broker's statistics count them."""
    with _Client(store, server) as client:
        for holding in store.holdings:
            for number, row in enumerate(synthetic_rows(holding.dataset, holding.records)):
                client.publish(f"machines/{number}", str(row["speed_kmh"]).encode())
        client.ping()
    time.sleep(2 * _SYS_SECONDS)


def count(store: LabStore, server: RunningServer, _holding: Holding) -> int:
    """Retained messages received by a subscription to every topic."""
    with _Client(store, server) as client:
        return client.retained("#")


class _Client:
    def __init__(self, store: LabStore, server: RunningServer) -> None:
        self._store = store
        plain = socket.create_connection((server.address, server.port), timeout=10)
        self._socket = _unchecked().wrap_socket(plain) if store.tls else plain
        self._stream = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        protected = self._store.state is StoreState.PROTECTED
        login = _text(LAB_ACCOUNT.user) + _text(LAB_ACCOUNT.password) if protected else b""
        # 3.1.2.3: user name and password, clean session.
        flags = 0xC2 if protected else 0x02
        self._send(0x10, _text("MQTT") + bytes((4, flags, 0, 60)) + _text("lab") + login)
        if next(self._packets()) != (0x20, b"\0\0"):
            raise LabError("the broker rejected the account", where=self._store.name)
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        self._socket.close()

    def publish(self, topic: str, payload: bytes) -> None:
        self._send(0x31, _text(topic) + payload)

    def ping(self) -> None:
        self._send(0xC0, b"")
        next(kind for kind, _ in self._packets() if kind == 0xD0)

    def retained(self, topic: str) -> int:
        self._send(0x82, b"\0\1" + _text(topic) + b"\0")
        # The broker sends retained messages before it responds to the ping.
        self._send(0xC0, b"")
        found = 0
        for kind, _ in self._packets():
            found += kind & 0xF1 == 0x31
            if kind == 0xD0:
                return found
        raise ConnectionResetError("the broker closed the connection")

    def _send(self, kind: int, body: bytes) -> None:
        size, length = len(body), b""
        while size or not length:
            size, digit = divmod(size, 128)
            length += bytes((digit | (0x80 if size else 0),))
        self._socket.sendall(bytes((kind,)) + length + body)

    def _packets(self) -> Iterator[tuple[int, bytes]]:
        while head := self._stream.read(1):
            size = shift = 0
            while True:
                digit = self._stream.read(1)[0]
                size |= (digit & 0x7F) << shift
                shift += 7
                if not digit & 0x80:
                    break
            yield head[0], self._stream.read(size)


def _text(text: str) -> bytes:
    return len(text).to_bytes(2, "big") + text.encode()


def _unchecked() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


_RETAINED = (Holding(("retained",), "machines", 40),)
KIND = LabProduct(
    server=ServerProgram.MOSQUITTO,
    needs=(_PROGRAM,),
    start=start,
    load=load,
    count=count,
    stores=(
        lab_store(
            "mosquitto-open", ServerProgram.MOSQUITTO, 100, 1883, StoreState.OPEN, Access.OPEN, holdings=_RETAINED
        ),
        lab_store(
            "mosquitto-protected",
            ServerProgram.MOSQUITTO,
            101,
            1883,
            StoreState.PROTECTED,
            Access.AUTH_REQUIRED,
            holdings=_RETAINED,
            # A broker that refuses access does not disclose its product.
            product="mqtt",
        ),
        lab_store(
            "mosquitto-tls",
            ServerProgram.MOSQUITTO,
            102,
            8883,
            StoreState.OPEN,
            Access.OPEN,
            holdings=_RETAINED,
            tls=True,
        ),
        lab_store("mosquitto-empty", ServerProgram.MOSQUITTO, 103, 1883, StoreState.EMPTY, Access.OPEN_EMPTY),
    ),
)
