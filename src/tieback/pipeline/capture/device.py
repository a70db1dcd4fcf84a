"""A device during a live run: prepared, asked whose connections there are, and put back as it was."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from tieback.intake.apps.open import open_app
from tieback.intake.capture.device import Device, DeviceError, Shell, undo_all
from tieback.intake.capture.interface import ProxyMode
from tieback.intake.capture.journal import Journal
from tieback.intake.capture.owners import Owners
from tieback.model.errors import InputError, UsageError
from tieback.model.flow import FlowApp, Peer

POLL_SECONDS = 1.0

type Tell = Callable[[str], None]
type Connect = Callable[[str], Shell]
"""Opens the device that ``adb:SERIAL`` names."""


class DevicePlan(msgspec.Struct, frozen=True):
    """What to do with a device."""

    device: str
    """``adb:SERIAL``."""
    package: str = ""
    """The app; empty where ``install`` tells it, or where none is started."""
    install: Path | None = None
    monkey: int = 0
    """Random events; 0 for none."""
    seed: int = 1


class WayIn(msgspec.Struct, frozen=True):
    """How the device's traffic gets to the proxy."""

    mode: ProxyMode
    proxy: tuple[str, int]
    """Where the proxy listens."""
    certificate: Path | None = None
    """The authority that the device has to trust."""
    profile: Path | None = None
    """The tunnel's profile, in mode wireguard."""


class LiveDevice:
    """The device of a run that is under way."""

    def __init__(self, device: Device, owners: Owners, proxy: tuple[str, int]) -> None:
        self._device = device
        self._proxy = proxy
        self._asked = 0.0
        self.owners = owners
        self.troubles: list[str] = []

    def poll(self, now: float) -> None:
        """Read the device's table of sockets, about once a second; what goes wrong is told once."""
        if now - self._asked < POLL_SECONDS:
            return
        self._asked = now
        try:
            self.owners.learn(self._device.sockets(), time.time(), self._proxy)
        except DeviceError as error:
            self.trouble(f"The device's sockets could not be read: {error.what}.")

    def trouble(self, text: str) -> None:
        """Note what went wrong, once."""
        if text not in self.troubles and len(self.troubles) < 20:
            self.troubles.append(text)

    def attribute(self, client: Peer, start: float, end: float) -> FlowApp | None:
        """The app behind a connection to the proxy."""
        return self.owners.of(client, start, end)


def package_of(plan: DevicePlan) -> str:
    """The package that a plan is about; that of the file where one is to be installed.

    Raises:
        InputError: the file is no app.
        UsageError: it is another app than the one that is asked for.
    """
    if plan.install is None:
        return plan.package
    with open_app(plan.install) as opened:
        found = opened.app.bundle_id if opened.app is not None else ""
    if not found:
        raise InputError("tells no package name", where=str(plan.install), advice="Give an APK")
    if plan.package and plan.package != found:
        raise UsageError(f"is {found}, not {plan.package}", where=str(plan.install), advice="Leave --only out")
    return found


@contextmanager
def on_device(plan: DevicePlan, connect: Connect, journals: Path, way: WayIn, tell: Tell) -> Iterator[LiveDevice]:
    """Prepare a device, and put it back whatever happens in between.

    Args:
        plan: what to do.
        connect: opens the device.
        journals: folder of the undo journals.
        way: how its traffic gets to the proxy: in regular mode a port is reversed and the proxy is set, for a tunnel
            its profile is laid among the device's downloads.
        tell: for what the user should know.

    Raises:
        DeviceError: a step failed; those before it are undone.
        UsageError, InputError: the plan is none.
    """
    package = package_of(plan)
    shell = connect(plan.device)
    journal = Journal.create(journals)
    try:
        device = Device(shell, journal)
        if plan.install is not None:
            device.install(plan.install, package)
        elif package and not device.has(package):
            raise DeviceError(f"{package} is not installed", where=shell.serial, advice="Give its APK with --install")
        reversed_port = way.proxy[1] if way.mode is ProxyMode.REGULAR else None
        live = LiveDevice(device, Owners(device.packages(), reversed_port=reversed_port, only=package), way.proxy)
        _hand_over(device, way, shell.serial, tell)
        if reversed_port is not None:
            device.lead_in(reversed_port)
        if package:
            device.start(package)
            tell(f"started {package} on {shell.serial}")
        if package and plan.monkey:
            threading.Thread(target=_press, args=(live, device, package, plan), daemon=True).start()
        yield live
    finally:
        for error in undo_all(journal, {shell.serial: shell}):
            tell(f"not undone: {error.diagnostics()}")
        journal.close()


def _hand_over(device: Device, way: WayIn, serial: str, tell: Tell) -> None:
    """What the device's owner has to install by hand, where a run cannot do it."""
    if way.certificate is not None:
        place = device.trust(way.certificate)
        if place:
            steps = "Settings > Security > Encryption & credentials > Install a certificate > CA certificate"
            tell(f"to read TLS, install {place} on {serial}: {steps}")
        else:
            tell(f"{serial} trusts the proxy's authority as long as the run lasts")
    if way.profile is not None:
        tell(f"import {device.hand_over(way.profile, 'tieback-wireguard.conf')} in the WireGuard app of {serial}")


def _press(live: LiveDevice, device: Device, package: str, plan: DevicePlan) -> None:
    """The monkey, in a thread of its own: it takes as long as the app."""
    try:
        device.monkey(package, plan.monkey, plan.seed)
    except DeviceError as error:
        live.trouble(f"The monkey did not end in order: {error.what}.")


def finish_left_overs(journals: Path, connect: Connect, tell: Tell) -> None:
    """Undo what runs left on devices that died before they could; devices that are not connected are told.

    Args:
        journals: folder of the undo journals.
        connect: opens a device.
        tell: for what was undone, and what was not.
    """
    for journal in Journal.left_over(journals):
        shells: dict[str, Shell] = {}
        for serial in {serial for _, serial, _ in journal.steps}:
            with suppress(DeviceError, UsageError):
                shells[serial] = connect(f"adb:{serial}")
        before = len(journal.steps)
        for error in undo_all(journal, shells):
            tell(f"left by an earlier run, not undone: {error.diagnostics()}")
        if before > len(journal.steps):
            tell(f"undone what an earlier run left: {before - len(journal.steps)} of {before} steps")
        journal.close()
