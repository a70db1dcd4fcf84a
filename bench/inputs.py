"""Input locations: the same apps by path, in a tar shard, and in SeaweedFS by listing, manifest and shard.

The inputs are copies of real apps, each with its own hash (``bench.intake``). The figures are those of whole processes
of ``tieback scan`` with their workers; the CPU time of the store is not included. A second part measures the memory of
the client that lists a bucket of synthetic objects, a million by default (``TIEBACK_BENCH_OBJECTS``), from a small
server of this benchmark.
"""

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench import intake, static
from bench.measure import process, table

APPS = int(os.environ.get("TIEBACK_BENCH_INPUTS", "100"))
OBJECTS = int(os.environ.get("TIEBACK_BENCH_OBJECTS", "1000000"))
NO_APPS = ("CertChain.apk",)

_LISTING_SERVER = """
import http.server, sys
from urllib.parse import parse_qs, urlsplit
count = int(sys.argv[1])
row = ("<Contents><Key>apps/{0:09}.apk</Key><LastModified>2026-11-26T08:00:00.000Z</LastModified>"
       '<ETag>&quot;{0:032x}&quot;</ETag><Size>9000000</Size></Contents>')
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *_): pass
    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        start = int(query.get("continuation-token", ["0"])[0])
        end = min(start + 1000, count)
        more = "" if end == count else f"<NextContinuationToken>{end}</NextContinuationToken>"
        rows = "".join(row.format(n) for n in range(start, end))
        more += f"<IsTruncated>{'true' if more else 'false'}</IsTruncated>"
        body = f"<ListBucketResult>{more}{rows}</ListBucketResult>".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"""

_LISTER = """
import sys
from pathlib import Path
from tieback.pipeline.inputs.index import _Surveying
from tieback.pipeline.units import UnitRun
from tieback.storage.objects.listing import ObjectListing
from tieback.storage.workspace import Workspace
with Workspace.open(Path(sys.argv[1])) as workspace, ObjectListing() as listing:
    units = UnitRun(workspace.ledger, workspace.ledger.start_run([]))
    assert sum(1 for _ in units.claim(_Surveying(listing, workspace.ledger).groups(["s3://b/"]))) == int(sys.argv[2])
"""


def scan(words: Sequence[str], workspace: Path, environment: Mapping[str, str]) -> tuple[float, float]:
    """Wall and CPU seconds of one scan."""
    command = [sys.executable, "-m", "tieback", "scan", *words, "-w", str(workspace)]
    wall, cpu, _ = process(command, runs=1, environment={**os.environ, **environment})
    return wall, cpu


def places(folder: Path) -> list[list[str]]:
    """One row for each way to name the same apps."""
    from tests.lab.object_stores import seaweedfs_store

    apps = folder / "apps"
    apps.mkdir()
    files = list(intake.copies([path for path in static.apps() if path.name not in NO_APPS], APPS, apps))
    with tarfile.open(folder / "apps.tar", "w") as tar:
        for path in files:
            tar.add(path, path.name)
    rows = ["path,sha256,size"]
    with seaweedfs_store(folder) as store:
        for path in files:
            content = path.read_bytes()
            store.put(f"apps/{path.name}", content)
            rows.append(f"{store.url}apps/{path.name},{hashlib.sha256(content).hexdigest()},{len(content)}")
        store.put("shards/apps.tar", (folder / "apps.tar").read_bytes())
        (folder / "m.csv").write_text("\n".join(rows))
        ways = (
            ("a folder", [str(apps)], "path"),
            ("a tar shard", [str(folder / "apps.tar")], "tar"),
            ("a bucket, by its listing", [f"{store.url}apps/"], "s3"),
            ("the same, again", [f"{store.url}apps/"], "s3"),
            ("a bucket, by a manifest", ["--manifest", str(folder / "m.csv")], "manifest"),
            ("a shard in a bucket", [f"{store.url}shards/"], "shard"),
        )
        found = []
        for name, words, workspace in ways:
            wall, cpu = scan(words, folder / f"ws-{workspace}", store.environment)
            found.append([name, f"{cpu * 100 / APPS:.1f}", f"{wall * 100 / APPS:.1f}"])
            print(found[-1], flush=True)
    return found


def listing(folder: Path) -> str:
    """Cost of a bucket with many objects for the client."""
    server = subprocess.Popen([sys.executable, "-c", _LISTING_SERVER, str(OBJECTS)], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        environment = {
            **os.environ,
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.stdout.readline().strip()}",
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
        }
        command = [sys.executable, "-c", _LISTER, str(folder / "listing"), str(OBJECTS)]
        wall, cpu, peak = process(command, runs=1, environment=environment)
    finally:
        server.kill()
        server.wait()
    return (
        f"Listing {OBJECTS:,} synthetic objects, and recording and claiming them in a SQLite ledger: {cpu:.0f} s of "
        f"CPU, {wall:.0f} s wall, peak {peak:.0f} MiB.\n"
    )


def run() -> str:
    """Measure, and return the report section."""
    with tempfile.TemporaryDirectory(prefix="tieback-bench-") as place:
        rows = places(Path(place))
        listed = listing(Path(place))
    return (
        f"## Remote inputs\n\n`python -m bench inputs`: {APPS} copies of real apps, each with its own hash. Seconds "
        "for 100 apps with two workers, including program start and report. Only the wall time includes the time of "
        "the object store (SeaweedFS on the same machine).\n\n"
        + table(["location", "CPU s", "wall s"], rows)
        + f"\n{listed}"
    )


if __name__ == "__main__":
    print(run())
