"""One corpus by path, by shard, by manifest, and in four object stores: the same report, and no secret left behind.

SeaweedFS is the real store here; moto, Azurite and fake-gcs-server are emulations of S3, Azure Blob Storage and Google
Cloud Storage.
"""

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.clusters import Member, member
from tests.inline_engine import InlineEngine, quiet
from tests.lab.file_host import file_host
from tests.lab.object_stores import ObjectStore, azurite_store, gcs_store, moto_store, seaweedfs_store
from tests.unit.pipeline.test_traffic import HTTP, capture
from tieback.engine.certificates import make_certificates
from tieback.lab.certificates import AUTHORITY, authority, leaf
from tieback.pipeline import record
from tieback.pipeline.analyse import Analyser
from tieback.pipeline.inputs.spec import InputSpec, Manifest
from tieback.pipeline.scan import ScanRequest, run_scan
from tieback.pipeline.traffic import DescribeTraffic
from tieback.storage.workspace import Workspace

pytest.importorskip("obstore", reason="the extra [cloud] is not installed")
pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]

APPS = Path(__file__).parents[2] / "labs" / "apps"
FILES = {**{path.name: path.read_bytes() for path in sorted(APPS.glob("*.apk"))}, "run.pcap": capture(HTTP)}
STORES = {"seaweedfs": seaweedfs_store, "moto": moto_store, "azurite": azurite_store, "gcs": gcs_store}


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def shard() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content in FILES.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def fill(store: ObjectStore) -> ObjectStore:
    for name, content in FILES.items():
        store.put(f"apps/{name}", content)
    store.put("apps/notes.txt", b"text")
    store.put("shards/000.tar", shard())
    return store


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with seaweedfs_store(tmp_path_factory.mktemp("real")) as store:
        yield fill(store)


def facts(workspace: Path, *inputs: InputSpec) -> dict[str, Any]:
    """What a scan of these inputs says, but for paths."""
    with run_scan(ScanRequest(inputs, None, workspace, engine=InlineEngine()), quiet) as done:
        assert done.failed == ()
    return kept(workspace)


def kept(workspace: Path) -> dict[str, Any]:
    queries = {
        "apps": "SELECT unit, version, bundle_id, version_name FROM apps ORDER BY ALL",
        "sightings": "SELECT unit, kind, value, count, party FROM sightings ORDER BY ALL",
        "flows": "SELECT unit, server_ip, server_port, protocol, bytes_out FROM flows ORDER BY ALL",
        "inputs": "SELECT unit, version, problem FROM inputs ORDER BY ALL",
        "backends": "SELECT value, host FROM backends ORDER BY ALL",
    }
    with Workspace.open(workspace) as opened:
        return {name: opened.lake.query(sql).to_pylist() for name, sql in queries.items()}


@pytest.fixture(scope="module", autouse=True)
def read_once() -> Iterator[None]:
    """The rules are compiled once for all scans within this process."""
    analyser, traffic = Analyser(), DescribeTraffic()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record, "Analyser", lambda **_: analyser)
        patch.setattr(record, "DescribeTraffic", lambda **_: traffic)
        yield


def but_inputs(found: dict[str, Any]) -> dict[str, Any]:
    return {name: rows for name, rows in found.items() if name != "inputs"}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """By path."""
    folder = tmp_path_factory.mktemp("folder")
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    found = facts(tmp_path_factory.mktemp("by-path") / "ws", folder)
    assert [len(found[name]) for name in ("apps", "flows", "inputs")] == [3, 1, 4]
    return found


