"""Inventory of 200,000 devices: import an Intune export of a million installs, then list the gaps.

The export is synthetic, in the format of ``AppInvRawData``: devices with a few apps each, ordered by device and
shuffled. Each step is a command-line process of its own. Two sizes show whether memory grows.
"""

import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.measure import process, table

SIZES = (250_000, 1_000_000)
INSTALLS_A_DEVICE = 5
APPS = 5_000
"""Distinct apps of the fleet; a few are on most devices, most are on few."""
ANALYSED = 20_000
"""Analysed apps of the workspace; they include every tenth app of the fleet."""
_COMMAND = (sys.executable, "-m", "tieback")


def run() -> str:
    """Measure, and return the report section."""
    rows = []
    for size in SIZES:
        for shuffled in (False, True):
            with tempfile.TemporaryDirectory(prefix="tieback-bench-") as folder:
                export, workspace = Path(folder) / "AppInvRawData.csv", Path(folder) / "workspace"
                make_export(export, size, shuffled=shuffled)
                make_apps(workspace)
                imported = process([*_COMMAND, "inventory", "import", str(export), "-w", str(workspace)], runs=1)
                again = process([*_COMMAND, "inventory", "import", str(export), "-w", str(workspace)], runs=1)
                gaps = process([*_COMMAND, "inventory", "gaps", "-w", str(workspace)])
                listed = process([*_COMMAND, "inventory", "list", "-w", str(workspace)])
                _check(workspace, size)
                megabytes = export.stat().st_size / 1e6
                order = "shuffled" if shuffled else "by device"
                figures = [f"{value:.1f}" for value in (*imported[:2], gaps[0], gaps[1], listed[0], again[0])]
                peak = [f"{imported[2]:.0f}", f"{gaps[2]:.0f}"]
                rows.append(
                    [f"{size:,}", f"{size // INSTALLS_A_DEVICE:,}", order, f"{megabytes:,.0f}", *figures, *peak]
                )
    return (
        f"## Inventory\n\n`python -m bench inventory`: synthetic Intune exports (AppInvRawData as CSV) with {APPS:,} "
        f"apps, {INSTALLS_A_DEVICE} on each device, imported into a workspace of {ANALYSED:,} analysed apps. Each "
        "figure is a whole command-line process; wall and CPU in seconds, peaks in MiB. Goals: a million installs on "
        "200,000 devices imported in less than 120 s without memory growth, `gaps` in less than 2 s.\n\n"
        + table(
            ["installs", "devices", "rows", "MB", "import wall", "import CPU", "gaps wall", "gaps CPU", "list wall",
             "repeated import wall", "import peak", "gaps peak"],
            rows,
        )
    )  # fmt: skip


def make_export(path: Path, installs: int, *, shuffled: bool) -> None:
    """Write rows of distinct apps for each device."""
    dice = random.Random(4)
    # The n-th app is on a share of devices that falls with n.
    weights = [1 / (number + 1) for number in range(APPS)]
    rows: list[str] = []
    for device in range(installs // INSTALLS_A_DEVICE):
        chosen: set[int] = set()
        while len(chosen) < INSTALLS_A_DEVICE:
            chosen.update(dice.choices(range(APPS), weights, k=INSTALLS_A_DEVICE - len(chosen)))
        rows += (_row(app, device) for app in sorted(chosen))
    if shuffled:
        dice.shuffle(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(
            "ApplicationKey,ApplicationName,ApplicationPublisher,ApplicationShortVersion,ApplicationVersion,DeviceId,"
            "DeviceName,OSDescription,OSVersion,Platform,UserId,EmailAddress,UserName\r\n"
        )
        file.writelines(rows)


def _row(app: int, device: int) -> str:
    platform = "iOS" if app % 3 else "AndroidWorkProfile"
    number = f"{device:08x}-0000-4000-8000-{device:012x}"
    return (
        f"key{app},App {app},Vendor {app % 900},{app % 7}.0,{app % 7}.0.{device % 3},{number},"
        f"Device {device},iOS 19,19.1,{platform},u{device},user{device}@bench.test,User {device}\r\n"
    )


def make_apps(workspace: Path) -> None:
    """Create a workspace with analysed apps in its lake, in a process of its own."""
    subprocess.run([sys.executable, "-m", "bench.inventory", str(workspace)], check=True)


def _fill(directory: Path) -> None:
    from tieback.model.app import App, Platform, Signer
    from tieback.model.sighting import AppDocument
    from tieback.model.unit import Unit
    from tieback.storage.lake.tables.apps import app_tables
    from tieback.storage.workspace import Workspace

    with Workspace.open(directory) as workspace:
        apps: list[App] = []
        for number in range(ANALYSED):
            which = number * 10 if number * 10 < APPS else APPS + number
            platform = Platform.IOS if which % 3 else Platform.ANDROID
            signer = Signer(f"{which % 900:064x}", f"O=Vendor {which % 900}")
            apps.append(
                App(platform, f"test.bench.app{which}", f"{number:064x}", f"App {which}", "1", "1", signer=signer,
                    vendor=f"Vendor {which % 900}")
            )  # fmt: skip
        units = [Unit(app.sha256, "bench", f"{app.bundle_id}.apk", 1) for app in apps]
        documents = [AppDocument(unit.source, app) for unit, app in zip(units, apps, strict=True)]
        workspace.lake.publish("bench", app_tables(list(zip(units, documents, strict=True))), units)


def _check(workspace: Path, installs: int) -> None:
    """Check the figures of the timed commands."""
    command = [*_COMMAND, "inventory", "list", "--format", "json", "-w", str(workspace)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    apps = [json.loads(line) for line in lines]
    assert sum(app["devices"] for app in apps) == installs
    command = [*_COMMAND, "inventory", "gaps", "--format", "json", "-w", str(workspace)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    missing = sum(1 for line in lines if json.loads(line)["gap"] == "not_analysed")
    assert missing == len(apps) - sum(1 for app in apps if int(app["name"].split()[1]) % 10 == 0)


if __name__ == "__main__":
    _fill(Path(sys.argv[1]))
