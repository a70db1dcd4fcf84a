"""Live captures of a list of apps, one run after the other, resumed by the journal in the workspace.

Each app has a run of its own: install, start or explore, uninstall, with the device restored in between. An app's
failure does not end the batch. A lost device does: its run counts as interrupted, as does a run that was stopped or
killed, and the same request runs it again.
"""

import csv
import hashlib
import io
import os
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path

import msgspec

from tieback.intake.capture.child import CaptureError, require_mitmproxy
from tieback.intake.capture.device import DeviceError, Shell
from tieback.model.capture import LiveRun, UnpinScript
from tieback.model.capture_batch import BatchApp, BatchState, CaptureBatch
from tieback.model.count_text import count_text, seconds_text
from tieback.model.errors import InputError, TiebackError, UsageError, WorkspaceError
from tieback.model.flow import Flow
from tieback.pipeline.capture.batch_journal import BatchJournal
from tieback.pipeline.capture.batch_list import BatchEntry
from tieback.pipeline.capture.device import Connect, DevicePlan, Tell, package_of
from tieback.pipeline.capture.live import CAPTURES, CaptureRequest, check_request, run_capture
from tieback.pipeline.capture.unpin import check_scripts
from tieback.storage.workspace import Workspace
from tieback.user_state import write_private

MANIFEST = "batch.csv"
"""File in the captures of a workspace: the apps and captures of its last batch, for ``tieback scan --manifest``."""
_CHECK_SECONDS = 30.0
_FAILURES = ("not restored", "changes of an earlier run")


class BatchRequest(msgspec.Struct, frozen=True):
    """The options of ``tieback capture --apps``."""

    list: Path
    entries: tuple[BatchEntry, ...]
    capture: CaptureRequest
    """Options of every run; the app, its time and its command come from the entries."""
    device: str = ""
    """``adb:SERIAL``; empty: the commands of the entries start the apps."""
    monkey: int = 0
    seed: int = 1
    retry_failed: bool = False
    restart: bool = False
    """True if apps that are done run again, too."""


def run_batch(
    request: BatchRequest, *, stopped: Callable[[], bool], tell: Tell, connect: Connect | None = None
) -> Iterator[Flow | LiveRun | BatchApp | CaptureBatch]:
    """Run the apps of the list that are not done.

    Yields:
        flows as they end; the document of each run; then what became of its app; at last, the document of the batch,
        also if the batch ends early.

    Args:
        request: the options.
        stopped: polled several times per second; true ends the current run and the batch.
        tell: prints a message for the user.
        connect: opens a device; default: via adb.

    Raises:
        UsageError: an option is invalid, or an extra is missing; nothing was done.
        DeviceError: the device cannot be reached; nothing was done.
        BusyError: another batch runs in this workspace.
        WorkspaceError: the workspace cannot be written.
    """
    require_mitmproxy()
    plan = DevicePlan(request.device) if request.device else None
    check_request(msgspec.structs.replace(request.capture, device=plan, unpin=None))
    _check(request)
    scripts = () if request.capture.unpin is None else check_scripts(request.capture.unpin)
    connect = connect or _by_adb
    if request.device:
        connect(request.device).run(["id", "-u"], _CHECK_SECONDS)
    with Workspace.open(request.capture.workspace):
        pass  # created, or verified, before anything else is touched
    with BatchJournal(request.capture.workspace / CAPTURES) as journal:
        keys = [run_key(request, entry, scripts) for entry in request.entries]
        yield from _Batch(request, journal, stopped, _once(tell), connect).run(keys)


