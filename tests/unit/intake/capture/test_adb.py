"""Naming devices, and commands as they go over adb; tests/servers/test_capture_adb.py has the real one."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("adbutils")

import adbutils

from tieback.intake.capture import adb
from tieback.intake.capture.adb import AdbShell, connect, require_adb, serials
from tieback.intake.capture.device import CommandResult, DeviceError
from tieback.model.errors import UsageError


class Remote:
    """An adb device that keeps the commands and gives one answer."""

    def __init__(self, answer: bytes | Exception) -> None:
        self.answer = answer
        self.commands: list[str] = []

    def shell(self, command: str, **_: Any) -> bytes:
        self.commands.append(command)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def device(answer: bytes | Exception) -> tuple[AdbShell, Remote]:
    shell, remote = AdbShell("emulator-5554"), Remote(answer)
    shell._device = remote
    return shell, remote


def test_words_are_quoted_and_the_status_is_read() -> None:
    shell, remote = device(b"null\r\ntieback-status:3\r\n")
    assert shell.run(["settings", "get", "global", "$(reboot)"]) == CommandResult(3, "null\n")
    assert remote.commands == ["settings get global '$(reboot)' 2>&1; echo tieback-status:$?"]


@pytest.mark.parametrize(
    "answer", [b"", b"no status", b"tieback-status:", adbutils.AdbError("closed"), OSError("gone")]
)
def test_answers_that_are_none(answer: bytes | Exception) -> None:
    with pytest.raises(DeviceError) as raised:
        device(answer)[0].run(["true"])
    assert raised.value.where == "emulator-5554"


@pytest.mark.parametrize(
    ("there", "asked", "found"),
    [
        (["a"], "adb:", "a"),
        (["a", "b"], "adb:b", "b"),
        (["127.0.0.1:5555"], "adb:127.0.0.1:5555", "127.0.0.1:5555"),
        (["a", "b"], "adb:", "several devices are connected"),
        (["a"], "adb:b", "no such device"),
        ([], "adb:", "no such device"),
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
