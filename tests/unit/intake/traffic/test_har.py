"""HTTP Archives: real exports of browsers and proxies, odd ones, damaged ones."""

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import samples
from tests.each import each
from tests.examples import examples
from tieback.intake.traffic import har
from tieback.intake.traffic.interface import SampledFlow
from tieback.leaks.detect import LeakDetector
from tieback.model.errors import InputError
from tieback.model.flow import ContentState

CAPTURES = samples.directory("captures")
needs_captures = samples.needs("captures")


def read(path: Path) -> tuple[list[SampledFlow], list[str]]:
    assert har.is_har(path.read_bytes()[:65536], path)
    opened = har.open_har(path)
    try:
        return list(opened.flows()), [problem.what for problem in opened.problems]
    finally:
        opened.close()


def entry(url: str = "https://api.workhub.test/v1", **more: Any) -> dict[str, Any]:
    return {"startedDateTime": "2026-01-02T03:04:05.678Z", "time": 12, "request": {"method": "GET", "url": url}, **more}


def archive(*entries: Any, **log: Any) -> str:
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": entries, **log}})


def write(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "a.bin"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@needs_captures
@pytest.mark.parametrize(
    ("name", "count", "host"),
    [
        ("har_files_chrome", 3, "mitmproxy.org"),
        ("har_files_firefox", 14, "mitmproxy.org"),
        ("har_files_safari", 19, "mitmproxy.org"),
        ("har_files_charles", 1, "mitmproxy.org"),
        ("har_files_insomnia", 1, "mitm.it"),
        ("har_files_postdata", 1, "signal-metrics-collector-beta.s-onetag.com"),
        ("har_files_with-bom", 1, "signal-metrics-collector-beta.s-onetag.com"),
        ("har_extractor", 1, "address"),
        ("flows_websocket", 3, "demo.piesocket.com"),
        ("flows_error_log", 2, "163.com"),
    ],
)
def test_real_exports(name: str, count: int, host: str) -> None:
    flows, problems = read(CAPTURES / f"mitmproxy__test_mitmproxy_data_{name}.har")
    assert (len(flows), flows[0].flow.server.name, problems) == (count, host, [])
    assert flows[0].flow.start > 0
    assert flows[0].samples


@needs_captures
def test_a_broken_export_is_one_line() -> None:
    flows, problems = read(CAPTURES / "mitmproxy__test_mitmproxy_data_corrupted_har_brokenfile.har")
    assert flows == []
    assert len(problems) == 1
    assert problems[0].startswith("not valid JSON: the archive is damaged before its first entry")


def test_fields(tmp_path: Path) -> None:
    posted = {"mimeType": "application/json", "text": '{"email":"ada@work.test"}'}
    item = entry(
        request={
            "method": "POST",
            "url": "https://api.workhub.test/v1?x=1",
            "headers": [{"name": "Authorization", "value": "Bearer t"}],
            "postData": posted,
            "headersSize": 100,
            "bodySize": 25,
        },
        response={
            "status": 201,
            "headers": [],
            "headersSize": -1,
            "bodySize": -1,
            "content": {"size": 5, "encoding": "base64", "text": base64.b64encode(b"hello").decode()},
        },
        serverIPAddress="[2001:db8::5]",
        _clientName="Workhub",
        _clientPort=51000,
    )
    flows, problems = read(write(tmp_path, archive(item)))
    assert problems == []
    flow = flows[0].flow
    assert (flow.server.ip, flow.bytes_out, flow.bytes_in, flow.start) == ("2001:db8::5", 125, 5, 1767323045.678)
    assert flow.app is not None
    assert flow.app.name == "Workhub"
    assert b'{"email":"ada@work.test"}' in flows[0].samples[0].data
    assert flows[0].samples[1].data.endswith(b"\r\n\r\nhello")


FIELDS = [{"name": "A", "value": "12345"}]
"""Ten bytes in the format of HTTP/1."""
OUT = len("GET /v1 HTTP/1.1\r\n") + 10


@each(
    ("request", "response", "more", "sizes"),
    [
        # Chrome writes -1 for what it does not know, and what was on the wire in _transferSize.
        ({"headersSize": -1, "bodySize": 0}, {"status": 304, "headersSize": -1, "bodySize": 0, "_transferSize": 253,
         "content": {"size": 23866}}, {}, (OUT, 253)),
        ({"headersSize": -1, "bodySize": 0}, {"status": 304, "headersSize": -1, "bodySize": 0, "headers": FIELDS,
         "content": {"size": 23866}}, {}, (OUT, 10)),
        ({"headersSize": -1, "bodySize": 1310}, {"status": 200, "headersSize": -1, "bodySize": -1,
         "content": {"size": 7108}}, {}, (OUT + 1310, 7108)),
        ({"headersSize": -1, "bodySize": 0}, {"status": 200, "bodySize": 0, "content": {"size": 500}},
         {"_fromCache": "disk"}, (0, 0)),
        ({"httpVersion": "", "headersSize": -1, "bodySize": 0}, {"status": 0, "headersSize": -1, "bodySize": -1,
         "_transferSize": 0}, {}, (0, 0)),
        # Firefox states a body for 304, which has none; Safari states what compression saved.
        ({"headersSize": 625, "bodySize": 0}, {"status": 304, "headersSize": 386, "bodySize": 5509,
         "content": {"size": 23866}}, {}, (625, 386)),
        ({"headersSize": 216, "bodySize": 0}, {"status": 200, "headersSize": 345, "bodySize": -1,
         "content": {"size": 23866, "compression": 18716}}, {}, (216, 345 + 5150)),
        ({"headersSize": 60}, {"status": 200, "headersSize": 0, "bodySize": 23866, "headers": FIELDS}, {}, (60, 23876)),
        ({}, {"status": 200, "content": {"text": "hello"}}, {}, (OUT, 5)),
    ],
)  # fmt: skip
def test_a_size_that_is_not_stated_is_not_zero_and_a_cached_one_is_not_received(
    request: dict[str, Any], response: dict[str, Any], more: dict[str, Any], sizes: tuple[int, int],
    tmp_path: Path,
) -> None:  # fmt: skip
    asked = {"method": "GET", "url": "https://api.workhub.test/v1", "headers": FIELDS, **request}
    (one,), problems = read(write(tmp_path, archive(entry(request=asked, response=response, **more))))
    assert (one.flow.bytes_out, one.flow.bytes_in, problems) == (*sizes, [])


@each(
    ("request", "more", "sent"),
    [
        ({}, {"_fromCache": "disk"}, False),
        ({"httpVersion": ""}, {}, False),  # blocked, or no connection
        ({"httpVersion": ""}, {"response": {"status": 200}}, True),
        ({"httpVersion": ""}, {"serverIPAddress": "192.0.2.9"}, True),
        ({}, {}, True),
    ],
)
def test_what_was_not_sent_is_no_leak(
    request: dict[str, Any], more: dict[str, Any], sent: bool, tmp_path: Path
) -> None:  # fmt: skip
    asked = {"method": "GET", "url": "http://api.workhub.test/v1?email=ada@lovelace.test", "headers": [], **request}
    (one,), _ = read(write(tmp_path, archive(entry(**{"request": asked, "response": {"status": 0}, **more}))))
    found = LeakDetector()(one)
    assert ([leak.pii_class for leak in found.leaks], found.content) == (
        (["email"], ContentState.READ) if sent else ([], ContentState.NOT_SENT)
    )


@needs_captures
@each(
    ("name", "sizes"),
    [
        ("chrome", [(791, 253), (0, 0), (2974, 7132)]),
        ("charles", [(68, 24341)]),
        ("insomnia", [(16, 758)]),
        ("postdata", [(1892, 73)]),
    ],
)
def test_sizes_of_real_exports(name: str, sizes: list[tuple[int, int]]) -> None:
    flows, _ = read(CAPTURES / f"mitmproxy__test_mitmproxy_data_har_files_{name}.har")
    assert [(one.flow.bytes_out, one.flow.bytes_in) for one in flows] == sizes


def test_websocket_messages(tmp_path: Path) -> None:
    item = entry(
        "wss://live.workhub.test/s",
        response={"status": 101},
        _webSocketMessages=[
            {"type": "send", "time": 1, "opcode": 1, "data": "pin 4711"},
            {"type": "receive", "data": "ok"},
        ],
    )
    flows, _ = read(write(tmp_path, archive(item)))
    assert flows[0].flow.protocol == "websocket"
    assert [(s.direction, s.data) for s in flows[0].samples if s.kind == "websocket"] == [
        ("out", b"pin 4711"),
        ("in", b"ok"),
    ]


@pytest.mark.parametrize(
    ("text", "count", "problem"),
    [
        (archive(entry(), entry())[:-120], 1, "is truncated or damaged after 1 entry"),
        (archive(entry(), {"request": 7}, entry()), 2, "entry 1 is invalid"),
        (archive(entry(), entry("nothing")), 1, "no URL with a host"),
        (archive(entry(), entry("data:text/plain,a")), 1, ""),
        (archive(entry(time=None, response=None)), 1, ""),
        ("\ufeff  " + archive(entry()), 1, ""),
        ('{"log": {"entries": ' + "[" * 100_000, 0, "nested too deeply"),
        ('{"log": {"entries": [' + json.dumps(entry()) + "]", 1, "the end is missing"),
        (archive(entry()) + " ", 1, ""),
        ('{"log": {"entries": [' + json.dumps(entry()) + '], "pages": [{"id": "]"}], "x": 1.5}}', 1, ""),
        ('{"log": {"pages": [{"a": [1, "{"]}], "comment": "\\"entries\\": [7]"}}', 0, ""),
        ('{"response": {"log": {"x": null, "entries": [' + json.dumps(entry()) + "]}}}", 1, ""),
        (archive(), 0, ""),
    ],
)
def test_odd_and_damaged(tmp_path: Path, text: str, count: int, problem: str) -> None:
    flows, problems = read(write(tmp_path, text))
    assert len(flows) == count
    assert any(problem in line for line in problems) if problem else problems == []


def test_gzip_archive_is_read(tmp_path: Path) -> None:
    flows, _ = read(write(tmp_path, gzip.compress(archive(entry()).encode())))
    assert len(flows) == 1
    flows, problems = read(write(tmp_path, gzip.compress(archive(entry(), entry()).encode())[:-20]))
    assert len(flows) <= 2
    assert "the compressed file is truncated" in problems[0]


def test_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        har.open_har(tmp_path / "none.har")


def test_large_bodies_are_cut(tmp_path: Path) -> None:
    item = entry(response={"status": 200, "content": {"size": 4_000_000, "text": "x" * 4_000_000}})
    flows, _ = read(write(tmp_path, archive(item)))
    assert flows[0].flow.bytes_in == 4_000_000
    assert len(flows[0].samples[1].data) < 10_000


@each("head", [b"", b"{}", b'{"event_type":"tls","log":1}', b"[1]", b"\x1f\x8b\x08", b"PK\x03\x04"])
def test_other_files(head: bytes) -> None:
    assert not har.is_har(head, Path("a.har"))
    assert har.opener(Path("a.har"), head) is None


@settings(max_examples=examples(60), deadline=None)
@given(st.integers(0, 700), st.binary(max_size=8))
def test_mutations_never_raise(tmp_path_factory: pytest.TempPathFactory, at: int, junk: bytes) -> None:
    text = archive(entry(response={"status": 200, "content": {"text": "x"}}), entry()).encode()
    path = tmp_path_factory.mktemp("har") / "a.har"
    path.write_bytes(text[:at] + junk + text[at + len(junk) :])
    opened = har.open_har(path)
    assert len(list(opened.flows())) <= 2
    opened.close()


FORM = "application/x-www-form-urlencoded"


@each(
    ("posted", "where"),
    [
        ({"mimeType": FORM, "text": "password=S3cretPass!9"}, ["form:password"]),
        ({"mimeType": FORM, "params": [{"name": "password", "value": "S3cretPass!9"}]}, ["form:password"]),
        ({"params": [{"name": "password", "value": "S3cretPass!9"}]}, ["form:password"]),
        ({"mimeType": FORM, "params": [{"name": "password", "value": "S3cret&email=x@y.test"}]}, ["form:password"]),
        (
            {"mimeType": "multipart/form-data; boundary=x", "params": [
                {"name": "email", "value": "ada@lovelace.test"},
                {"name": "avatar", "fileName": "a.jpg", "value": "b@c.test"},
            ]},
            ["form:email"],
        ),
        ({"mimeType": "x-unknown", "text": '{"email":"ada@lovelace.test"}'}, ["json:$.email"]),
    ],
)  # fmt: skip
def test_the_media_type_of_the_archive_counts_if_no_header_has_one(
    posted: dict[str, Any], where: list[str], tmp_path: Path
) -> None:
    for headers in ([], [{"name": "Content-Type", "value": ""}]):
        asked = {"method": "POST", "url": "http://api.workhub.test/v1", "headers": headers, "postData": posted}
        (one,), problems = read(write(tmp_path, archive(entry(request=asked))))
        assert (sorted(leak.where for leak in LeakDetector()(one).leaks), problems) == (where, [])


def test_the_media_type_of_a_response_counts_too(tmp_path: Path) -> None:
    page = {"mimeType": "text/html", "text": "ada@lovelace.test"}
    answered = {"status": 200, "headers": [], "content": page}
    (one,), _ = read(write(tmp_path, archive(entry("http://api.workhub.test/v1", response=answered))))
    assert LeakDetector()(one).leaks == ()
    plain = {**answered, "content": {**page, "mimeType": "text/plain"}}
    (one,), _ = read(write(tmp_path, archive(entry("http://api.workhub.test/v1", response=plain))))
    assert [leak.direction for leak in LeakDetector()(one).leaks] == ["in"]


@each(
    ("url", "flows", "problem"),
    [
        ("chrome-extension://abcdef/page?email=ada@lovelace.test", 0, ""),
        ("moz-extension://abcdef/page", 0, ""),
        ("capacitor://localhost/index.html", 0, ""),
        ("file:///etc/hosts", 0, ""),
        ("data:text/plain,x", 0, ""),
        ("gopher://api.workhub.test/a", 0, "entry 0 has the scheme 'gopher', which is not read"),
        ("/path", 0, "entry 0 has no URL with a host"),
        ("http://exa mple/", 0, "entry 0 has no URL with a host"),
        ("wss://api.workhub.test/", 1, ""),
    ],
)
def test_addresses_that_are_no_traffic(url: str, flows: int, problem: str, tmp_path: Path) -> None:
    found, problems = read(write(tmp_path, archive(entry(url))))
    assert (len(found), problems) == (flows, [problem] if problem else [])


def test_a_name_in_other_letters_is_a_server(tmp_path: Path) -> None:
    (one,), _ = read(write(tmp_path, archive(entry("https://m\u00fcnchen.example/q?email=ada@lovelace.test"))))
    assert one.flow.server.name == "xn--mnchen-3ya.example"
