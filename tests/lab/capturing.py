"""``tieback capture`` as a user runs it, a relay that speaks SOCKS5 for clients that cannot, and a web server."""

import contextlib
import ipaddress
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.lab.told import wait_for_line, whole_lines

HOST = "127.0.0.1"
NAMES = ("localhost", "api.workhub.test")
ADDRESSES = ("127.0.0.1", "10.77.2.1")


def certificate() -> bytes:
    """A self-signed certificate for those names and addresses, and its key, PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    others: list[x509.GeneralName] = [x509.DNSName(text) for text in NAMES]
    others += [x509.IPAddress(ipaddress.ip_address(text)) for text in ADDRESSES]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(others), critical=False)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


class Live:
    """A live run in a process of its own."""

    def __init__(self, directory: Path, *words: str, prefix: tuple[str, ...] = (), environment: Any = None) -> None:
        self.directory = directory
        self.state = directory / "state" / "tieback" / "capture"
        self.authority = self.state / "mitmproxy-ca-cert.pem"
        self._out, self._err = (directory / "out").open("wb"), (directory / "err").open("wb")
        argv = [
            *prefix, sys.executable, "-m", "tieback", "capture", "-w", str(directory / "workspace"), "--format", "json",
            *words,
        ]  # fmt: skip
        self.process = subprocess.Popen(
            argv,
            stdout=self._out,
            stderr=self._err,
            env={**os.environ, "XDG_STATE_HOME": str(directory / "state"), **(environment or {})},
        )
        self.host, self.port = self._address()

    @property
    def said(self) -> str:
        """What it said on stderr so far, in whole lines."""
        return whole_lines(self.directory / "err")

    def says(self, pattern: str) -> re.Match[str]:
        """Wait until it says that on stderr."""
        return wait_for_line(self.directory / "err", pattern, self.process)

    @property
    def proxy(self) -> str:
        return f"{self.host}:{self.port}"

    def _address(self) -> tuple[str, int]:
        try:
            host, port = self.says(r" proxy at (\S+):(\d+)").groups()
        except AssertionError:
            self.process.kill()
            raise
        return host, int(port)

    def flows(self) -> list[dict[str, Any]]:
        """The flows so far."""
        lines = whole_lines(self.directory / "out").splitlines()
        return [found for line in lines if (found := json.loads(line))["schema"] == "tieback/flow/1"]

    def until(self, count: int) -> list[dict[str, Any]]:
        """Wait until that many flows were told."""
        for _ in range(200):
            if len(self.flows()) >= count:
                break
            time.sleep(0.05)
        return self.flows()

    def stop(self, number: int = signal.SIGINT) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """End it as Ctrl-C does: its flows, and its last document."""
        self.process.send_signal(number)
        assert self.process.wait(60) == 0, self.said
        *flows, end = map(json.loads, (self.directory / "out").read_bytes().splitlines())
        assert end["schema"] == "tieback/capture/1"
        assert self.said.count("not seen: ") == len(end["blind_spots"])
        return flows, end

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._out.close()
        self._err.close()


@contextlib.contextmanager
def socks_relay(proxy: tuple[str, int], target: tuple[str, int]) -> Iterator[int]:
    """A port on loopback that leads to ``target`` through a SOCKS5 proxy (RFC 1928)."""
    with socket.create_server((HOST, 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=_relay, args=(client, proxy, target), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]


def _relay(client: socket.socket, proxy: tuple[str, int], target: tuple[str, int]) -> None:
    with client, contextlib.suppress(OSError), socket.create_connection(proxy, timeout=30) as server:
        server.sendall(b"\x05\x01\x00")
        assert server.recv(2) == b"\x05\x00"
        server.sendall(b"\x05\x01\x00\x01" + socket.inet_aton(target[0]) + target[1].to_bytes(2))
        assert server.recv(10)[1] == 0
        back = threading.Thread(target=_pump, args=(server, client), daemon=True)
        back.start()
        _pump(client, server)
        back.join(30)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


class Site(BaseHTTPRequestHandler):
    """A page, and an address that takes what the page's script sends."""

    pages: dict[str, bytes]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.pages.get(self.path.partition("?")[0], b"{}")
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if body.startswith(b"<") else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_: Any) -> None:
        return


@contextlib.contextmanager
def website(pages: dict[str, bytes], pem: Path | None = None) -> Iterator[int]:
    """A web server on loopback, with TLS where a certificate and its key are given; its port."""
    with ThreadingHTTPServer((HOST, 0), type("Pages", (Site,), {"pages": pages})) as server:
        if pem is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pem)
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()
