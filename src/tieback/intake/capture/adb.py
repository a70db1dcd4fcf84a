"""Android devices through the adb server, with adbutils (MIT); no other module uses adbutils."""

import os
import shlex
import struct
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tieback.intake.capture.device import PULL_SECONDS, STEP_SECONDS, CommandResult, DeviceError
from tieback.model.count_text import count_text, seconds_text
from tieback.model.errors import UsageError
from tieback.model.extras import extra_advice

_PREFIX = "adb:"
_STATUS = "tieback-status:"
_MAX_OUTPUT = 8 * 1024 * 1024
"""Bytes of output that one command may have."""
_PIECE = 64 * 1024
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
        if not there:
            raise UsageError(
                "no device is connected",
                where="--device",
                advice="Connect it, switch on USB debugging, and accept this computer's key on the device",
            )
        what = f"no device {serial}" if serial else "several devices are connected"
        raise UsageError(
            f"{what} (connected: {', '.join(there)})", where="--device", advice="Select one with adb:SERIAL"
        )
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
        # The last three: what adbutils raises if an answer is not as the protocol requires.
        self._failures = (adbutils.AdbError, OSError, ValueError, AssertionError, struct.error)
        self._device: Any = adbutils.AdbClient(socket_timeout=STEP_SECONDS).device(serial)

    def run(self, words: Sequence[str], seconds: float = STEP_SECONDS) -> CommandResult:
        """Run a command; its exit status is read from the last line, because old devices do not report it otherwise."""
        command = f"{shlex.join(words)} 2>&1; echo {_STATUS}$?"
        output = bytearray()
        for piece in self._stream(f"shell:{command}", words[0], seconds):
            output += piece
            if len(output) > _MAX_OUTPUT:
                raise DeviceError(
                    f"{words[0]} printed more than {_MAX_OUTPUT:,} bytes", where=self.serial, advice="Check the device"
                )
        text, marker, status = output.decode("utf-8", "replace").rpartition(_STATUS)
        if not marker or not (status.strip().isascii() and status.strip().isdecimal() and len(status) < 16):
            raise DeviceError(f"{words[0]} did not end normally", where=self.serial, advice=_ADVICE)
        return CommandResult(int(status), text.replace("\r\n", "\n"))

    def pull(self, remote: str, local: Path, limit: int, seconds: float = PULL_SECONDS) -> int:
        """Copy a file of the device into a new local file, which only its owner can read; returns its bytes."""
        size = 0
        try:
            with os.fdopen(os.open(local, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                for piece in self._stream(f"exec:cat {shlex.quote(remote)} 2>/dev/null", "cat", seconds):
                    size += len(piece)
                    if size > limit:
                        raise DeviceError(f"{remote} has more than {count_text(limit, 'byte')}", where=self.serial)
                    file.write(piece)
        except OSError as error:
            raise DeviceError(
                f"{local} cannot be written ({error.strerror})", where=self.serial, advice="Choose another path"
            ) from None
        return size

    def _stream(self, service: str, name: str, seconds: float) -> Iterator[bytes]:
        """The output of a service of the device, until it ends.

        Raises:
            DeviceError: it cannot be reached, or does not end within ``seconds``, however often it sends something.
        """
        deadline = time.monotonic() + seconds
        try:
            with self._device.open_transport() as connection:
                connection.send_command(service)
                connection.check_okay()
                while True:
                    left = deadline - time.monotonic()
                    if left <= 0:
                        raise DeviceError(
                            f"{name} did not end within {seconds_text(round(seconds))}",
                            where=self.serial,
                            advice=_ADVICE,
                        )
                    connection.conn.settimeout(left)
                    piece = connection.conn.recv(_PIECE)
                    if not piece:
                        return
                    yield piece
        except TimeoutError:
            raise DeviceError(
                f"{name} did not end within {seconds_text(round(seconds))}", where=self.serial, advice=_ADVICE
            ) from None
        except self._failures as error:
            raise self._unreached(error) from None

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

    def reversed_ports(self) -> frozenset[int]:
        """Ports of the device that are forwarded to this computer."""
        try:
            ends = [str(item.remote).removeprefix("tcp:") for item in self._device.reverse_list()]
        except self._failures as error:
            raise self._unreached(error) from None
        return frozenset(int(end) for end in ends if end.isascii() and end.isdecimal() and len(end) <= 5)

    def _unreached(self, error: Exception) -> DeviceError:
        return DeviceError(f"cannot reach the device ({error})"[:300], where=self.serial, advice=_ADVICE)
