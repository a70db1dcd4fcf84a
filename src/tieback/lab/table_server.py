"""HTTP server that answers from a table: the lab's emulations of products that it cannot install.

It runs as a child process, ``python -I -S table_server.py ADDRESS PORT TABLE``, and imports only the standard library,
so that it starts fast. TABLE is a JSON file, ``{"VERB PATH": {"status", "headers", "body"}}``. The key of a call of
JSON-RPC ends with its method (``POST /mcp tools/list``), and ``"$ID"`` in its answer becomes the identifier of the
call. ``*`` answers every other request. Nothing that a client sends is stored.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any, ClassVar, NamedTuple

MAX_BODY = 64 * 1024
"""Maximum number of bytes of a request's body."""
OTHERS = "*"
"""Key of the answer to every request that the table does not name."""


class Answer(NamedTuple):
    """One answer."""

    status: int
    headers: dict[str, str]
    body: bytes


type Table = dict[str, dict[str, Any]]


def find_answer(table: Table, verb: str, target: str, body: bytes = b"") -> Answer:
    """The answer to one request.

    Args:
        table: answers by request.
        verb: method; HEAD is answered as GET.
        target: path, with its query, which is ignored.
        body: of the request.
    """
    call = _call(body)
    path = target.partition("?")[0]
    key = f"{'GET' if verb == 'HEAD' else verb} {path} {call.get('method', '')}".rstrip()
    found = table.get(key, table[OTHERS])
    text: str = found.get("body", "")
    text = text.replace('"$ID"', json.dumps(call.get("id")))
    return Answer(found.get("status", 200), found.get("headers", {}), text.encode())


def _call(body: bytes) -> dict[str, Any]:
    """The call of JSON-RPC in a body; empty if there is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


class TableHandler(BaseHTTPRequestHandler):
    """One connection."""

    table: ClassVar[Table]
    protocol_version = "HTTP/1.1"
    server_version = "tieback-lab"
    sys_version = ""
    timeout = 5.0

    def do_GET(self) -> None:
        """Answer a request with any method."""
        length = self.headers.get("Content-Length", "0")
        size = int(length) if length.isascii() and length.isdigit() and len(length) < 10 else MAX_BODY + 1
        if size > MAX_BODY or "Transfer-Encoding" in self.headers:
            self.send_error(413)
            return
        answer = find_answer(self.table, self.command, self.path, self.rfile.read(size))
        self.send_response_only(answer.status)
        self.send_header("Date", self.date_time_string())
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_PROPFIND = do_GET  # noqa: N815 - the base's


class TableServer(ThreadingHTTPServer):
    """One thread per connection."""

    daemon_threads = True

    def __init__(self, place: tuple[str, int], table: Table) -> None:
        super().__init__(place, type("Handler", (TableHandler,), {"table": table}))

    def server_bind(self) -> None:
        """Bind without the base's DNS query for the name of the address."""
        TCPServer.server_bind(self)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the signature is the base's
        """Log the failure in one line and continue."""
        sys.stderr.write(f"{client_address[0]}: {sys.exception()!r}\n")


def main(address: str, port: str, table: str) -> None:
    """Serve until the process is stopped."""
    with TableServer((address, int(port)), json.loads(Path(table).read_bytes())) as server:
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
