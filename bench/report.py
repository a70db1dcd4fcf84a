"""Reports over a million apps: a synthetic workspace, and each format rendered in a process of its own.

``python -m bench.report WORKSPACE NAME`` is the child process: it builds the report, renders one format and prints its
cost; with the name ``make`` it creates the workspace. Linux also counts the memory of the parent process in the peak,
so the parent does neither. ``TIEBACK_BENCH_REPORT_APPS`` is another number of apps.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.measure import peak_mib, table

APPS = int(os.environ.get("TIEBACK_BENCH_REPORT_APPS", "1_000_000"))
STORES = APPS // 10
FINDINGS = 2 * APPS
APPS_A_PART = 50_000
FORMATS = ("terminal", "html", "csv", "json")


def run() -> str:
    """Measure, and return the report section."""
    with tempfile.TemporaryDirectory(prefix="tieback-bench-") as folder:
        workspace = Path(folder) / "workspace"
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "bench.report", str(workspace), "make"], check=True)
        made = time.perf_counter() - start
        rows = []
        for name in FORMATS:
            command = [sys.executable, "-m", "bench.report", str(workspace), name]
            said = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
            rows.append(
                [
                    name,
                    f"{said['build']:.1f}",
                    f"{said['render']:.1f}",
                    f"{said['cpu']:.1f}",
                    f"{said['peak']:.0f}",
                    f"{said['bytes'] / 1e6:,.1f}",
                ]
            )
    return (
        f"## Reports\n\n`python -m bench report`: {APPS:,} synthetic apps with two endpoints each, {STORES:,} stores, "
        f"{FINDINGS:,} findings (the workspace took {made:.0f} s to make). Build: all counts, sums and tables. Render: "
        "one format, output discarded. One process each; CPU is for both together.\n\n"
        + table(["format", "build s", "render s", "CPU s", "peak MiB", "MB written"], rows)
    )


def make(workspace: Path) -> None:
    """Create a workspace with one finished run."""
    from tieback.model.unit import Unit
    from tieback.storage.lake.tables.apps import app_tables
    from tieback.storage.lake.tables.inputs import RunInput, save_inputs
    from tieback.storage.workspace import Workspace

    with Workspace.open(workspace) as opened:
        run = opened.ledger.start_run(["bench"])
        for part in range(0, APPS, APPS_A_PART):
            documents = [_app(number) for number in range(part, part + APPS_A_PART)]
            units = [Unit(document.app.sha256, "app-bench", document.path, 1) for document in documents]
            opened.lake.publish(f"bench-{part}", app_tables(list(zip(units, documents, strict=True))), units)
        save_inputs(opened.lake, run, (RunInput(f"app-{n}.apk", _sha(n), "app-bench") for n in range(APPS)))
        stores = (_store(number) for number in range(STORES))
        opened.ledger.conclusions.save(run, stores, _findings())  # type: ignore[no-untyped-call]
        opened.ledger.end_run(run)


def _sha(number: int) -> str:
    return f"{number:064x}"


def _app(number: int):  # type: ignore[no-untyped-def]
    from tieback.model.app import App, Platform, Signer
    from tieback.model.endpoint import Endpoint, EndpointKind, Party
    from tieback.model.sighting import AppDocument, Evidence, Sighting

    host = f"api{number % 300_000}.bench.test"
    app = App(
        Platform.IOS if number % 3 else Platform.ANDROID, f"test.bench.app{number}", _sha(number), f"App {number}",
        "1.0", "1", "24", "34", Signer("0" * 64, "O=Bench", "v2"), f"Vendor {number % 40_000}",
    )  # fmt: skip
    sightings = tuple(
        Sighting(Endpoint(EndpointKind.URL, f"https://{name}", "https", name, 443), 1, Party.FIRST,
                 Evidence("classes.dex", 4096, "dex-string/url", f"https://{name}/v1"))
        for name in (host, f"cdn.{host}")
    )  # fmt: skip
    return AppDocument(f"app-{number}.apk", app, sightings)


def _store(number: int):  # type: ignore[no-untyped-def]
    from tieback.model.backend import Candidate, Route
    from tieback.model.exposure import AppRoute, ClassifiedField, Exposure, PiiClassTotal, Severity
    from tieback.model.figure import estimate, exact
    from tieback.model.probe import Access, Container, Field, Identity, Ransom

    host = f"db{number}.bench.test"
    candidate = Candidate(host, 9200, None, Route.NAMED, (f"{host}:9200",), "named by the app")
    access = (Access.OPEN, Access.AUTH_REQUIRED, Access.AUTH_REQUIRED, Access.OPEN_EMPTY)[number % 4]
    records = exact(number * 37 % 1_000_000, "count")
    return Exposure(
        id=f"exp-{number:016x}", identity=Identity(f"bench:{number}", "vendor_id"),
        product=("elasticsearch", "mongodb", "redis")[number % 3], version="7.1", access=access,
        addresses=(f"127.0.0.1:{number}",), targets=(f"{host}:9200",),
        routes=tuple(
            AppRoute(_sha((number * 7 + step) % APPS), candidate, f"{host}:9200", "classes.dex", 1, "dex-string/url")
            for step in range(3)
        ),
        containers=(Container(("users",), "index", records=records, fields=(Field("email", "text"),)),),
        records=records, bytes=estimate(number * 1000, "size"),
        pii=(PiiClassTotal("email", records, 1),), fields=(ClassifiedField("users", "email", "email", 0.9),),
        ransom=Ransom(), severity=(Severity.CRITICAL, Severity.LOW, Severity.INFO, Severity.LOW)[number % 4],
        score=number % 90, factors=(), bytes_sent=1, bytes_read=1, cleartext=True,
    )  # fmt: skip


def _findings():  # type: ignore[no-untyped-def]
    from tieback.model.exposure import Finding, Severity

    for number in range(FINDINGS):
        store = f"exp-{number % STORES:016x}"
        severity = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)[number % 4]
        yield Finding(
            f"fnd-{number:016x}", f"rule-{number // STORES}", "A finding", severity, "CWE-306", (store,),
            (_sha(number % APPS),), ("GET /: 200",), "Close it",
        )  # fmt: skip


class Nowhere:
    """Output that only counts bytes."""

    written = 0

    def write(self, data: bytes) -> int:  # noqa: D102 - as files do
        self.written += len(data)
        return len(data)

    def writelines(self, pieces: Iterator[bytes]) -> None:  # noqa: D102
        for piece in pieces:
            self.write(piece)


def child(workspace: Path, name: str) -> None:
    """Build and render once, and print the cost as JSON."""
    from tieback.pipeline.report import last_report
    from tieback.report import by_name

    out = Nowhere()
    start = time.perf_counter()
    with last_report(workspace) as report:
        built = time.perf_counter()
        by_name(name).render(report, out)  # type: ignore[arg-type]
        rendered = time.perf_counter()
    print(
        json.dumps(
            {
                "build": built - start,
                "render": rendered - built,
                "cpu": time.process_time(),
                "peak": peak_mib(),
                "bytes": out.written,
            }
        )
    )


if __name__ == "__main__":
    if sys.argv[2] == "make":
        make(Path(sys.argv[1]))
    else:
        child(Path(sys.argv[1]), sys.argv[2])