class _Batch:
    """The batch as it runs."""

    def __init__(
        self, request: BatchRequest, journal: BatchJournal, stopped: Callable[[], bool], tell: Tell, connect: Connect
    ) -> None:
        self._request = request
        self._journal = journal
        self._stopped = stopped
        self._tell = tell
        self._connect = connect
        self._why = ""

    def run(self, keys: Sequence[str]) -> Iterator[Flow | LiveRun | BatchApp | CaptureBatch]:
        """Run what is not done; ``keys`` are those of the entries in the journal."""
        entries = self._request.entries
        if self._request.restart:
            for key, entry in zip(keys, entries, strict=True):
                if self._journal.state(key) is not None:
                    self._journal.add(key, BatchApp(entry.app, entry.package, BatchState.NOT_STARTED))
        known = [self._known(key, entry) for key, entry in zip(keys, entries, strict=True)]
        waiting = [number for number, app in enumerate(known) if self._waits(app)]
        if len(waiting) < len(entries):
            count = f"{len(entries) - len(waiting):,} of {count_text(len(entries), 'app was', 'apps were')}"
            self._tell(f"{count} captured or failed before")
        for place, number in enumerate(waiting, start=1):
            if self._stopped():
                self._why = "stopped by the user"
            if self._why:
                break
            entry = entries[number]
            limit = f", {seconds_text(entry.seconds)}" if entry.seconds is not None else ""
            self._tell(f"app {place} of {len(waiting)}: {entry.app}{limit}")
            known[number] = yield from self._one(keys[number], entry)
            yield known[number]
        yield self._document(known)

    def _known(self, key: str, entry: BatchEntry) -> BatchApp:
        """The state by the journal; an app whose capture was removed is not done."""
        app = self._journal.state(key)
        if app is not None:
            app = msgspec.structs.replace(app, app=entry.app)
        if app is not None and app.path:  # the workspace may have been moved
            here = self._request.capture.workspace / CAPTURES / Path(app.path).name
            app = msgspec.structs.replace(app, path=str(here))
        if app is None or (app.state is BatchState.DONE and not Path(app.path).is_file()):
            return BatchApp(entry.app, entry.package, BatchState.NOT_STARTED)
        return app

    def _waits(self, app: BatchApp) -> bool:
        return app.state in {BatchState.NOT_STARTED, BatchState.INTERRUPTED} or (
            app.state is BatchState.FAILED and self._request.retry_failed
        )

    def _one(self, key: str, entry: BatchEntry) -> Generator[Flow | LiveRun, None, BatchApp]:
        """Run one app; returns what became of it, which is also in the journal."""
        app = BatchApp(entry.app, entry.package, BatchState.INTERRUPTED, "the run was killed")
        done: LiveRun | None = None
        try:
            package, fresh = self._prepare(entry)
            app = msgspec.structs.replace(app, package=package, fresh=fresh)
            self._journal.add(key, app)
            for one in run_capture(
                self._capture(entry, package), stopped=self._stopped, tell=self._tell, connect=self._connect
            ):
                if isinstance(one, LiveRun):
                    done = one
                yield one
        except (InputError, UsageError, DeviceError, CaptureError) as error:
            app = self._ended(app, done, error)
        else:
            app = self._ended(app, done, None)
        self._journal.add(key, app)
        return app

    def _prepare(self, entry: BatchEntry) -> tuple[str, bool | None]:
        """The package of an entry, and whether its run will install it. Raises as ``package_of`` and the device."""
        if entry.apk is None:
            return entry.package, False if self._request.device else None
        package = package_of(DevicePlan(self._request.device, install=entry.apk))
        answer = self._connect(self._request.device).run(["pm", "path", package], _CHECK_SECONDS)
        return package, not answer.output.startswith("package:")

    def _capture(self, entry: BatchEntry, package: str) -> CaptureRequest:
        plan = None
        if self._request.device:
            plan = DevicePlan(self._request.device, package, entry.apk, self._request.monkey, self._request.seed)
        return msgspec.structs.replace(
            self._request.capture,
            only=package,
            device=plan,
            seconds=entry.seconds,
            explore=entry.explore,
            name=package,
        )

    def _ended(self, app: BatchApp, done: LiveRun | None, error: TiebackError | None) -> BatchApp:
        """What became of the app; if no other run can work either, the reason to end the batch is kept."""
        if done is not None:
            app = msgspec.structs.replace(
                app, path=done.path, flows=done.flows, refused=len(done.refused), start=done.start, end=done.end
            )
        reason = error.what if error is not None else next(iter(done.faults), "") if done is not None else ""
        lost = self._lost() if reason else ""
        if self._stopped():
            self._why = reason = "stopped by the user"
        elif lost:
            self._why = reason = f"the device was lost: {lost}"
        elif isinstance(error, CaptureError) and done is None:
            self._why = reason = f"the proxy did not start: {error.what}"
        elif reason:
            return msgspec.structs.replace(app, state=BatchState.FAILED, reason=reason)
        if reason:
            return msgspec.structs.replace(app, state=BatchState.INTERRUPTED, reason=reason)
        return msgspec.structs.replace(app, state=BatchState.DONE, reason="")

    def _lost(self) -> str:
        """Why the device cannot be reached now; empty if it can, or if there is none."""
        if not self._request.device:
            return ""
        try:
            self._connect(self._request.device).run(["id", "-u"], _CHECK_SECONDS)
        except (DeviceError, UsageError) as error:
            return error.what
        return ""

    def _document(self, apps: Sequence[BatchApp]) -> CaptureBatch:
        counts = {state: sum(app.state is state for app in apps) for state in BatchState}
        return CaptureBatch(
            list=str(self._request.list.absolute()),
            done=counts[BatchState.DONE],
            failed=counts[BatchState.FAILED],
            interrupted=counts[BatchState.INTERRUPTED],
            not_started=counts[BatchState.NOT_STARTED],
            apps=tuple(apps),
            manifest=_write_manifest(self._request, apps),
            stopped=self._why,
        )


