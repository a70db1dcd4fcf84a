"""Try each step of a capture on one device, undo everything, and describe what worked for others to read.

The result has no serial number, account, address or app name. A step that was not tried is not a step that failed.
"""

import re
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tieback import __version__
from tieback.intake.capture.child import ProxyProcess, require_mitmproxy
from tieback.intake.capture.device import CaptureDevice, DeviceError, Shell, undo_all
from tieback.intake.capture.interface import ProxyListening, ProxyMode
from tieback.intake.capture.journal import UndoJournal
from tieback.intake.capture.owners import SocketOwners
from tieback.intake.capture.pcapdroid import Pcapdroid, PcapdroidPlan
from tieback.intake.capture.remains import remains
from tieback.model.count_text import seconds_text
from tieback.model.device_result import DeviceResult, StepOutcome
from tieback.model.errors import UsageError
from tieback.model.small_file import read_small
from tieback.pipeline.capture.device import Connect, DevicePlan, LiveDevice, Tell, package_of, undo_left_overs
from tieback.pipeline.capture.flow_trial import FlowTrial
from tieback.pipeline.capture.live import (
    PROFILE,
    CaptureRequest,
    ShowCode,
    by_adb,
    journals,
    proxy_settings,
    tell_way_in,
)
from tieback.pipeline.capture.shareable import shareable
from tieback.pipeline.capture.trial import Ask, Trial
from tieback.pipeline.capture.unpin import Unpinner, check_unpin

