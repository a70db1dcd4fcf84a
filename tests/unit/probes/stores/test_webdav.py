"""WebDAV probe: what it sends, how far it walks, and what it reports, from written answers."""

import re
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.each import each
from tieback.model.grant import Depth
from tieback.model.probe import Access, Notice, ProbeReport
from tieback.probes.choose import order_probes, probe_named
from tieback.probes.playback import MemoryPeer, play
from tieback.probes.stores.webdav import WebdavProbe
from tieback.probes.web import MAX_PROBED
from tieback.probes.wire.http import Response
from tieback.scope.conversation import Target

PROBE = WebdavProbe()


def multistatus(path: str, *names: str) -> bytes:
    """A folder with members; names that end in a slash are folders, others have 7 bytes."""
    hrefs = [path, *(f"{path}{name}" for name in names)]
    parts = [
        f"<D:response><D:href>{href}</D:href><D:propstat><D:prop>"
        + (
            "<D:resourcetype><D:collection/></D:resourcetype>"
            if href.endswith("/")
            else "<D:getcontentlength>7</D:getcontentlength>"
        )
        + "</D:prop></D:propstat></D:response>"
        for href in hrefs
    ]
    return f'<D:multistatus xmlns:D="DAV:">{"".join(parts)}</D:multistatus>'.encode()


def http(status: int, body: bytes = b"", fields: str = "") -> bytes:
    return f"HTTP/1.1 {status} x\r\n{fields}Content-Length: {len(body)}\r\n\r\n".encode() + body


type Answer = Callable[[str], bytes]


def talk(answer: Answer, depth: Depth = Depth.DESCRIBE, **more: Any) -> tuple[ProbeReport, list[str]]:
    """The report, and the path of each request."""
    asked: list[str] = []

    def reply(sent: bytes) -> bytes:
        assert re.fullmatch(rb"PROPFIND [^ ]+ HTTP/1\.1\r\n(?:[^\r]+\r\n)*Depth: [01]\r\n(?:[^\r]+\r\n)*\r\n<.*>", sent)
        asked.append(sent.split(b" ")[1].decode())
        return answer(asked[-1])

    target = Target("dav.test", 80, "webdav", **more)
    at = target.path.encode()
    declared = [
        msgspec.structs.replace(send, pattern=send.pattern.replace(rb"\ /", rb"\ %b/" % at, 1))
        for send in PROBE.meta.sends
        if depth.allows(send.depth)
    ]
    played = play(PROBE.run(target, depth), MemoryPeer(reply), declared)
    return played.result, asked


def figures(report: ProbeReport) -> dict[str, tuple[int, str]]:
    return {one.name: (one.records.value, one.records.quality) for one in report.containers if one.records is not None}


def test_files_that_look_like_backups_are_counted() -> None:
    listed = {"/": multistatus("/", "b/", "a.bak"), "/b/": multistatus("/b/", "shop.sql", "x.pdf", "y.sql.gz")}
    report, _ = talk(lambda path: http(207, listed.get(path, b"")) if path in listed else http(404))
    assert dict(report.traits)[Notice.SENSITIVE_FILES] == "2 database dumps, 1 backup"
    assert "shop" not in repr(report)


STATES = [
    ({"PROPFIND /": 401}, Access.AUTH_REQUIRED),
    ({"PROPFIND /": 403}, Access.UNKNOWN),
    ({"PROPFIND /docs/": 401}, Access.PARTIAL),
    ({"PROPFIND /docs/2020/": 401}, Access.PARTIAL),
    ({"PROPFIND /docs/": 500}, Access.OPEN),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int], access: Access) -> None:
    assert web.ask("webdav", change, service="webdav").result.access is access


def test_an_endless_tree_ends_at_the_limits() -> None:
    def answer(path: str) -> bytes:
        return http(207, multistatus(path, *(f"f{number}/" for number in range(30)), "a.pdf"))

    report, asked = talk(answer)
    # The identifying request, the root, and the folders.
    assert len(asked) == 2 + MAX_PROBED
    assert max(path.count("/") for path in asked) <= 4
    assert report.access is Access.OPEN
    assert {quality for name, (_, quality) in figures(report).items() if name != "/"} == {"lower_bound"}
    assert any("folders were not listed" in problem for problem in report.problems)


def test_a_deep_tree_is_a_lower_bound() -> None:
    report, asked = talk(lambda path: http(207, multistatus(path, "deeper/", "a.pdf")))
    assert asked == ["/", "/", "/deeper/", "/deeper/deeper/", "/deeper/deeper/deeper/"]
    assert figures(report) == {"/": (1, "exact"), "deeper": (3, "lower_bound")}


