"""Object stores that redirect elsewhere, and the metadata service of a cloud: who is contacted, counted by traps."""

import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.examples import few
from tieback.model.errors import InputError
from tieback.model.grant import ExcludeRule
from tieback.scope.guard import ServiceGuard
from tieback.scope.policy.exclude import SourcedRule
from tieback.storage.objects import bucket as module
from tieback.storage.objects.bucket import Bucket
from tieback.storage.objects.hosts import allowed_hosts, proxy_options
from tieback.storage.objects.location import parse_object_url

pytest.importorskip("obstore", reason="the extra [cloud] is not installed")

ROOT = Path(__file__).parents[2]
FRONT, TRAP, NEAR = "127.66.10.8", "127.66.10.9", "127.66.10.80"
URLS = ("s3://b/", "gs://b/", "az://b/")


class Handler(http.server.BaseHTTPRequestHandler):
    """Redirects if ``where`` is set, else answers with an object."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[list[str]] = []
    where: ClassVar[str] = ""
    status: ClassVar[int] = 302

    def log_message(self, *_: object) -> None: ...

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        host = str(self.connection.getsockname()[0])
        Handler.seen.append(host)
        redirect = host == FRONT and Handler.where and "moved" not in self.path
        body = b"" if redirect else b"planted"
        self.send_response(Handler.status if redirect else 200)
        if redirect:
            self.send_header("Location", Handler.where)
        self.send_header("ETag", '"x"')
        self.send_header("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _answer  # noqa: N815 - names of the standard library


@pytest.fixture(scope="module")
def ports() -> Iterator[dict[str, int]]:
    servers = {host: http.server.ThreadingHTTPServer((host, 0), Handler) for host in (FRONT, TRAP, NEAR)}
    for server in servers.values():
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield {host: server.server_address[1] for host, server in servers.items()}
    for server in servers.values():
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def _store(ports: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    base = f"http://{FRONT}:{ports[FRONT]}"
    for name in list(os.environ):
        if name.startswith(("AWS_", "GOOGLE_", "AZURE_")) or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    for name, value in {
        "AWS_ENDPOINT_URL": base,
        "AWS_ACCESS_KEY_ID": "k",
        "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_REGION": "us-east-1",
        "GOOGLE_BASE_URL": base,
        "GOOGLE_SKIP_SIGNATURE": "true",
        "AZURE_STORAGE_ACCOUNT_NAME": "acc",
        "AZURE_STORAGE_ACCOUNT_KEY": "a2V5",
        "AZURE_STORAGE_ENDPOINT": f"{base}/acc",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(module, "MAX_TRIES", 1)
    Handler.seen, Handler.where, Handler.status = [], "", 302


def use(url: str, operation: str) -> Any:
    bucket = Bucket.open(parse_object_url(url))
    match operation:
        case "read":
            return b"".join(bucket.read("k"))
        case "list":
            return list(bucket.pages(""))
        case "stat":
            return bucket.stat("k")
        case "write":
            return bucket.write("k", b"results")
        case _:
            return bucket.delete(["k"])


@pytest.mark.parametrize("operation", ["read", "list", "stat", "write", "delete"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("url", few(URLS, 3))
def test_a_redirect_to_another_host_is_refused(ports: dict[str, int], url: str, status: int, operation: str) -> None:
    Handler.status = status
    for host in (TRAP, NEAR):
        Handler.where = f"http://{host}:{ports[host]}/b/k"
        with pytest.raises(InputError):
            use(url, operation)
    assert set(Handler.seen) <= {FRONT}


@pytest.mark.parametrize(
    "where", ["http://169.254.169.254/latest/meta-data/", "http://localhost:{port}/", "//{trap}/x"]
)
@pytest.mark.parametrize("url", URLS)
def test_a_redirect_to_metadata_or_loopback_is_refused(ports: dict[str, int], url: str, where: str) -> None:
    Handler.where = where.format(port=ports[TRAP], trap=f"{TRAP}:{ports[TRAP]}")
    with pytest.raises(InputError, match="a redirect to another host, which tieback refuses"):
        use(url, "read")
    assert set(Handler.seen) == {FRONT}


@pytest.mark.parametrize("url", URLS)
def test_a_redirect_within_the_host_is_followed(ports: dict[str, int], url: str) -> None:
    """The control: this client does follow redirects."""
    Handler.where = f"http://{FRONT}:{ports[FRONT]}/moved"
    assert use(url, "read") == b"planted"


def test_the_client_without_our_options_follows_a_redirect_elsewhere(
    ports: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the traps can be reached."""
    monkeypatch.setattr(module, "proxy_options", lambda *_: {})
    Handler.where = f"http://{TRAP}:{ports[TRAP]}/b/k"
    assert use("s3://b/", "read") == b"planted"
    assert TRAP in Handler.seen


METADATA_SCRIPT = """
import http.server, json, socketserver, subprocess, sys, threading
metadata = [["addr", "add", address, "dev", "lo"] for address in ("169.254.169.254/32", "169.254.170.2/32")]
for words in (["link", "set", "lo", "up"], *metadata):
    subprocess.run([sys.argv[1], *words], check=True)
visits = []
class Trap(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_): pass
    def do_GET(self):
        visits.append(self.path)
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()
    do_PUT = do_POST = do_HEAD = do_GET
server = http.server.ThreadingHTTPServer(("0.0.0.0", 80), Trap)
threading.Thread(target=server.serve_forever, daemon=True).start()
from tieback.storage.objects import bucket
from tieback.storage.objects.location import parse_object_url
bucket.MAX_TRIES = 1
found = {}
for url in ("s3://b/k", "gs://b/k", "az://b/k"):
    del visits[:]
    problems = []
    for use in (lambda b: b.stat("k"), lambda b: list(b.pages("")), lambda b: b.write("k", b"x")):
        try:
            use(bucket.Bucket.open(parse_object_url(url)))
        except Exception as error:
            problems.append(str(error))
    found[url] = (list(visits), problems)
print(json.dumps(found))
"""


