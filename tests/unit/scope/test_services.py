"""HTTP to configured services alone, against a local receiver."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.each import each
from tieback.model.errors import UsageError
from tieback.scope import services as module
from tieback.scope.services import RequestOutcome, ServiceClient, parse_service_url

type Received = tuple[str, list[tuple[str, str, dict[str, str], bytes]]]
"""The URL, and what came in."""


class Receiver(BaseHTTPRequestHandler):
    seen: list[tuple[str, str, dict[str, str], bytes]]

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.seen.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
        if self.path == "/close":
            self.close_connection = True
            return
        status = int(self.path.strip("/") or 200)
        self.send_response(status)
        self.send_header("Retry-After", "7")
        self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()
        self.wfile.write(b"x" * 3_000_000 if status == 200 else b"no")

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def receiver() -> Iterator[Received]:
    handler = type("Own", (Receiver,), {"seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", handler.seen  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_request_arrives_and_a_long_answer_is_cut(
    receiver: Received,
) -> None:
    url, seen = receiver
    answer = ServiceClient([url]).request("POST", f"{url}/200", {"X-A": "b"}, b"{}")
    assert (answer.sent, answer.status, len(answer.body)) == (RequestOutcome.ANSWERED, 200, module.MAX_ANSWER)
    ((method, path, headers, body),) = seen
    assert (method, path, headers["X-A"], body) == ("POST", "/200", "b", b"{}")


def test_a_redirect_is_an_answer_and_not_followed(receiver: Received) -> None:
    url, _ = receiver
    answer = ServiceClient([url]).request("POST", f"{url}/302", {})
    assert (answer.sent, answer.status, answer.retry_after) == (RequestOutcome.ANSWERED, 302, 7.0)


def test_sent_and_unsent_failures_are_distinguished(receiver: Received) -> None:
    url, _ = receiver
    assert ServiceClient([url]).request("POST", f"{url}/close", {}).sent is RequestOutcome.UNSURE
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        gone = f"http://127.0.0.1:{free.getsockname()[1]}"
    assert ServiceClient([gone]).request("POST", gone, {}).sent is RequestOutcome.NOT_SENT


def test_other_hosts_are_refused(receiver: Received) -> None:
    url, _ = receiver
    with pytest.raises(UsageError, match="not a configured service"):
        ServiceClient([url]).request("POST", "http://127.0.0.1:1/", {})
    with pytest.raises(UsageError, match="not a configured service"):
        ServiceClient(["https://hooks.example/a"]).request("POST", "https://other.example/", {})


@each(
    ("url", "says"),
    [
        ("http://hooks.example/", "not https"),
        ("https://user:secret@hooks.example/", "not an allowed URL"),
        ("ftp://hooks.example/", "not https"),
        ("https://", "not an allowed URL"),
        ("https://hooks.example:99999/", "not a URL"),
        ("https://hooks.example/\r\nX: y", "not an allowed URL"),
        ("", "not an allowed URL"),
    ],
)
def test_what_no_service_has(url: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        parse_service_url(url)


@pytest.mark.parametrize("url", ["https://hooks.example/a?b=c", "http://127.0.0.1:8080/x", "http://[::1]/"])
def test_what_a_service_may_have(url: str) -> None:
    assert parse_service_url(url).hostname
