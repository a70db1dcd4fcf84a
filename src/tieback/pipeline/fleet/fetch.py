"""Stages of ``tieback inventory fetch``: from apps of the inventory to packages, by a command of the user.

The command gets the app in its environment (``user_command``), and an empty folder, which is its working directory. It
writes the package there: one file, or the base and the splits that ``adb pull`` gives; these become one ``.apks``. A
package of another app, or with another signing certificate than the inventory names, is discarded.
"""

import hashlib
import re
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tieback.intake.apps.open import open_app
from tieback.intake.discover import APP_SUFFIXES
from tieback.model.app import App, Platform
from tieback.model.device import DevicePlatform, FleetApp
from tieback.model.errors import InputError, UsageError
from tieback.pipeline.fleet.coverage import matched_app_ids
from tieback.pipeline.fleet.user_command import app_environment, run_command
from tieback.report.texts.clean import clean
from tieback.storage.ledger.store_facts import FetchAttempt
from tieback.storage.workspace import Workspace

SECONDS = 600.0
"""Time for one app by default."""
MAX_FILES = 300
MAX_BYTES = 8 << 30
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")
FETCHED = "fetched"
_LONGEST = 1_000
NOT_TRIED = "not tried"
NO_IDENTIFIER = "no identifier"
"""The inventory names the app by its name only."""


class FetchRequest(msgspec.Struct, frozen=True):
    """What the user specified."""

    command: tuple[str, ...]
    out: Path
    """Folder for the packages."""
    most: int = 0
    """Number of apps to try; 0: all."""
    seconds: float = SECONDS
    retry: bool = False
    """True if apps are tried again whose package was missing earlier."""


class FetchedApp(msgspec.Struct, frozen=True):
    """The result for an app."""

    app: FleetApp
    """The app, as the inventory has it."""
    version: str
    """Version that most devices have; empty if unknown."""
    outcome: str
    """``fetched``, or why the package is missing: ``not available``, ``failed``, ``another app``, ``another signer``,
    ``unreadable``.
    """
    reason: str = ""
    """Why it failed; empty if it did not."""
    file: str = ""
    """Path of the package; empty if there is none."""


class Missing(msgspec.Struct):
    """Apps that were neither analysed nor fetched, for one reason."""

    apps: int = 0
    """Number of apps."""
    installs: int = 0
    """Number of installs of them."""


class FetchCoverage(msgspec.Struct, frozen=True):
    """How much of the fleet was analysed or fetched. Installs are devices, summed over apps."""

    apps: int
    """Number of apps in the inventory."""
    installs: int
    """Number of their installs."""
    analysed: int
    """Number of apps that were analysed."""
    analysed_installs: int
    """Installs of the analysed ones."""
    fetched: int
    """Fetched and not yet analysed."""
    fetched_installs: int
    """Installs of the fetched ones."""
    devices: int
    """Devices that inventories list."""
    devices_missing: int
    """Of these, devices with at least one app that is missing."""
    missing: dict[str, Missing]
    """By reason; ``not tried`` if no attempt was made."""

    @property
    def failed(self) -> int:
        """Number of apps whose package is missing after an attempt, in this run or an earlier one."""
        return sum(group.apps for why, group in self.missing.items() if why not in (NOT_TRIED, NO_IDENTIFIER))


def fetch_packages(workspace: Path, request: FetchRequest) -> Iterator[FetchedApp | FetchCoverage]:
    """Run the command for each app that was not analysed, those on the most devices first; last, the coverage.

    Attempts are kept, so that an interrupted run continues with the remaining apps.

    Raises:
        UsageError: the command cannot be started, or the folder cannot be written.
        WorkspaceError: the workspace does not exist or cannot be written.
    """
    with Workspace.open(workspace, create=False, trusted=True) as space:
        known = {(one.platform, one.ident, one.version): one for one in space.ledger.store_facts.attempts()}
        tried = 0
        for app in _gaps(space):
            version = app.versions[0][0] if app.versions else ""
            ident = app.bundle_id or app.store_id
            earlier = known.get((app.platform, ident[:255], version))
            if not ident or (earlier is not None and not _again(earlier, request, ident)):
                continue
            if request.most and tried >= request.most:
                break
            tried += 1
            end = _fetch(app, version, ident, request)
            attempt = FetchAttempt(app.platform, ident[:255], version, end.outcome, end.reason)
            space.ledger.store_facts.note_attempt(attempt)
            yield end
        yield _coverage(space)


def fetch_coverage(workspace: Path) -> FetchCoverage:
    """The coverage without any attempt. Raises ``WorkspaceError`` as ``fetch_packages``."""
    with Workspace.open(workspace, create=False) as space:
        return _coverage(space)


def _gaps(space: Workspace) -> list[FleetApp]:
    apps = [app for app in space.ledger.inventory.apps() if app.removed is None and app.platform.mobile]
    known = matched_app_ids(space.lake, apps)
    return [app for app in apps if app.id not in known]


