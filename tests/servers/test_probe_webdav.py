"""WebDAV probe against real servers: Apache HTTP Server (mod_dav), rclone and WsgiDAV."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.lab import webdav
from tests.lab.direct import open_directly
from tests.lab.ports import free_ports
from tests.servers import test_probe_http_stores as stores
from tests.servers.test_probe_paths import app_with, exposures, records, tieback, write_grant
from tieback.lab.process import RunningServer
from tieback.model.backend import Candidate, Route
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.pipeline.probing.service import probe_one
from tieback.probes.choose import probe_named
from tieback.probes.wire.http import PROPERTIES
from tieback.scope.audit import AuditLog
from tieback.scope.dialer import Dialer

pytestmark = [pytest.mark.servers, pytest.mark.timeout(120)]

serve = stores.serve
PRIVATE = "<Location /docs>\nRequire all denied\n</Location>"
NO_LIST = "<LocationMatch ^/$>\nRequire all denied\n</LocationMatch>"
STARTS: dict[str, webdav.Start] = {
    "apache": webdav.apache,
    "apache_private_folder": lambda serve, port: webdav.apache(serve, port, PRIVATE),
    "apache_no_list": lambda serve, port: webdav.apache(serve, port, NO_LIST),
    "apache_closed": lambda serve, port: webdav.apache(serve, port, "<Location />\nRequire all denied\n</Location>"),
    "apache_below": lambda serve, port: webdav.apache(serve, port, at="/webdav"),
    "rclone": webdav.rclone,
    "rclone_closed": lambda serve, port: webdav.rclone(serve, port, "--user", "anna", "--pass", webdav.PASSWORD),
    "wsgidav": webdav.wsgidav,
    "wsgidav_closed": lambda serve, port: webdav.wsgidav(serve, port, f"{{anna: {{password: '{webdav.PASSWORD}'}}}}"),
}


@pytest.fixture(scope="module")
def start(serve: stores.Serve) -> Callable[[str], RunningServer]:
    """``start(name)``: the server of ``STARTS``, started once."""
    started: dict[str, RunningServer] = {}

    def named(name: str) -> RunningServer:
        if name not in started:
            started[name] = STARTS[name](serve, free_ports(1)[0])
        return started[name]

    return named


def report_of(
    ask: Callable[..., Any], server: RunningServer, depth: Depth = Depth.DESCRIBE, **more: object
) -> ProbeReport:
    report: ProbeReport = ask(probe_named("webdav"), server, depth, service="webdav", **more).report
    return report


def files(report: ProbeReport) -> dict[str, int]:
    return {one.name: one.records.value for one in report.containers if one.records is not None}


ALL = webdav.FOLDERS
STATES = [
    # server, what the app names, product, access, files in folders
    ("apache", (), "apache-httpd", Access.OPEN, ALL),
    ("apache_private_folder", (), "apache-httpd", Access.PARTIAL, {"backups": 4, "empty": 0, "/": 1}),
    ("apache_no_list", ("docs", "gone"), "", Access.PARTIAL, {"docs": ALL["docs"]}),
    ("rclone", (), "webdav", Access.OPEN, ALL),
    ("rclone_closed", ("docs",), "", Access.AUTH_REQUIRED, {}),
    ("wsgidav", (), "wsgidav", Access.OPEN, ALL),
    ("wsgidav_closed", ("docs",), "wsgidav", Access.AUTH_REQUIRED, {}),
]


@pytest.mark.parametrize(("name", "names"), [("apache_no_list", ()), ("apache_closed", ("docs",))])
def test_a_403_that_names_no_product_is_no_login(
    ask: Callable[..., Any], start: Callable[[str], RunningServer], name: str, names: tuple[str, ...]
) -> None:
    found = report_of(ask, start(name), names=names)
    assert (found.outcome, found.access) == (Outcome.PROTOCOL_MISMATCH, Access.UNKNOWN)


@pytest.mark.parametrize(("name", "names", "product", "access", "folders"), STATES)
def test_access_state_by_server_answers(
    ask: Callable[..., Any],
    start: Callable[[str], RunningServer],
    name: str,
    names: tuple[str, ...],
    product: str,
    access: Access,
    folders: dict[str, int],
) -> None:
    server = start(name)
    found = report_of(ask, server, names=names)
    assert (found.outcome, found.product, found.access) == (Outcome.OK, product, access), found
    assert files(found) == folders
    for one in found.containers:
        if one.records is not None and one.bytes is not None:
            assert one.bytes.value == webdav.SIZE * one.records.value
            assert {one.records.quality, one.bytes.quality} == {"exact"}
            assert {field.name for field in one.fields} == ({"*.pdf"} if one.records.value else set())
    if access is Access.OPEN:
        assert len({proof.asked for proof in found.proofs if proof.supports is Access.OPEN}) >= 2
    # No name of a file, and nothing of what is in one.
    assert "anna" not in repr(found)
    assert "secret" not in repr(found)


def test_the_depth_of_the_grant_limits_what_is_sent(
    ask: Callable[..., Any], start: Callable[[str], RunningServer]
) -> None:
    server = start("apache")
    sent = {depth: ask(probe_named("webdav"), server, depth, service="webdav").sent for depth in Depth}
    assert [line.partition(b"\r\n")[0] for line in sent[Depth.IDENTIFY]] == [b"PROPFIND / HTTP/1.1"]
    assert b"\r\nDepth: 0\r\n" in sent[Depth.IDENTIFY][0]
    assert not any(one.fields for one in report_of(ask, server, Depth.ENUMERATE).containers)
    for requests in sent.values():
        assert all(re.search(rb"\r\nDepth: [01]\r\n", one) and one.endswith(PROPERTIES) for one in requests)


def test_a_scan_finds_the_folder_that_the_app_names(tmp_path: Path, start: Callable[[str], RunningServer]) -> None:
    server = start("apache_below")
    place = f"http://www.acme.test:{server.port}"
    found = exposures(
        tmp_path, app_with(tmp_path, [f"{place}/webdav/docs/a.pdf"]), write_grant(tmp_path, [server.port])
    )
    (store,) = [one for one in found if one["product"] == "apache-httpd"]
    assert store["access"] == "open"
    assert store["targets"] == [f"www.acme.test:{server.port}/webdav/"]
    assert records(store) == webdav.FOLDERS


@pytest.mark.more
def test_a_probe_of_a_url_replays(tmp_path: Path, start: Callable[[str], RunningServer]) -> None:
    server = start("apache_below")
    grant, url = write_grant(tmp_path, [server.port]), f"http://127.0.0.1:{server.port}/webdav/docs/"
    done = tieback("probe", url, "--grant", grant, "--format", "json", "--record", "t.jsonl", cwd=tmp_path)
    reports = {one["target"]: one for one in map(json.loads, done.stdout.splitlines())}
    found = reports[f"127.0.0.1:{server.port}/webdav/"]
    assert (found["product"], found["access"], done.returncode) == ("apache-httpd", "open", 0), done.stderr
    again = tieback("probe", "--replay", "t.jsonl", "--format", "json", cwd=tmp_path)
    replayed = {one["target"]: one for one in map(json.loads, again.stdout.splitlines())}
    assert replayed[found["target"]]["containers"] == found["containers"]


@pytest.mark.parametrize(
    ("name", "product"), [("apache", "apache-httpd"), ("rclone", "webdav"), ("wsgidav", "wsgidav")]
)
async def test_a_server_that_lists_files_is_found_on_an_odd_port(
    tmp_path: Path, start: Callable[[str], RunningServer], name: str, product: str
) -> None:
    server = start(name)
    candidate = Candidate(server.address, server.port, None, Route.NAMED, (), "the test")
    with AuditLog(tmp_path / "audit.log") as audit:
        report = await probe_one(candidate, Dialer(stores.ALLOWED, audit), stores.ALLOWED)
    assert (report.product, report.access) == (product, Access.OPEN), report
    assert files(report) == webdav.FOLDERS


@pytest.mark.parametrize("name", ["apache", "rclone", "wsgidav"])
def test_nothing_is_written(ask: Callable[..., Any], start: Callable[[str], RunningServer], name: str) -> None:
    server = start(name)

    def state() -> list[tuple[str, int]]:
        tree = Path(server.directory) / "tree"
        return sorted((str(path), path.stat().st_mtime_ns) for path in (tree, *tree.rglob("*")))

    before = state()
    for depth in Depth:
        report_of(ask, server, depth, names=("docs", "backups"))
    assert state() == before


def test_without_webdav_there_is_no_store(ask: Callable[..., Any], start: Callable[[str], RunningServer]) -> None:
    server = start("apache_below")
    with open_directly(f"http://{server.address}:{server.port}/", timeout=10) as answer:
        assert answer.status == 200
    assert report_of(ask, server).outcome is Outcome.PROTOCOL_MISMATCH