def in_namespace(**environment: str) -> dict[str, tuple[list[str], list[str]]]:
    """Visits to the metadata addresses and the errors, by URL, in a network with nothing else in it."""
    unshare, ip = shutil.which("unshare"), shutil.which("ip", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if unshare is None or ip is None:
        pytest.skip("unshare or ip is not installed here (Debian: util-linux, iproute2)")
    inside = [unshare, "--user", "--map-root-user", "--net"]
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let us make a network namespace")
    done = subprocess.run(
        [*inside, sys.executable, "-c", METADATA_SCRIPT, ip],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "PYTHONPATH": str(ROOT / "src"), **environment},
    )
    found: dict[str, tuple[list[str], list[str]]] = json.loads(done.stdout)
    return found


def test_the_metadata_service_is_not_queried() -> None:
    found = in_namespace(AZURE_STORAGE_ACCOUNT_NAME="acc")
    assert {url: visits for url, (visits, _) in found.items()} == {"s3://b/k": [], "gs://b/k": [], "az://b/k": []}
    for _, problems in found.values():
        assert len(problems) == 3
        assert all("TIEBACK_MACHINE_IDENTITY=true uses the identity of this machine" in one for one in problems)


def test_the_metadata_service_is_not_queried_for_a_public_bucket() -> None:
    found = in_namespace(
        AZURE_STORAGE_ACCOUNT_NAME="acc", AZURE_SKIP_SIGNATURE="true", GOOGLE_SKIP_SIGNATURE="true",
        AWS_SKIP_SIGNATURE="true",
    )  # fmt: skip
    assert [visits for visits, _ in found.values()] == [[], [], []]


def test_the_metadata_service_is_queried_on_request() -> None:
    found = in_namespace(AZURE_STORAGE_ACCOUNT_NAME="acc", TIEBACK_MACHINE_IDENTITY="true")
    assert [visits[0].partition("?")[0] for visits, _ in found.values()] == [
        "/latest/api/token",
        "/computeMetadata/v1/instance/service-accounts/default/token",
        "/metadata/identity/oauth2/token",
    ]


@pytest.mark.parametrize(
    ("url", "environ", "endpoint", "host", "allowed"),
    [
        ("s3://b/", {}, "", "s3.eu-west-1.amazonaws.com", True),
        ("s3://b/", {}, "", "b.s3.amazonaws.com", True),
        ("s3://b/", {}, "", "s3.us-east-1.amazonaws.com", False),
        ("s3://b/", {}, "", "amazonaws.com", False),
        ("s3://b/", {}, "https://store.test:9000", "store.test", True),
        ("s3://b/", {}, "https://store.test:9000", "s3.eu-west-1.amazonaws.com", False),
        ("s3://a--use1-az4--x-s3/", {}, "", "a--use1-az4--x-s3.s3express-use1-az4.eu-west-1.amazonaws.com", True),
        ("s3://b/", {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x"}, "", "169.254.170.2", True),
        ("s3://b/", {}, "", "169.254.170.2", False),
        ("s3://b/", {}, "", "169.254.169.254", False),
        ("s3://b/", {"TIEBACK_MACHINE_IDENTITY": "true"}, "", "169.254.169.254", True),
        ("s3://b/", {"TIEBACK_MACHINE_IDENTITY": "1"}, "", "169.254.169.254", False),
        ("gs://b/", {}, "", "storage.googleapis.com", True),
        ("gs://b/", {}, "", "metadata.google.internal", False),
        ("gs://b/", {}, "https://store.test", "storage.googleapis.com", False),
        ("az://b/", {"AZURE_STORAGE_ACCOUNT_NAME": "acc"}, "", "acc.blob.core.windows.net", True),
        ("az://b/", {"AZURE_STORAGE_ACCOUNT_NAME": "acc"}, "", "blob.core.windows.net", False),
        ("az://b/", {"IDENTITY_ENDPOINT": "http://169.254.130.3:8081/msi"}, "", "169.254.130.3", True),
    ],
)
def test_hosts_of_an_object_store(url: str, environ: dict[str, str], endpoint: str, host: str, allowed: bool) -> None:
    assert (host in allowed_hosts(parse_object_url(url), environ, endpoint, "eu-west-1")) is allowed


def test_the_proxy_of_the_user_is_used() -> None:
    location = parse_object_url("s3://b/")
    guard = ServiceGuard()
    assert proxy_options(location, {"HTTPS_PROXY": "http://proxy.test:3128"}, "", "eu-west-1", guard) == {}
    assert proxy_options(location, {"HTTPS_PROXY": ""}, "", "eu-west-1", guard)["proxy_url"] == "http://127.0.0.1:1"


def test_an_excluded_host_is_no_host_of_an_object_store() -> None:
    rule = SourcedRule(ExcludeRule("sts.amazonaws.com"), "never.toml line 1")
    options = proxy_options(parse_object_url("s3://b/"), {}, "", "eu-west-1", ServiceGuard([rule]))
    assert "sts.amazonaws.com" not in options["proxy_excludes"].split(",")
    assert "s3.eu-west-1.amazonaws.com" in options["proxy_excludes"].split(",")
