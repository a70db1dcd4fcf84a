"""Page with the proxy's certificate authority, for the browser of a phone: a server in the proxy process.

It answers ``GET`` for three fixed paths on a port of its own, to private addresses only, and reads at most
``MAX_REQUEST`` bytes of a request. The certificate is public; the key of the authority never leaves its file.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate

MAX_REQUEST = 4096
MAX_CLIENTS = 16
_SECONDS = 10.0
_SECURITY = (
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n"
    "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nCache-Control: no-store\r\n"
)


def digest_of(pem: bytes) -> str:
    """SHA-256 of a certificate as phones show it: upper-case hexadecimal with colons.

    Raises:
        ValueError: the text is not a certificate in PEM.
    """
    return load_pem_x509_certificate(pem).fingerprint(SHA256()).hex(":").upper()


def contents(certificate: Path) -> dict[str, tuple[str, bytes]]:
    """Type and body by path.

    Raises:
        OSError, ValueError: the certificate cannot be read.
    """
    pem = certificate.read_bytes()
    page = Path(__file__).with_suffix(".html").read_text(encoding="utf-8")
    der = load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
    return {
        "/": ("text/html; charset=utf-8", page.replace("DIGEST", digest_of(pem)).encode()),
        "/tieback-authority.crt": ("application/x-x509-ca-cert", der),
        "/tieback-authority.pem": ("application/x-x509-ca-cert", pem),
    }


def respond(request: bytes, pages: Mapping[str, tuple[str, bytes]]) -> bytes:
    """The whole answer to the head of a request."""
    words = request.split(b"\r\n", 1)[0].split(b" ")
    if len(words) != 3 or not words[2].startswith(b"HTTP/1."):
        return _answer("400 Bad Request", "text/plain", b"not a request\n")
    if words[0] not in (b"GET", b"HEAD"):
        return _answer("405 Method Not Allowed", "text/plain", b"only GET\n", "Allow: GET, HEAD\r\n")
    kind, body = pages.get(words[1].decode("latin-1"), ("", b""))
    if not kind:
        return _answer("404 Not Found", "text/plain", b"no such page; open /\n")
    answer = _answer("200 OK", kind, body)
    return answer[: len(answer) - len(body)] if words[0] == b"HEAD" else answer


def _answer(status: str, kind: str, body: bytes, more: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}{_SECURITY}"
    return f"{head}Connection: close\r\n\r\n".encode() + body


class AuthorityPage:
    """The server; it ends with the process."""

    def __init__(self, certificate: Path) -> None:
        self._pages = contents(certificate)
        self._clients = 0
        self._server: asyncio.Server | None = None

    async def start(self, host: str) -> int:
        """Listen on a free port of ``host``. Returns the port.

        Raises:
            OSError: it cannot listen there.
        """
        self._server = await asyncio.start_server(self._serve, host, 0, limit=MAX_REQUEST)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients += 1
        try:
            if self._clients <= MAX_CLIENTS and _is_near(writer):
                async with asyncio.timeout(_SECONDS):
                    request = await reader.readuntil(b"\r\n\r\n")
                    writer.write(respond(request, self._pages))
                    await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self._clients -= 1
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


def _is_near(writer: asyncio.StreamWriter) -> bool:
    """True for private and loopback addresses, as for clients of the proxy."""
    peer = writer.get_extra_info("peername")
    try:
        address = ip_address(str(peer[0]).partition("%")[0]) if peer else None
    except ValueError:
        return False
    return address is not None and not address.is_global