def _again(earlier: FetchAttempt, request: FetchRequest, ident: str) -> bool:
    if earlier.outcome == FETCHED:
        return not any(request.out.glob(f"{earlier.platform}/{_file_stem(ident, earlier.version)}.*"))
    return request.retry


def _fetch(app: FleetApp, version: str, ident: str, request: FetchRequest) -> FetchedApp:
    target = request.out / app.platform.value
    try:
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=request.out) as name:
            folder = Path(name) / "files"
            folder.mkdir()
            more = {**app_environment(app, version), "TIEBACK_FETCH_DIR": str(folder)}
            end = run_command(request.command, more, folder, request.seconds)
            if end.problem:
                return FetchedApp(app, version, "failed", end.problem)
            package = _package(folder)
            if package is None:
                return FetchedApp(app, version, "not available", "the command wrote no package")
            outcome, reason = _check(package, app, version)
            if outcome != FETCHED:
                return FetchedApp(app, version, outcome, reason)
            file = target / f"{_file_stem(ident, version)}{package.suffix.lower()}"
            package.replace(file)
            return FetchedApp(app, version, FETCHED, reason, str(file))
    except OSError as error:
        raise UsageError(
            f"cannot be written ({error.strerror})", where=str(request.out), advice="Choose another folder with --out"
        ) from None


def _package(folder: Path) -> Path | None:
    """The package in a folder; several APKs are a base and its splits, which become one file."""
    found: list[Path] = []
    size = 0
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file() or path.suffix.lower() not in APP_SUFFIXES:
            continue
        found.append(path)
        size += path.stat().st_size
        if len(found) > MAX_FILES or size > MAX_BYTES:
            return None
    splits = [path for path in found if path.suffix.lower() == ".apk"]
    if len(splits) < 2:
        return next(iter(found), None)
    joined = folder.parent / "joined.apks"
    with zipfile.ZipFile(joined, "w", zipfile.ZIP_STORED) as archive:  # noqa: TID251 - written here, not read
        for number, path in enumerate(splits):
            name = path.name if path.name.lower().startswith(("base", "split")) else f"split_{number}.apk"
            archive.write(path, name)
    return joined


def _check(package: Path, app: FleetApp, version: str) -> tuple[str, str]:
    """Whether a package is the app of the inventory, and a note on it."""
    try:
        with open_app(package) as opened:
            found = opened.app
    except InputError as error:
        return "unreadable", clean(error.diagnostics(), _LONGEST)
    if found is None:
        return "unreadable", "its identity cannot be read"
    if not _same_app(found, app):
        return "another app", f"it is {found.bundle_id or 'without an identifier'} ({found.platform})"
    signer = found.signer.sha256 if found.signer else ""
    if app.signer and signer != app.signer:
        return "another signer", f"signed by {signer or 'nobody'}, the inventory names {app.signer}"
    if version and version not in (found.version_name, found.version_code):
        return FETCHED, f"version {found.version_name or found.version_code or 'unknown'} instead of {version}"
    return FETCHED, ""


def _same_app(found: App, app: FleetApp) -> bool:
    if app.platform is not DevicePlatform.UNKNOWN and found.platform.value != app.platform.value:
        return False
    if not app.bundle_id:
        # A store ID is the identifier on Google Play only; the App Store's is a number that no package contains.
        return found.platform is Platform.IOS or found.bundle_id == app.store_id
    if found.platform is Platform.IOS:
        return found.bundle_id.casefold() == app.bundle_id.casefold()
    return found.bundle_id == app.bundle_id


def _file_stem(ident: str, version: str) -> str:
    """A file name without an extension; names with other characters are replaced by a digest."""
    text = f"{ident}-{version}" if version else ident
    return text if _SAFE.fullmatch(text) else f"app-{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:16]}"


def _coverage(space: Workspace) -> FetchCoverage:
    apps = [app for app in space.ledger.inventory.apps() if app.removed is None and app.platform.mobile]
    known = matched_app_ids(space.lake, apps)
    attempts = {(one.platform, one.ident, one.version): one for one in space.ledger.store_facts.attempts()}
    fetched: list[FleetApp] = []
    missing: dict[str, Missing] = {}
    absent: list[int] = []
    for app in apps:
        if app.id in known:
            continue
        ident = app.bundle_id or app.store_id
        version = app.versions[0][0] if app.versions else ""
        attempt = attempts.get((app.platform, ident[:255], version))
        if attempt is not None and attempt.outcome == FETCHED:
            fetched.append(app)
            continue
        absent += app.rows
        group = missing.setdefault((attempt.outcome if attempt else NOT_TRIED) if ident else NO_IDENTIFIER, Missing())
        group.apps += 1
        group.installs += app.devices
    analysed = [app for app in apps if app.id in known]
    return FetchCoverage(
        apps=len(apps),
        installs=sum(app.devices for app in apps),
        analysed=len(analysed),
        analysed_installs=sum(app.devices for app in analysed),
        fetched=len(fetched),
        fetched_installs=sum(app.devices for app in fetched),
        devices=space.ledger.inventory.devices(),
        devices_missing=space.ledger.inventory.devices_with(absent),
        missing=dict(sorted(missing.items())),
    )
