"""A path-rewriting reverse proxy on loopback, like ``location /es/ { proxy_pass http://store/; }`` of nginx."""

import contextlib
import http.client
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOST = "127.0.0.1"
_HOPS = {"connection", "transfer-encoding", "content-length", "keep-alive", "date", "server"}


class ReverseProxy:
    """What the proxy passed on and what it answered itself."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.requests: list[str] = []
        """Verb and path of every request, as they came in."""


@contextlib.contextmanager
def reverse_proxy(routes: Mapping[str, tuple[str, int]], address: str = HOST, port: int = 0) -> Iterator[ReverseProxy]:
    """Run the proxy.

    Args:
        routes: base path, such as ``/es``, and the server to which everything below it goes without that path.
        address: where it listens.
        port: where it listens; 0 for any free port.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        seen: ReverseProxy

        def _answer(self) -> None:
            self.seen.requests.append(f"{self.command} {self.path}")
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            for base, (host, server) in routes.items():
                if self.path.startswith(f"{base}/"):
                    return self._pass_on(host, server, self.path.removeprefix(base), body)
            return self._send(200, b"<h1>Welcome to the shop</h1>", {"Content-Type": "text/html"})

        def _pass_on(self, host: str, server: int, path: str, body: bytes) -> None:
            connection = http.client.HTTPConnection(host, server, timeout=10)
            try:
                headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOPS}
                connection.request(self.command, path, body or None, headers)
                answer = connection.getresponse()
                content = answer.read()
                kept = {name: value for name, value in answer.getheaders() if name.lower() not in _HOPS}
            finally:
                connection.close()
            self._send(answer.status, content, kept)

        def _send(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Write nothing to stderr."""

    for verb in ("GET", "HEAD", "POST", "PUT", "DELETE"):
        setattr(Handler, f"do_{verb}", Handler._answer)
    with ThreadingHTTPServer((address, port), Handler) as server:
        Handler.seen = ReverseProxy(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield Handler.seen
        finally:
            server.shutdown()
            thread.join()
