"""mitmproxy's flow files: real ones of several versions, and TCP and DNS flows made from its documentation."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import samples
from tests.each import each
from tests.examples import examples
from tieback.intake.discover import FileKind, classify_path
from tieback.intake.traffic import mitm
from tieback.intake.traffic.interface import SampledFlow
from tieback.intake.traffic.open import open_traffic
from tieback.leaks.detect import LeakDetector
from tieback.model.errors import InputError
from tieback.model.flow import ContentState

CAPTURES = samples.directory("captures")
needs_captures = samples.needs("captures")


def dump(value: Any) -> bytes:
    if value is None:
        return b"0:~"
    if isinstance(value, bool):
        data, kind = str(value).lower().encode(), b"!"
    elif isinstance(value, int):
        data, kind = str(value).encode(), b"#"
    elif isinstance(value, float):
        data, kind = str(value).encode(), b"^"
    elif isinstance(value, bytes):
        data, kind = value, b","
    elif isinstance(value, str):
        data, kind = value.encode(), b";"
    elif isinstance(value, list):
        data, kind = b"".join(map(dump, value)), b"]"
    else:
        data, kind = b"".join(dump(key) + dump(item) for key, item in value.items()), b"}"
    return b"%d:%s%s" % (len(data), data, kind)


def connections(port: int, **more: Any) -> dict[str, Any]:
    return {
        "version": 21,
        "client_conn": {"peername": ["10.0.0.9", 40000], "timestamp_start": 5.0, **more},
        "server_conn": {"address": ["db.workhub.test", port], "peername": ["10.0.0.5", port]},
    }


def tcp(port: int, *messages: tuple[bool, bytes], **more: Any) -> bytes:
    return dump({**connections(port, **more), "type": "tcp", "messages": [[way, data, 6.0] for way, data in messages]})


def read(path: Path) -> tuple[list[SampledFlow], list[str]]:
    assert mitm.is_mitmproxy_file(path.read_bytes()[:65536], path)
    opened = mitm.open_mitmproxy_file(path)
    try:
        return list(opened.flows()), [problem.what for problem in opened.problems]
    finally:
        opened.close()


def write(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "flows"
    path.write_bytes(data)
    return path


@needs_captures
@pytest.mark.parametrize(
    ("name", "count", "host", "encrypted", "version"),
    [
        ("dumpfile-010", 1, "example.com", False, ""),
        ("dumpfile-011", 1, "example.com", True, ""),
        ("dumpfile-018", 1, "www.example.com", True, ""),
        ("dumpfile-019", 1, "webrv.rtb-seller.com", True, "TLSv1.2"),
        ("dumpfile-10", 1, "example.com", True, ""),
        ("dumpfile-19", 1, "cloudflare-quic.com", True, "QUIC"),
        ("dumpfile-7", 2, "example.com", False, ""),
        ("dumpfile-7-websocket", 6, "echo.websocket.org", False, ""),
        ("flows_corrupted_gzip_body", 1, "", False, ""),
        ("flows_event_stream", 2, "clientstream.launchdarkly.com", True, "TLSv1.2"),
        ("flows_websocket", 3, "demo.piesocket.com", True, "TLSv1.3"),
        ("flows_incomplete_log", 4, "example.com", True, ""),
        ("flows_error_log", 2, "163.com", None, ""),  # no connection
        ("flows_successful_log", 2, "example.com", True, "TLSv1.3"),
    ],
)
def test_real_files(name: str, count: int, host: str, version: str, *, encrypted: bool | None) -> None:
    flows, problems = read(CAPTURES / f"mitmproxy__test_mitmproxy_data_{name}.mitm")
    first = flows[0].flow
    assert (len(flows), problems) == (count, [])
    assert (first.server.name, first.encrypted, first.tls.version if first.tls else "") == (host, encrypted, version)
    assert first.start > 0


@needs_captures
def test_websocket_messages_of_old_and_new_versions() -> None:
    for name in ("dumpfile-7-websocket", "flows_websocket"):
        flows, _ = read(CAPTURES / f"mitmproxy__test_mitmproxy_data_{name}.mitm")
        assert any(sample.kind == "websocket" for seen in flows for sample in seen.samples)


def test_a_store_in_a_tcp_flow(tmp_path: Path) -> None:
    data = tcp(31337, (True, b"*2\r\n$3\r\nGET\r\n$3\r\npin\r\n"), (False, b"$4\r\n4711\r\n"))
    flows, problems = read(write(tmp_path, data))
    flow = flows[0].flow
    assert problems == []
    assert (flow.protocol, flow.encrypted, flow.transport) == ("redis", False, "tcp")
    assert (flow.server.name, flow.server.ip, flow.server.port) == ("db.workhub.test", "10.0.0.5", 31337)
    assert (flow.client.ip, flow.bytes_out, flow.bytes_in, flow.packets_out) == ("10.0.0.9", 22, 10, 1)
    assert [sample.data for sample in flows[0].samples] == [b"*2\r\n$3\r\nGET\r\n$3\r\npin\r\n", b"$4\r\n4711\r\n"]


def test_a_store_inside_tls_is_encrypted(tmp_path: Path) -> None:
    data = tcp(
        6380, (True, b"*1\r\n$4\r\nPING\r\n"), (False, b"+PONG\r\n"), tls_version="TLSv1.3", sni="db.workhub.test"
    )
    flow = read(write(tmp_path, data))[0][0].flow
    assert (flow.protocol, flow.encrypted) == ("redis", True)


def test_dns_and_refused_certificates(tmp_path: Path) -> None:
    question = {"name": "api.workhub.test", "type": 1, "class_": 1}
    dns = dump(
        {**connections(53), "type": "dns", "request": {"questions": [question], "timestamp": 7.0}, "response": None}
    )
    failed = {
        **connections(443, sni="api.workhub.test"),
        "type": "http",
        "request": {"method": b"CONNECT", "host": "api.workhub.test", "port": 443, "path": b"", "headers": []},
        "response": None,
        "error": {"msg": "Client TLS handshake failed. The client does not trust the proxy's certificate"},
    }
    flows, _ = read(write(tmp_path, dns + dump(failed)))
    assert (flows[0].flow.protocol, flows[0].flow.detail) == ("dns", "api.workhub.test")
    assert flows[1].flow.tls is not None
    assert "does not trust" in flows[1].flow.tls.refused_by_client


@pytest.mark.parametrize(
    ("data", "count", "problem"),
    [
        (tcp(1, (True, b"a")) + b"500:cut", 1, "is truncated or damaged after 1 flow"),
        (tcp(1, (True, b"a")) + b"11:4:type;1:x?}" + tcp(1, (True, b"b")), 2, "unreadable flow"),
        (tcp(1, (True, b"a")) + dump({"type": "smoke", "version": 21}), 1, "its type is unknown"),
        (tcp(1, (True, b"a")) + dump([1, 2]), 1, "not a flow"),
    ],
)
def test_damaged_flow_files_are_reported(tmp_path: Path, data: bytes, count: int, problem: str) -> None:
    flows, problems = read(write(tmp_path, data))
    assert len(flows) == count
    assert len(problems) == 1
    assert problem in problems[0]


def test_missing_and_other_files(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        mitm.open_mitmproxy_file(tmp_path / "none")
    for head in (b"", b"2134", b"12:34:56 a log line", b"{}", b"\xd4\xc3\xb2\xa1"):
        assert not mitm.is_mitmproxy_file(head, Path("a.mitm"))


@settings(max_examples=examples(80), deadline=None)
@given(st.integers(0, 500), st.binary(min_size=1, max_size=6))
def test_mutations_never_raise(tmp_path_factory: pytest.TempPathFactory, at: int, junk: bytes) -> None:
    data = tcp(6379, (True, b"PING\r\n"), (False, b"+PONG\r\n"), sni="a") + dump(
        {**connections(80), "request": {"host": b"a.test", "port": 80, "path": b"/", "headers": [[b"a", b"b"]]}}
    )
    path = tmp_path_factory.mktemp("mitm") / "flows"
    path.write_bytes(data[:at] + junk + data[at + len(junk) :])
    opened = mitm.open_mitmproxy_file(path)
    assert len(list(opened.flows())) <= 60
    opened.close()


def test_flows_of_mobsfs_httptools(tmp_path: Path) -> None:
    """HTTPTools runs mitmdump with ``--save-stream-file flows/PACKAGE.flow``, and writes a text dump beside it."""
    writer = pytest.importorskip("mitmproxy.io").FlowWriter
    tflow = pytest.importorskip("mitmproxy.test.tflow").tflow
    path = tmp_path / "org.example.shop.flow"
    with path.open("wb") as file:
        stream = writer(file)
        for _ in range(2):
            stream.add(tflow(resp=True))
    assert classify_path(path) is FileKind.TRAFFIC
    opened = open_traffic(path)
    flows = [seen.flow for seen in opened.flows()]
    opened.close()
    assert [(flow.server.name, flow.detail, flow.app) for flow in flows] == [("address", "GET /path 200", None)] * 2
    dump = tmp_path / "org.example.shop.flow.txt"
    dump.write_text("========\nREQUEST\n========\nGET http://address/ HTTP/1.1\n")
    with pytest.raises(InputError, match="unknown format"):
        open_traffic(dump)


@each(
    ("more", "content"),
    [
        ({"error": {"msg": "outside the destinations of this capture"}}, ContentState.REFUSED),
        ({"error": {"msg": "Connect call failed"}}, ContentState.NOT_SENT),
        ({"error": {"msg": "Client disconnected."}, "peername": ["10.0.0.5", 80]}, ContentState.UNKNOWN),
        ({}, ContentState.UNKNOWN),
    ],
)
def test_a_request_that_reached_no_server(tmp_path: Path, more: dict[str, Any], content: ContentState) -> None:
    peer = more.get("peername")
    state = {
        "type": "http",
        "client_conn": {"peername": ["10.0.0.9", 40000]},
        "server_conn": {"address": ["db.workhub.test", 80], "peername": peer},
        "error": more.get("error"),
        "request": {
            "host": "db.workhub.test", "port": 80, "method": "GET", "scheme": "http", "headers": [],
            "path": "/?email=ada@lovelace.test",
        },
    }  # fmt: skip
    (tmp_path / "run.mitm").write_bytes(dump({"version": 21, **state}))
    (one,), _ = read(tmp_path / "run.mitm")
    assert one.flow.content is content
    assert bool(LeakDetector()(one).leaks) is content.left_device