def run_key(request: BatchRequest, entry: BatchEntry, scripts: Sequence[UnpinScript] = ()) -> str:
    """Key of a run in the journal: the app, and what decides how it is used.

    An APK that was replaced (other size or time) is another app.
    """
    facts: list[object] = [entry.package, entry.seconds, entry.explore, request.monkey, request.seed]
    facts.append(request.capture.mode.value)
    facts += [script.sha256 for script in scripts]
    if entry.apk is not None:
        try:
            status = entry.apk.stat()
            facts += [str(entry.apk.absolute()), status.st_size, status.st_mtime_ns]
        except OSError:
            facts += [str(entry.apk.absolute())]
    return hashlib.sha256(msgspec.json.encode(facts)).hexdigest()


def _check(request: BatchRequest) -> None:
    if request.capture.unpin is not None and not request.device:
        raise UsageError("no device named", where="--unpin", advice="Add --device adb:SERIAL")
    for entry in request.entries:
        if entry.seconds is None and not entry.explore:
            raise UsageError(
                f"nothing ends the run of {entry.app}",
                where=str(request.list),
                advice="Pass --seconds or --explore, or add seconds to the list",
            )
        if not request.device and entry.apk is not None:
            raise UsageError(
                f"{entry.app} needs a device", where="--apps", advice="Add --device adb:SERIAL, or list package names"
            )
        if not request.device and not entry.explore:
            raise UsageError(
                f"nothing starts {entry.app}", where="--apps", advice="Add --device adb:SERIAL or --explore COMMAND"
            )


def _write_manifest(request: BatchRequest, apps: Sequence[BatchApp]) -> str:
    """Write the manifest of what is done; returns its path, or an empty text if nothing is."""
    found = [app for app in apps if app.state is BatchState.DONE]
    if not found:
        return ""
    apks = {entry.app: entry.apk for entry in request.entries if entry.apk is not None}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["path", "kind"])
    for app in found:
        apk = apks.get(app.app)
        if apk is not None and apk.is_file():
            writer.writerow([apk.absolute(), "app"])
        writer.writerow([Path(app.path).absolute(), "traffic"])
    path = request.capture.workspace / CAPTURES / MANIFEST
    try:
        write_private(path, os.fsencode(text.getvalue()))  # follows no link that the folder may have
    except OSError as error:
        raise WorkspaceError(
            f"cannot be written ({error.strerror})", where=str(path), advice="Check permissions and free disk space"
        ) from None
    return str(path)


def _once(tell: Tell) -> Tell:
    """Print each message once: every run of a batch has the same address and certificate. Failures are all printed."""
    told: set[str] = set()

    def say(text: str) -> None:
        if text not in told or text.startswith(_FAILURES):
            told.add(text)
            tell(text)

    return say


def _by_adb(device: str) -> Shell:
    from tieback.intake.capture.adb import connect

    return connect(device)
