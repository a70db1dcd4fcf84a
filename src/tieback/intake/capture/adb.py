"""Android devices through the adb server, by adbutils (MIT): the only module that knows it."""

import shlex
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tieback.intake.capture.device import STEP_SECONDS, Answer, DeviceError
from tieback.model.errors import UsageError

_PREFIX = "adb:"
_STATUS = "tieback-status:"
_MAX_OUTPUT = 8 * 1024 * 1024
_ADVICE = "See whether `adb devices` lists it"


def require_adb() -> None:
    """Raise ``UsageError`` where the extra is not installed."""
    if find_spec("adbutils") is None:
        raise UsageError(
            "adbutils is not installed", where="capture", advice="Install the extra: pip install 'tieback[android]'"
        )


def connect(device: str) -> "Adb":
    """The device that ``adb:SERIAL`` names; ``adb:`` names the only one.

    Raises:
        UsageError: it is no such name, adbutils is missing, or it does not name one device.
        DeviceError: the adb server is not reached.
    """
    if not device.startswith(_PREFIX):
        raise UsageError(f"{device!r} names no device", where="--device", advice="Use adb:SERIAL, or adb: for the only")
    require_adb()
    serial = device.removeprefix(_PREFIX)
    there = serials()
    if not serial and len(there) == 1:
        return Adb(there[0])
    if serial not in there:
        listed = ", ".join(there) or "none"
        what = "names one of several devices" if not serial and there else "no such device"
        raise UsageError(f"{what} (connected: {listed})", where=device, advice="Name one as adb:SERIAL")
    return Adb(serial)


def serials() -> list[str]:
    """The devices that the adb server lists. Raises ``DeviceError``."""
    import adbutils

    try:
        return [device.serial for device in adbutils.AdbClient().iter_device()]
    except (adbutils.AdbError, OSError) as error:
        raise DeviceError(
            f"the adb server is not reached ({error})", where="adb", advice="Start it: adb start-server"
        ) from None


class Adb:
    """A ``Shell`` over adb. Commands are quoted words, so nothing that a device or an app is called can run there."""

    def __init__(self, serial: str) -> None:
        import adbutils

        self.serial = serial
        self._failures = (adbutils.AdbError, OSError)
        self._device: Any = adbutils.AdbClient().device(serial)

    def run(self, words: Sequence[str], seconds: float = STEP_SECONDS) -> Answer:
        """Run a command; its status comes back as a last line, as old devices do not tell it otherwise."""
        command = f"{shlex.join(words)} 2>&1; echo {_STATUS}$?"
        try:
            output = bytes(self._device.shell(command, timeout=seconds, encoding=None))[-_MAX_OUTPUT:]
        except self._failures as error:
            raise self._unreached(error) from None
        text, marker, status = output.decode("utf-8", "replace").rpartition(_STATUS)
        if not marker or not status.strip().isdecimal():
            raise DeviceError(f"{words[0]} did not end in order", where=self.serial, advice=_ADVICE)
        return Answer(int(status), text.replace("\r\n", "\n"))

    def push(self, local: Path, remote: str) -> None:
        """Copy a file to the device."""
        try:
            self._device.sync.push(local, remote)
        except self._failures as error:
            raise self._unreached(error) from None

    def reverse(self, port: int, local_port: int) -> None:
        """Lead a port of the device's loopback here."""
        try:
            self._device.reverse(f"tcp:{port}", f"tcp:{local_port}")
        except self._failures as error:
            raise self._unreached(error) from None

    def remove_reverse(self, port: int) -> None:
        """Take a reversed port away, where it is still there."""
        try:
            if any(item.remote == f"tcp:{port}" for item in self._device.reverse_list()):
                self._device.reverse_remove(f"tcp:{port}")
        except self._failures as error:
            raise self._unreached(error) from None

    def _unreached(self, error: Exception) -> DeviceError:
        return DeviceError(f"not reached ({error})"[:300], where=self.serial, advice=_ADVICE)
