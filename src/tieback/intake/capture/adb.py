"""Android devices through the adb server, with adbutils (MIT); no other module uses adbutils."""

import shlex
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tieback.intake.capture.device import STEP_SECONDS, CommandResult, DeviceError
from tieback.model.errors import UsageError
from tieback.model.extras import extra_advice

_PREFIX = "adb:"
_STATUS = "tieback-status:"
_MAX_OUTPUT = 8 * 1024 * 1024
_ADVICE = "Check that `adb devices` lists the device"


def require_adb() -> None:
    """Raise ``UsageError`` if the extra is not installed."""
    if find_spec("adbutils") is None:
        raise UsageError("adbutils is not installed", where="capture", advice=extra_advice("android"))


def connect(device: str) -> "AdbShell":
    """The device with the name ``adb:SERIAL``; ``adb:`` is the only connected device.

    Raises:
        UsageError: the name is invalid, adbutils is missing, or the name does not select exactly one device.
        DeviceError: the adb server cannot be reached.
    """
    if not device.startswith(_PREFIX):
        raise UsageError(
            f"{device!r} is not a device name",
            where="--device",
            advice="Use adb:SERIAL, or adb: if only one device is connected",
        )
    require_adb()
    serial = device.removeprefix(_PREFIX)
    there = serials()
    if not serial and len(there) == 1:
        return AdbShell(there[0])
    if serial not in there:
        listed = ", ".join(there) or "none"
        what = "several devices are connected" if not serial and there else "no such device"
        raise UsageError(f"{what} (connected: {listed})", where=device, advice="Select one with adb:SERIAL")
    return AdbShell(serial)


def serials() -> list[str]:
    """The devices that the adb server lists. Raises ``DeviceError``."""
    import adbutils

    try:
        return [device.serial for device in adbutils.AdbClient().iter_device()]
    except (adbutils.AdbError, OSError) as error:
        raise DeviceError(
            f"cannot reach the adb server ({error})", where="adb", advice="Start it with `adb start-server`"
        ) from None


class AdbShell:
    """A ``Shell`` over adb. All words are quoted, so a device or app name cannot inject a command."""

    def __init__(self, serial: str) -> None:
        import adbutils

        self.serial = serial
        self._failures = (adbutils.AdbError, OSError)
        self._device: Any = adbutils.AdbClient().device(serial)

    def run(self, words: Sequence[str], seconds: float = STEP_SECONDS) -> CommandResult:
        """Run a command; its exit status is read from the last line, because old devices do not report it otherwise."""
        command = f"{shlex.join(words)} 2>&1; echo {_STATUS}$?"
        try:
            output = bytes(self._device.shell(command, timeout=seconds, encoding=None))[-_MAX_OUTPUT:]
        except self._failures as error:
            raise self._unreached(error) from None
        text, marker, status = output.decode("utf-8", "replace").rpartition(_STATUS)
        if not marker or not status.strip().isdecimal():
            raise DeviceError(f"{words[0]} did not end normally", where=self.serial, advice=_ADVICE)
        return CommandResult(int(status), text.replace("\r\n", "\n"))

    def push(self, local: Path, remote: str) -> None:
        """Copy a file to the device."""
        try:
            self._device.sync.push(local, remote)
        except self._failures as error:
            raise self._unreached(error) from None

    def reverse(self, port: int, local_port: int) -> None:
        """Forward a port of the device's loopback interface to this computer."""
        try:
            self._device.reverse(f"tcp:{port}", f"tcp:{local_port}")
        except self._failures as error:
            raise self._unreached(error) from None

    def remove_reverse(self, port: int) -> None:
        """Remove a reversed port if it still exists."""
        try:
            if any(item.remote == f"tcp:{port}" for item in self._device.reverse_list()):
                self._device.reverse_remove(f"tcp:{port}")
        except self._failures as error:
            raise self._unreached(error) from None

    def _unreached(self, error: Exception) -> DeviceError:
        return DeviceError(f"cannot reach the device ({error})"[:300], where=self.serial, advice=_ADVICE)