@each("name", ["..", ".", "a%2Fb", "a%00b", "a%0D%0AX: y", "%2E%2E", "x" * 800])
def test_a_name_that_is_not_safe_is_not_sent(name: str) -> None:
    report, asked = talk(lambda path: http(207, multistatus(path, f"{name}/") if path == "/" else multistatus(path)))
    assert asked == ["/", "/"]
    assert figures(report) == {}
    assert report.access in (Access.SCHEMA_ONLY, Access.OPEN_EMPTY)


def test_a_folder_that_the_app_names_is_listed_although_the_root_is_refused() -> None:
    def answer(path: str) -> bytes:
        known = {"/docs/": multistatus("/docs/", "a.pdf", "sub/"), "/docs/sub/": multistatus("/docs/sub/", "b.pdf")}
        return http(207, known[path]) if path in known else http(404 if path == "/gone/" else 401)

    report, asked = talk(answer, names=("docs", "gone", "closed"))
    assert asked == ["/", "/docs/", "/docs/sub/", "/gone/", "/closed/"]
    assert report.access is Access.PARTIAL
    assert figures(report) == {"docs": (2, "exact")}
    assert report.untested == ("names of folders other than docs, gone, closed",)


def test_the_folders_that_an_app_names_share_one_limit() -> None:
    def answer(path: str) -> bytes:
        if path == "/":
            return http(401)
        return http(207, multistatus(path, *(f"f{number}/" for number in range(9))))

    _, asked = talk(answer, names=tuple(f"n{number}" for number in range(20)))
    assert len(asked) == 1 + MAX_PROBED


@pytest.mark.parametrize("base", ["/webdav", ""])
def test_a_store_below_a_path_is_read_with_and_without_the_path_in_the_answers(base: str) -> None:
    def answer(path: str) -> bytes:
        return http(207, multistatus(f"{base}{path.removeprefix('/webdav')}", "a.pdf"))

    report, asked = talk(answer, path="/webdav")
    assert asked == ["/webdav/", "/webdav/"]
    assert figures(report) == {"/": (1, "exact")}


def test_a_cut_listing_is_a_lower_bound() -> None:
    body = multistatus("/", *(f"{number:0200}.pdf" for number in range(5000)))
    assert len(body) > 1024 * 1024
    report, _ = talk(lambda _: http(207, body))
    ((count, quality),) = figures(report).values()
    assert quality == "lower_bound"
    assert 3000 < count < 5000


@each(
    ("status", "fields", "body", "product"),
    [
        (401, 'WWW-Authenticate: Basic realm="Nextcloud", charset="UTF-8"\r\n', b"", "nextcloud"),
        (401, 'WWW-Authenticate: Basic realm="ownCloud"\r\n', b"", "owncloud"),
        (401, "", b'<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"></d:error>', "sabredav"),
        (401, "Server: WsgiDAV/4.4.0 Cheroot/11\r\n", b"", "wsgidav"),
        (403, "DAV: 1, 2\r\nServer: Apache/2.4.71\r\n", b"", "apache-httpd"),
        (403, "MS-Author-Via: DAV\r\nServer: Microsoft-IIS/10.0\r\n", b"", "iis-webdav"),
        (207, "", b'<d:multistatus xmlns:d="DAV:" xmlns:nc="http://nextcloud.org/ns"/>', "nextcloud"),
        (207, "", b'<D:multistatus xmlns:D="DAV:"/>', "webdav"),
        (405, "DAV: 1\r\n", b"", None),
        (207, "", b"<html>", None),
        (401, 'WWW-Authenticate: Basic realm="x"\r\n', b"", None),
    ],
)  # fmt: skip
def test_products_are_named_by_their_answers(status: int, fields: str, body: bytes, product: str | None) -> None:
    headers = dict(line.split(": ", 1) for line in fields.lower().splitlines())
    if "server" in headers:
        headers["server"] = re.search(r"Server: (.*)", fields)[1].strip()  # type: ignore[index]
    known = PROBE.identify(Response(status, headers, body))
    assert (known.product if known is not None else None) == product


def test_only_a_page_that_names_webdav_or_lists_files_gets_a_propfind() -> None:
    pages = [
        Response(200, {"dav": "1"}, b""),
        Response(200, {}, b"<html><title>Index of /</title>"),
        Response(401, {"ms-author-via": "DAV"}, b""),
    ]
    assert all(map(PROBE.is_likely, pages))
    others = [
        Response(200, {"server": "Apache"}, b"<html>shop</html>"),
        Response(403, {}, b""),
        Response(200, {}, b"{}"),
    ]
    assert not any(map(PROBE.is_likely, others))


def test_a_hint_leads_to_the_probe_first() -> None:
    assert order_probes("webdav", 443)[0] is probe_named("webdav")
    assert probe_named("webdav") not in order_probes("http", 443)
