"""The way in to an Android device: what is changed there, each step undone at the end.

The steps need Android itself (``am``, ``pm``, ``settings``, ``monkey``); they are tested against transcripts and marked
"not yet verified on a device" in docs/howto/capture.md. The transport under them is tested against a real adbd.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from tieback.intake.capture.authority import TRUSTED, trusted_path
from tieback.intake.capture.journal import (
    Journal,
    RemoveFile,
    RemoveReverse,
    RestoreSetting,
    StopApp,
    StopMonkey,
    Undo,
    Uninstall,
)
from tieback.intake.capture.sockets import Socket, parse_packages, parse_sockets
from tieback.model.errors import TiebackError

STEP_SECONDS = 60.0
INSTALL_SECONDS = 300.0
_PACKAGE = re.compile(r"[A-Za-z]\w*(\.[A-Za-z]\w*)+", re.ASCII)
_TABLES = "/proc/net/tcp", "/proc/net/tcp6", "/proc/net/udp", "/proc/net/udp6"
_NOTHING = {"", "null", ":0"}
_PROXY = "http_proxy"
_PUSHED = "/data/local/tmp/tieback-capture.apk"
_DOWNLOADS = "/sdcard/Download"
_MONKEY = "com.android.commands.monkey"
_THROTTLE = 300
"""Milliseconds between two events of the monkey: apps need time to send."""


class DeviceError(TiebackError):
    """The device did not do what it was asked to."""


class Answer(msgspec.Struct, frozen=True):
    """What a command on the device came to."""

    code: int
    output: str


class Shell(Protocol):
    """A device that runs commands."""

    serial: str

    def run(self, words: Sequence[str], seconds: float = STEP_SECONDS) -> Answer:
        """Run a command there. Raises ``DeviceError`` where the device is not reached."""
        ...

    def push(self, local: Path, remote: str) -> None:
        """Copy a file there. Raises ``DeviceError``."""
        ...

    def reverse(self, port: int, local_port: int) -> None:
        """Lead a port of the device's loopback to a port here. Raises ``DeviceError``."""
        ...

    def remove_reverse(self, port: int) -> None:
        """Take that away; it need not be there any more. Raises ``DeviceError``."""
        ...


class Device:
    """A device on which a run changes things."""

    def __init__(self, shell: Shell, journal: Journal) -> None:
        self._shell = shell
        self._journal = journal

    def install(self, apk: Path, package: str) -> None:
        """Install an app; where it is there already the device's own stays, and nothing is changed.

        Raises:
            DeviceError: it cannot be installed.
        """
        if self._shell.run(["pm", "path", _name(package)]).output.startswith("package:"):
            return
        self._journal.add(self._shell.serial, RemoveFile(_PUSHED))
        self._shell.push(apk, _PUSHED)
        self._journal.add(self._shell.serial, Uninstall(package))
        self._must(["pm", "install", "-t", _PUSHED], "is not installed", INSTALL_SECONDS, says="Success")

    def has(self, package: str) -> bool:
        """Whether an app is installed there."""
        return self._shell.run(["pm", "path", _name(package)]).output.startswith("package:")

    def lead_in(self, port: int) -> None:
        """Send the device's HTTP traffic to the proxy on our loopback: a reversed port, and the proxy setting.

        Raises:
            DeviceError: one of them is refused.
        """
        before = self._must(["settings", "get", "global", _PROXY], "does not tell its proxy").strip()
        self._journal.add(self._shell.serial, RemoveReverse(port))
        self._shell.reverse(port, port)
        self._journal.add(self._shell.serial, RestoreSetting(_PROXY, None if before in _NOTHING else before))
        self._must(["settings", "put", "global", _PROXY, f"127.0.0.1:{port}"], "does not take the proxy")

    def trust(self, certificate: Path) -> str:
        """Have the device trust an authority as one that its user added, where the shell is root's.

        Returns:
            where its owner finds the certificate to install it by hand; empty where it is trusted now.

        Raises:
            DeviceError: the device is not reached, or takes no file.
        """
        if self._shell.run(["id", "-u"]).output.strip() != "0":
            return self.hand_over(certificate, "tieback-authority.crt")
        path = trusted_path(certificate)
        if self._shell.run(["ls", path]).code == 0:
            return ""
        self._journal.add(self._shell.serial, RemoveFile(path))
        self._shell.run(["mkdir", "-p", "-m", "755", TRUSTED])  # not there before the first such authority
        self._shell.push(certificate, path)
        self._must(["chown", "system:system", TRUSTED, path], "does not take the certificate")
        self._must(["chmod", "644", path], "does not take the certificate")
        self._shell.run(["restorecon", path])
        return ""

    def hand_over(self, file: Path, name: str) -> str:
        """Lay a file among the device's downloads; returns where its owner finds it. Raises ``DeviceError``."""
        path = f"{_DOWNLOADS}/{name}"
        self._journal.add(self._shell.serial, RemoveFile(path))
        self._shell.push(file, path)
        return f"Download/{name}"

    def start(self, package: str) -> None:
        """Start an app afresh, by its launcher entry.

        Raises:
            DeviceError: it has none, or does not start.
        """
        self._journal.add(self._shell.serial, StopApp(package))
        self._shell.run(["am", "force-stop", _name(package)])
        words = ["monkey", "-p", _name(package), "-c", "android.intent.category.LAUNCHER", "1"]
        self._must(words, f"does not start {package}", says="Events injected: 1")

    def monkey(self, package: str, events: int, seed: int) -> str:
        """Press at random, the same way for the same seed; returns what the monkey says last.

        Raises:
            DeviceError: the device is not reached.
        """
        self._journal.add(self._shell.serial, StopMonkey())
        words = ["monkey", "-p", _name(package), "-s", str(seed), "--throttle", str(_THROTTLE), str(events)]
        seconds = STEP_SECONDS + events * _THROTTLE / 1000 * 4
        return last_line(self._shell.run(words, seconds))

    def packages(self) -> dict[int, tuple[str, ...]]:
        """User ids and their packages; empty where the device does not tell. Raises ``DeviceError``."""
        return parse_packages(self._shell.run(["pm", "list", "packages", "-U"]).output)

    def sockets(self) -> Iterable[Socket]:
        """The device's sockets with a peer. Raises ``DeviceError``."""
        return parse_sockets(self._shell.run(["cat", *_TABLES]).output)

    def _must(self, words: Sequence[str], refusal: str, seconds: float = STEP_SECONDS, says: str = "") -> str:
        answer = self._shell.run(words, seconds)
        if answer.code != 0 or says not in answer.output:
            raise DeviceError(f"{refusal}: {last_line(answer)}", where=self._shell.serial, advice="See the device")
        return answer.output


