"""The table of log formats."""

import pytest

from tieback.intake.traffic.log_formats import by_header, format_of, formats, protocol_name

READERS = ("zeek", "json", "squid", "umbrella", "pairs")
KNOWN = {
    "time", "end", "client_ip", "client_port", "server_ip", "server_port", "host", "url", "path", "method", "status",
    "scheme", "query", "type", "result", "answers", "resolver", "sni", "tls_version", "alpn", "subject", "transport",
    "protocol", "seconds", "milliseconds", "bytes_out", "bytes_in", "packets_out", "packets_in", "user_agent",
    "referer",
}  # fmt: skip


def test_every_format_is_complete() -> None:
    every = [item for reader in READERS for item in formats(reader)]
    assert len({item.name for item in every}) >= 15
    for item in every:
        assert item.kind in {"flow", "http", "tls", "dns", "skip"}
        assert set(item.columns) <= KNOWN, item.name
        assert item.needs


@pytest.mark.parametrize(
    ("reader", "row", "name"),
    [
        ("json", {"event_type": "tls", "src_ip": "a", "dest_ip": "b", "timestamp": "c"}, "Suricata EVE tls"),
        ("json", {"event_type": "stats", "timestamp": "c"}, "Suricata EVE, other events"),
        ("json", {"id.orig_h": "a", "proto": "tcp", "conn_state": "SF"}, "Zeek conn.log"),
        ("zeek", {"id.orig_h": "a", "query": "", "trans_id": "1"}, "Zeek dns.log"),
        ("json", {"hello": "world"}, None),
    ],
)
def test_rows_tell_their_format(reader: str, row: dict[str, str], name: str | None) -> None:
    found = format_of(reader, row)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (["Timestamp", "Source IP", "Destination IP", "Destination Port", "Bytes Sent"], "flow"),
        (["time", "client_ip", "method", "url", "status"], "http"),
        (["date", "src", "query", "qtype"], "dns"),
        (["name", "email", "phone"], None),
        (["time", "host"], None),
        (["host", "url", "status"], None),  # neither when nor who
    ],
)
def test_csv_headers(header: list[str], kind: str | None) -> None:
    found = by_header(header)
    assert (found.kind if found else None) == kind


@pytest.mark.parametrize(
    ("given", "name"),
    [("ssl", "tls"), ("pgsql", "postgresql"), ("HTTP", "http"), ("failed", ""), ("redis", "redis"), ("<x>", "")],
)
def test_protocol_names(given: str, name: str) -> None:
    assert protocol_name(given) == name
