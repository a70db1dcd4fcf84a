"""``tieback capture``: options, exit codes, the contract of its lines, and a report afterwards."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run
from tieback.cli.capture import StopSignal, read_address, read_destinations, read_name
from tieback.intake.capture import child
from tieback.intake.capture.interface import Observation
from tieback.model.errors import UsageError

pytest.importorskip("mitmproxy")


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Certificates of tests lie in their own folder."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_a_run_ends_with_a_document_and_its_blind_spots(run: Run, tmp_path: Path) -> None:
    ended = run("capture", "--listen", ":0", "--seconds", "0.2", "--destinations", "loopback", "--format", "json")
    assert ended.code == 0
    (document,) = [json.loads(line) for line in ended.out.splitlines()]
    assert document["schema"] == "tieback/capture/1"
    assert {"mode", "flows", "refused", "quic", "outside", "blind_spots"} <= document.keys()
    assert ended.err.count("not seen: ") == len(document["blind_spots"])
    again = run("traffic", tmp_path / ".tieback" / "captures")
    assert (again.code, "Redis, MySQL" in again.err) == (0, True)


def test_a_report_shows_the_run(run: Run) -> None:
    assert run("capture", "--listen", ":0", "--seconds", "0.2").code == 0
    ended = run("report", "--format", "json")
    assert ended.code == 0
    assert json.loads(ended.out)["schema"] == "tieback/report/1"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--listen", "8080"), "not an address and a port"),
        (("--listen", "localhost:8080"), "not an address and a port"),
        (("--listen", "127.0.0.1:99999"), "not an address and a port"),
        (("--destinations", "everywhere"), "--destinations"),
        (("--destinations", "any,loopback"), "is not a list of networks"),
        (("--resolve", "a.test"), "is not NAME=ADDRESS"),
        (("--monkey", "5"), "no device named"),
        (("--install", "x.apk"), "no device named"),
        (("--device", "adb:", "--monkey", "5"), "no app named"),
        (("--device", "ios:x", "--only", "com.x.y"), "is not a device name"),
        (("--mode", "socks5", "--device", "adb:", "--only", "com.x.y"), "--mode"),
        (("--mode", "reverse"), "Invalid value"),
    ],
)
def test_wrong_words(run: Run, words: tuple[str, ...], says: str) -> None:
    ended = run("capture", *words)
    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err


def test_without_the_extra(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "find_spec", lambda _name: None)
    ended = run("capture")
    assert ended.code == 2
    assert "Install the extra capture: " in ended.err


def test_ctrl_c_ends_in_order(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    read, pressed = child.ProxyProcess.read, list[int]()

    def press(proxy: child.ProxyProcess, seconds: float) -> list[Observation]:
        if not pressed:
            pressed.append(1)
            os.kill(os.getpid(), signal.SIGINT)
        return read(proxy, seconds)

    monkeypatch.setattr(child.ProxyProcess, "read", press)
    ended = run("capture", "--listen", ":0", "--format", "json")
    assert ended.code == 0
    assert json.loads(ended.out)["flows"] == 0
    assert "did not end normally" not in ended.err


def test_the_second_ctrl_c_breaks_off() -> None:
    stopped = StopSignal()
    assert not stopped()
    stopped.request(2, None)
    assert stopped()
    with pytest.raises(KeyboardInterrupt):
        stopped.request(2, None)


@pytest.mark.parametrize(
    ("text", "address"),
    [(":0", ("127.0.0.1", 0)), ("0.0.0.0:8080", ("0.0.0.0", 8080)), ("[::1]:80", ("::1", 80))],
)
def test_addresses(text: str, address: tuple[str, int]) -> None:
    assert read_address(text) == address


def test_destinations_and_names() -> None:
    assert read_destinations("remote") == ()
    assert read_destinations("any") == ("any",)
    assert read_destinations("loopback, 10.0.0.0/8") == ("127.0.0.0/8", "::1/128", "10.0.0.0/8")
    assert read_name("a.test=127.0.0.5") == ("a.test", "127.0.0.5")
    with pytest.raises(UsageError):
        read_destinations("")


def test_the_command_line_does_not_import_the_proxy() -> None:
    code = "import tieback.cli.main, sys; sys.exit(any(m in sys.modules for m in ('mitmproxy', 'adbutils', 'duckdb')))"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
