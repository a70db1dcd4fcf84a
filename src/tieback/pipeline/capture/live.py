"""Live capture: read flows from the proxy, judge and store them, and report blind spots at the end.

Each flow is appended to a file in the workspace as soon as it ends, so a killed run loses no reported flow. When the
run ends, the file is imported like any other capture.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from tieback.intake.capture.authority_page import digest_of
from tieback.intake.capture.child import CaptureError, ProxyProcess, require_mitmproxy
from tieback.intake.capture.destinations import Destinations
from tieback.intake.capture.device import Shell
from tieback.intake.capture.interface import Observation, ProxyEnd, ProxyListening, ProxyMode, ProxySettings
from tieback.leaks.detect import LeakDetector
from tieback.model.capture import LiveRun, UnpinScript
from tieback.model.document import encode
from tieback.model.errors import UsageError, WorkspaceError
from tieback.model.flow import Flow, FlowApp, Peer
from tieback.pipeline.capture.device import (
    Connect,
    DevicePlan,
    LiveDevice,
    ProxyRoute,
    Tell,
    package_of,
    prepared_device,
    undo_left_overs,
)
from tieback.pipeline.capture.explore import LOG, Explorer, check_command
from tieback.pipeline.capture.flows import LiveFlows
from tieback.pipeline.capture.summary import STREAMS_MISSED, FlowTally
from tieback.pipeline.capture.unpin import check_unpin, start_unpinner
from tieback.pipeline.progress import Progress
from tieback.pipeline.scan import ScanRequest, run_scan
from tieback.scope.policy.never import load_site_policy
from tieback.storage.workspace import Workspace
from tieback.user_state import home_folder

if TYPE_CHECKING:
    from tieback.userrules.model import UserRules

CAPTURES = "captures"
"""Folder of the workspace for live capture files."""
SUFFIX = ".flows"
PROFILE = "wireguard-client.conf"
"""File name of the tunnel profile in the state folder."""
_TICK = 0.25
_ENDING_SECONDS = 15.0

type ShowCode = Callable[[str, str], None]
"""Shows a QR code: its title, and the text in it."""


class CaptureRequest(msgspec.Struct, frozen=True):
    """The options of ``tieback capture``."""

    workspace: Path
    state: Path
    """Folder with the certificate authority, the tunnel keys and the undo journals."""
    mode: ProxyMode = ProxyMode.REGULAR
    host: str = "127.0.0.1"
    port: int = 8080
    seconds: float | None = None
    """Duration in seconds; ``None``: until stopped."""
    only: str = ""
    device: DevicePlan | None = None
    leaks: bool = True
    keylog: Path | None = None
    save: Path | None = None
    upstream_ca: Path | None = None
    destinations: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    pass_through: bool = False
    explore: tuple[str, ...] = ()
    """Command that uses the app; the run ends with it."""
    unpin: Path | None = None
    """Folder with Frida scripts that are loaded into the app when it starts."""
    name: str = ""
    """Begin of the name of the file with the flows."""
    rules: "UserRules | None" = None
    """The rules of users."""


def default_state(environment: Mapping[str, str]) -> Path:
    """``tieback/capture`` in the user's state directory (XDG Base Directory Specification)."""
    states = environment.get("XDG_STATE_HOME") or home_folder(environment) / ".local" / "state"
    return Path(states, "tieback", "capture")


def run_capture(
    request: CaptureRequest,
    *,
    stopped: Callable[[], bool],
    tell: Tell,
    connect: Connect | None = None,
    code: ShowCode | None = None,
) -> Iterator[Flow | LiveRun]:
    """Run the proxy; yields flows as they end, then the document of the run.

    Args:
        request: the options.
        stopped: polled several times per second; true ends the run.
        tell: prints a message for the user.
        connect: opens a device; default: via adb.
        code: shows a text as a QR code, under a title; ``None``: there is no terminal.

    Raises:
        UsageError: the request is invalid, or an extra is missing; nothing was done.
        CaptureError: the proxy did not start, or failed.
        DeviceError: a command on the device failed.
        WorkspaceError: the workspace cannot be written.
    """
    require_mitmproxy()
    check_request(request)
    check_command(request.explore)
    connect = connect or by_adb
    if request.device is not None:
        connect(request.device.device)  # a missing device is an error before the proxy starts
    undo_left_overs(journals(request), connect, tell)
    with Workspace.open(request.workspace):
        pass  # created, or verified, before anything else is touched
    path = new_file(request.workspace / CAPTURES, request.name)
    with ExitStack() as stack:
        file = stack.enter_context(path.open("xb", buffering=0))
        proxy = stack.enter_context(ProxyProcess(proxy_settings(request), keylog=str(request.keylog or "")))
        listening = proxy.listening
        tell_way_in(request, listening, tell, code)
        device = stack.enter_context(_device(request, connect, listening, tell))
        run = _Run(request, path, file, device)
        explorer = _explorer(request, listening, path, stack)
        unpinner = start_unpinner(request.unpin, request.device, device, path, stack)

        def ends() -> bool:
            if unpinner is not None:
                unpinner.look(tell)
            return stopped() or (explorer is not None and explorer.ended)

        yield from run.flows(proxy, ends)
        if unpinner is not None:
            unpinner.stop()
            run.note(unpinner.remark)
            run.note(unpinner.trouble, fault=unpinner.failed)
            run.unpin = unpinner.scripts
        if explorer is not None:
            explorer.stop()
            run.note(explorer.trouble, fault=explorer.failed)
        broke = "" if run.ended_in_order else proxy.failure
        yield run.end(f"{listening.host}:{listening.port}", broke)
    if broke:
        raise CaptureError(broke, where="proxy", advice=f"The flows until then are in {path}")


