"""Set-up of an Android device for a capture; each change is undone at the end.

The steps need Android itself (``am``, ``pm``, ``settings``, ``monkey``); they are tested against transcripts and marked
"not yet verified on a device" in docs/howto/capture.md. The transport under them is tested against a real adbd.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import msgspec
from cryptography import x509

from tieback.intake.capture.journal import (
    RemoveFile,
    RemoveReverse,
    RestoreSetting,
    StopApp,
    StopMonkey,
    UndoJournal,
    UndoStep,
    Uninstall,
)
from tieback.intake.capture.sockets import Socket, parse_packages, parse_sockets
from tieback.model.errors import TiebackError

STEP_SECONDS = 60.0
INSTALL_SECONDS = 300.0
PULL_SECONDS = 600.0
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
    """A step on the device failed."""


class CommandResult(msgspec.Struct, frozen=True):
    """Result of a command on the device."""

    code: int
    output: str


class Shell(Protocol):
    """A device that runs commands."""

    serial: str

    def run(self, words: Sequence[str], seconds: float = STEP_SECONDS) -> CommandResult:
        """Run a command on the device. Raises ``DeviceError`` if the device cannot be reached."""
        ...

    def push(self, local: Path, remote: str) -> None:
        """Copy a file to the device. Raises ``DeviceError``."""
        ...

    def pull(self, remote: str, local: Path, limit: int, seconds: float = PULL_SECONDS) -> int:
        """Copy a file of the device into a new local file; returns its bytes, 0 for a file that cannot be read.

        Raises:
            DeviceError: the device cannot be reached, or the file has more than ``limit`` bytes.
        """
        ...

    def reversed_ports(self) -> frozenset[int]:
        """Ports of the device that are forwarded to this computer. Raises ``DeviceError``."""
        ...

    def reverse(self, port: int, local_port: int) -> None:
        """Forward a port of the device's loopback interface to a port of this computer. Raises ``DeviceError``."""
        ...

    def remove_reverse(self, port: int) -> None:
        """Remove a forwarded port; it may already be gone. Raises ``DeviceError``."""
        ...


class CaptureDevice:
    """A device that a run changes."""

    def __init__(self, shell: Shell, journal: UndoJournal) -> None:
        self._shell = shell
        self._journal = journal

    @property
    def serial(self) -> str:
        """Serial of the device."""
        return self._shell.serial

    def install(self, apk: Path, package: str) -> None:
        """Install an app; an app that is already installed is not changed.

        Raises:
            DeviceError: the app cannot be installed.
        """
        if self._shell.run(["pm", "path", _name(package)]).output.startswith("package:"):
            return
        self._journal.add(self._shell.serial, RemoveFile(_PUSHED))
        self._shell.push(apk, _PUSHED)
        self._journal.add(self._shell.serial, Uninstall(package))
        self._must(["pm", "install", "-t", _PUSHED], "the app cannot be installed", INSTALL_SECONDS, says="Success")

    def has_app(self, package: str) -> bool:
        """True if an app is installed on the device."""
        return self._shell.run(["pm", "path", _name(package)]).output.startswith("package:")

    def route_to_proxy(self, port: int) -> None:
        """Send the device's HTTP traffic to the proxy on this computer, through a reversed port and the proxy setting.

        Raises:
            DeviceError: the device refuses one of them.
        """
        before = self._must(["settings", "get", "global", _PROXY], "cannot read the proxy setting").strip()
        self._journal.add(self._shell.serial, RemoveReverse(port))
        self._shell.reverse(port, port)
        self._journal.add(self._shell.serial, RestoreSetting(_PROXY, None if before in _NOTHING else before))
        self._must(["settings", "put", "global", _PROXY, f"127.0.0.1:{port}"], "cannot set the proxy")

    def trust(self, certificate: Path) -> str:
        """Install an authority as trusted by the device's user, if the shell runs as root.

        Returns:
            path of the certificate for a manual installation; empty if the device trusts it now.

        Raises:
            DeviceError: the device cannot be reached, or accepts no file.
        """
        if self._shell.run(["id", "-u"]).output.strip() != "0":
            return self.push_download(certificate, "tieback-authority.crt")
        path = trusted_path(certificate)
        if self._shell.run(["ls", path]).code == 0:
            return ""
        self._journal.add(self._shell.serial, RemoveFile(path))
        self._shell.run(["mkdir", "-p", "-m", "755", TRUSTED])  # missing until the first authority is added
        self._shell.push(certificate, path)
        self._must(["chown", "system:system", TRUSTED, path], "cannot install the certificate")
        self._must(["chmod", "644", path], "cannot install the certificate")
        self._shell.run(["restorecon", path])
        return ""

    def push_download(self, file: Path, name: str) -> str:
        """Copy a file to the device's downloads; returns its location for the user. Raises ``DeviceError``."""
        path = f"{_DOWNLOADS}/{name}"
        self._journal.add(self._shell.serial, RemoveFile(path))
        self._shell.push(file, path)
        return f"Download/{name}"

    def start(self, package: str) -> None:
        """Stop and start an app through its launcher entry.

        Raises:
            DeviceError: the app has no launcher entry, or does not start.
        """
        self.stop(package)
        words = ["monkey", "-p", _name(package), "-c", "android.intent.category.LAUNCHER", "1"]
        self._must(words, f"cannot start {package}", says="Events injected: 1")

    def stop(self, package: str) -> None:
        """Stop an app; it is stopped at the end, too. Raises ``DeviceError``."""
        self._journal.add(self._shell.serial, StopApp(package))
        self._shell.run(["am", "force-stop", _name(package)])

    def monkey(self, package: str, events: int, seed: int) -> str:
        """Send random input events, identical for the same seed; returns the last line of the monkey's output.

        Raises:
            DeviceError: the device cannot be reached.
        """
        self._journal.add(self._shell.serial, StopMonkey())
        words = ["monkey", "-p", _name(package), "-s", str(seed), "--throttle", str(_THROTTLE), str(events)]
        seconds = STEP_SECONDS + events * _THROTTLE / 1000 * 4
        return last_line(self._shell.run(words, seconds))

    def packages(self) -> dict[int, tuple[str, ...]]:
        """User IDs and their packages; empty if the device does not report them. Raises ``DeviceError``."""
        return parse_packages(self._shell.run(["pm", "list", "packages", "-U"]).output)

    def sockets(self) -> Iterable[Socket]:
        """The device's sockets that have a peer. Raises ``DeviceError``."""
        return parse_sockets(self._shell.run(["cat", *_TABLES]).output)

    def _must(self, words: Sequence[str], refusal: str, seconds: float = STEP_SECONDS, says: str = "") -> str:
        answer = self._shell.run(words, seconds)
        if answer.code != 0 or says not in answer.output:
            raise DeviceError(f"{refusal}: {last_line(answer)}", where=self._shell.serial, advice="Check the device")
        return answer.output


