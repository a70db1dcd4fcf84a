"""A run without a proxy: PCAPdroid records on the device, and its file is read like any other capture.

Flows come at the end of the run, when the file is on this computer. It is read by the same workers, with the same
limits, as a capture from elsewhere.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec

from tieback.intake.capture.device import DeviceError, Shell
from tieback.intake.capture.owners import SocketOwners
from tieback.intake.capture.pcapdroid import Pcapdroid, PcapdroidPlan
from tieback.intake.traffic.decrypt import check_keylog
from tieback.model.capture import LiveRun, UnpinScript
from tieback.model.document import encode
from tieback.model.errors import TiebackError, UsageError, WorkspaceError
from tieback.model.flow import Flow
from tieback.model.sighting import Problem
from tieback.pipeline.capture.device import Connect, LiveDevice, Tell, restored_device, start_app, undo_left_overs
from tieback.pipeline.capture.explore import LOG, Explorer, check_command
from tieback.pipeline.capture.live import (
    CAPTURES,
    CaptureRequest,
    by_adb,
    journals,
    new_file,
)
from tieback.pipeline.capture.summary import PCAPDROID, FlowTally
from tieback.pipeline.capture.unpin import check_unpin, start_unpinner
from tieback.pipeline.traffic import describe_traffic
from tieback.storage.workspace import Workspace

_TICK = 0.25
_LOOK_SECONDS = 5.0
"""Seconds between two looks at whether PCAPdroid still records."""


class PcapdroidRequest(msgspec.Struct, frozen=True):
    """The options of ``tieback capture --mode pcapdroid``."""

    run: CaptureRequest
    """The app, the device, the time, and the files: ``save`` for the capture, ``keylog`` for the key log."""
    key: str = ""
    """API key of PCAPdroid."""


def run_pcapdroid(
    request: PcapdroidRequest, *, stopped: Callable[[], bool], tell: Tell, connect: Connect | None = None
) -> Iterator[Flow | LiveRun]:
    """Record with PCAPdroid; yields the flows of its file, then the document of the run.

    Args:
        request: the options.
        stopped: polled several times per second; true ends the run.
        tell: prints a message for the user.
        connect: opens a device; default: via adb.

    Raises:
        UsageError: the request is invalid, or an extra is missing; nothing was done.
        DeviceError: a command on the device failed, or PCAPdroid did not start.
        WorkspaceError: the workspace cannot be written.
        InputError: the capture cannot be read.
    """
    run = request.run
    if run.device is None:
        raise UsageError("no device named", where="--mode pcapdroid", advice="Add --device adb:SERIAL")
    for option, path in (("--keylog", run.keylog), ("--save", run.save)):
        if path is not None and path.exists():
            raise UsageError(f"{path} exists", where=option, advice="Choose another path")
    check_unpin(run.unpin, run.device)
    check_command(run.explore)
    connect = connect or by_adb
    connect(run.device.device)  # a missing device is an error before a file is created
    undo_left_overs(journals(run), connect, tell)
    with Workspace.open(run.workspace):
        pass  # created, or verified, before anything else is touched
    path = new_file(run.workspace / CAPTURES)
    with tempfile.TemporaryDirectory(prefix="tieback-") as folder:
        pcap = run.save or Path(folder, "run.pcap")
        keylog = None if run.keylog is None else run.keylog
        record = _Record(request, path)
        record.run(connect, (pcap, keylog), stopped, tell)
        yield from record.read(pcap, keylog)


class _Record:
    """One run: its device, then its file."""

    def __init__(self, request: PcapdroidRequest, path: Path) -> None:
        self._request, self._path = request, path
        self._tally = FlowTally(PCAPDROID)
        self._troubles: list[str] = []
        self._packages: dict[int, tuple[str, ...]] = {}
        self._app = ""
        self._unpin: tuple[UnpinScript, ...] = ()
        self._start = time.time()
        self._end = self._start

    def run(self, connect: Connect, files: tuple[Path, Path | None], stopped: Callable[[], bool], tell: Tell) -> None:
        """Record on the device, and copy the files. Raises ``DeviceError``."""
        run = self._request.run
        assert run.device is not None
        with ExitStack() as stack:
            device, shell, self._app, journal = stack.enter_context(
                restored_device(run.device, connect, journals(run), tell)
            )
            packages = device.packages()
            self._packages = packages
            plan = PcapdroidPlan(
                f"tieback-{self._path.stem}",
                (self._app,) if self._app else (),
                run.keylog is not None,
                self._request.key,
            )
            droid = Pcapdroid(shell, journal, plan)
            if not self._request.key:
                tell(f"confirm the request of PCAPdroid on {shell.serial}, now and at the end of the run")
            droid.start(stopped)
            tell(f"PCAPdroid records on {shell.serial}")
            live = LiveDevice(device, SocketOwners(packages, reversed_port=None, only=self._app), ("", 0))
            start_app(device, live, self._app, msgspec.structs.replace(run.device, starts=run.unpin is None), tell)
            unpinner = start_unpinner(run.unpin, run.device, live, self._path, stack)
            explorer = self._explorer(shell, stack)

            def ends() -> bool:
                if unpinner is not None:
                    unpinner.look(tell)
                return stopped() or (explorer is not None and explorer.ended)

            self._wait(droid, ends)
            if unpinner is not None:
                unpinner.stop()
                self._note(unpinner.remark)
                self._note(unpinner.trouble)
                self._unpin = unpinner.scripts
            if explorer is not None:
                explorer.stop()
                self._note(explorer.trouble)
            self._note(droid.stop())
            self._end = time.time()
            self._note(droid.fetch(*files))
            self._troubles += live.troubles

    def read(self, pcap: Path, keylog: Path | None) -> Iterator[Flow | LiveRun]:
        """The flows of the file, and the document of the run; both are also in the workspace."""
        run = self._request.run
        if keylog is not None:
            try:
                check_keylog(keylog)
            except UsageError as error:
                self._note(f"TLS was not decrypted: {error.what}.")
                keylog = None
        ends = describe_traffic(
            [pcap], leaks=run.leaks, uid_map=self._packages, keylog=keylog, workers=1, added=run.rules
        )
        with self._path.open("xb") as file:
            try:
                for one in ends:
                    if isinstance(one, Flow):
                        flow = msgspec.structs.replace(one, path=str(self._path))
                        if self._is_of_other(flow):
                            self._tally.others += 1
                            continue
                        self._tally.add(flow)
                        file.write(encode("flow", flow) + b"\n")
                        yield flow
                    elif isinstance(one, Problem | TiebackError):
                        self._note(f"The capture was not read completely: {one.what}.")
                document = self._document()
                file.write(encode("capture", document) + b"\n")
            except OSError as error:
                raise WorkspaceError(
                    f"cannot be written ({error.strerror})", where=str(self._path), advice="Check the free disk space"
                ) from None
        yield document

    def _is_of_other(self, flow: Flow) -> bool:
        known = flow.app.bundle_id if flow.app is not None else ""
        return bool(self._app and known and known != self._app)

    def _document(self) -> LiveRun:
        document = self._tally.finish(
            path=str(self._path),
            listened="",
            app=self._app,
            start=self._start,
            end=self._end,
            lost=0,
            cut=0,
            outside=(),
            troubles=self._troubles,
        )
        return msgspec.structs.replace(document, unpin=self._unpin)

    def _note(self, text: str) -> None:
        if text and text not in self._troubles and len(self._troubles) < 20:
            self._troubles.append(text)

    def _explorer(self, shell: Shell, stack: ExitStack) -> Explorer | None:
        run = self._request.run
        if not run.explore:
            return None
        assert run.device is not None
        told = {
            "PACKAGE": self._app,
            "SERIAL": shell.serial,
            "PROXY": "",
            "EVENTS": str(run.device.monkey),
            "SEED": str(run.device.seed),
            "SECONDS_LEFT": "" if run.seconds is None else f"{run.seconds:.0f}",
        }
        return stack.enter_context(Explorer(run.explore, told, self._path.with_suffix(LOG)))

    def _wait(self, droid: Pcapdroid, stopped: Callable[[], bool]) -> None:
        """Until the time is up, the user stops the run, or PCAPdroid ends."""
        seconds = self._request.run.seconds
        deadline = None if seconds is None else time.monotonic() + seconds
        look = time.monotonic() + _LOOK_SECONDS
        while not stopped():
            now = time.monotonic()
            if deadline is not None and now >= deadline:
                return
            if now >= look:
                try:
                    if not droid.running():
                        return
                except DeviceError as error:
                    self._note(f"The device was not reached during the run: {error.what}.")
                look = now + _LOOK_SECONDS
            time.sleep(_TICK)