MANUAL = "manual"
"""Name of a device on which a person does every step."""
PLATFORMS = ("android", "ios")
_QUOTED = "a  b'$HOME\"*;"
_SERIAL_PROPERTIES = ("ro.serialno", "ro.boot.serialno")
_EMULATOR_PROPERTIES = ("ro.kernel.qemu", "ro.boot.qemu")
_TRIAL_SECONDS = 10.0
"""Seconds that PCAPdroid records, and that Frida must run."""
_PCAP = (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x0a\x0d\x0d\x0a")
"""First bytes of capture files."""
_CERTIFICATE_STEPS = "Settings > Security > Encryption & credentials > Install a certificate > CA certificate"


class VerifyRequest(msgspec.Struct, frozen=True):
    """The options of ``tieback capture verify-device``."""

    run: CaptureRequest
    """The proxy, the device or ``None`` for a manual run, and the seconds to wait for flows."""
    platform: str = "android"
    model: str = ""
    """Model, as its owner names it; only for a manual run."""
    os_version: str = ""
    pcapdroid: bool = False
    """True to try PCAPdroid, too."""
    key: str = ""
    """API key of PCAPdroid."""


def verify_device(
    request: VerifyRequest, *, tell: Tell, ask: Ask, connect: Connect | None = None, code: ShowCode | None = None
) -> DeviceResult:
    """Try the steps of a capture on a device, and undo them.

    Args:
        request: the options.
        tell: prints a message for the user.
        ask: puts a question to the person at the device.
        connect: opens a device; default: via adb.
        code: shows a text as a QR code, under a title.

    Raises:
        UsageError: the request is invalid, or an extra is missing; nothing was done.
        CaptureError: the proxy did not start.
        DeviceError: the device cannot be reached, or is not Android.
    """
    require_mitmproxy()
    check_unpin(request.run.unpin, request.run.device)
    connect = connect or by_adb
    undo_left_overs(journals(request.run), connect, tell)
    if request.run.device is None:
        return _by_hand(request, tell, ask, code)
    shell = connect(request.run.device.device)
    about = _about(shell, request.run.mode)
    package = package_of(request.run.device)
    trial = Trial(tell, ask, private=(shell.serial, package, *_properties(shell, _SERIAL_PROPERTIES)))
    with ExitStack() as stack:
        proxy = stack.enter_context(ProxyProcess(proxy_settings(request.run)))
        tell_way_in(request.run, proxy.listening, tell, code)
        journal = stack.enter_context(_undone(trial, shell, request))
        _AndroidSteps(trial, shell, journal, request).run(proxy, package)
    return msgspec.structs.replace(about, steps=trial.results())


class _AndroidSteps:
    """The steps over adb."""

    def __init__(self, trial: Trial, shell: Shell, journal: UndoJournal, request: VerifyRequest) -> None:
        self._trial, self._shell, self._journal, self._request = trial, shell, journal, request
        self._device, self._run = CaptureDevice(shell, journal), request.run

    def run(self, proxy: ProxyProcess, package: str) -> None:
        """Do them, in order."""
        trial, plan = self._trial, self._run.device
        assert plan is not None
        trial.measure("commands", self._commands)
        trial.measure("files", self._files, needs=["commands"])
        trial.measure("packages", lambda: None if self._device.packages() else "no app is listed", needs=["commands"])
        trial.measure("sockets", self._sockets, needs=["commands"])
        self._install(plan, package)
        self._authority(proxy.listening)
        if self._run.mode is ProxyMode.REGULAR:
            trial.measure("proxy", lambda: self._proxy(proxy.listening.port), needs=["commands"])
        else:
            self._tunnel()
        if package:
            trial.measure("start", lambda: self._start(package), needs=["commands"])
        else:
            trial.skip("start", "no app was named: add --only PACKAGE")
        self._flows(proxy, package)
        if self._request.pcapdroid:
            trial.measure("pcapdroid", lambda: self._pcapdroid(package), needs=["commands"])
        else:
            trial.skip("pcapdroid", "not requested: add --pcapdroid")
        folder = self._run.unpin
        if folder is None:
            trial.skip("unpin", "no scripts: add --unpin DIR")
        else:
            trial.measure("unpin", lambda: self._unpin(folder, package), needs=["commands"])

    def _commands(self) -> str | None:
        answer = self._shell.run(["echo", _QUOTED])
        if answer.code or answer.output != f"{_QUOTED}\n":
            return "a quoted text came back changed"
        return None if self._shell.run(["false"]).code == 1 else "the exit status of a command is lost"

    def _files(self) -> str | None:
        with tempfile.TemporaryDirectory(prefix="tieback-") as folder:
            sent, back, content = Path(folder, "sent"), Path(folder, "back"), bytes(range(256))
            sent.write_bytes(content)
            place = self._device.push_download(sent, "tieback-verify.bin")
            self._shell.pull(f"/sdcard/{place}", back, 4096)
            return None if read_small(back, 4096) == content else "the file came back changed"

    def _sockets(self) -> str | None:
        answer = self._shell.run(["cat", "/proc/net/tcp"])
        return None if answer.code == 0 and "local_address" in answer.output else "the table cannot be read"

    def _install(self, plan: DevicePlan, package: str) -> None:
        if plan.install is None:
            self._trial.skip("install", "no file of an app: add --install APK")
        elif self._device.has_app(package):
            self._trial.skip("install", "the app is installed already")
        else:
            apk = plan.install
            self._trial.measure("install", lambda: self._device.install(apk, package), needs=["files"])

    def _authority(self, listening: ProxyListening) -> None:
        if not self._trial.worked("files"):
            self._trial.skip("authority", "needs the step files")
            return
        try:
            place = self._device.trust(Path(listening.certificate))
        except DeviceError as error:
            self._trial.note("authority", StepOutcome.FAILED, error.what)
            return
        if place:
            self._trial.ask("authority", f"Install {place} on the device: {_CERTIFICATE_STEPS}. Did it work?")
        else:
            self._trial.note("authority", StepOutcome.WORKED)

    def _proxy(self, port: int) -> str | None:
        self._device.route_to_proxy(port)
        now = self._shell.run(["settings", "get", "global", "http_proxy"]).output.strip()
        if now != f"127.0.0.1:{port}":
            return "the device does not keep the setting"
        return None if port in self._shell.reversed_ports() else "the port is not reversed"

    def _tunnel(self) -> None:
        if not self._trial.worked("files"):
            self._trial.skip("tunnel", "needs the step files")
            return
        place = self._device.push_download(self._run.state / PROFILE, "tieback-wireguard.conf")
        self._trial.ask("tunnel", f"Import {place} in the WireGuard app, and switch the tunnel on. Did it work?")

    def _start(self, package: str) -> str | None:
        if not self._device.has_app(package):
            return "the app is not installed"
        self._device.start(package)
        return None

    def _pcapdroid(self, package: str) -> str | None:
        plan = PcapdroidPlan("tieback-verify", (package,) if package else (), key=self._request.key)
        droid = Pcapdroid(self._shell, self._journal, plan)
        if not self._request.key:
            self._trial.tell("confirm the two requests of PCAPdroid on the device")
        droid.start(lambda: False)
        time.sleep(_TRIAL_SECONDS)
        trouble = droid.stop()
        with tempfile.TemporaryDirectory(prefix="tieback-") as folder:
            pcap = Path(folder, "run.pcap")
            missing = droid.fetch(pcap, None)
            with pcap.open("rb") as file:
                is_capture = file.read(4) in _PCAP
        return trouble or missing or (None if is_capture else "the file is not a capture")

    def _unpin(self, scripts: Path, package: str) -> str | None:
        self._device.stop(package)
        with tempfile.TemporaryDirectory(prefix="tieback-") as folder:
            log = Path(folder, "unpin.log")
            with Unpinner(scripts, self._shell.serial, package, log) as frida:
                end = time.monotonic() + _TRIAL_SECONDS
                while time.monotonic() < end and not frida.ended:
                    time.sleep(0.1)
                runs = self._shell.run(["pidof", package]).code == 0
            trouble = frida.shareable_trouble
            if trouble:
                self._trial.tell(frida.trouble.partition(" See ")[0])
        return trouble or (None if runs else "the app does not run")

    def _flows(self, proxy: ProxyProcess, package: str) -> None:
        regular = self._run.mode is ProxyMode.REGULAR
        route = "proxy" if regular else "tunnel"
        if not self._trial.worked(route):
            for step in ("flows", "tls", "owner"):
                self._trial.skip(step, f"needs the step {route}")
            return
        listening = proxy.listening
        packages = self._device.packages() if self._trial.worked("packages") else {}
        owners = SocketOwners(packages, reversed_port=listening.port if regular else None, only=package)
        live = LiveDevice(self._device, owners, (listening.host, listening.port))
        _watch(self._trial, proxy, self._run.seconds, live)


def _watch(trial: Trial, proxy: ProxyProcess, seconds: float | None, live: LiveDevice | None, route: str = "") -> None:
    """Wait for flows, and judge the three steps about them; without its route, silence is no failure of a device."""
    limit = seconds or 60.0
    trial.tell(f"use an app that contacts its servers; waiting up to {seconds_text(round(limit))}")
    seen = FlowTrial(live)
    seen.wait(proxy, limit)
    if not seen.flows and route and not trial.worked(route):
        trial.skip("flows", f"no flow within {seconds_text(round(limit))}; needs the step {route}")
    elif not seen.flows:
        trial.note("flows", StepOutcome.FAILED, f"no flow within {seconds_text(round(limit))}")
    else:
        trial.note("flows", StepOutcome.WORKED)
    if not seen.decrypted and not seen.refused:
        trial.skip("tls", "no TLS connection was seen")
    elif seen.decrypted:
        trial.note("tls", StepOutcome.WORKED)
    else:
        trial.note("tls", StepOutcome.FAILED, "every app rejected the certificate: it pins, or the CA is not trusted")
    if live is None:
        trial.skip("owner", "only with adb")
    elif not seen.flows:
        trial.skip("owner", "no flow was seen")
    else:
        trial.note("owner", StepOutcome.WORKED if seen.owned else StepOutcome.FAILED, seen.why_unowned)


@contextmanager
def _undone(trial: Trial, shell: Shell, request: VerifyRequest) -> Iterator[UndoJournal]:
    """The journal, and its undo as the last step."""
    journal = UndoJournal.create(journals(request.run))
    ended = False
    try:
        yield journal
        ended = True
    finally:
        steps = list(journal.steps)
        failed = undo_all(journal, {shell.serial: shell})
        for error in failed:
            trial.tell(f"not restored: {error.diagnostics()}")
        journal.close()
        if ended:
            _judge_undo(trial, failed, lambda: [text for _, _, step in steps if (text := remains(shell, step))])


def _judge_undo(trial: Trial, failed: list[DeviceError], left: Callable[[], list[str]]) -> None:
    def look() -> str | None:
        if failed:
            return failed[0].what
        found = left()
        return f"still there: {', '.join(found)}" if found else None

    trial.measure("undo", look)
    by_hand = [name for name in ("authority", "tunnel") if trial.by_person(name)]
    if by_hand and trial.worked("undo"):
        what = " and ".join({"authority": "the CA certificate", "tunnel": "the tunnel"}[name] for name in by_hand)
        trial.ask("undo", f"Remove {what} from the device. Is everything as before?")


def _by_hand(request: VerifyRequest, tell: Tell, ask: Ask, code: ShowCode | None) -> DeviceResult:
    """A device without adb: a person does the steps, and the proxy shows whether flows arrive."""
    if request.platform not in PLATFORMS:
        raise UsageError(f"{request.platform!r} is not a platform", where="--platform", advice="Use android or ios")
    model, version = shareable(request.model), shareable(request.os_version)
    if not model or not version:
        raise UsageError(
            "the result needs the model and the version of the system",
            where="--device manual",
            advice='Add --model "iPhone 15" --os "iOS 18.5"',
        )
    trial = Trial(tell, ask)
    with ProxyProcess(proxy_settings(request.run)) as proxy:
        tell_way_in(request.run, proxy.listening, tell, code)
        regular = request.run.mode is ProxyMode.REGULAR
        route = "setting" if regular else "tunnel"
        where = f"{proxy.listening.host}:{proxy.listening.port}"
        do = f"Set the HTTP proxy of the network to {where}" if regular else "Import the WireGuard profile"
        trial.ask(route, f"{do}, with the page or the QR codes above. Did it work?")
        trial.ask("authority", "Install the certificate and trust it. Did it work?")
        _watch(trial, proxy, request.run.seconds, None, route)
    trial.ask("undo", "Remove the certificate, and the proxy setting or tunnel. Is everything as before?")
    return DeviceResult(
        tieback=__version__,
        date=_today(),
        platform=request.platform,
        emulator=False,
        model=model,
        os_version=version,
        mode=request.run.mode.value,
        by_hand=True,
        steps=trial.results(),
    )


def _about(shell: Shell, mode: ProxyMode) -> DeviceResult:
    """The result without steps: what the device says about itself.

    Raises:
        DeviceError: it names no model, so it is not Android; nothing is recorded then.
    """
    maker, model, version, api = _properties(
        shell, ("ro.product.manufacturer", "ro.product.model", "ro.build.version.release", "ro.build.version.sdk")
    )
    if not model or not version:
        raise DeviceError(
            "the device names no model or version", where=shell.serial, advice="Check that it runs Android"
        )
    private = (shell.serial, *_properties(shell, _SERIAL_PROPERTIES))
    sdk = f" (API {api})" if re.fullmatch(r"\d{1,3}", api, re.ASCII) else ""
    return DeviceResult(
        tieback=__version__,
        date=_today(),
        platform="android",
        emulator="1" in _properties(shell, _EMULATOR_PROPERTIES),
        model=shareable(f"{maker} {model}", private),
        os_version=shareable(f"Android {version}{sdk}", private),
        mode=mode.value,
        by_hand=False,
        steps=(),
    )


def _properties(shell: Shell, names: Iterable[str]) -> list[str]:
    """Values of system properties; empty for those that the device does not have."""
    answers = [shell.run(["getprop", name]) for name in names]
    return [answer.output.strip()[:200] if answer.code == 0 else "" for answer in answers]


def _today() -> str:
    return datetime.fromtimestamp(time.time(), UTC).strftime("%Y-%m-%d")
