"""Directory listings: what counts as one, how far it is walked, and that no content is read."""

from typing import Any

import msgspec
import pytest

from tests.each import each
from tieback.model.grant import Depth
from tieback.model.probe import Access, Notice, Outcome
from tieback.probes import WEB_STORES
from tieback.probes.stores.directory_listing import _FILE, _FOLDER
from tieback.probes.web import MAX_PROBED

FILE, DOCS, BACKUPS = "HEAD /readme.txt", "GET /docs/", "GET /backups/"
EMPTY = "<html><head><title>Index of /</title></head><body><h1>Index of /</h1><table></table></body></html>"
SCRIPTS = '<title>Index of /</title><h1>Index of /</h1><a href="a.php">a</a><a href="b.php.txt">b</a><a href="c">c</a>'
STATES: list[tuple[dict[str, int | str], Access]] = [
    # what differs, access
    ({}, Access.OPEN),
    ({DOCS: 403}, Access.PARTIAL),
    ({DOCS: 500}, Access.OPEN),
    ({"GET /": EMPTY.replace("<table>", '<table><a href="../">up</a>')}, Access.OPEN_EMPTY),
    # Names are readable, files are not.
    ({FILE: 403}, Access.SCHEMA_ONLY),
    ({FILE: 401}, Access.SCHEMA_ONLY),
    # One proof is not enough.
    ({FILE: 404}, Access.PARTIAL),
    ({FILE: "another length"}, Access.PARTIAL),
    ({"GET /": SCRIPTS}, Access.PARTIAL),
]


def listing(*links: str, folder: str = "/") -> str:
    anchors = "".join(f'<a href="{link}">{link}</a>' for link in links)
    return f"<title>Index of {folder}</title><h1>Index of {folder}</h1>{anchors}"


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("directory_listing", change).result.access is access


# A root page, files at the root, whether that is all, access.
LISTED = [
    (listing("./dump-2026-11-29T12:00:00.sql"), 1, True, Access.PARTIAL),
    (listing("a%5Cb.sql", "ok.csv"), 2, True, Access.PARTIAL),
    (listing("../", "x%5Cy/", "ok.csv"), 1, True, Access.PARTIAL),
    (listing("a.sql?raw"), 0, False, Access.SCHEMA_ONLY),
    (listing("..%2f..%2fetc/"), 0, False, Access.SCHEMA_ONLY),
    (listing("bad%FF/"), None, True, Access.SCHEMA_ONLY),
    (listing("gone/"), None, True, Access.SCHEMA_ONLY),
]


@each(("page", "files", "whole", "access"), LISTED)
def test_what_is_skipped_is_a_lower_bound_with_a_problem(
    web: Any, page: str, files: int | None, whole: bool, access: Access
) -> None:
    report = web.ask("directory_listing", {"GET /": page, FILE: 404}).result
    root = {one.name: one.records for one in report.containers}.get("/")
    assert (root.value if root is not None else None) == files
    assert root is None or root.quality == ("exact" if whole else "lower_bound")
    assert report.access is access
    skipped = not whole or any(one.records is None for one in report.containers)
    assert bool(report.unlisted) is skipped
    assert set(report.unlisted) <= set(report.problems)


def test_a_page_beyond_the_size_limit_is_a_lower_bound(web: Any) -> None:
    page = listing(*(f"f{number}.csv" for number in range(5200)))
    report = web.ask("directory_listing", {"GET /": page, FILE: 404}).result
    (root,) = report.containers
    assert 0 < root.records.value < 5200
    assert (root.records.quality, len(report.unlisted)) == ("lower_bound", 1)


def test_files_are_counted_by_class_and_their_names_are_not_kept(web: Any) -> None:
    report = web.ask("directory_listing").result
    assert dict(report.traits)[Notice.SENSITIVE_FILES] == "1 database dump, 1 key or credential"
    assert "anna" not in repr(report)
    assert "shop" not in repr(report)


def test_sizes_that_the_server_rounds_are_estimates(web: Any) -> None:
    found = {one.name: one.bytes.quality for one in web.ask("directory_listing").result.containers}
    assert found == {"/": "exact", "backups": "estimate", "docs": "estimate"}


def test_no_content_of_a_file_is_requested(web: Any) -> None:
    sent = [one.split(b" ")[:2] for one in web.ask("directory_listing").sent]
    assert all(path.endswith(b"/") for verb, path in sent if verb == b"GET")
    assert [path for verb, path in sent if verb == b"HEAD"] == [b"/readme.txt"]


def test_the_depth_of_the_grant_limits_what_is_sent(web: Any) -> None:
    played = web.ask("directory_listing", depth=Depth.IDENTIFY)
    assert (played.result.access, len(played.sent)) == (Access.SCHEMA_ONLY, 1)
    assert not any(one.fields for one in web.ask("directory_listing", depth=Depth.ENUMERATE).result.containers)


@each("name", ["a.php", "a.php.txt", "a.cgi.bak", "a", "x/../y.txt", "a.txt?b", "a.JSP.zip"])
def test_head_is_never_sent_to_a_script(name: str) -> None:
    assert _FILE.fill(name) is None


