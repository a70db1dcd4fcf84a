"""Tricks to make the client of a configured service contact another host, port or scheme."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.each import each
from tests.hostile.connects import watched
from tieback.model.errors import UsageError
from tieback.scope.services import RequestOutcome, ServiceClient

CONFIGURED = "https://hooks.corp.test/hook"
TRICKS = [
    # user information, in the places where parsers differ
    "https://hooks.corp.test@evil.test/",
    "https://hooks.corp.test:443@evil.test/",
    "https://evil.test@hooks.corp.test/",
    "https://hooks.corp.test\\@evil.test/",
    "https://hooks.corp.test%40evil.test/",
    "https://@hooks.corp.test/",
    # other hosts that only look alike
    "https://hooks.corp.test.evil.test/",
    "https://evilhooks.corp.test/",
    "https://corp.test/",
    "https://hooks.corp.test./",
    "https://hooks。corp。test/",
    "https://hooks.cørp.test/",
    "https://hooks.corp.test%2eevil.test/",
    "https://hooks.corp.test%00.evil.test/",
    "https://evil.test/https://hooks.corp.test/hook",
    "https://evil.test?https://hooks.corp.test/hook",
    "//hooks.corp.test/hook",
    "https:/hooks.corp.test/hook",
    "https:\\\\hooks.corp.test\\hook",
    # other schemes and ports
    "http://hooks.corp.test/hook",
    "ftp://hooks.corp.test/hook",
    "file:///etc/passwd",
    "unix:///run/docker.sock",
    "https://hooks.corp.test:8443/",
    "https://hooks.corp.test:0/",
    "https://hooks.corp.test:-443/",
    "https://hooks.corp.test:443:443/",
    # control characters and spaces
    "https://hooks.corp.test\r\nHost: evil.test/",
    "https://hooks.corp.test/\r\nX-A: b",
    "https://hooks.corp.test/\x00",
    "https://hooks.corp.test\t/",
    "\x01https://hooks.corp.test/",
    "https://hooks.corp.test /",
    # addresses
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://169.254.169.254/latest/meta-data/",
    "http://2130706433/",
    "",
]
SAME = ["https://HOOKS.corp.TEST/hook", "https://hooks.corp.test:443/hook", "https://hooks.corp.test#@evil.test/"]
"""URLs of the configured service itself: the name is looked up, nothing else."""


def test_the_rows_are_many_enough() -> None:
    assert len(set(TRICKS)) == len(TRICKS) >= 22


@each("url", TRICKS)
def test_no_url_leads_to_another_origin(url: str) -> None:
    client = ServiceClient([CONFIGURED])
    with watched([]) as seen, pytest.raises(UsageError):
        client.request("POST", url, {}, b"{}")
    assert seen == []


@pytest.mark.parametrize("url", SAME)
def test_the_configured_host_is_the_only_name_that_is_resolved(url: str) -> None:
    client = ServiceClient([CONFIGURED])
    with watched([]) as seen:
        answer = client.request("POST", url, {}, b"{}")
    assert answer.sent is RequestOutcome.NOT_SENT
    assert [name.lower() for name in seen] == ["name 'hooks.corp.test'"]


class Elsewhere(BaseHTTPRequestHandler):
    """Sends every client to a forbidden server."""

    goal = ""
    seen: list[str]

    def do_POST(self) -> None:
        self.seen.append(self.path)
        self.send_response(int(self.path.strip("/")))
        self.send_header("Location", self.goal)
        self.send_header("Refresh", f"0; url={self.goal}")
        self.send_header("Alt-Svc", f'h2="{self.goal}"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def forbidden() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


@pytest.fixture
def receiver(forbidden: socket.socket) -> Iterator[str]:
    goal = f"http://127.0.0.1:{forbidden.getsockname()[1]}/"
    handler = type("Own", (Elsewhere,), {"goal": goal, "seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("status", [300, 301, 302, 303, 305, 307, 308])
def test_no_redirection_is_followed(receiver: str, forbidden: socket.socket, status: int) -> None:
    answer = ServiceClient([receiver]).request("POST", f"{receiver}/{status}", {}, b"{}")
    assert answer.status == status
    with pytest.raises(BlockingIOError):
        forbidden.accept()


@pytest.mark.parametrize(
    "variable", ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]
)
def test_no_proxy_of_the_environment_is_used(
    receiver: str, forbidden: socket.socket, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, f"http://127.0.0.1:{forbidden.getsockname()[1]}")
    assert ServiceClient([receiver]).request("POST", f"{receiver}/204", {}, b"{}").status == 204
    with pytest.raises(BlockingIOError):
        forbidden.accept()