def save_flows(
    workspace: Path, paths: Sequence[Path], stage: Callable[[str], AbstractContextManager[Progress]]
) -> None:
    """Import the flows of finished runs into the workspace, as ``tieback scan`` does with captures.

    Raises:
        WorkspaceError: the workspace is locked or not writable; the files are kept.
    """
    with run_scan(ScanRequest(inputs=tuple(paths), grant=None, workspace=workspace, workers=1), stage):
        pass


class _Run:
    """State of one run: judges, attributes, writes and counts flows."""

    def __init__(self, request: CaptureRequest, path: Path, file: BinaryIO, device: LiveDevice | None) -> None:
        self._request = request
        self._path = path
        self._file = file
        self._device = device
        self._only = package_of(request.device) if request.device is not None else request.only
        self._live = LiveFlows(str(path), self._attribute)
        self._leaks = LeakDetector(request.rules) if request.leaks else None
        self._tally = FlowTally(request.mode)
        self._start = time.time()
        self._ended: ProxyEnd | None = None
        self._notes: list[str] = []
        self.unpin: tuple[UnpinScript, ...] = ()
        """Scripts that were loaded into the app."""
        self._faults: list[str] = []

    def flows(self, proxy: ProxyProcess, stopped: Callable[[], bool]) -> Iterator[Flow]:
        """Flows until the time is up, the user stops the run, or the proxy ends; then flows still in progress."""
        deadline = None if self._request.seconds is None else time.monotonic() + self._request.seconds
        last = None
        while not proxy.ended:
            now = time.monotonic()
            if last is None and (stopped() or (deadline is not None and now >= deadline)):
                proxy.finish()
                last = now + _ENDING_SECONDS
            if last is not None and now >= last:
                return
            if self._device is not None and last is None:
                self._device.poll(now)
            for one in proxy.read(_TICK):
                flow = self._judge(one)
                if flow is not None:
                    yield flow

    def _judge(self, one: Observation) -> Flow | None:
        if isinstance(one, ProxyEnd):
            self._ended = one
            return None
        seen = self._live.of(one)
        if seen is None:
            return None
        if self._device is not None and self._only and seen.flow.app is not None:
            known = seen.flow.app.bundle_id
            if known != self._only:
                self._tally.others += 1
                return None
        flow = self._leaks(seen) if self._leaks is not None else seen.flow
        self._tally.add(flow)
        self._write(encode("flow", flow))
        return flow

    def _attribute(self, client: Peer, start: float, end: float) -> FlowApp | None:
        if self._device is not None:
            return self._device.attribute(client, start, end)
        return FlowApp(self._only, self._only, source="told") if self._only else None

    @property
    def ended_in_order(self) -> bool:
        """True if the proxy reported everything before it ended."""
        return self._ended is not None

    def note(self, text: str, *, fault: bool = False) -> None:
        """Add a sentence to the blind spots, and to the faults of the run if it is one; empty text adds nothing."""
        if text:
            self._notes.append(text)
        if text and fault:
            self._faults.append(text)

    def end(self, listened: str, broke: str) -> LiveRun:
        """The document of the run; also the last line of the file."""
        if broke:
            self.note(f"The proxy failed ({broke}): traffic after that was not seen.", fault=True)
        elif self._ended is None:
            self.note("The proxy did not shut down cleanly: flows in progress at that time are missing.")
        of_device = self._device.troubles if self._device is not None else []
        document = self._tally.finish(
            path=str(self._path),
            listened=listened,
            app=self._only,
            start=self._start,
            end=time.time(),
            lost=self._ended.dropped if self._ended is not None else 0,
            cut=self._ended.cut if self._ended is not None else 0,
            outside=self._device.owners.outside() if self._device is not None else None,
            troubles=[*of_device, *self._notes],
            faults=[*of_device, *self._faults],
        )
        document = msgspec.structs.replace(document, unpin=self.unpin)
        self._write(encode("capture", document))
        return document

    def _write(self, line: bytes) -> None:
        try:
            self._file.write(line + b"\n")
        except OSError as error:
            raise WorkspaceError(
                f"cannot be written ({error.strerror})", where=str(self._path), advice="Check the free disk space"
            ) from None


