"""The device of a live capture: prepare it, map its connections to apps, and restore it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from tieback.intake.apps.open import open_app
from tieback.intake.capture.device import CaptureDevice, DeviceError, Shell, is_package, undo_all
from tieback.intake.capture.interface import ProxyMode
from tieback.intake.capture.journal import UndoJournal
from tieback.intake.capture.owners import SocketOwners
from tieback.model.count_text import count_text
from tieback.model.errors import InputError, UsageError
from tieback.model.flow import FlowApp, Peer

POLL_SECONDS = 1.0

type Tell = Callable[[str], None]
type Connect = Callable[[str], Shell]
"""Opens the device named by ``adb:SERIAL``."""


class DevicePlan(msgspec.Struct, frozen=True):
    """What to do with a device."""

    device: str
    """``adb:SERIAL``."""
    package: str = ""
    """The app; empty if ``install`` names it, or if no app is started."""
    install: Path | None = None
    monkey: int = 0
    """Number of random events; 0 for none."""
    seed: int = 1
    starts: bool = True
    """False if another program starts the app: it is only stopped."""


class ProxyRoute(msgspec.Struct, frozen=True):
    """How the device's traffic reaches the proxy."""

    mode: ProxyMode
    proxy: tuple[str, int]
    """Listen address of the proxy."""
    certificate: Path | None = None
    """Certificate of the authority that the device must trust."""
    profile: Path | None = None
    """The tunnel profile, in mode wireguard."""


class LiveDevice:
    """The device during a run."""

    def __init__(self, device: CaptureDevice, owners: SocketOwners, proxy: tuple[str, int]) -> None:
        self._device = device
        self._proxy = proxy
        self._asked = 0.0
        self.serial = device.serial
        self.owners = owners
        self.troubles: list[str] = []

    def poll(self, now: float) -> None:
        """Read the socket table of the device about once per second; an error is reported once."""
        if now - self._asked < POLL_SECONDS:
            return
        self._asked = now
        try:
            self.owners.learn(self._device.sockets(), time.time(), self._proxy)
        except DeviceError as error:
            self.problem(f"The device's sockets could not be read: {error.what}.")

    def problem(self, text: str) -> None:
        """Record a problem, once."""
        if text not in self.troubles and len(self.troubles) < 20:
            self.troubles.append(text)

    def attribute(self, client: Peer, start: float, end: float) -> FlowApp | None:
        """The app behind a connection to the proxy."""
        return self.owners.of(client, start, end)


def package_of(plan: DevicePlan) -> str:
    """The package of a plan; if an APK is installed, the package of that file.

    Raises:
            InputError: the file is not an app, or Android does not accept its package name.
            UsageError: the file is another app than the one requested.
    """
    if plan.install is None:
        return plan.package
    with open_app(plan.install) as opened:
        found = opened.app.bundle_id if opened.app is not None else ""
    if not found:
        raise InputError("no package name found", where=str(plan.install), advice="Use an APK")
    if not is_package(found):
        raise InputError(f"{found[:80]!r} is not a package name", where=str(plan.install), advice="Use another APK")
    if plan.package and plan.package != found:
        raise UsageError(
            f"the APK is {found}, not {plan.package}",
            where=str(plan.install),
            advice="Remove --only, or pass the right APK",
        )
    return found


@contextmanager
def prepared_device(
    plan: DevicePlan, connect: Connect, journals: Path, way: ProxyRoute, tell: Tell
) -> Iterator[LiveDevice]:
    """Prepare a device; always restore it afterwards.

    Args:
        plan: what to do.
        connect: opens the device.
        journals: folder of the undo journals.
        way: how its traffic reaches the proxy. In regular mode, a port is reversed and the proxy is set; for a tunnel,
            its profile is copied to the device's downloads.
        tell: prints a message for the user.

    Raises:
        DeviceError: a step failed; the steps before it are undone.
        UsageError, InputError: the plan is invalid.
    """
    with restored_device(plan, connect, journals, tell) as (device, shell, package, _):
        reversed_port = way.proxy[1] if way.mode is ProxyMode.REGULAR else None
        live = LiveDevice(device, SocketOwners(device.packages(), reversed_port=reversed_port, only=package), way.proxy)
        _hand_over(device, way, shell.serial, tell)
        if reversed_port is not None:
            device.route_to_proxy(reversed_port)
        start_app(device, live, package, plan, tell)
        yield live