@pytest.mark.more
@pytest.mark.parametrize(
    "name", [name if name == "seaweedfs" else pytest.param(name, marks=pytest.mark.more) for name in STORES]
)
def test_bucket_gives_the_same_result_as_a_folder(
    name: str,
    request: pytest.FixtureRequest,
    expected: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if name == "seaweedfs":
        check_store(request.getfixturevalue("real"), expected, tmp_path, monkeypatch)
        return
    with STORES[name](tmp_path) as store:
        check_store(fill(store), expected, tmp_path, monkeypatch)


def check_store(store: ObjectStore, expected: dict[str, Any], folder: Path, patch: pytest.MonkeyPatch) -> None:
    for setting, value in store.environment.items():
        patch.setenv(setting, value)
    # Members of the shard are read by their ranges; that the objects are the same corpus shows when they are hashed.
    assert but_inputs(facts(folder / "both", f"{store.url}shards/000.tar", f"{store.url}apps/")) == but_inputs(expected)
    if store.name == "seaweedfs":
        rows = [f"{store.url}apps/{name},{sha(one)},{len(one)}" for name, one in FILES.items()]
        (folder / "m.csv").write_text("\n".join(["path,sha256,size", *rows]))
        assert facts(folder / "manifest", Manifest(folder / "m.csv")) == expected


@pytest.mark.more
def test_a_local_shard_and_a_list_over_tls(
    expected: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "000.tar").write_bytes(shard())
    assert facts(tmp_path / "shard", tmp_path / "000.tar") == expected
    pem = tmp_path / "both.pem"
    pem.write_bytes(leaf(authority(tmp_path / "ca"), "files.test", "127.0.0.1"))
    with file_host({f"/{name}": content for name, content in FILES.items()}, pem) as host:
        host.files["/list.txt"] = "\n".join(f"{host.url}/{name}?key=secret" for name in FILES).encode()
        request = ScanRequest((f"{host.url}/list.txt",), None, tmp_path / "unknown", engine=InlineEngine())
        with run_scan(request, quiet) as done:
            (error,) = done.failed
        assert "its certificate is not trusted" in str(error)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca" / AUTHORITY))
        assert facts(tmp_path / "list", f"{host.url}/list.txt?key=other") == expected
        host.files["/list.txt"] = b"http://127.0.0.1:9/a.apk\n"
        request = ScanRequest((f"{host.url}/list.txt",), None, tmp_path / "own", engine=InlineEngine())
        with run_scan(request, quiet) as done:
            (error,) = done.failed
        assert "a remote list must not name hosts of this machine" in str(error)


def scan(
    workspace: Path, *words: str, environment: dict[str, str] | None = None, prefix: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    argv = [*prefix, sys.executable, "-m", "tieback", "scan", *words, "-w", str(workspace), "--format", "json"]
    return subprocess.run(
        argv, capture_output=True, text=True, timeout=150, check=False, env={**os.environ, **(environment or {})}
    )


def test_from_the_command_line_no_secret_is_kept(real: ObjectStore, expected: dict[str, Any], tmp_path: Path) -> None:
    assert real.presigned is not None
    links = [real.presigned(f"apps/{name}") for name in FILES]
    (tmp_path / "links.txt").write_text("\n".join(links))
    words = ("--manifest", str(tmp_path / "links.txt"), "--report", str(tmp_path / "r.html"))
    done = scan(tmp_path / "ws", *words)
    assert done.returncode == 0, done.stderr
    assert kept(tmp_path / "ws") == expected
    signature = links[0].partition("X-Amz-Signature=")[2][:64]
    assert len(signature) == 64
    check_no_secret(tmp_path, done.stdout, "X-Amz-", signature)


def watched(calls: Path) -> tuple[str, ...]:
    """A prefix that notes every connection of a command and its workers, of whatever library, as the kernel sees it."""
    if shutil.which("strace") is None:
        return ()
    return ("strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=connect,sendto,sendmsg", "-o", str(calls))


def check_contacts(calls: Path, url: str) -> None:
    """Nobody but the place that was named; not checked where ``strace`` is not installed."""
    if calls.exists():
        text = calls.read_text()
        found = re.findall(r'sin6?_port=htons\((\d+)\).*?"([\d.:a-f]+)"', text)
        assert {f"http://{address}:{port}" for port, address in found} == {url}


def check_no_secret(folder: Path, printed: str, *secrets: str) -> None:
    """In no file of a workspace, no report, and nothing that was printed."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "links.txt"]
    assert len(files) > 5
    for secret in secrets:
        assert secret not in printed
        assert [path for path in files if secret.encode() in path.read_bytes()] == []


@pytest.mark.more
def test_what_fails_is_named_and_the_others_are_done(real: ObjectStore, tmp_path: Path) -> None:
    app, other = FILES["workhub.apk"], FILES["tillroll.apk"]
    rows = [
        ("workhub.apk", sha(app), len(app) + 1),
        ("tillroll.apk", sha(b"y"), len(other)),
        ("none.apk", sha(b"x"), 4),
    ]
    lines = [f"{real.url}apps/{name},{sha256},{size}" for name, sha256, size in rows]
    (tmp_path / "m.csv").write_text("\n".join(["path,sha256,size", *lines]))
    words = (f"{real.url}apps/fieldhand.apk", "--manifest", str(tmp_path / "m.csv"))
    done = scan(tmp_path / "ws", *words, environment=real.environment, prefix=watched(tmp_path / "calls"))
    assert done.returncode == 3, done.stderr
    check_contacts(tmp_path / "calls", real.environment["AWS_ENDPOINT_URL"])
    assert json.loads(done.stdout)["headline"]["apps_analysed"] == 1
    said = [line.removeprefix(f"tieback: {real.url}apps/") for line in done.stderr.splitlines() if "apps/" in line]
    mend = "Run again, or correct the manifest"
    hashes = f"{sha(other)[:16]}…, not {sha(b'y')[:16]}…"
    assert sorted(said) == [
        "none.apk: not found, or no longer there. Check the URL",
        f"tillroll.apk: the content has another SHA-256 than expected: {hashes}. {mend}",
        f"workhub.apk: the content has {len(app)} bytes, expected {len(app) + 1}. {mend}",
    ]
    check_no_secret(tmp_path, done.stdout + done.stderr, real.environment["AWS_SECRET_ACCESS_KEY"])


def test_wrong_key_is_reported(real: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for setting, value in {**real.environment, "AWS_SECRET_ACCESS_KEY": "another"}.items():
        monkeypatch.setenv(setting, value)
    request = ScanRequest((f"{real.url}apps",), None, tmp_path / "ws", engine=InlineEngine())
    with run_scan(request, quiet) as done:
        assert [str(error) for error in done.failed] == [
            f"{real.url}apps: access is denied. Check the credentials in the environment and their permissions"
        ]


@pytest.mark.more
def test_on_a_cluster(real: ObjectStore, expected: dict[str, Any], tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="the extra [dask] is not installed")
    make_certificates(tmp_path / "certs")
    certs = ("--certs", str(tmp_path / "certs"))
    with member("scheduler", *certs, "--port", "0") as scheduler:
        worker = Member(("worker", scheduler.address, *certs), **real.environment)
        try:
            words = (f"{real.url}apps", f"{real.url}shards/", "--engine", f"dask://{scheduler.address}", *certs)
            done = scan(tmp_path / "ws", *words, environment=real.environment)
        finally:
            worker.stop()
    assert done.returncode == 0, done.stderr
    assert but_inputs(kept(tmp_path / "ws")) == but_inputs(expected)