def _host(listening: ProxyListening) -> str:
    """Listen address of the proxy, IPv6 in brackets."""
    return f"[{listening.host}]" if ":" in listening.host else listening.host


def _explorer(request: CaptureRequest, listening: ProxyListening, path: Path, stack: ExitStack) -> Explorer | None:
    """Start the command that uses the app, if there is one."""
    if not request.explore:
        return None
    plan = request.device
    told = {
        "PACKAGE": package_of(plan) if plan is not None else request.only,
        "SERIAL": plan.device.removeprefix("adb:") if plan is not None else "",
        "PROXY": f"{_host(listening)}:{listening.port}",
        "EVENTS": str(plan.monkey) if plan is not None else "0",
        "SEED": str(plan.seed) if plan is not None else "1",
        "SECONDS_LEFT": "" if request.seconds is None else f"{request.seconds:.0f}",
    }
    return stack.enter_context(Explorer(request.explore, told, path.with_suffix(LOG)))


def check_request(request: CaptureRequest) -> None:
    """Raise ``UsageError`` if an option cannot work, whatever the app."""
    try:
        Destinations(request.destinations, request.names)
    except ValueError as error:
        raise UsageError(str(error), where="--destinations", advice="Use networks such as 127.0.0.0/8") from None
    for option, path in (("--keylog", request.keylog), ("--save", request.save)):
        if path is not None and (path.is_dir() or not os.access(path.absolute().parent, os.W_OK)):
            raise UsageError(f"{path} cannot be written", where=option, advice="Choose another path")
    check_unpin(request.unpin, request.device)
    if request.upstream_ca is not None and not request.upstream_ca.is_file():
        raise UsageError(f"{request.upstream_ca} is not a file", where="--upstream-ca", advice="Pass a PEM file")
    if request.device is not None and request.mode not in {ProxyMode.REGULAR, ProxyMode.WIREGUARD}:
        raise UsageError(
            f"cannot route a device to a {request.mode} proxy automatically",
            where="--mode",
            advice="Use regular or wireguard",
        )


def proxy_settings(request: CaptureRequest) -> ProxySettings:
    """The settings of the proxy; creates the state folder."""
    request.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    return ProxySettings(
        mode=request.mode,
        host=request.host,
        port=request.port,
        directory=str(request.state.absolute()),
        save=str(request.save.absolute()) if request.save is not None else "",
        upstream_ca=str(request.upstream_ca.absolute()) if request.upstream_ca is not None else "",
        destinations=request.destinations,
        names=request.names,
        never=load_site_policy().rules,
        pass_through=request.pass_through,
    )


def journals(request: CaptureRequest) -> Path:
    """Folder of the undo journals."""
    return request.state / "undo"


def _device(
    request: CaptureRequest, connect: Connect, listening: ProxyListening, tell: Tell
) -> AbstractContextManager[LiveDevice | None]:
    if request.device is None:
        return nullcontext()
    way = ProxyRoute(
        request.mode,
        (listening.host, listening.port),
        Path(listening.certificate),
        request.state / PROFILE if listening.profile else None,
    )
    plan = msgspec.structs.replace(request.device, starts=request.unpin is None)
    return prepared_device(plan, connect, journals(request), way, tell)


def by_adb(device: str) -> Shell:
    """Open a device via adb. Raises ``UsageError``, ``DeviceError``."""
    from tieback.intake.capture.adb import connect

    return connect(device)


def new_file(folder: Path, name: str = "") -> Path:
    """Path of a new file for flows, named after the time; creates the folder."""
    folder.mkdir(mode=0o700, exist_ok=True)
    stamp = (f"{name[:200]}-" if name else "") + datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    names = (folder / f"{stamp}{'' if number == 0 else f'-{number}'}{SUFFIX}" for number in range(1000))
    return next(path for path in names if not path.exists())


def tell_way_in(request: CaptureRequest, listening: ProxyListening, tell: Tell, code: ShowCode | None) -> None:
    """Print the address of the proxy, what the device needs, and what will not be seen."""
    host = _host(listening)
    where = f"{host}:{listening.port}"
    tell(f"{request.mode} proxy at {where}; to decrypt TLS, the device must trust {listening.certificate}")
    if listening.page:
        reached = "ADDRESS-OF-THIS-COMPUTER" if ip_address(listening.host).is_unspecified else host
        page = f"http://{reached}:{listening.page}/"
        tell(f"certificate for the browser of the device: {page}")
        with suppress(OSError, ValueError):
            tell(f"its SHA-256: {digest_of(Path(listening.certificate).read_bytes())}")
        if code is not None and reached == host and not ip_address(listening.host).is_loopback:
            code("the page with the certificate", page)
    if listening.profile:
        profile = request.state / PROFILE
        descriptor = os.open(profile, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(listening.profile + "\n")
        tell(f"WireGuard profile for the device: {profile}")
        if code is not None:
            code("the WireGuard profile, with its private key", listening.profile)
    if not request.mode.sees_streams:
        tell(STREAMS_MISSED)
