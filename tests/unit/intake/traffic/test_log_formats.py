"""The table of log formats."""

from pathlib import Path

import pytest

from tests.each import each
from tieback.intake.traffic.log_formats import by_header, format_of, formats, protocol_name, read_columns
from tieback.model.errors import InputError

READERS = ("zeek", "json", "squid", "umbrella", "pairs")
KNOWN = {
    "time", "end", "client_ip", "client_port", "server_ip", "server_port", "host", "url", "path", "method", "status",
    "scheme", "query", "type", "result", "answers", "resolver", "sni", "tls_version", "alpn", "subject", "transport",
    "protocol", "seconds", "milliseconds", "bytes_out", "bytes_in", "packets_out", "packets_in", "user_agent",
    "referer", "connection",
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
        (
            "zeek",
            {"id.orig_h": "a", "id.resp_h": "b", "id.resp_p": "9200", "proto": "tcp"},
            "Zeek conn.log with some columns, and logs of one protocol",
        ),
        ("zeek", {"id.orig_h": "a", "id.resp_h": "b", "server_name": "c", "cipher": "d"}, "Zeek ssl.log, some columns"),
        (
            "zeek",
            {"id.orig_h": "a", "id.resp_h": "b", "id.resp_p": "1", "note": "x", "msg": "y"},
            "Zeek logs about other logs",
        ),
        ("zeek", {"id.orig_h": "a", "query": "", "trans_id": "1"}, "Zeek dns.log"),
        ("json", {"hello": "world"}, None),
    ],
)
def test_format_is_detected_from_rows(reader: str, row: dict[str, str], name: str | None) -> None:
    found = format_of(reader, row)
    assert (found.name if found else None) == name


@each(
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


OWN = """
[[format]]
reader = "json"
kind = "http"
when = { type = "request" }
columns = { time = "@t", url = ["req.to", "to"] }
"""


def test_a_map_of_columns(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(OWN)
    (own,) = read_columns(tmp_path / "map.toml")
    assert (own.name, own.reader, own.kind, own.needs) == ("map.toml", "json", "http", ())
    assert own.get({"to": "http://a.test"}, "url") == "http://a.test"
    assert format_of("json", {"type": "request", "to": ""}, [own]) is own
    assert format_of("json", {"type": "other", "to": ""}, [own]) is None
    assert format_of("csv", {"type": "request"}, [own]) is None


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", r"no \[\[format\]\]"),
        ("x = [", "not valid TOML"),
        ("[[format]]\nreader = 'json'", "missing or invalid key.*`kind`"),
        ("[[format]]\nreader = ['json']\nkind = 'flow'\ncolumns = {}", "missing or invalid key.*reader"),
        ("[[format]]\nreader = 'json'\nkind = 'flow'\ncolumns = { host = [1] }", "missing or invalid key.*columns"),
        ("[[format]]\nreader = 'json'\nkind = 'flow'\nneeds = 'ab'\ncolumns = {}", "missing or invalid key.*needs"),
        ("[[format]]\nreader = 'json'\nkind = 'flow'\ncolumns = { nonsense = 'a' }", "columns nonsense"),
        ("[[format]]\nreader = 'xml'\nkind = 'flow'\ncolumns = {}", "reader 'xml'"),
        ("format = 3", "missing or invalid key"),
        ("#" * 300_000, "too large"),
    ],
)
def test_a_map_of_columns_that_is_none(tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "map.toml").write_text(text)
    with pytest.raises(InputError, match=word):
        read_columns(tmp_path / "map.toml")
    with pytest.raises(InputError, match="cannot be read"):
        read_columns(tmp_path / "missing.toml")


@each(
    ("given", "name"),
    [("ssl", "tls"), ("pgsql", "postgresql"), ("HTTP", "http"), ("failed", ""), ("redis", "redis"), ("<x>", "")],
)
def test_protocol_names(given: str, name: str) -> None:
    assert protocol_name(given) == name