@contextmanager
def restored_device(
    plan: DevicePlan, connect: Connect, journals: Path, tell: Tell
) -> Iterator[tuple[CaptureDevice, Shell, str, UndoJournal]]:
    """A device with the app of a plan; whatever the journal records is undone afterwards.

    Args:
        plan: what to do.
        connect: opens the device.
        journals: folder of the undo journals.
        tell: prints a message for the user.

    Yields:
        the device, its shell, the package of the app (or an empty text), and the journal.

    Raises:
        DeviceError: a step failed; the steps before it are undone.
        UsageError, InputError: the plan is invalid.
    """
    package = package_of(plan)
    shell = connect(plan.device)
    journal = UndoJournal.create(journals)
    try:
        device = CaptureDevice(shell, journal)
        if plan.install is not None:
            device.install(plan.install, package)
        elif package and not device.has_app(package):
            raise DeviceError(f"{package} is not installed", where=shell.serial, advice="Pass its APK with --install")
        yield device, shell, package, journal
    finally:
        for error in undo_all(journal, {shell.serial: shell}):
            tell(f"not restored: {error.diagnostics()}")
        journal.close()


def start_app(device: CaptureDevice, live: LiveDevice, package: str, plan: DevicePlan, tell: Tell) -> None:
    """Start the app of a plan, if it has one, and send it random events. Raises ``DeviceError``."""
    if not package:
        return
    if plan.starts:
        device.start(package)
        tell(f"started {package} on {device.serial}")
    else:
        device.stop(package)
    if plan.monkey:
        threading.Thread(target=_press, args=(live, device, package, plan), daemon=True).start()


def _hand_over(device: CaptureDevice, way: ProxyRoute, serial: str, tell: Tell) -> None:
    """Print what the owner must install by hand, if the run cannot do it."""
    if way.certificate is not None:
        place = device.trust(way.certificate)
        if place:
            steps = "Settings > Security > Encryption & credentials > Install a certificate > CA certificate"
            tell(f"to decrypt TLS, install {place} on {serial}: {steps}")
        else:
            tell(f"{serial} trusts the proxy's CA during this run")
    if way.profile is not None:
        tell(f"import {device.push_download(way.profile, 'tieback-wireguard.conf')} in the WireGuard app of {serial}")


def _press(live: LiveDevice, device: CaptureDevice, package: str, plan: DevicePlan) -> None:
    """Run the monkey tool in its own thread: it takes as long as the app."""
    try:
        device.monkey(package, plan.monkey, plan.seed)
    except DeviceError as error:
        live.problem(f"The monkey tool failed: {error.what}.")


def undo_left_overs(journals: Path, connect: Connect, tell: Tell) -> None:
    """Undo what interrupted runs left on devices; reports devices that are not connected.

    Args:
        journals: folder of the undo journals.
        connect: opens a device.
        tell: prints what was undone, and what was not.
    """
    for journal in UndoJournal.pending(journals):
        shells: dict[str, Shell] = {}
        for serial in {serial for _, serial, _ in journal.steps}:
            with suppress(DeviceError, UsageError):
                shells[serial] = connect(f"adb:{serial}")
        before = len(journal.steps)
        for error in undo_all(journal, shells):
            tell(f"changes of an earlier run not undone: {error.diagnostics()}")
        if before > len(journal.steps):
            tell(f"changes of an earlier run undone: {before - len(journal.steps)} of {count_text(before, 'step')}")
        journal.close()
