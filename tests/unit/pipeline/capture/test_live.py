"""A live run with the real proxy: flows as they end, kept in the workspace, whatever ends the run."""

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.unit.intake.capture.conftest import PACKAGE, Phone
from tieback.intake.capture.child import CaptureError, ProxyProcess
from tieback.intake.capture.destinations import LOOPBACK
from tieback.intake.capture.interface import ProxyMode
from tieback.intake.traffic.open import open_traffic
from tieback.model.capture import LiveRun
from tieback.model.errors import UsageError
from tieback.model.flow import Flow
from tieback.pipeline.capture import live as module
from tieback.pipeline.capture.device import DevicePlan
from tieback.pipeline.capture.live import CaptureRequest, default_state, run_capture

pytest.importorskip("mitmproxy")


class Quiet(BaseHTTPRequestHandler):
    """Answers everything."""

    def do_GET(self) -> None:
        body = b'{"phone":"+49 30 901820"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def server() -> Iterator[int]:
    """The port of a web server on loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as web:
        thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield web.server_address[1]
        web.shutdown()
        thread.join()


def get(proxy: tuple[str, int], port: int, path: str = "/people?email=anna.berg@example.test") -> bytes:
    """One request through an HTTP proxy."""
    with socket.create_connection(proxy, timeout=10) as connection:
        first = f"GET http://127.0.0.1:{port}{path} HTTP/1.1\r\n"
        connection.sendall(first.encode() + b"Host: api.workhub.test\r\nConnection: close\r\n\r\n")
        found = b""
        while data := connection.recv(65536):
            found += data
        return found


class Run:
    """A run whose proxy's address is known to the test."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.workspace = tmp_path / "workspace"
        self.state = tmp_path / "state"
        self.told: list[str] = []
        self.proxy: ProxyProcess | None = None
        self.stop = False
        run = self

        class Kept(ProxyProcess):
            def __init__(self, *words: Any, **named: Any) -> None:
                super().__init__(*words, **named)
                run.proxy = self

        monkeypatch.setattr(module, "ProxyProcess", Kept)

    @property
    def address(self) -> tuple[str, int]:
        assert self.proxy is not None
        return self.proxy.listening.host, self.proxy.listening.port

    def request(self, **changed: Any) -> CaptureRequest:
        return CaptureRequest(workspace=self.workspace, state=self.state, port=0, destinations=LOOPBACK, **changed)

    def __call__(self, do: Callable[[], None], phone: Phone | None = None, **changed: Any) -> list[Flow | LiveRun]:
        """Run; ``do`` is done when the proxy listens, and the run is stopped after it."""
        done = threading.Event()
        began = False

        def once() -> None:
            do()
            done.set()

        def stopped() -> bool:
            nonlocal began
            if not began:
                began = True
                threading.Thread(target=once, daemon=True).start()
            return done.is_set()

        request = self.request(**changed)
        return list(run_capture(request, stopped=stopped, tell=self.told.append, connect=lambda _: phone or Phone()))


def visit(run: Run, port: int) -> Callable[[], None]:
    """One request."""

    def go() -> None:
        get(run.address, port)

    return go


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    return Run(tmp_path, monkeypatch)


def test_flows_are_yielded_saved_and_read_back(run: Run, server: int) -> None:
    flow, end = run(visit(run, server), only=PACKAGE)
    assert isinstance(flow, Flow)
    assert isinstance(end, LiveRun)
    assert (flow.protocol, flow.server.port, flow.server.name) == ("http", server, "api.workhub.test")
    assert {leak.pii_class for leak in flow.leaks} >= {"email", "phone"}
    assert flow.app is not None
    assert (flow.app.bundle_id, flow.app.source) == (PACKAGE, "told")
    assert (end.flows, end.app, end.path) == (1, PACKAGE, flow.path)
    opened = open_traffic(Path(end.path))
    assert [seen.flow for seen in opened.flows()] == [flow]
    assert [problem.what for problem in opened.problems] == list(end.blind_spots)
    opened.close()
    assert "Redis, MySQL" in " ".join(run.told)


