"""Directory listings of real servers: the finder recognises each, and its files and bytes are right."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.lab import listings
from tests.lab.ports import free_ports
from tests.servers import test_probe_http_stores as stores
from tieback.model.probe import Access, Notice, Outcome
from tieback.probes.choose import probe_named

pytestmark = [pytest.mark.servers, pytest.mark.timeout(120)]

serve = stores.serve
STATES: list[tuple[Callable[..., Any], str, Access, str]] = [
    # server, product, access, quality of its sizes
    (listings.apache, "apache-autoindex", Access.OPEN, "estimate"),
    (listings.nginx, "nginx-autoindex", Access.OPEN, "exact"),
    (listings.nginx_json, "nginx-autoindex", Access.OPEN, "exact"),
    (listings.nginx_private, "nginx-autoindex", Access.PARTIAL, "exact"),
    (listings.nginx_names_only, "nginx-autoindex", Access.SCHEMA_ONLY, "exact"),
    (listings.lighttpd, "lighttpd-dirlisting", Access.OPEN, "exact"),
    (listings.python, "python-http-server", Access.OPEN, ""),
    (listings.rclone, "rclone-http", Access.OPEN, "exact"),
]


@pytest.mark.parametrize(("start", "product", "access", "sizes"), STATES, ids=lambda one: getattr(one, "__name__", ""))
def test_files_of_a_real_server(
    ask: Callable[..., Any],
    serve: stores.Serve,
    start: listings.Start,
    product: str,
    access: Access,
    sizes: str,
) -> None:
    server = start(serve, free_ports(1)[0])
    assert ask(probe_named("web"), server).report.probe == "directory_listing"
    asked = ask(probe_named("directory_listing"), server)
    report = asked.report
    assert (report.outcome, report.product, report.access) == (Outcome.OK, product, access), report
    private = {"backups"} if access is Access.PARTIAL else set()
    counted = {one.name: one.records.value for one in report.containers if one.records is not None}
    assert counted == {name: count for name, count in listings.COUNTS.items() if name not in private}
    for one in report.containers:
        if sizes == "exact" and one.records is not None:
            assert (one.bytes.value, one.bytes.quality) == (listings.SIZES[one.name], "exact")
        elif sizes == "estimate" and one.bytes is not None:
            assert one.bytes.value == pytest.approx(listings.SIZES[one.name], rel=0.05)
        elif not sizes:
            assert one.bytes is None
    if not private:
        assert dict(report.traits)[Notice.SENSITIVE_FILES] == "1 database dump, 1 key or credential"
    # No content of a file, and no name of one in the report.
    lines = [one.split(b"\r\n", 1)[0].split(b" ") for one in asked.sent]
    assert {verb for verb, *_ in lines} <= {b"GET", b"HEAD"}
    assert all(path.endswith(b"/") for verb, path, _ in lines if verb == b"GET")
    assert sum(verb == b"HEAD" for verb, *_ in lines) <= 1
    assert "anna" not in json.dumps(repr(report))
