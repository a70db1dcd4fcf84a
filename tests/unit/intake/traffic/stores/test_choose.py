"""The verdict among all recognisers: on real captures with known truth, on bytes without sense, and its ties."""

import csv
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import samples
from tests.each import each
from tests.examples import examples
from tieback.intake.traffic.interface import ConnectionStart
from tieback.intake.traffic.open import open_traffic
from tieback.intake.traffic.stores.choose import NO_STORES, recognise, recognise_either, recognisers
from tieback.model.flow import FlowEvidence

CAPTURES = samples.directory("captures")
STORES = {item.name for item in recognisers()} - NO_STORES - {"http"} | {
    "elasticsearch", "couchdb", "influxdb", "clickhouse", "etcd", "neo4j", "solr", "arangodb",
}  # fmt: skip
ENCRYPTION = {"no": {False}, "starttls": {True}, "mixed": {True, False}}
LEAST = 0.97

VALID = (
    (b"*1\r\n$4\r\nPING\r\n", b"+PONG\r\n"),
    (b"\0\0\0\x08\x04\xd2\x16\x2f\x16\x03\x01\0\x50\x01", b"S\x16\x03\x03\0\x50\x02"),
    (b"", b"J\0\0\0\x0a8.0.36\0\x0c\0\0\x001tugx_#V\0\xff\xff\xff\x02\0\xff\xdf\x15" + bytes(45)),
    (b"\x25\0\0\0\x07\0\0\0\0\0\0\0\xdd\x07\0\0\0\0\0\0\0\x10\0\0\0\x10ping\0\x01\0\0\0\0", b""),
    (b"\x10\x0f\0\x04MQTT\x04\x02\0\x3c\0\x03abc", b"\x20\x02\0\0"),
    (b"AMQP\0\0\x09\x01", b"\x01\0\0\0\0\0\x0c\0\x0a\0\x0a\0\x09\0\0\0\0\0\0\xce"),
    (b"\x04\0\0\0\x05\0\0\0\0", b"\x84\0\0\0\x02\0\0\0\0"),
    (b"\0\0\0\x0d\0\x12\0\0\0\0\0\x01\0\x03app", b"\0\0\0\x08\0\0\0\x01\0\0\0\0"),
    (b"stats\r\n", b"STAT pid 1\r\nEND\r\n"),
    (b"\x12\x01\0\x1a\0\0\x01\0\0\0\x0b\0\x06\x01\0\x11\0\x01\xff\x11\0\0\0\0\0\x02", b""),
    (b"\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\0\x80\0", b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\0\x04\0\x04\0"),
    (b"\x60\x60\xb0\x17\0\0\x04\x05\0\0\0\x04\0\0\0\x03\0\0\0\0", b"\0\0\x04\x05"),
    (b"GET /_cat/indices HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-elastic-product: Elasticsearch\r\n\r\n{}"),
    (b"\0\x10\xd0\x41\0\x01\0\x0a\x10\x41" + bytes(6), b""),
    (b"ES\0\0\0\x11" + bytes(8) + b"\0\0\x6b\xbb\x4b" + bytes(4), b""),
    (b"\0\x04test\x18\x08\xd4\xa6\x03\0\0\0", b""),
    (b"EHLO a\r\nSTARTTLS\r\n\x16\x03\x01\0\x50\x01", b"220 a ESMTP\r\n"),
)


@samples.needs("captures")
def test_real_captures(capsys: pytest.CaptureFixture[str]) -> None:
    """The right store on 97 % of the files that hold one, encryption right on all of those, and no store elsewhere."""
    with (CAPTURES / "MANIFEST.tsv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["kind"] not in {"har", "mitm"}]
    right: Counter[str] = Counter()
    misses: list[str] = []
    for row in rows:
        found = _stores(CAPTURES / row["file"])
        protocols = {protocol for protocol, _ in found}
        holds = row["kind"] == "datastore"
        if protocols == ({row["truth"]} if holds else set()):
            right[row["kind"]] += 1
            if holds and {encrypted for _, encrypted in found} != ENCRYPTION[row["encryption"]]:
                misses.append(f"encryption: {row['file']} is {row['encryption']}, seen {sorted(found, key=str)}")
        else:
            misses.append(f"store: {row['file']} is {row['kind']} {row['truth']}, seen {sorted(found, key=str)}")
    kinds = Counter(row["kind"] for row in rows)
    with capsys.disabled():
        for miss in misses:
            sys.stderr.write(f"\n{miss}")
    assert right["datastore"] >= LEAST * kinds["datastore"]
    assert [miss for miss in misses if miss.startswith("encryption")] == []
    assert all(right[kind] == kinds[kind] for kind in kinds if kind != "datastore")


def _stores(path: Path) -> set[tuple[str, bool | None]]:
    opened = open_traffic(path)
    try:
        flows = [seen.flow for seen in opened.flows()]
    finally:
        opened.close()
    return {
        (flow.protocol, flow.encrypted)
        for flow in flows
        if flow.protocol in STORES and flow.evidence is FlowEvidence.PAYLOAD
    }


@each(("client", "server"), VALID)
def test_each_protocol_is_detected_on_any_port(client: bytes, server: bytes) -> None:
    found = recognise(ConnectionStart(client, server, 31337))
    assert found is not None
    assert found.confidence >= 0.75 if client and server else found.confidence <= 0.7


def test_both_ways_round_mid_stream() -> None:
    client, server = b"*1\r\n$4\r\nPING\r\n", b"+PONG\r\n"
    turned = recognise(ConnectionStart(server, client, 6379, midstream=True))
    assert turned is not None
    assert turned.protocol == "redis"
    assert turned.confidence < 0.9
    assert [(item.direction, item.data) for item in turned.samples] == [("in", client), ("out", server)]
    assert recognise(ConnectionStart(server, client, 6379)) is None


REDIS = (b"*1\r\n$4\r\nPING\r\n", b"+PONG\r\n")


@pytest.mark.parametrize(
    ("sides", "protocol", "turned"),
    [
        (REDIS, "redis", False),
        (REDIS[::-1], "redis", True),
        ((b"\x17\x03\x03\0\x20", b"\x17\x03\x03\0\x20"), None, False),
        ((b"nothing that", b"anyone knows"), None, False),
        ((b"", b""), None, False),
    ],
)
def test_initiator_is_reported_with_the_protocol(
    sides: tuple[bytes, bytes], protocol: str | None, turned: bool
) -> None:
    found, swapped = recognise_either(ConnectionStart(*sides, None, midstream=True))
    assert (found.protocol if found else None, swapped) == (protocol, turned)
    assert found is None or found.confidence >= 0.9


def test_one_side_counts_where_the_other_begins_inside_a_message() -> None:
    bind = b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\0\x04\0\x04\0"
    found = recognise(ConnectionStart(b"\xf1\x36\x5c\xd0\xb0\xcc" * 20, bind, 389, midstream=True))
    assert found is not None
    assert found.protocol == "ldap"
    assert found.confidence == 0.5


@each(
    "opening",
    [
        ConnectionStart(b"\x16\x03\x01\0\xf8\x01\0\0\xf4\x03\x03", b"\x16\x03\x03\0\x50\x02", 6379),
        ConnectionStart(b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\nhello", 9200),
        ConnectionStart(b"", b"", 3306),
        ConnectionStart(b"\x03" + bytes(1536), b"\x03" + bytes(3072), 1935),  # RTMP
        ConnectionStart(b"M-SEARCH * HTTP/1.1\r\n\r\n", b"", 1900, "udp"),
        ConnectionStart(b"SSH-2.0-OpenSSH_9.6\r\n", b"SSH-2.0-OpenSSH_9.6\r\n", 22),
    ],
)
def test_no_store(opening: ConnectionStart) -> None:
    assert recognise(opening) is None


NOISE = {
    "VNC": (b"RFB 003.008\n\x02\x01", b"RFB 003.008\n\x02\x02\x10"),
    "IRC": (b"NICK guest\r\nUSER guest 0 * :guest\r\n", b":irc.test NOTICE AUTH :*** Looking up\r\n"),
    "Telnet": (b"\xff\xfd\x03\xff\xfb\x18\xff\xfb\x1f", b"\xff\xfd\x18\xff\xfd\x20\xff\xfd\x23"),
    "RDP": (
        bytes.fromhex("0300002b26e00000000000436f6f6b69653a206d737473686173683d61646d696e0d0a0100080003000000"),
        bytes.fromhex("030000130ed000001234000209080000000000"),
    ),
    "SMB": (
        bytes.fromhex("000000b2fe534d4240000000000000000000") + bytes(150),
        bytes.fromhex("000000f8fe534d424000") + bytes(200),
    ),
    "X11": (b"l\0\x0b\0\0\0\0\0\0\0\0\0", b"\x01\0\x0b\0\0\0\x10\0" + bytes(60)),
    "Modbus": (bytes.fromhex("000100000006010300000001"), bytes.fromhex("000100000005010302002a")),
    "RTMP": (b"\x03" + bytes(4) + bytes(range(250)) * 6, b"\x03" + bytes(4) + bytes(range(250)) * 12),
    "PPTP": (
        bytes.fromhex("009c00011a2b3c4d00010000") + bytes(144),
        bytes.fromhex("009c00011a2b3c4d00020000") + bytes(144),
    ),
    "Skinny": (bytes.fromhex("040000000000000000000000"), bytes.fromhex("0800000000000000970000000000000000")),
    "Git": (
        b"0032git-upload-pack /project.git\0host=myserver.test\0",
        b"00887217a7c7e582c46cec22a130adf4b9d7d950fba0 HEAD\0multi_ack thin-pack",
    ),
    "rsync": (b"@RSYNCD: 31.0\n", b"@RSYNCD: 31.0\n"),
    "Thrift": (
        bytes.fromhex("800100010000000470696e670000000100"),
        bytes.fromhex("800100020000000470696e670000000100"),
    ),
    "ZeroMQ": (bytes.fromhex("ff00000000000000017f03004e554c4c") + bytes(44),) * 2,
    "gRPC": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", b"\0\0\0\4\0\0\0\0\0"),
    "FIX": (b"8=FIX.4.2\x019=65\x0135=A\x01",) * 2,
    "WhatsApp": (b"WA\x06\x03\0\0\x24\x12\x22\x0a\x20" + bytes(range(32)), b"\0\1\x50\x1a" + bytes(range(100))),
    "SOCKS": (b"\5\1\0\5\1\0\3\x08api.test\1\xbb", b"\5\0\5\0\0\1\0\0\0\0\0\0"),
    "beanstalk": (b"use default\r\nput 0 0 60 3\r\nabc\r\n", b"USING default\r\nINSERTED 1\r\n"),
    "Graphite": (b"servers.a.cpu 0.5 1700000000\n", b""),
    "chargen": (b"", b"!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ\r\n"),
}
"""Other protocols' first messages, written from their descriptions."""


@pytest.mark.parametrize("name", NOISE)
@pytest.mark.parametrize("midstream", [False, True])
def test_no_store_in_other_protocols(name: str, midstream: bool) -> None:
    client, server = NOISE[name]
    for out, back in ((client, server), (server, client), (client, b""), (b"", server)):
        found = recognise(ConnectionStart(out, back, 6379, midstream=midstream))
        assert found is None or found.protocol in NO_STORES


def test_the_order_is_fixed() -> None:
    names = [item.name for item in recognisers()]
    assert names.index("postgresql") < names.index("mysql") < names.index("kafka")
    assert {"smtp", "imap", "pop3", "ftp"} <= set(names)


@pytest.mark.parametrize("midstream", [False, True])
def test_short_sides_never_raises(midstream: bool) -> None:
    tails = (b"", b"\0", bytes(7), b"\x01\0\0\x01\x80\0\0\x09" * 3, b"+$*:{", b"\xff" * 30)
    for item in recognisers():
        sides = (item.client_first, item.server_first)
        for first in {byte for side in sides for byte in (*side[:4], *side[-4:])}:
            for tail in tails:
                one = bytes((first,)) + tail
                for client, server in ((one, b""), (b"", one), (one, one), (one[:1], one), (one, one[:1])):
                    item.recognise(ConnectionStart(client, server, None, midstream=midstream))


@settings(max_examples=examples(100), deadline=None)
@given(st.binary(max_size=300), st.binary(max_size=300), st.booleans())
def test_random_bytes_never_raises(client: bytes, server: bytes, midstream: bool) -> None:
    opening = ConnectionStart(client, server, None, midstream=midstream)
    recognise(opening)
    for item in recognisers():
        item.recognise(opening)


@settings(max_examples=examples(100), deadline=None)
@given(
    st.sampled_from(VALID),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=6),
    st.integers(0, 400),
    st.binary(max_size=80),
    st.booleans(),
)
def test_mutated_openings_never_raise(
    valid: tuple[bytes, bytes], changes: list[tuple[int, int]], cut: int, tail: bytes, midstream: bool
) -> None:
    sides = []
    for side in valid:
        data = bytearray(side + tail)
        for at, value in changes:
            if at < len(data):
                data[at] = value
        sides.append(bytes(data[: max(cut, 4)]))
    opening = ConnectionStart(sides[0], sides[1], None, midstream=midstream)
    found = [recognise(opening), *(item.recognise(opening) for item in recognisers())]
    assert all(0.0 < verdict.confidence <= 1.0 for verdict in found if verdict is not None)
    assert all(len(item.data) <= 4096 for verdict in found if verdict is not None for item in verdict.samples)