def undo_all(journal: Journal, shells: dict[str, Shell]) -> list[DeviceError]:
    """Undo the steps of a journal, the last first; returns what could not be undone, which stays in the journal.

    Args:
        journal: with the steps.
        shells: the devices that are reached, by serial; steps of others stay.
    """
    failed: list[DeviceError] = []
    for number, serial, undo in reversed(list(journal.steps)):
        shell = shells.get(serial)
        if shell is None:
            failed.append(DeviceError("not connected", where=serial, advice="Connect it and run `tieback capture`"))
            continue
        try:
            _undo(shell, undo)
        except DeviceError as error:
            failed.append(error)
        else:
            journal.done(number)
    return failed


def _undo(shell: Shell, undo: Undo) -> None:  # noqa: PLR0912 - one case a step
    match undo:
        case RestoreSetting(name, value):
            if value is not None:
                answer = shell.run(["settings", "put", "global", name, value])
            else:
                # Deleting alone leaves the proxy in force until the next boot; ":0" takes it out at once.
                answer = shell.run(["settings", "put", "global", name, ":0"])
                if answer.code == 0:
                    answer = shell.run(["settings", "delete", "global", name])
            if answer.code != 0:
                raise DeviceError(f"{name} is not restored: {last_line(answer)}", where=shell.serial)
        case RemoveReverse(port):
            shell.remove_reverse(port)
        case Uninstall(package):
            if shell.run(["pm", "path", _name(package)]).output.startswith("package:"):
                answer = shell.run(["pm", "uninstall", _name(package)], INSTALL_SECONDS)
                if "Success" not in answer.output:
                    raise DeviceError(f"{package} is not removed: {last_line(answer)}", where=shell.serial)
        case RemoveFile(path):
            if shell.run(["rm", "-f", path]).code != 0:
                raise DeviceError(f"{path} is not removed", where=shell.serial)
        case StopApp(package):
            shell.run(["am", "force-stop", _name(package)])
        case StopMonkey():
            shell.run(["pkill", "-f", _MONKEY])


def last_line(answer: Answer) -> str:
    """What a command said last, as one printable line; its status where it said nothing."""
    line = next(iter(answer.output.strip().splitlines()[-1:]), f"status {answer.code}")
    return "".join(char if char.isprintable() else "?" for char in line[:200])


def _name(package: str) -> str:
    """A package name as it may stand in a command of the device's shell."""
    if not _PACKAGE.fullmatch(package) or len(package) > 255:
        raise DeviceError(f"{package[:80]!r} is no package name", advice="Use one like com.example.app")
    return package
