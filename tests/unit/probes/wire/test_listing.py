"""Directory listings of several servers, as they send them."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.linear import assert_linear
from tieback.probes.wire.http import Response
from tieback.probes.wire.listing import MAX_ENTRIES, FolderEntry, FolderListing, listing_server, read_listing

A, B = "anna & co 1.pdf", "shop.sql.gz"
PAGE: dict[str, str] = {
    name: one["page"] for name, one in tomllib.loads((Path(__file__).parent / "listings.toml").read_text()).items()
}
NGINX, NGINX_JSON, CADDY = PAGE["nginx"], PAGE["nginx_json"], PAGE["caddy"]
LIGHTTPD_OLD = PAGE["lighttpd"].replace(' data-value="1500"', "").replace(' data-value="-1"', "")
OLD, TEXT = FolderEntry("old", True), FolderEntry("a.txt", False, 3)
PAGES = [
    # field Server, page, product, version, members
    ("Apache/2.4.71 (Debian)", PAGE["apache_list"], "apache-autoindex", "2.4.71", [FolderEntry(A, False), OLD]),
    ("Apache", PAGE["apache_pre"], "apache-autoindex", "", [OLD, FolderEntry(B, False, 69632, True), TEXT]),
    ("nginx/1.26.3", NGINX, "nginx-autoindex", "1.26.3", [OLD, FolderEntry(A, False, 1500)]),
    ("nginx/1.26.3", NGINX_JSON, "nginx-autoindex", "1.26.3", [OLD, FolderEntry(A, False, 1500)]),
    ("lighttpd/1.4.79", PAGE["lighttpd"], "lighttpd-dirlisting", "1.4.79", [OLD, FolderEntry(A, False, 1500)]),
    ("lighttpd/1.4.55", LIGHTTPD_OLD, "lighttpd-dirlisting", "1.4.55", [OLD, FolderEntry(A, False, 1433, True)]),
    ("SimpleHTTP/0.6 Python/3.13.5", PAGE["python"], "python-http-server", "3.13.5", [OLD, FolderEntry(A, False)]),
    ("rclone/v1.60.1-DEV", PAGE["rclone"], "rclone-http", "1.60.1", [OLD, FolderEntry(B, False, 70000)]),
    ("Caddy", CADDY, "caddy-file-server", "", [OLD, FolderEntry(B, False, 70000)]),
    ("Microsoft-IIS/10.0", PAGE["iis"], "iis-directory-browsing", "10.0", [OLD, FolderEntry(A, False, 1500)]),
    ("cloudflare", PAGE["iis"], "iis-directory-browsing", "", [OLD, FolderEntry(A, False, 1500)]),
    ("cloudflare", NGINX, "directory-listing", "", [OLD, FolderEntry(A, False, 1500)]),
    ("", PAGE["whole_paths"], "directory-listing", "", [OLD, FolderEntry("a.txt", False)]),
]  # fmt: skip


def response(page: str, server: str = "", status: int = 200) -> Response:
    return Response(status, {"server": server} if server else {}, page.encode())


@each(("server", "page", "product", "version", "members"), PAGES)
def test_listings_of_servers(server: str, page: str, product: str, version: str, members: list[FolderEntry]) -> None:
    answer = response(page, server)
    found = listing_server(answer)
    assert found is not None
    assert (found.product, found.version) == (product, version)
    deeper = '"/docs/x/y.txt"' in page
    assert read_listing(answer, ("docs",)) == FolderListing(members, unread=deeper)


def test_iis_writes_the_size_before_the_link_and_may_write_the_date_in_words() -> None:
    found = read_listing(response(PAGE["iis_root"], "Microsoft-IIS/8.5"), ())
    assert found == FolderListing([OLD, FolderEntry(B, False, 70000)])


@each(
    "link",
    [
        "http://other.test/a.txt", "//other.test/a", "/a.txt", "../a.txt", "..", ".", "./", "?x", "#x", "", "./?x",
        "%2e%2e", "javascript:x", "MAILTO:a@b.test", "/docs", "/docs/", "/docs/?C=N", "/docs?C=N", "/other/a:b",
    ],
)  # fmt: skip
def test_no_other_link_is_a_member(link: str) -> None:
    page = f'<title>Index of /docs/</title><a href="{link}">x</a>'
    assert read_listing(response(page), ("docs",)) == FolderListing([])


@each(
    ("link", "name"),
    [
        # Apache and rclone write "./" before a colon; others encode it, or write it as it is.
        ("./dump-2026-11-29T12:00:00.sql", "dump-2026-11-29T12:00:00.sql"),
        ("./db:2026/", "db:2026"),
        ("db%3A2026/", "db:2026"),
        ("/docs/a:b.sql", "a:b.sql"),
        ("2026-11-29T12:00.sql", "2026-11-29T12:00.sql"),
        ("a%5Cb.sql", "a\\b.sql"),
        ("x%5Cy/", "x\\y"),
        ("q%3Fx.zip", "q?x.zip"),
        ("x%23y.csv", "x#y.csv"),
        ("p%2541.txt", "p%41.txt"),
        ("..hidden.csv", "..hidden.csv"),
        ("new%0Aline.csv", "new\nline.csv"),
        ("am&amp;p.csv", "am&p.csv"),
        ("%FF.csv", "\ufffd.csv"),
    ],
)
def test_members_with_unusual_names_are_read(link: str, name: str) -> None:
    page = f'<title>Index of /docs/</title><a href="{link}">x</a>'
    assert read_listing(response(page), ("docs",)) == FolderListing([FolderEntry(name, link.endswith("/"))])


@each(
    "link",
    [
        'href="a/b.txt"',
        'href="a%2Fb"',
        'href="..%2Fa"',
        'href="dump:12.sql"',
        'href="a.sql?raw"',
        'href="a.sql#x"',
        "href=a.sql",
        'href="' + "a" * 3000 + '"',
        'href="a>b.sql"',
        'href="/docs/a/b"',
    ],
)
def test_a_link_that_may_be_a_member_and_is_not_read_is_counted(link: str) -> None:
    page = f"<title>Index of /docs/</title><a href='b.txt'>b</a><a {link}>x</a><a {link}>icon</a>"
    found = read_listing(response(page), ("docs",))
    assert found is not None
    assert [one.name for one in found.entries] == ["b.txt"]
    assert found.unread > 0


@pytest.mark.parametrize("name", ["", "a/b", "/"])
def test_a_name_in_json_that_is_no_name_is_counted(name: str) -> None:
    page = f'[{{"name":"{name}","type":"file","mtime":"x","size":1}},{{"name":"a","type":"file","mtime":"x","size":1}}]'
    assert read_listing(response(page, "nginx"), ()) == FolderListing([FolderEntry("a", False, 1)], 1)


@pytest.mark.parametrize(("page", "server"), [(NGINX_JSON, "nginx/1.26.3"), (CADDY, "Caddy")])
def test_a_list_in_json_is_read_up_to_where_it_was_cut(page: str, server: str) -> None:
    cuts = (Response(200, {"server": server}, page[:end].encode(), truncated=True) for end in range(1, len(page)))
    found = [read_listing(cut, ()) for cut in cuts]
    assert all(each is None or [one.name for one in each.entries] == ["old"] for each in found)
    assert found[-1] is not None


def test_names_that_are_not_utf_8_are_different_members() -> None:
    found = read_listing(response('<title>Index of /</title><a href="%FF.csv">x</a><a href="%FE.csv">x</a>'), ())
    assert found is not None
    assert len(found.entries) == 2


@each(
    ("page", "server"),
    [
        ("<title>Shop</title><a href='a'>a</a>", "Apache"),
        # The start page of a site on IIS, and an article whose title has a path: no list of files.
        ("<title>IIS Windows Server</title></head><body><a href='a'>a</a>", "Microsoft-IIS/10.0"),
        ("<title>shop - /a/</title></head><body><H1>shop - /b/</H1><hr><pre><a href='a'>a</a>", "Microsoft-IIS/10.0"),
        ("<title>Index of /</title>", ""),
        ('<tr class="file">', "nginx"),
        (NGINX_JSON, "Express"),
        (CADDY, "Express"),
        ("[]", "nginx"),
        ("[" * 5000, "nginx"),
    ],
)
def test_other_documents_are_no_listing(page: str, server: str) -> None:
    assert listing_server(response(page, server)) is None
    assert read_listing(response(page, server), ()) is None


@each("status", [206, 301, 401, 403, 404, 500])
def test_other_statuses_are_no_listing(status: int) -> None:
    assert listing_server(response(NGINX, "nginx", status)) is None


def test_members_are_bounded_and_each_name_counts_once() -> None:
    page = "<title>Index of /</title>" + "".join(f'<a href="f{number % 9000}">' for number in range(18_000))
    found = read_listing(response(page), ())
    assert found is not None
    assert (len(found.entries), found.unread) == (MAX_ENTRIES, 9000 - MAX_ENTRIES)
    twice = read_listing(response('<title>Index of /</title><a href="x"><a href="x">'), ())
    assert twice == FolderListing([FolderEntry("x", False)])


@pytest.mark.parametrize(
    "part", ["<a ", '<a href="', '<a href="a">', "<a a a", "<title>Index of ", "<a href='a'>2026-11-28 13:30  "]
)
def test_time_is_linear(part: str) -> None:
    assert_linear(
        lambda size: response("<title>Index of /</title>" + part * size), lambda one: read_listing(one, ()), 8_000
    )


@given(st.text(max_size=400), st.sampled_from(["", "nginx", "Apache/2.4", "rclone/v1", "Caddy"]))
def test_any_page_gives_direct_members_only(text: str, server: str) -> None:
    page = f'<title>Index of /</title><h1>Index of /</h1><a href="{text}">{text}</a>'
    found = read_listing(response(page, server), ())
    for one in found.entries if found is not None else ():
        assert one.name not in ("", ".", "..")
        assert "/" not in one.name
