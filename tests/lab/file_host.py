"""A small host of files on loopback for tests: HTTP with ranges and conditions, and enough of S3's listing.

It is no emulation of any product: it does what a test tells it to, counts what it is asked, and can be busy, cut
answers off, change a file or lose it.
"""

import hashlib
import http.server
import ssl
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape


class FileHost:
    """Files by path, and what becomes of the requests for them."""

    def __init__(self, scheme: str = "http") -> None:
        self.scheme = scheme
        self.files: dict[str, bytes] = {}
        self.script: dict[str, deque[Any]] = {}
        """By path, what the next requests get instead: a status, ``"cut"``, or a function that is called first."""
        self.asked: list[tuple[str, str]] = []
        """Path and range of each request."""
        self.queries: list[str] = []
        self.headers: dict[str, str] = {}
        """Sent with every answer."""
        self.ranges = True
        self.port = 0

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def count(self, path: str) -> int:
        return sum(1 for asked, _ in self.asked if asked == path)

    def environment(self) -> dict[str, str]:
        """Settings of a client of S3 that comes here."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "somebody",
            "AWS_SECRET_ACCESS_KEY": "very-secret-key",
            "AWS_REGION": "us-east-1",
        }


def etag(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


@contextmanager
def file_host(files: dict[str, bytes] | None = None, pem: Path | None = None) -> Iterator[FileHost]:
    """A running host; over TLS with the key and certificate in ``pem``."""
    host = FileHost("http" if pem is None else "https")
    host.files = dict(files or {})

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_HEAD(self) -> None:
            self.answer(body=False)

        def do_GET(self) -> None:
            self.answer(body=True)

        def answer(self, *, body: bool) -> None:
            parts = urlsplit(self.path)
            path = unquote(parts.path)
            host.asked.append((path, self.headers.get("Range", "")))
            host.queries.append(parts.query)
            query = parse_qs(parts.query)
            if "list-type" in query:
                self.send(200, listing(host.files, path.strip("/"), query.get("prefix", [""])[0]), body=body)
                return
            planned = host.script.get(path)
            step = planned.popleft() if planned else None
            if callable(step):
                step()
                step = None
            if isinstance(step, int):
                more = {"Location": "http://127.0.0.9:9/elsewhere"} if 300 <= step < 400 else {}
                self.send(step, b"<Error><Code>Planned</Code></Error>", body=body, more=more)
                return
            content = host.files.get(path)
            if content is None:
                self.send(404, b"<Error><Code>NoSuchKey</Code></Error>", body=body)
                return
            wanted = self.headers.get("If-Match")
            if wanted is not None and wanted != f'"{etag(content)}"':
                self.send(412, b"<Error><Code>PreconditionFailed</Code></Error>", body=body)
                return
            self.file(content, cut=step == "cut", body=body)

        def file(self, content: bytes, *, cut: bool, body: bool) -> None:
            more = {"ETag": f'"{etag(content)}"', "Last-Modified": "Thu, 26 Nov 2026 08:00:00 GMT"}
            asked = self.headers.get("Range", "").removeprefix("bytes=")
            if not asked or not host.ranges:
                self.send(200, content, body=body, more=more, cut=cut)
                return
            first, _, last = asked.partition("-")
            start = int(first)
            end = min(int(last or len(content) - 1), len(content) - 1)
            if start >= len(content):
                self.send(416, b"", body=body)
                return
            more["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
            self.send(206, content[start : end + 1], body=body, more=more, cut=cut)

        def send(
            self, status: int, content: bytes, *, body: bool, more: dict[str, str] | None = None, cut: bool = False
        ) -> None:
            self.send_response(status)
            for name, value in {**(more or {}), **host.headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            if body:
                self.wfile.write(content[: len(content) // 2] if cut else content)
            if cut:
                self.close_connection = True

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if pem is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    host.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()


def listing(files: dict[str, bytes], bucket: str, prefix: str) -> bytes:
    """ListObjectsV2 of a bucket, on one page."""
    keys = "".join(
        f"<Contents><Key>{escape(key)}</Key><LastModified>2026-11-26T08:00:00.000Z</LastModified>"
        f"<ETag>&quot;{etag(content)}&quot;</ETag><Size>{len(content)}</Size></Contents>"
        for path, content in sorted(files.items())
        if path.startswith(f"/{bucket}/") and (key := path.removeprefix(f"/{bucket}/")).startswith(prefix)
    )
    text = f"<ListBucketResult><Name>{bucket}</Name><IsTruncated>false</IsTruncated>{keys}</ListBucketResult>"
    return text.encode()
