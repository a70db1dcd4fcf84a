"""Logs as flows; lines as the vendors' documentation prints them, with names of ours."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.traffic import logs
from tieback.intake.traffic.interface import SampledFlow
from tieback.intake.traffic.log_formats import LogFormat
from tieback.intake.traffic.stores.choose import NO_STORES
from tieback.model.errors import InputError
from tieback.model.flow import Flow, FlowEvidence, NameSource


def line(*parts: str, separator: str = " ") -> str:
    return separator.join(parts) + "\n"


def eve(kind: str, **more: Any) -> str:
    ends = {"src_ip": "10.0.0.9", "src_port": 40000, "dest_ip": "10.0.0.5", "proto": "TCP"}
    return json.dumps({"timestamp": "2026-01-02T03:04:05.000000+0000", "event_type": kind, **ends, **more}) + "\n"


def zeek(path: str, **columns: str) -> str:
    head = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n"
    names = [name.replace("__", ".") for name in columns]
    rows = [line("#path", path, separator="\t"), line("#fields", *names, separator="\t")]
    return head + "".join(rows) + line(*columns.values(), separator="\t")


ENDS = {"ts": "1700000000.5", "id__orig_h": "10.0.0.9", "id__orig_p": "40000", "id__resp_h": "10.0.0.5"}
ZEEK_CONN = zeek(
    "conn", **ENDS, id__resp_p="5432", proto="tcp", service="postgresql", duration="2.5", orig_bytes="100",
    resp_bytes="2000", conn_state="SF",
)  # fmt: skip
ZEEK_SSL = zeek(
    "ssl", **ENDS, id__resp_p="443", version="TLSv12", server_name="api.workhub.test", resumed="F", established="T",
)  # fmt: skip
CLIENT = {"ts": 1700000000.5, "id.orig_h": "10.0.0.9"}
ANSWERS = {"query": "api.workhub.test", "qtype_name": "A", "answers": ["cdn.test", "10.0.0.5"]}
ZEEK_DNS = json.dumps({**CLIENT, "id.resp_h": "10.0.0.1", "trans_id": 7, **ANSWERS}) + "\n"
REQUEST = {"method": "GET", "host": "es.fieldhand.test", "uri": "/staff/_search?q=ada", "status_code": 200}
ZEEK_HTTP = json.dumps({**CLIENT, "id.resp_h": "10.0.0.5", "id.resp_p": 9200, "trans_depth": 1, **REQUEST}) + "\n"
EVE_TLS = eve("tls", dest_port=443, tls={"sni": "api.workhub.test", "version": "TLS 1.3", "subject": "CN=x"})
FIGURES = {"bytes_toserver": 10, "bytes_toclient": 20, "pkts_toserver": 1, "pkts_toclient": 2}
TIMES = {"start": "2026-01-02T03:04:05+0000", "end": "2026-01-02T03:04:06+0000"}
EVE_FLOW = eve("flow", dest_port=1883, app_proto="mqtt", flow={**FIGURES, **TIMES})
EVE_DNS = eve("dns", dns={"version": 3, "queries": [{"rrname": "api.workhub.test", "rrtype": "AAAA"}]})
PEER = "- HIER_DIRECT/10.0.0.5 text/html"
SQUID = line("1700000000.500 180 10.0.0.9 TCP_MISS/200 411 GET http://api.workhub.test/v1?email=ada@work.test", PEER)
SQUID_CONNECT = line("1700000000.500 180 10.0.0.9 TCP_TUNNEL/200 9000 CONNECT api.workhub.test:443", PEER)
ZSCALER = line(
    "2026-01-02 03:04:05", "reason=Allowed", "protocol=HTTPS", "requestsize=10", "responsesize=20", "serverip=10.0.0.5",
    "requestmethod=POST", "ClientIP=10.0.0.9", "status=200", "url=api.workhub.test/v1", "hostname=api.workhub.test",
    separator="\t",
)  # fmt: skip
UMBRELLA = line(
    '"2026-01-02 03:04:05"', '"Ada"', '"Ada,Site"', '"10.0.0.9"', '"198.51.100.7"', '"Allowed"', '"1 (A)"', '"NOERROR"',
    '"api.workhub.test."', '"Business"', separator=",",
)  # fmt: skip
FORTI = line(
    "date=2026-01-02 time=03:04:05 srcip=10.0.0.9 srcport=5 dstip=10.0.0.5 dstport=27017 proto=6",
    'service="MongoDB" sentbyte=7 rcvdbyte=8',
)
CSV = line("Timestamp,Source IP,Destination IP,Destination Port,Bytes Sent") + line(
    "2026-01-02T03:04:05Z,10.0.0.9,10.0.0.5,6379,77"
)
FORMS = (
    "1700000000", "1700000000000", "1700000000000000000", "2023-11-14T22:13:20Z", "2023-11-14 22:13:20",
    "Tue Nov 14 22:13:20 2023",
)  # fmt: skip


def read(tmp_path: Path, text: str, own: Sequence[LogFormat] = ()) -> tuple[list[SampledFlow], list[str]]:
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="utf-8")
    opened = logs.opener(path, text.encode()[:65536], own)
    assert opened is not None
    try:
        return list(opened.flows()), [problem.what for problem in opened.problems]
    finally:
        opened.close()


def one(tmp_path: Path, text: str) -> Flow:
    flows, problems = read(tmp_path, text)
    assert problems == []
    assert len(flows) == 1
    flow = flows[0].flow
    assert flow.client.ip == "10.0.0.9"
    assert flow.start > 0
    return flow


@pytest.mark.parametrize(
    ("text", "protocol", "ip", "port", "name", "encrypted"),
    [
        (ZEEK_CONN, "postgresql", "10.0.0.5", 5432, "", None),
        (ZEEK_SSL, "tls", "10.0.0.5", 443, "api.workhub.test", True),
        (ZEEK_DNS, "dns", "10.0.0.5", None, "api.workhub.test", None),
        (ZEEK_HTTP, "elasticsearch", "10.0.0.5", 9200, "es.fieldhand.test", False),
        (EVE_TLS, "tls", "10.0.0.5", 443, "api.workhub.test", True),
        (EVE_FLOW, "mqtt", "10.0.0.5", 1883, "", None),
        (EVE_DNS, "dns", "", None, "api.workhub.test", None),
        (SQUID, "http", "10.0.0.5", 80, "api.workhub.test", False),
        (SQUID_CONNECT, "tls", "10.0.0.5", 443, "api.workhub.test", True),
        (ZSCALER, "http", "10.0.0.5", 443, "api.workhub.test", True),
        (UMBRELLA, "dns", "", None, "api.workhub.test", None),
        (FORTI, "mongodb", "10.0.0.5", 27017, "", None),
        (CSV, "", "10.0.0.5", 6379, "", None),
    ],
)
def test_formats(
    tmp_path: Path, text: str, protocol: str, ip: str, port: int | None, name: str, *, encrypted: bool | None
) -> None:
    flow = one(tmp_path, text)
    assert (flow.protocol, flow.server.ip, flow.server.port, flow.server.name) == (protocol, ip, port, name)
    assert flow.encrypted is encrypted
    assert (flow.evidence is FlowEvidence.NONE) == (protocol == "")
    assert flow.protocol not in NO_STORES


def test_figures_and_names(tmp_path: Path) -> None:
    conn = one(tmp_path, ZEEK_CONN)
    assert (conn.bytes_out, conn.bytes_in, conn.end) == (100, 2000, 1700000003.0)
    eve = one(tmp_path, EVE_FLOW)
    assert (eve.bytes_out, eve.bytes_in, eve.packets_in, eve.end - eve.start) == (10, 20, 2, 1.0)
    tls = one(tmp_path, EVE_TLS)
    assert tls.tls is not None
    assert (tls.tls.version, tls.server.name_from) == ("TLSv1.3", NameSource.SNI)
    assert one(tmp_path, SQUID).server.name_from is NameSource.LOG
    assert one(tmp_path, ZEEK_DNS).detail == "A query to 10.0.0.1"


def test_a_query_is_a_sample_and_not_in_the_detail(tmp_path: Path) -> None:
    flows, _ = read(tmp_path, SQUID)
    assert "ada@work.test" not in flows[0].flow.detail
    assert b"email=ada@work.test" in flows[0].samples[0].data


def test_bad_lines_are_counted_in_one_problem_line(tmp_path: Path) -> None:
    flows, problems = read(tmp_path, SQUID + "rubbish\n" * 3 + SQUID + "\n")
    assert len(flows) == 2
    assert problems == ["3 lines could not be read"]


def test_other_events_are_passed_over(tmp_path: Path) -> None:
    flows, problems = read(tmp_path, '{"timestamp":"x","event_type":"stats","stats":{}}\n' + EVE_TLS)
    assert (len(flows), problems) == (1, [])


@pytest.mark.parametrize("time", FORMS)
def test_time_formats_of_logs(tmp_path: Path, time: str) -> None:
    text = f"Time,Src,Dst,Bytes Sent\n{time},10.0.0.9,10.0.0.5,1\n"
    assert read(tmp_path, text)[0][0].flow.start == 1700000000.0


@pytest.mark.parametrize("time", ["", "yesterday", "9" * 400, "nan", "0001-01-01"])
def test_odd_times_are_none(tmp_path: Path, time: str) -> None:
    text = f"Time,Src,Dst,Bytes Sent\n{time},10.0.0.9,10.0.0.5,1\n"
    flow = read(tmp_path, text)[0][0].flow
    assert flow.start <= flow.end


def test_no_log(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("hello\nworld\n")
    assert logs.opener(path, path.read_bytes()) is None
    with pytest.raises(InputError):
        logs.LogFile(path)
    with pytest.raises(InputError):
        logs.LogFile(tmp_path / "none")


def test_objects_with_usual_names(tmp_path: Path) -> None:
    row = {
        "timestamp": "2026-01-02T03:04:05Z",
        "src_ip": "10.0.0.9",
        "dest_ip": "10.0.0.5",
        "dest_port": 6379,
        "bytes_sent": 77,
    }
    flow = one(tmp_path, json.dumps(row) + "\n")
    assert (flow.server.ip, flow.server.port, flow.bytes_out) == ("10.0.0.5", 6379, 77)


OWN_CSV = "When;Wer;Ziel;Zielport;Hin\n2026-01-02T03:04:05Z;10.0.0.9;10.0.0.5;27017;7\n"
OWN_JSON = '{"@t":1700000000,"who":"10.0.0.9","req":{"to":"http://api.workhub.test/x"}}\n'


@pytest.mark.parametrize(
    ("text", "reader", "kind", "columns", "server"),
    [
        (
            OWN_CSV, "csv", "flow",
            {"time": "When", "client_ip": "Wer", "server_ip": "Ziel", "server_port": "Zielport", "bytes_out": "Hin"},
            ("10.0.0.5", 27017, ""),
        ),
        (OWN_JSON, "json", "http", {"time": "@t", "client_ip": "who", "url": "req.to"}, ("", 80, "api.workhub.test")),
    ],
)  # fmt: skip
def test_a_users_own_columns(
    tmp_path: Path, text: str, reader: str, kind: str, columns: dict[str, str], server: tuple[str, int, str]
) -> None:
    assert logs.opener(tmp_path / "a.txt", text.encode()) is None
    own = LogFormat("own", reader, (), (), kind, {what: (column,) for what, column in columns.items()})
    flow = read(tmp_path, text, [own])[0][0].flow
    assert (flow.server.ip, flow.server.port, flow.server.name) == server
    assert (flow.client.ip, flow.start > 0) == ("10.0.0.9", True)


SOME = {**ENDS, "id__resp_p": "9200"}


@pytest.mark.parametrize(
    ("text", "protocol", "place"),
    [
        (zeek("conn", **SOME, proto="tcp", service="-", orig_bytes="1"), "", ("10.0.0.5", 9200, "")),
        (
            zeek("ssl", **SOME, version="TLSv12", cipher="x", server_name="api.test"),
            "tls",
            ("10.0.0.5", 9200, "api.test"),
        ),
        (zeek("http", **SOME, host="es.test", uri="/a"), "http", ("10.0.0.5", 9200, "es.test")),
        (zeek("dns", **ENDS, query="api.test", answers="10.0.0.5"), "dns", ("10.0.0.5", None, "api.test")),
        (zeek("mysql", **SOME, cmd="query", arg="x"), "", ("10.0.0.5", 9200, "")),
    ],
)
def test_zeek_logs_with_some_columns(
    tmp_path: Path, text: str, protocol: str, place: tuple[str, int | None, str]
) -> None:
    flow = one(tmp_path, text)
    assert (flow.protocol, (flow.server.ip, flow.server.port, flow.server.name)) == (protocol, place)


def test_lines_that_are_not_read_are_counted(tmp_path: Path) -> None:
    """No line is left out without a word: of an unknown form, or without a server."""
    flows, problems = read(tmp_path, ZEEK_CONN + "#fields\tts\tid.orig_h\tx\n1\t10.0.0.9\ty\n2\t10.0.0.9\tz\n")
    assert len(flows) == 1
    assert problems == ["2 lines of an unknown form, with the columns ts, id.orig_h, x: map them with --columns"]
    flows, problems = read(tmp_path, EVE_TLS + '{"hello":"world"}\n')
    assert (len(flows), problems) == (
        1,
        ["1 line of an unknown form, with the columns hello: map them with --columns"],
    )
    flows, problems = read(tmp_path, CSV + "2026-01-02T03:04:05Z,10.0.0.9,,6379,77\n")
    assert (len(flows), problems) == (1, ["1 line names no server"])


@pytest.mark.parametrize(
    "text",
    [
        zeek("notice", **SOME, proto="tcp", note="x", msg="y"),
        zeek("weird", **SOME, name="x", notice="F"),
        zeek("files", ts="1", fuid="F1", source="HTTP", **{key: value for key, value in SOME.items() if key != "ts"}),
        zeek("x509", ts="1", fingerprint="aa"),
        eve("alert", alert={"signature": "x"}),
    ],
    ids=["notice", "weird", "files", "x509", "alert"],
)
def test_lines_about_no_connection_are_no_problem(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == ([], [])


TOTAL = {"bytes_toserver": 1500, "bytes_toclient": 9000, "pkts_toserver": 10, "pkts_toclient": 12}


def test_events_of_one_connection_are_one_flow(tmp_path: Path) -> None:
    text = (
        eve("tls", flow_id=1, dest_port=443, tls={"sni": "api.test", "version": "TLS 1.2"})
        + eve("flow", flow_id=1, dest_port=443, app_proto="tls", flow={**TOTAL, **TIMES})
        + eve("flow", flow_id=2, dest_port=443, app_proto="tls", flow={**TOTAL, **TIMES})
        + eve("tls", flow_id=3, dest_port=443, tls={"sni": "late.test", "version": "TLS 1.2"})
    )
    flows, problems = read(tmp_path, text)
    assert problems == []
    found = {one.flow.server.name: (one.flow.bytes_out, one.flow.packets_in, one.flow.protocol) for one in flows}
    assert found == {"api.test": (1500, 12, "tls"), "": (1500, 12, "tls"), "late.test": (None, None, "tls")}
    assert len(flows) == 3


def test_requests_of_one_connection_share_its_figures(tmp_path: Path) -> None:
    def request(host: str, path: str) -> str:
        return eve("http", flow_id=1, dest_port=80, http={"hostname": host, "url": path, "status": 200, "length": 5})

    whole = eve("flow", flow_id=1, dest_port=80, app_proto="http", flow={**TOTAL, **TIMES})
    flows, _ = read(tmp_path, request("a.test", "/1") + request("a.test", "/2") + whole)
    assert [(one.flow.server.name, one.flow.bytes_out) for one in flows] == [("a.test", 1500), ("a.test", None)]
    # Which part of the connection is for which host, the log does not state.
    flows, _ = read(tmp_path, request("a.test", "/1") + request("b.test", "/2") + whole)
    assert [(one.flow.server.name, one.flow.bytes_in) for one in flows] == [("a.test", None), ("b.test", None)]


def test_a_log_of_zeek_with_all_records(tmp_path: Path) -> None:
    ends = {"id.orig_h": "10.0.0.9", "id.resp_h": "10.0.0.5", "id.resp_p": 443, "uid": "C1", "ts": 1700000000.5}
    ssl = json.dumps({**ends, "server_name": "api.test", "resumed": False, "established": True, "version": "TLSv12"})
    conn = json.dumps({**ends, "proto": "tcp", "service": "ssl", "conn_state": "SF", "orig_bytes": 7, "resp_bytes": 8})
    flow = one(tmp_path, f"{ssl}\n{conn}\n")
    assert (flow.server.name, flow.bytes_out, flow.bytes_in) == ("api.test", 7, 8)


@settings(max_examples=examples(80), deadline=None)
@given(
    st.sampled_from([ZEEK_CONN, ZEEK_SSL, ZEEK_DNS, EVE_TLS, EVE_FLOW, SQUID, ZSCALER, UMBRELLA, FORTI, CSV]),
    st.integers(0, 500),
    st.binary(min_size=1, max_size=6),
)
def test_mutations_never_raise(tmp_path_factory: pytest.TempPathFactory, text: str, at: int, junk: bytes) -> None:
    data = text.encode() + text.encode()[:at] + junk + text.encode()[at:]
    path = tmp_path_factory.mktemp("logs") / "a.log"
    path.write_bytes(data)
    opened = logs.opener(path, data)
    if opened is not None:
        assert len(list(opened.flows())) <= 8
        opened.close()
