"""Multi-status documents of WebDAV (RFC 4918 section 13), from real servers and from hostile ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.linear import assert_linear
from tieback.probes.wire.multistatus import (
    MAX_MEMBERS,
    DavListing,
    DavResource,
    is_multistatus,
    members,
    read_resources,
)

RESPONSE = (
    "<{p}response><{p}href>{href}</{p}href><{p}propstat><{p}prop>{properties}</{p}prop></{p}propstat></{p}response>"
)


def document(*parts: str, prefix: str = "D:") -> bytes:
    name = prefix.removesuffix(":")
    declared = f'xmlns:{name}="DAV:"' if name else 'xmlns="DAV:"'
    return f'<?xml version="1.0"?><{prefix}multistatus {declared}>{"".join(parts)}</{prefix}multistatus>'.encode()


def folder(href: str, prefix: str = "D:") -> str:
    properties = f"<{prefix}resourcetype><{prefix}collection/></{prefix}resourcetype>"
    return RESPONSE.format(href=href, p=prefix, properties=properties)


def file(href: str, size: object = 7, prefix: str = "D:") -> str:
    properties = f"<{prefix}resourcetype/><{prefix}getcontentlength>{size}</{prefix}getcontentlength>"
    return RESPONSE.format(href=href, p=prefix, properties=properties)


@pytest.mark.parametrize("prefix", ["D:", "d:", "ns0:", "lp1:", ""])
def test_any_prefix_is_read(prefix: str) -> None:
    body = document(folder("/docs/", prefix), file("/docs/a.pdf", 9, prefix), prefix=prefix)
    assert is_multistatus(body)
    assert members(body, ("docs",)) == DavListing([DavResource(("docs", "a.pdf"), False, 9)])


@each(
    ("href", "path"),
    [
        ("/docs/a%20%26%20b.pdf", ("docs", "a & b.pdf")),
        ("/docs/a&amp;b", ("docs", "a&b")),
        ("http://h.test/docs/a", ("docs", "a")),
        ("/docs/%2e%2e%2fx", ("docs", "../x")),
        ("/docs/%FF", ("docs", "\ufffd")),
        ("//docs//a", ("docs", "a")),
    ],
)
def test_paths_are_decoded(href: str, path: tuple[str, ...]) -> None:
    assert [one.path for one in read_resources(document(file(href))).resources] == [path]


@each("part", [file(""), file("http://[/docs/a"), "<D:response/>", file("/" + "a" * 5000), "<D:response >"])
def test_a_resource_whose_path_cannot_be_read_is_counted(part: str) -> None:
    found = members(document(folder("/docs/"), part, file("/docs/a")), ("docs",))
    assert ([one.path for one in found.resources], found.unread) == ([("docs", "a")], 1)


def test_names_that_are_not_utf_8_are_different_members() -> None:
    found = members(document(folder("/docs/"), file("/docs/%FF"), file("/docs/%FE")), ("docs",))
    assert len(found.resources) == 2


@pytest.mark.parametrize("own", ["/docs/", "/mount/docs/", "/"])
def test_members_of_a_folder_do_not_depend_on_what_a_proxy_removed(own: str) -> None:
    body = document(
        folder(own), folder(f"{own}sub/"), file(f"{own}a"), file(f"{own}sub/below"), file("/elsewhere/x/y/z")
    )
    found = members(body, ("mount", "docs"))
    assert [one.path[-1] for one in found.resources] == ["sub", "a"]
    # Nothing that an answer names is dropped without a count.
    assert found.unread == 2


@each("size", ["", "-1", "1e9", "9" * 16, "0x10", "many"])
def test_a_size_that_is_no_number_is_no_size(size: str) -> None:
    assert [one.size for one in read_resources(document(file("/a", size))).resources] == [None]


def test_the_size_of_a_folder_is_none() -> None:
    sized = folder("/a/").replace("<D:collection/>", "<D:collection/><D:getcontentlength>4096</D:getcontentlength>")
    assert read_resources(document(sized)) == DavListing([DavResource(("a",), True, None)])


def test_a_resource_whose_properties_are_refused_is_marked() -> None:
    refused = "<D:response><D:href>/a</D:href><D:status>HTTP/1.1 403 Forbidden</D:status></D:response>"
    assert read_resources(document(refused)) == DavListing([DavResource(("a",), False, None, True)])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><multistatus></html>",
        b'<D:multistatus xmlns:D="urn:other">',
        b"x" * 4000 + document(file("/a")),
        b'{"multistatus":"DAV:"}',
    ],
)
def test_other_documents_are_no_multistatus(body: bytes) -> None:
    assert not is_multistatus(body)


def test_entities_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY c "&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
    body = bomb + document(file("/&c;"), file("/&x;"))
    assert [one.path for one in read_resources(body).resources] == [("&c;",), ("&x;",)]


def test_each_path_counts_once_and_their_number_is_limited() -> None:
    assert len(read_resources(document(file("/a"), file("/a"), file("/%61"))).resources) == 1
    many = document(*(file(f"/{number}") for number in range(MAX_MEMBERS + 10)))
    found = read_resources(many)
    assert (len(found.resources), found.unread) == (MAX_MEMBERS, 10)


@given(st.integers(0, 400))
def test_a_cut_answer_names_no_more_than_the_whole(end: int) -> None:
    body = document(folder("/docs/"), file("/docs/a"), file("/docs/b"))
    whole = {one.path for one in read_resources(body).resources}
    assert {one.path for one in read_resources(body[:end]).resources} <= whole


@given(st.binary(max_size=200) | st.text(st.sampled_from("<D:response>href/collection 1")).map(str.encode))
def test_any_bytes_never_raises(data: bytes) -> None:
    body = document("x").replace(b"x", data)
    assert len(members(body, ("a",)).resources) <= MAX_MEMBERS


@pytest.mark.parametrize(
    "part", ["<D:response>", "<D:href>", "<D:response><D:href>/", "<D:status>", "<", "<D:response a "]
)
def test_time_is_linear(part: str) -> None:
    assert_linear(lambda size: document(part * size), read_resources, 40_000)
