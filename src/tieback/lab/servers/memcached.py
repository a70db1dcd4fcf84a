"""Memcached (Debian): open, with ``--auth-file``, over TLS, and empty."""

import re
import socket
import ssl
from collections.abc import Callable

from tieback.lab.interface import LabProduct, StartContext
from tieback.lab.people import synthetic_rows
from tieback.lab.process import RunningServer, run_tool
from tieback.lab.programs import Need, locate
from tieback.lab.serve import PEM, accepts_connections, create_server_directory, serve
from tieback.lab.store import LAB_ACCOUNT, Holding, LabStore, ServerProgram, StoreState, lab_store
from tieback.model.errors import LabError
from tieback.model.probe import Access

_PROGRAM = Need("memcached", "Debian: memcached")
_SESSIONS = (Holding(("items",), "sessions", 300),)


def start(place: StartContext) -> RunningServer:
    """Start it with only the text protocol."""
    binary, store = str(locate(_PROGRAM)), place.store
    home = create_server_directory(place)
    more: tuple[str, ...] = ()
    if store.state is StoreState.PROTECTED:
        (home.path / "auth").write_text(f"{LAB_ACCOUNT.user}:{LAB_ACCOUNT.password}\n", encoding="ascii")
        more = ("--auth-file=auth",)
    if store.tls:
        more = ("-Z", "-o", f"ssl_chain_cert={PEM},ssl_key={PEM}")
    argv = (binary, "-l", store.address, "-p", str(store.port), "-U", "0", "-m", "16", *more)
    version = re.search(r"[\d.]+", run_tool((binary, "--version"), directory=home.path))
    return serve(
        place, home, argv, lambda: accepts_connections(store.address, store.port), version=version[0] if version else ""
    )


def load(store: LabStore, server: RunningServer) -> None:
    """Empty it, then set one item per session."""
    lines = [b"flush_all\r\n"]
    for holding in store.holdings:
        for row in synthetic_rows(holding.dataset, holding.records):
            value = str(row["user"]).encode()
            lines.append(b"set %s 0 0 %d\r\n%b\r\n" % (str(row["key"]).encode(), len(value), value))
    _ask(store, server, b"".join(lines), answers=len(lines))


def count(store: LabStore, server: RunningServer, _holding: Holding) -> int:
    """``curr_items`` of ``stats``."""
    told = _ask(store, server, b"stats\r\n", end=b"END\r\n")
    found = re.search(rb"STAT curr_items (\d+)", told)
    return int(found[1]) if found else 0


def _ask(store: LabStore, server: RunningServer, sent: bytes, *, answers: int = 1, end: bytes = b"") -> bytes:
    """The response up to ``answers`` lines, or up to ``end`` if given."""
    plain = socket.create_connection((server.address, server.port), timeout=10)
    with _unchecked().wrap_socket(plain) if store.tls else plain as connection:
        if store.state is StoreState.PROTECTED:
            login = f"{LAB_ACCOUNT.user} {LAB_ACCOUNT.password}".encode()
            # "ASCII authentication": the first command is a set whose value is the account.
            connection.sendall(b"set auth 0 0 %d\r\n%b\r\n" % (len(login), login))
            _until(connection, lambda heard: heard.endswith(b"\r\n"))
        connection.sendall(sent)
        return _until(connection, lambda heard: heard.endswith(end) if end else heard.count(b"\r\n") >= answers)


def _until(connection: socket.socket, enough: Callable[[bytes], bool]) -> bytes:
    heard = b""
    while not enough(heard):
        part = connection.recv(65536)
        if not part:
            raise ConnectionResetError("memcached closed the connection")
        heard += part
    if b"ERROR" in heard:
        raise LabError(f"unexpected response {heard[:80]!r}", where="memcached")
    return heard


def _unchecked() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


KIND = LabProduct(
    server=ServerProgram.MEMCACHED,
    needs=(_PROGRAM,),
    start=start,
    load=load,
    count=count,
    stores=(
        lab_store(
            "memcached-open", ServerProgram.MEMCACHED, 80, 11211, StoreState.OPEN, Access.OPEN, holdings=_SESSIONS
        ),
        lab_store(
            "memcached-protected",
            ServerProgram.MEMCACHED,
            81,
            11211,
            StoreState.PROTECTED,
            Access.AUTH_REQUIRED,
            holdings=_SESSIONS,
        ),
        lab_store(
            "memcached-tls",
            ServerProgram.MEMCACHED,
            82,
            11211,
            StoreState.OPEN,
            Access.OPEN,
            holdings=_SESSIONS,
            tls=True,
        ),
        lab_store("memcached-empty", ServerProgram.MEMCACHED, 83, 11211, StoreState.EMPTY, Access.OPEN_EMPTY),
    ),
)
