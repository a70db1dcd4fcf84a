"""A device that answers from a transcript.

The transcripts follow AOSP's sources (``PackageManagerShellCommand``, ``SettingsService``, ``Monkey``); no device was
at hand, so docs/howto/capture.md marks these steps "not yet verified on a device".
"""

import shlex
from collections.abc import Sequence
from pathlib import Path

import pytest

from tieback.intake.capture.device import CommandResult, DeviceError
from tieback.intake.capture.interface import Observation

PACKAGE = "com.workhub.mobile"
PHONE = {
    "settings get global http_proxy": "null\n",
    f"pm path {PACKAGE}": f"package:/data/app/~~q==/{PACKAGE}-1/base.apk\n",
    "pm install -t /data/local/tmp/tieback-capture.apk": "Success\n",
    f"pm uninstall {PACKAGE}": "Success\n",
    f"monkey -p {PACKAGE} -c android.intent.category.LAUNCHER 1": (
        "  bash arg: -p\nEvents injected: 1\n## Network stats: elapsed time=25ms\n"
    ),
    f"monkey -p {PACKAGE} -s 7 --throttle 300 20": "Events injected: 20\n// Monkey finished\n",
    "pm list packages -U": f"package:{PACKAGE} uid:10123\npackage:com.other uid:10200\n",
}


class Phone:
    """Answers commands from a table, remembers what it was asked, and can fail at any of it."""

    def __init__(self, answers: dict[str, str] | None = None) -> None:
        self.serial = "emulator-5554"
        self.answers = PHONE | (answers or {})
        self.asked: list[str] = []
        self.reversed: set[int] = set()
        self.files: dict[str, bytes] = {}
        self.lost = False
        self.fails: set[str] = set()

    def _note(self, text: str) -> None:
        if self.lost:
            raise DeviceError("not reached (device offline)", where=self.serial)
        self.asked.append(text)
        if any(text.startswith(start) for start in self.fails):
            raise DeviceError("not reached (device offline)", where=self.serial)

    def run(self, words: Sequence[str], seconds: float = 60.0) -> CommandResult:
        command = shlex.join(words)
        self._note(command)
        text = self.answers.get(command, "")
        return CommandResult(1 if text.startswith("Error") else 0, text)

    def push(self, local: Path, remote: str) -> None:
        self._note(f"push {local.name} {remote}")
        if local.is_file():
            self.files[remote] = local.read_bytes()

    def pull(self, remote: str, local: Path, limit: int, seconds: float = 600.0) -> int:
        self._note(f"pull {remote}")
        data = self.files.get(remote, b"")
        if len(data) > limit:
            raise DeviceError(f"{remote} has more than {limit:,} bytes", where=self.serial)
        return local.write_bytes(data)

    def reversed_ports(self) -> frozenset[int]:
        self._note("reversed ports")
        return frozenset(self.reversed)

    def reverse(self, port: int, local_port: int) -> None:
        self._note(f"reverse {port} {local_port}")
        self.reversed.add(port)

    def remove_reverse(self, port: int) -> None:
        self._note(f"remove reverse {port}")
        self.reversed.discard(port)


@pytest.fixture
def phone() -> Phone:
    """A device with Workhub installed."""
    return Phone()


class Told(list[Observation]):
    """What an add-on told."""


@pytest.fixture
def told() -> Told:
    """What the add-on of a test tells."""
    return Told()
