"""The API in front of Workhub's store: a small HTTPS server that reads no data.

``GET /v1/health`` returns 200, every other path below ``/v1/`` requires a token (401), and the rest is 404. It runs as
a child process, ``python -P -m tieback.lab.workhub_api ADDRESS PORT DIRECTORY``, with a self-signed certificate.
"""

import http.client
import ipaddress
import json
import ssl
import sys
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tieback.lab.ports import require_free_port
from tieback.lab.process import Launch, RunningServer, launch

HOST = "api.workhub.test"
VERSION = "1.4.2"
CERTIFICATE = "certificate.pem"
_KEY = "key.pem"


def start_workhub_api(directory: Path, address: str, port: int) -> RunningServer:
    """Start the API on ``address:port``.

    Args:
        directory: created if missing; contains its certificate, key and log.
        address: the only address that it listens on.
        port: TCP port.

    Raises:
        LabError: the port is in use, or the server did not start.
    """
    directory.mkdir(parents=True, exist_ok=True)
    require_free_port(address, port)
    _make_certificate(directory, address)
    trust = ssl.create_default_context(cafile=str(directory / CERTIFICATE))

    def ready() -> bool | None:
        connection = http.client.HTTPSConnection(address, port, timeout=1.0, context=trust)
        try:
            connection.request("GET", "/v1/health")
            return connection.getresponse().status == 200 or None
        except http.client.HTTPException:
            return None
        finally:
            connection.close()

    # -P: the working directory is data, not a place for modules.
    argv = (sys.executable, "-P", "-m", "tieback.lab.workhub_api", address, str(port), str(directory))
    process, _ = launch(Launch(argv, directory, address, port), ready)
    return RunningServer("workhub-api", VERSION, address, port, process, emulation=False, directory=str(directory))


class ApiHandler(BaseHTTPRequestHandler):
    """One connection; request bodies are never read."""

    server_version = "Workhub"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 5.0

    def setup(self) -> None:
        """Perform the TLS handshake in the connection's own thread, so that a silent client blocks no other."""
        self.request.settimeout(self.timeout)
        self.request.do_handshake()
        super().setup()

    def do_GET(self) -> None:
        """Respond depending only on the path."""
        path = self.path.partition("?")[0]
        if path == "/v1/health":
            self._answer(200, {"status": "ok", "version": VERSION})
        elif path.startswith("/v1/"):
            self._answer(401, {"error": "a token is needed"})
        else:
            self._answer(404, {"error": "no such resource"})

    def _answer(self, status: int, document: dict[str, str]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if status == 401:
            self.send_header("WWW-Authenticate", "Bearer")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)


class ApiServer(ThreadingHTTPServer):
    """One thread per connection; a failed handshake is one line in the log."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the signature is the base's
        """Log the failure and continue."""
        sys.stderr.write(f"{client_address[0]}: {sys.exception()!r}\n")


def serve(address: str, port: int, directory: Path) -> None:
    """Serve until the process is stopped."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / CERTIFICATE, directory / _KEY)
    with ApiServer((address, port), ApiHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.serve_forever()


def _make_certificate(directory: Path, address: str) -> None:
    """A self-signed certificate for host and address, valid for a year; an existing one is reused for a month."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    certificate_path, key_path = directory / CERTIFICATE, directory / _KEY
    now = datetime.now(UTC)
    if certificate_path.exists() and key_path.exists():
        old = x509.load_pem_x509_certificate(certificate_path.read_bytes())
        if old.not_valid_after_utc > now + timedelta(days=30):
            return
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Workhub (tieback lab)"),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST),
        ]
    )
    names = x509.SubjectAlternativeName([x509.DNSName(HOST), x509.IPAddress(ipaddress.ip_address(address))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    key_path.touch(mode=0o600)
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
