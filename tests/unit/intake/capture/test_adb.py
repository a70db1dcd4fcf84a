"""Naming devices, and commands as they go over adb; tests/servers/test_capture_adb.py has the real one."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Self

import pytest

pytest.importorskip("adbutils")

import adbutils

from tests.each import each
from tieback.intake.capture import adb
from tieback.intake.capture.adb import AdbShell, connect, require_adb, serials
from tieback.intake.capture.device import CommandResult, DeviceError
from tieback.model.errors import UsageError

type Answer = bytes | Exception | Iterator[bytes]


class Remote:
    """An adb device that keeps the services it is opened with, and gives one answer."""

    def __init__(self, answer: Answer) -> None:
        self.answer = iter([answer]) if isinstance(answer, bytes) else answer
        self.services: list[str] = []
        self.conn = self
        self.timeout = 0.0

    def open_transport(self) -> Self:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def send_command(self, service: str) -> None:
        self.services.append(service)

    def check_okay(self) -> None:
        return

    def settimeout(self, seconds: float) -> None:
        assert seconds > 0
        self.timeout = seconds

    def recv(self, size: int) -> bytes:
        assert not isinstance(self.answer, Exception)
        piece = next(self.answer, b"")
        assert len(piece) <= size
        return piece


def device(answer: Answer) -> tuple[AdbShell, Remote]:
    shell, remote = AdbShell("emulator-5554"), Remote(answer)
    shell._device = remote
    return shell, remote


def test_words_are_quoted_and_the_status_is_read() -> None:
    shell, remote = device(b"null\r\ntieback-status:3\r\n")
    assert shell.run(["settings", "get", "global", "$(reboot)"]) == CommandResult(3, "null\n")
    assert remote.services == ["shell:settings get global '$(reboot)' 2>&1; echo tieback-status:$?"]


@each(
    "answer",
    [
        b"",
        b"no status",
        b"tieback-status:",
        "tieback-status:\u0663".encode(),
        b"tieback-status:" + b"9" * 5000,
        adbutils.AdbError("closed"),
        OSError("gone"),
        ValueError("invalid literal for int() with base 16"),
    ],
)
def test_answers_that_are_none(answer: bytes | Exception) -> None:
    with pytest.raises(DeviceError) as raised:
        device(answer)[0].run(["true"])
    assert raised.value.where == "emulator-5554"


def test_output_without_end_is_refused_at_its_limit() -> None:
    sent = 0

    def flood() -> Iterator[bytes]:
        nonlocal sent
        while True:
            sent += 65536
            yield b"x" * 65536

    with pytest.raises(DeviceError, match="printed more than"):
        device(flood())[0].run(["cat", "/proc/net/tcp"])
    assert sent <= 9 * 1024 * 1024


def test_a_command_that_sends_a_byte_now_and_then_ends_at_its_deadline() -> None:
    def drip() -> Iterator[bytes]:
        while True:
            time.sleep(0.02)
            yield b"."

    began = time.monotonic()
    with pytest.raises(DeviceError, match="did not end within"):
        device(drip())[0].run(["logcat"], 0.2)
    assert time.monotonic() - began < 20


def test_a_command_that_is_silent_ends_at_its_deadline() -> None:
    def silent() -> Iterator[bytes]:
        yield b"."
        raise TimeoutError

    with pytest.raises(DeviceError, match="did not end within 60 seconds"):
        device(silent())[0].run(["sleep", "1000"])


def test_a_file_is_copied_to_its_owner_only(tmp_path: Path) -> None:
    shell, remote = device(iter([b"\xd4\xc3", b"\xb2\xa1"]))
    assert shell.pull("/sdcard/Download/a b.pcap", tmp_path / "run.pcap", 100) == 4
    assert (tmp_path / "run.pcap").read_bytes() == b"\xd4\xc3\xb2\xa1"
    assert (tmp_path / "run.pcap").stat().st_mode & 0o077 == 0
    assert remote.services == ["exec:cat '/sdcard/Download/a b.pcap' 2>/dev/null"]


def test_a_file_larger_than_its_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="more than 100 bytes"):
        device(iter([b"x" * 60, b"x" * 60]))[0].pull("/sdcard/a", tmp_path / "a", 100)


def test_a_file_replaces_none(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("mine")
    with pytest.raises(DeviceError, match="cannot be written"):
        device(b"theirs")[0].pull("/sdcard/a", tmp_path / "a", 100)
    assert (tmp_path / "a").read_text() == "mine"


def test_reversed_ports() -> None:
    shell, _ = device(b"")
    remotes = ("tcp:8080", "localabstract:x", "tcp:99999999", "tcp:\u0663")
    shell._device = SimpleNamespace(reverse_list=lambda: [SimpleNamespace(remote=text) for text in remotes])
    assert shell.reversed_ports() == {8080}


@pytest.mark.parametrize(
    ("there", "asked", "found"),
    [
        (["a"], "adb:", "a"),
        (["a", "b"], "adb:b", "b"),
        (["127.0.0.1:5555"], "adb:127.0.0.1:5555", "127.0.0.1:5555"),
        (["a", "b"], "adb:", "several devices are connected"),
        (["a"], "adb:b", "--device: no device b .connected: a.. Select one"),
        ([], "adb:", "--device: no device is connected. Connect it"),
        ([], "adb:b", "no device is connected"),
        (["a"], "ios:a", "is not a device name"),
    ],
)
def test_names(monkeypatch: pytest.MonkeyPatch, there: list[str], asked: str, found: str) -> None:
    monkeypatch.setattr(adb, "serials", lambda: there)
    if found in there:
        assert connect(asked).serial == found
    else:
        with pytest.raises(UsageError, match=found):
            connect(asked)


def test_no_adb_server(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise adbutils.AdbError("connect to adb server failed")

    monkeypatch.setattr(adbutils, "AdbClient", lambda: SimpleNamespace(iter_device=refuse))
    with pytest.raises(DeviceError, match="cannot reach the adb server"):
        serials()


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "adbutils", None)
    monkeypatch.setattr(adb, "find_spec", lambda _name: None)
    with pytest.raises(UsageError, match="Install the extra android: "):
        require_adb()