@pytest.mark.parametrize("name", ["a.txt", "docs/b%20c.pdf", "a.sql.gz", "php.txt", "x/y/z.zip"])
def test_head_is_sent_to_static_files(name: str) -> None:
    assert _FILE.fill(name) == f"/{name}"


def folders_of(played: Any) -> list[bytes]:
    return [sent.split(b" ")[1] for sent in played.sent if sent.startswith(b"GET ")][1:]


@pytest.mark.parametrize(
    "fields",
    [
        {"X-Powered-By": "PHP/8.4.1"}, {"X-Powered-By": "ASP.NET"}, {"Server": "Apache/2.4.71 (Unix) PHP/8.4.1"},
        {"Server": "Apache/2.4.71 mod_perl/2.0.12"}, {"Server": "Apache-Coyote/1.1 Tomcat"},
    ],
)  # fmt: skip
def test_no_folder_is_requested_from_a_server_that_names_a_script_language(web: Any, fields: dict[str, str]) -> None:
    """The index of a folder could be a script, and run."""
    page = web.pages("directory_listing").page["GET /"]
    changed = msgspec.structs.replace(page, body=listing("docs/", "a.zip"), headers={**page.headers, **fields})
    played = web.ask("directory_listing", {"GET /": changed})
    assert folders_of(played) == []
    assert any(problem.startswith("1 folder was not listed: a header field") for problem in played.result.problems)
    (docs,) = [one for one in played.result.containers if one.name == "docs"]
    assert docs.records is None


@pytest.mark.parametrize("script", ["install.php", "a.PHP5", "b.cgi", "default.aspx", "x.jsp"])
def test_a_listed_script_ends_the_walk(web: Any, script: str) -> None:
    pages = {
        "GET /": listing("docs/", "backups/", "a.zip"),
        DOCS: listing("old/", script, folder="/docs"),
        "GET /docs/old/": listing("b.zip", folder="/docs/old"),
    }
    assert folders_of(web.ask("directory_listing", pages)) == [b"/docs/"]


def test_a_server_that_runs_nothing_is_walked_whatever_it_lists(web: Any) -> None:
    python = "<title>Directory listing for /</title><a href='docs/'>docs/</a><a href='a.php'>a.php</a>"
    inner = "<title>Directory listing for /docs/</title><a href='b.zip'>b.zip</a>"
    assert folders_of(web.ask("directory_listing", {"GET /": python, DOCS: inner})) == [b"/docs/"]


@each("name", ["cgi-bin", "delete-all", "x.php", "Logout", "run", "reset", "a/shutdown", "scripts"])
def test_a_folder_that_may_act_is_not_requested(name: str) -> None:
    assert _FOLDER.fill(name) is None


@each("name", ["backup", "archive", "logs", "uploads", "update", "docs/old", "php", "export", "keys"])
def test_a_folder_of_data_is_requested(name: str) -> None:
    assert _FOLDER.fill(name) == f"/{name}/"


def test_one_page_for_every_path_is_no_listing(web: Any) -> None:
    page = web.pages("directory_listing").page["GET /"]
    change = dict.fromkeys(["GET /", DOCS, BACKUPS, FILE], page)
    report = web.ask("directory_listing", change).result
    assert report.access is Access.PARTIAL
    assert {one.name: one.records and one.records.value for one in report.containers}["docs"] is None


def test_a_deep_and_wide_tree_costs_a_bounded_number_of_requests(web: Any) -> None:
    links = "".join(f'<a href="d{number}/">d</a><a href="f{number}.zip">f</a>' for number in range(200))
    change = {"GET /": f"<title>Index of /</title><h1>Index of /</h1>{links}"}
    for first in range(200):
        change[f"GET /d{first}/"] = f"<title>Index of /d{first}</title><h1>Index of /d{first}</h1>{links}"
    played = web.ask("directory_listing", change)
    assert len(played.sent) == 1 + MAX_PROBED + 1
    assert any("folders were not listed" in one for one in played.result.problems)
    assert {one.records.quality for one in played.result.containers if one.records is not None} <= {
        "exact",
        "lower_bound",
    }


@pytest.mark.parametrize(
    "answer",
    [
        "", "ok", "<html><title>Shop</title></html>", "<title>Index of /r/all</title> a blog without links",
        "<title>How to stop Index of / pages</title><a href='x/'>x</a>", "[]", "{}", '[{"name":"a","size":3}]',
        '[{"name":"a","type":"file","mtime":"x","size":3}]', 403, 404, 500,
    ],
)  # fmt: skip
def test_another_page_is_no_listing(web: Any, answer: str | int) -> None:
    report = web.ask("directory_listing", {"GET /": answer}, port=7).result
    assert report.outcome is not Outcome.OK
    assert not report.access.exposed


def test_the_finder_prefers_every_other_store(web: Any) -> None:
    """A server with WebDAV and a listing is WebDAV: its listing has exact sizes."""
    root = web.pages("directory_listing").page["GET /"]
    found = web.ask_with("web", "webdav", {"GET /": root}, port=7).result
    assert found.probe == "webdav"
    assert [store.meta.name for store in WEB_STORES if store.generic] == ["directory_listing"]
