"""The parent's side: what it does when the child cannot start, breaks, or lies."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tieback.intake.capture import child as module
from tieback.intake.capture.child import CaptureError, ProxyProcess, require_mitmproxy
from tieback.intake.capture.interface import Observation, ProxyEnd, ProxyMode, ProxySettings
from tieback.model.errors import UsageError

pytest.importorskip("mitmproxy")


def settings(tmp_path: Path, port: int = 0) -> ProxySettings:
    return ProxySettings(ProxyMode.REGULAR, "127.0.0.1", port, str(tmp_path / "ca"), destinations=("127.0.0.0/8",))


def all_of(proxy: ProxyProcess) -> list[Observation]:
    found: list[Observation] = []
    while not proxy.ended:
        found += proxy.read(10)
    return found


def test_start_and_end(tmp_path: Path) -> None:
    with ProxyProcess(settings(tmp_path)) as proxy:
        with socket.create_connection((proxy.listening.host, proxy.listening.port)):
            pass
        proxy.finish()
        assert all_of(proxy) == [ProxyEnd(0, 0)]
    assert proxy.failure == ""


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(CaptureError, match="in use") as raised:
        ProxyProcess(settings(tmp_path, taken.getsockname()[1]))
    text = raised.value.diagnostics()
    assert re.fullmatch(r"proxy: 127\.0\.0\.1:\d+ is already in use\. Choose another address with --listen", text)


def test_killed_proxy_process_is_reported(tmp_path: Path) -> None:
    with ProxyProcess(settings(tmp_path)) as proxy:
        os.kill(proxy._process.pid, signal.SIGKILL)
        assert all_of(proxy) == []
        assert proxy.failure == "killed by signal 9"


def test_a_child_that_does_not_end_is_killed(tmp_path: Path) -> None:
    proxy = ProxyProcess(settings(tmp_path))
    os.kill(proxy._process.pid, signal.SIGSTOP)
    proxy.stop(patience=0.2)
    assert proxy._process.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("raise SystemExit('no such luck')", "no such luck"),
        ("import os; os.write(1, b'\\xff' * 100)", "bytes"),
        ("import os; os.write(1, b'\\0\\0\\0\\2{}')", "invalid document"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "killed by signal 11"),
    ],
)
def test_children_that_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, complaint: str) -> None:
    (tmp_path / "broken_child.py").write_text("import sys; sys.stdin.readline()\n" + code)
    monkeypatch.setattr(module, "MODULE", "broken_child")
    with pytest.raises(CaptureError, match=complaint):
        ProxyProcess(settings(tmp_path), environment={**os.environ, "PYTHONPATH": str(tmp_path)})


def test_a_child_that_ends_before_it_reads_its_settings_is_one_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ended(subprocess.Popen[bytes]):
        def __init__(self, *words: Any, **options: Any) -> None:
            super().__init__(*words, **options)
            self.wait(60)

    monkeypatch.setattr(module, "MODULE", "ends_at_once")
    monkeypatch.setattr(subprocess, "Popen", Ended)
    (tmp_path / "ends_at_once.py").write_text("")
    with pytest.raises(CaptureError, match="ended with status 0"):
        ProxyProcess(settings(tmp_path), environment={**os.environ, "PYTHONPATH": str(tmp_path)})


def test_key_log_is_written_only_on_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MODULE", "shows_environment")
    (tmp_path / "shows_environment.py").write_text(
        "import os, sys; sys.exit(os.environ.get('MITMPROXY_SSLKEYLOGFILE'))"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "MITMPROXY_SSLKEYLOGFILE": "theirs"}
    with pytest.raises(CaptureError, match="ended with status 0"):
        ProxyProcess(settings(tmp_path), environment=environment)
    with pytest.raises(CaptureError, match="ours"):
        ProxyProcess(settings(tmp_path), keylog="ours", environment=environment)


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mitmproxy", None)
    monkeypatch.setattr(module, "find_spec", lambda _name: None)
    with pytest.raises(UsageError, match="Install the extra capture: "):
        require_mitmproxy()
