"""The loaders' HTTP client says what a server refused, and never hides it."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tieback.lab.http_client import is_answering, send_request
from tieback.lab.login import Login
from tieback.model.errors import LabError


class Echo(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status = int(self.path.rpartition("/")[2])
        self.send_response(status)
        self.send_header("X-Got", f"{self.headers.get('Content-Type')} {self.headers.get('Authorization')}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST  # noqa: N815 - the name that http.server calls

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def where() -> Iterator[tuple[str, int]]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield "127.0.0.1", server.server_port
        server.shutdown()
        thread.join(5)


def test_json_goes_out_and_comes_back(where: tuple[str, int]) -> None:
    answer = send_request(where, "POST", "/200", {"a": [1]}, login=Login("keeper", "x"))
    assert answer.json() == {"a": [1]}
    assert answer.headers["x-got"] == "application/json Basic a2VlcGVyOng="


def test_bytes_go_out_as_they_are(where: tuple[str, int]) -> None:
    answer = send_request(where, "POST", "/200", b"a=1", {"Content-Type": "text/plain"})
    assert (answer.body, answer.headers["x-got"]) == (b"a=1", "text/plain None")


def test_refusal_is_an_error_with_the_server_text(where: tuple[str, int]) -> None:
    with pytest.raises(LabError, match=r"POST /409 failed: HTTP 409 b'\"taken\"'"):
        send_request(where, "POST", "/409", "taken")
    assert send_request(where, "POST", "/409", "taken", accept=(409,)).status == 409


@pytest.mark.parametrize(("status", "ready"), [(200, True), (401, True), (404, True), (503, None)])
def test_server_is_ready_if_it_answers_without_a_server_error(
    where: tuple[str, int], status: int, ready: bool | None
) -> None:
    assert is_answering(where, f"/{status}") is ready


def test_what_is_not_http_is_not_yet(where: tuple[str, int]) -> None:
    with pytest.raises(OSError, match="refused"):
        is_answering((where[0], 1), "/200")
