"""PCAPdroid on a device, by its intents: start and stop a capture, and copy its file and its TLS key log.

Source: PCAPdroid's ``docs/app_api.md``, ``CaptureCtrl.java`` and ``CaptureSettings.java`` (version 1.9.1). PCAPdroid is
a separate app (GPL-3.0) that the user installs. The answer of an intent goes to the calling app, which ``am`` is not:
the state is read from ``dumpsys`` instead. The key log is written by PCAPdroid's main screen, so that is opened first.
No device was at hand: all of this is marked "not yet verified on a device" in docs/howto/capture.md.
"""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from tieback.intake.capture.device import CommandResult, DeviceError, Shell, last_line
from tieback.intake.capture.journal import RemoveFile, StopApp, UndoJournal
from tieback.model.count_text import count_text

PCAPDROID = "com.emanuelef.remote_capture"
CONTROL = f"{PCAPDROID}/.activities.CaptureCtrl"
SCREEN = f"{PCAPDROID}/.activities.MainActivity"
FOLDER = "/sdcard/Download/PCAPdroid"
"""Where PCAPdroid writes files that are named by ``pcap_name`` and ``sslkeylog_name``."""
MIN_VERSION, MIN_KEYLOG_VERSION = 79, 89
"""Version codes with ``dump_extensions`` (1.8.0), and with ``sslkeylog_name`` and ``decryption_rules`` (1.8.8)."""
MAX_PCAP = 1024**3
"""Bytes after which PCAPdroid ends its file, and of a file that is copied."""
MAX_KEYLOG = 64 * 1024**2
CONSENT_SECONDS = 60.0
"""Seconds for a person to confirm a request on the device."""
_POLL_SECONDS = 1.0
_SPARE = 16 * 1024**2
_NAME = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)
_KEY = re.compile(r"[\x21-\x7e]{1,256}", re.ASCII)
_VERSION = re.compile(r"\bversionCode=(\d{1,9})\b", re.ASCII)


class PcapdroidPlan(msgspec.Struct, frozen=True):
    """What PCAPdroid records."""

    name: str
    """Name of its files, without an ending: letters, digits and hyphens."""
    apps: tuple[str, ...] = ()
    """Packages to record; empty for all."""
    decrypt: bool = False
    """True to decrypt TLS, and to write a key log. Needs PCAPdroid's mitm add-on."""
    key: str = ""
    """API key that replaces the confirmation on the device."""

    @property
    def pcap(self) -> str:
        """Path of the capture on the device."""
        return f"{FOLDER}/{self.name}.pcap"

    @property
    def keylog(self) -> str:
        """Path of the key log on the device."""
        return f"{FOLDER}/{self.name}.keylog"


