"""What ``tieback capture verify-device`` found on one device, to share: no serial, account, address or app."""

from enum import StrEnum
from typing import NamedTuple

import msgspec


class StepOutcome(StrEnum):
    """How a step ended."""

    WORKED = "worked"
    FAILED = "failed"
    NOT_TRIED = "not_tried"


class StepSource(StrEnum):
    """What decided about a step."""

    MEASURED = "measured"
    """tieback itself."""
    PERSON = "person"
    """The answer of the person at the device."""


class DeviceStep(NamedTuple):
    """A step of a capture that depends on the device."""

    name: str
    text: str
    tests: str
    """What the tests of this repository run in place of a device."""


_ADBD = "Debian's adbd 34.0.5 over TCP"
_TRANSCRIPT = "transcripts written from AOSP's sources"
STEPS = (
    DeviceStep("commands", "commands over adb keep their quoting and their exit status", _ADBD),
    DeviceStep("files", "files are copied to `Download`, read back and removed", f"{_ADBD}; `Download` is emulated"),
    DeviceStep("packages", "`pm list packages -U` lists apps with their user IDs", _TRANSCRIPT),
    DeviceStep("sockets", "the shell may read the table of sockets (`/proc/net/tcp`)", "Linux, without SELinux"),
    DeviceStep("install", "`pm install` and `pm uninstall`", _TRANSCRIPT),
    DeviceStep(
        "authority", "the proxy's CA is trusted: by root, or installed by hand", "recorded `adb` sessions, emulated"
    ),
    DeviceStep("proxy", "reversed port and `settings put global http_proxy`", f"{_ADBD}; `settings` is emulated"),
    DeviceStep("tunnel", "WireGuard profile imported by hand", "none"),
    DeviceStep("setting", "proxy setting made by hand", "none"),
    DeviceStep("start", "`am force-stop`, and start of the app by `monkey`", _TRANSCRIPT),
    DeviceStep("flows", "flows of the device reach the proxy", f"`curl` through {_ADBD}"),
    DeviceStep("tls", "TLS is decrypted", "clients of the proxy on Linux"),
    DeviceStep("owner", "flows are attributed to their app", f"`curl` through {_ADBD}"),
    DeviceStep("pcapdroid", "PCAPdroid starts and stops by intents, and its file is copied", "scripts that emulate it"),
    DeviceStep("unpin", "Frida starts the app with scripts of `--unpin`", "frida-tools 14.13 with a program on Linux"),
    DeviceStep("undo", "nothing is left on the device", f"{_ADBD}, also after SIGKILL"),
)
"""All steps, in the order of a run."""


class StepResult(msgspec.Struct, frozen=True):
    """The end of one step."""

    step: str
    """``DeviceStep.name``."""
    outcome: StepOutcome
    """How the step ended."""
    source: StepSource = StepSource.MEASURED
    """Who observed the end: tieback or a person."""
    reason: str = ""
    """Why it failed or was not tried, in at most 200 characters; empty if it worked."""


class DeviceResult(msgspec.Struct, frozen=True):
    """The document ``tieback/device-result/1``."""

    tieback: str
    """Version of tieback."""
    date: str
    """Day of the run, UTC: ``2026-11-28``."""
    platform: str
    """``android`` or ``ios``."""
    emulator: bool
    """True if the device is an emulator."""
    model: str
    """Maker and model, as the device or its owner names them."""
    os_version: str
    """Version of Android or iOS."""
    mode: str
    """How traffic was routed: ``regular`` or ``wireguard``."""
    by_hand: bool
    """True if a person did the steps, because no adb was used."""
    steps: tuple[StepResult, ...]
    """The steps, in the order of a capture."""