def test_without_leaks(run: Run, server: int) -> None:
    flow, _ = run(visit(run, server), leaks=False)
    assert isinstance(flow, Flow)
    assert flow.leaks == ()


def test_time_ends_a_run(run: Run) -> None:
    (end,) = run_capture(run.request(seconds=0.1), stopped=lambda: False, tell=run.told.append)
    assert isinstance(end, LiveRun)
    assert end.flows == 0


def test_loopback_limit_blocks_other_servers(run: Run) -> None:
    def outside() -> None:
        with socket.create_connection(run.address, timeout=10) as connection:
            connection.sendall(b"CONNECT update.example.org:443 HTTP/1.1\r\n\r\n")
            assert b" 502 " in connection.recv(4096)

    flow, end = run(outside)
    assert isinstance(flow, Flow)
    assert isinstance(end, LiveRun)
    assert (flow.server.name, flow.server.ip, flow.detail[:7]) == ("update.example.org", "", "blocked")
    assert [one.server for one in end.unreached] == ["update.example.org:443"]


def test_a_proxy_that_breaks_keeps_what_was_seen(run: Run, server: int) -> None:
    def crash() -> None:
        get(run.address, server)
        assert run.proxy is not None
        while run.proxy._frames._held:
            pass
        threading.Event().wait(0.3)
        os.kill(run.proxy._process.pid, signal.SIGKILL)

    with pytest.raises(CaptureError, match="killed by signal 9") as raised:
        run(crash)
    (path,) = (run.workspace / "captures").iterdir()
    assert str(path) in raised.value.advice
    opened = open_traffic(path)
    assert len(list(opened.flows())) == 1
    assert any("The proxy failed" in problem.what for problem in opened.problems)
    opened.close()


def test_with_a_device_flows_of_other_apps_are_left_out(run: Run, server: int) -> None:
    table = "cat /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6"

    def row(uid: int) -> str:
        return (
            f"   0: 0100007F:9C4C 0100007F:{run.address[1]:04X} 01 00000000:00000000 02:000A 00000000 {uid}  0 1 2 0\n"
        )

    def as_app(uid: int) -> Callable[[], None]:
        def go() -> None:
            phone.answers[table] = row(uid)
            before = phone.asked.count(table)
            while phone.asked.count(table) == before:  # about once a second
                threading.Event().wait(0.05)
            get(run.address, server)

        return go

    plan = DevicePlan("adb:", PACKAGE)
    phone = Phone()
    flow, end = run(as_app(10123), phone, device=plan)
    assert isinstance(flow, Flow)
    assert isinstance(end, LiveRun)
    assert flow.app is not None
    assert (flow.app.bundle_id, end.others) == (PACKAGE, 0)
    assert phone.reversed == set()
    phone = Phone()
    (end,) = run(as_app(10200), phone, device=plan)
    assert isinstance(end, LiveRun)
    assert (end.others, end.flows) == (1, 0)


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"destinations": ("nowhere",)}, "--destinations"),
        ({"names": (("a.test", "b.test"),)}, "--destinations"),
        ({"keylog": Path("/nowhere/at/all")}, "--keylog"),
        ({"save": Path("/")}, "--save"),
        ({"upstream_ca": Path("/nowhere")}, "--upstream-ca"),
        ({"mode": ProxyMode.SOCKS5, "device": DevicePlan("adb:")}, "--mode"),
    ],
)
def test_requests_that_are_none_do_nothing(tmp_path: Path, changed: dict[str, Any], where: str) -> None:
    request = CaptureRequest(**({"workspace": tmp_path / "w", "state": tmp_path / "s"} | changed))
    with pytest.raises(UsageError) as raised:
        list(run_capture(request, stopped=lambda: True, tell=print))
    assert raised.value.where == where
    assert list(tmp_path.iterdir()) == []


def test_default_state_directory() -> None:
    assert default_state({"XDG_STATE_HOME": "/s"}) == Path("/s/tieback/capture")
    assert default_state({"HOME": "/h"}) == Path("/h/.local/state/tieback/capture")