class Pcapdroid:
    """PCAPdroid on one device."""

    def __init__(self, shell: Shell, journal: UndoJournal, plan: PcapdroidPlan) -> None:
        """Check the plan.

        Raises:
            DeviceError: a name or the key has characters that it cannot have.
        """
        if not _NAME.fullmatch(plan.name):
            raise DeviceError(f"{plan.name[:80]!r} is not a file name", advice="Use letters, digits and hyphens")
        if plan.key and not _KEY.fullmatch(plan.key):
            raise DeviceError("the API key has other characters than an API key", advice="Copy it from PCAPdroid")
        self._shell, self._journal, self._plan = shell, journal, plan

    def start(self, stopped: Callable[[], bool]) -> None:
        """Start a capture, and wait until it runs.

        Raises:
            DeviceError: PCAPdroid is missing or too old, captures already, or did not start.
        """
        self._check_version()
        if self.running():
            raise DeviceError(
                "PCAPdroid is capturing already", where=self._shell.serial, advice="Stop its capture, and run again"
            )
        plan = self._plan
        self._journal.add(self._shell.serial, RemoveFile(plan.pcap))
        if plan.decrypt:
            self._journal.add(self._shell.serial, RemoveFile(plan.keylog))
        self._journal.add(self._shell.serial, StopApp(PCAPDROID))
        if plan.decrypt:
            self._open_screen()
        self._intend(start_extras(plan))
        started = self._await(running=True, stopped=stopped)
        if not started and stopped():
            raise DeviceError("the run was stopped before PCAPdroid started", where=self._shell.serial)
        if not started:
            raise DeviceError(
                f"PCAPdroid did not start within {CONSENT_SECONDS:.0f} seconds",
                where=self._shell.serial,
                advice="Confirm its request on the device, or set TIEBACK_PCAPDROID_KEY to its API key",
            )

    def stop(self) -> str:
        """Stop the capture; returns what may be missing, as a sentence.

        Raises:
            DeviceError: the device cannot be reached.
        """
        if not self.running():
            return "PCAPdroid ended its capture before the run ended."
        if self._plan.decrypt:
            self._open_screen()
        self._intend([("action", "stop")])
        if self._await(running=False, stopped=lambda: False):
            return ""
        self._shell.run(["am", "force-stop", PCAPDROID])
        return "PCAPdroid did not stop when it was requested to, and was ended: its last packets may be missing."

    def running(self) -> bool:
        """True if a capture runs. Raises ``DeviceError``."""
        answer = self._shell.run(["dumpsys", "activity", "services", f"{PCAPDROID}/.CaptureService"])
        return "ServiceRecord{" in answer.output

    def fetch(self, pcap: Path, keylog: Path | None) -> str:
        """Copy the capture, and the key log, into new files; returns what is missing, as sentences.

        Names on the device are those of the plan: none that the device lists is used.

        Raises:
            DeviceError: there is no capture, it is too large, or the device cannot be reached.
        """
        self._settle(self._plan.pcap)
        size = self._size(self._plan.pcap)
        copied = self._shell.pull(self._plan.pcap, pcap, MAX_PCAP + _SPARE)
        if not copied:
            raise DeviceError(
                "PCAPdroid has written no capture", where=self._shell.serial, advice="Check its storage permission"
            )
        troubles = []
        if size is not None and copied < size:
            troubles.append(f"{count_text(size - copied, 'byte')} of the capture could not be copied.")
        if copied >= MAX_PCAP:
            troubles.append("The capture reached its largest size: later packets are missing.")
        if keylog is not None:
            self._settle(self._plan.keylog)
            if not self._shell.pull(self._plan.keylog, keylog, MAX_KEYLOG):
                troubles.append("PCAPdroid wrote no key log, so TLS is not decrypted: check its mitm add-on.")
        return " ".join(troubles)

    def _check_version(self) -> None:
        answer = self._shell.run(["dumpsys", "package", PCAPDROID])
        match = _VERSION.search(answer.output)
        least = MIN_KEYLOG_VERSION if self._plan.decrypt else MIN_VERSION
        if match is None:
            raise DeviceError(
                "PCAPdroid is not installed",
                where=self._shell.serial,
                advice="Install PCAPdroid on the device, and open it once",
            )
        if int(match[1]) < least:
            raise DeviceError(
                f"PCAPdroid has version code {int(match[1])}, and {least} is needed",
                where=self._shell.serial,
                advice="Update PCAPdroid, or leave --keylog out" if self._plan.decrypt else "Update PCAPdroid",
            )

    def _open_screen(self) -> None:
        self._shell.run(["am", "start", "-n", SCREEN])

    def _intend(self, extras: list[tuple[str, str]]) -> None:
        words = ["am", "start", "-n", CONTROL]
        for name, value in [*extras, *([("api_key", self._plan.key)] if self._plan.key else [])]:
            words += ["-e", name, value]
        answer = self._shell.run(words)
        if answer.code != 0 or "Error" in answer.output:
            kept = CommandResult(answer.code, answer.output.replace(self._plan.key or "\0", "…"))
            raise DeviceError(f"PCAPdroid refused a request: {last_line(kept)}", where=self._shell.serial)

    def _await(self, *, running: bool, stopped: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + CONSENT_SECONDS
        while time.monotonic() < deadline and not stopped():
            if self.running() is running:
                return True
            time.sleep(_POLL_SECONDS)
        return False

    def _settle(self, path: str) -> None:
        """Wait until a file no longer grows, for a few seconds at most."""
        before: int | None = -1
        for _ in range(5):
            now = self._size(path)
            if now is not None and now == before:
                return
            before = now
            time.sleep(_POLL_SECONDS)

    def _size(self, path: str) -> int | None:
        text = self._shell.run(["stat", "-c", "%s", path]).output.strip()
        return int(text) if re.fullmatch(r"\d{1,15}", text, re.ASCII) else None


def start_extras(plan: PcapdroidPlan) -> list[tuple[str, str]]:
    """Names and values of the settings of a capture (``CaptureSettings.java``)."""
    extras = [
        ("action", "start"),
        ("pcap_dump_mode", "pcap_file"),
        ("pcap_name", f"{plan.name}.pcap"),
        ("dump_extensions", "true"),
        ("max_dump_size", str(MAX_PCAP)),
    ]
    if plan.apps:
        extras.append(("app_filter", ",".join(plan.apps)))
    if plan.decrypt:
        extras += [
            ("tls_decryption", "true"),
            ("sslkeylog_name", f"{plan.name}.keylog"),
            ("block_quic", "to_decrypt"),
        ]
        if plan.apps:
            rules = [{"type": "APP", "value": app} for app in plan.apps]
            extras.append(("decryption_rules", json.dumps(rules, separators=(",", ":"))))
    return extras
