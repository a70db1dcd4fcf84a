"""The child process itself: its options, and that it ends with whoever started it."""

import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import msgspec
import pytest

pytest.importorskip("mitmproxy")

from tieback.intake.capture.child import MODULE
from tieback.intake.capture.frames import FrameDecoder
from tieback.intake.capture.interface import (
    Observation,
    ProxyEnd,
    ProxyFailure,
    ProxyListening,
    ProxyMode,
    ProxySettings,
)


def start(settings: bytes) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.stdin is not None
    child.stdin.write(settings + b"\n")
    child.stdin.flush()
    return child


def first(child: subprocess.Popen[bytes]) -> Observation:
    assert child.stdout is not None
    frames = FrameDecoder()
    while data := os.read(child.stdout.fileno(), 65536):
        for document in frames.feed(data):
            return document
    raise AssertionError("it told nothing")


def test_it_ends_when_its_input_ends_and_not_by_ctrl_c(tmp_path: Path) -> None:
    settings = ProxySettings(ProxyMode.REGULAR, "127.0.0.1", 0, str(tmp_path / "ca"))
    with start(msgspec.json.encode(settings)) as child:
        listening = first(child)
        assert isinstance(listening, ProxyListening)
        assert listening.host == "127.0.0.1"
        child.send_signal(signal.SIGINT)
        rest, _ = child.communicate(timeout=30)
        assert child.returncode == 0
    assert list(FrameDecoder().feed(rest)) == [ProxyEnd(0, 0)]
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "ca").iterdir())


def test_settings_that_are_none_start_nothing() -> None:
    with start(b'{"mode":"reverse"}') as child:
        out, complaint = child.communicate(timeout=30)
    assert (child.returncode, out) == (1, b"")
    assert b"ValidationError" in complaint


def test_unwritable_file_is_reported(tmp_path: Path) -> None:
    settings = ProxySettings(ProxyMode.REGULAR, "127.0.0.1", 0, str(tmp_path), save=str(tmp_path))
    with start(msgspec.json.encode(settings)) as child:
        told = first(child)
        child.communicate(timeout=30)
    assert isinstance(told, ProxyFailure)


def test_options(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of libraries under mitmproxy
        from tieback.intake.capture.proxy import _options
    settings = ProxySettings(
        ProxyMode.SOCKS5, "127.0.0.1", 1, str(tmp_path), save="/x/100%d.mitm", upstream_ca="/x/ca.pem"
    )
    found = _options(settings)
    assert found["mode"] == ["socks5"]
    assert found["save_stream_file"] == "/x/100%%d.mitm"  # as strftime gives it back
    assert found["ssl_verify_upstream_trusted_ca"] == "/x/ca.pem"