def undo_all(journal: UndoJournal, shells: dict[str, Shell]) -> list[DeviceError]:
    """Undo the steps of a journal, the last step first; returns the failures, whose steps stay in the journal.

    Args:
        journal: journal with the steps.
        shells: the reachable devices, by serial; steps of other devices stay.
    """
    failed: list[DeviceError] = []
    for number, serial, undo in reversed(list(journal.steps)):
        shell = shells.get(serial)
        if shell is None:
            failed.append(
                DeviceError(
                    "the device is not connected; its changes are not undone",
                    where=serial,
                    advice="Connect it and run `tieback capture`",
                )
            )
            continue
        try:
            _undo(shell, undo)
        except DeviceError as error:
            failed.append(error)
        else:
            journal.done(number)
    return failed


def _undo(shell: Shell, undo: UndoStep) -> None:  # noqa: PLR0912 - one case a step
    match undo:
        case RestoreSetting(name, value):
            if value is not None:
                answer = shell.run(["settings", "put", "global", name, value])
            else:
                # Deleting the setting leaves the proxy active until the next boot; ":0" removes it immediately.
                answer = shell.run(["settings", "put", "global", name, ":0"])
                if answer.code == 0:
                    answer = shell.run(["settings", "delete", "global", name])
            if answer.code != 0:
                raise DeviceError(f"cannot restore {name}: {last_line(answer)}", where=shell.serial)
        case RemoveReverse(port):
            shell.remove_reverse(port)
        case Uninstall(package):
            if shell.run(["pm", "path", _name(package)]).output.startswith("package:"):
                answer = shell.run(["pm", "uninstall", _name(package)], INSTALL_SECONDS)
                if "Success" not in answer.output:
                    raise DeviceError(f"cannot remove {package}: {last_line(answer)}", where=shell.serial)
        case RemoveFile(path):
            if shell.run(["rm", "-f", path]).code != 0:
                raise DeviceError(f"cannot remove {path}", where=shell.serial)
        case StopApp(package):
            shell.run(["am", "force-stop", _name(package)])
        case StopMonkey():
            shell.run(["pkill", "-f", _MONKEY])


def last_line(answer: CommandResult) -> str:
    """The last line of a command's output, printable; its exit status if there is no output."""
    line = next(iter(answer.output.strip().splitlines()[-1:]), f"status {answer.code}")
    return "".join(char if char.isprintable() else "?" for char in line[:200])


def is_package(text: str) -> bool:
    """True if Android accepts the text as a package name; it is then safe in commands and file names."""
    return _PACKAGE.fullmatch(text) is not None and len(text) <= 255


def _name(package: str) -> str:
    """A package name that is safe in a shell command on the device."""
    if not is_package(package):
        raise DeviceError(f"{package[:80]!r} is not a package name", advice="Use a name like com.example.app")
    return package


TRUSTED = "/data/misc/user/0/cacerts-added"
"""Directory of the authorities that the device's first user trusts."""


def trusted_path(certificate: Path) -> str:
    """The path of an authority's certificate on the device.

    Args:
        certificate: PEM file of the proxy's authority.

    Raises:
        OSError, ValueError: the file cannot be read, or is not a certificate.
    """
    subject = x509.load_pem_x509_certificate(certificate.read_bytes()).subject.public_bytes()
    number = int.from_bytes(hashlib.md5(subject, usedforsecurity=False).digest()[:4], "little")
    return f"{TRUSTED}/{number:08x}.0"
