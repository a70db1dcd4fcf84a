"""Cassandra in memory, answering as the protocol's specification says. Not yet verified against the real server."""

from collections.abc import Mapping
from uuid import UUID

import pytest

from tieback.model.figure import Quality
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play
from tieback.probes.stores.cassandra.probe import CassandraProbe
from tieback.scope.conversation import Target

PROBE = CassandraProbe()
HOST = UUID("0d0c1a2e-5a0b-4f6e-9a44-1f6b6e3d0c01")
TABLE = UUID("5a1c395e-b41f-11e5-9f22-ba0be0483c18")

type Row = list[bytes | None]


def string(text: str) -> bytes:
    return len(text).to_bytes(2, "big") + text.encode()


def answer_frame(opcode: int, body: bytes, version: int = 4, flags: int = 0) -> bytes:
    return bytes((0x80 | version, flags, 0, 0, opcode)) + len(body).to_bytes(4, "big") + body


def supported(*extra: str) -> bytes:
    pairs = {"CQL_VERSION": ["3.4.6"], "COMPRESSION": ["snappy", "lz4"], **{key: ["1"] for key in extra}}
    body = len(pairs).to_bytes(2, "big")
    for key, values in pairs.items():
        body += string(key) + len(values).to_bytes(2, "big") + b"".join(map(string, values))
    return body


def error(code: int, text: str) -> bytes:
    return code.to_bytes(4, "big") + string(text)


def rows(*found: Row, columns: int, more: bool = False) -> bytes:
    names = b"".join(string(f"c{n}") + b"\0\x0d" for n in range(columns))
    head = b"\0\0\0\2" + (3 if more else 1).to_bytes(4, "big") + columns.to_bytes(4, "big")
    head += (b"\0\0\0\1p" if more else b"") + string("ks") + string("t") + names
    values = b"".join(
        b"\xff\xff\xff\xff" if one is None else len(one).to_bytes(4, "big") + one for row in found for one in row
    )
    return head + len(found).to_bytes(4, "big") + values


def big(number: int) -> bytes:
    return number.to_bytes(8, "big", signed=True)


OPEN: dict[str, tuple[int, bytes]] = {
    "OPTIONS": (6, supported()),
    "STARTUP": (2, b""),
    "FROM system.local": (8, rows([b"4.1.3", b"Test Cluster", HOST.bytes], columns=3)),
    "FROM system_schema.tables": (
        8,
        rows([b"hr", b"people", TABLE.bytes], [b"system", b"local", b"\1" * 16], columns=3),
    ),
    "FROM system.size_estimates": (
        8,
        rows([b"hr", b"people", big(100), big(50)], [b"hr", b"people", big(37), big(10)], columns=4),
    ),
    "FROM system_schema.columns": (
        8,
        rows([b"hr", b"people", b"email", b"text"], [b"hr", b"people", b"id", b"uuid"], columns=4),
    ),
}


def peer(change: Mapping[str, tuple[int, bytes]] | None = None, version: int = 4) -> MemoryPeer:
    answers = {**OPEN, **(change or {})}

    def reply(sent: bytes) -> bytes | None:
        if sent[0] != version:
            text = f"Invalid or unsupported protocol version ({sent[0]}); the greatest is {version}"
            return answer_frame(0, error(0x0A, text), version)
        opcode = sent[4]
        key = {1: "STARTUP", 5: "OPTIONS"}.get(opcode) or next(
            (key for key in answers if key.encode() + b"\0\1" in sent), None
        )
        kind, body = answers.get(key or "", (0, error(0x2200, "unconfigured table")))
        return answer_frame(kind, body, version)

    return MemoryPeer(reply)


def ask(served: MemoryPeer, depth: Depth = Depth.DESCRIBE, port: int = 9042) -> PlaybackResult[ProbeReport]:
    return play(PROBE.run(Target("127.0.0.1", port), depth), served, PROBE.meta.sends)


def test_open_server_reports_tables_partitions_and_columns() -> None:
    report = ask(peer()).result
    assert (report.outcome, report.access) == (Outcome.OK, Access.OPEN)
    assert (report.product, report.version) == ("cassandra", "4.1.3")
    people, system = report.containers
    assert people.path == ("hr", "people")
    assert people.records is not None
    assert people.bytes is not None
    assert (people.records.value, people.records.quality) == (137, Quality.ESTIMATE)
    assert people.bytes.value == 100 * 50 + 37 * 10
    assert [(field.name, field.type) for field in people.fields] == [("email", "text"), ("id", "uuid")]
    assert (system.name, system.system, system.records) == ("system.local", True, None)
    assert report.identity is not None
    assert report.identity.kind == "fingerprint"


def test_two_nodes_of_one_cluster_are_one_store() -> None:
    other = {"FROM system.local": (8, rows([b"4.1.3", b"Test Cluster", b"\2" * 16], columns=3))}
    assert ask(peer()).result.identity == ask(peer(other)).result.identity
    empty = {"FROM system_schema.tables": (8, rows(columns=3))}
    alone = ask(peer(empty)).result
    assert alone.identity is not None
    assert alone.identity.key == f"cassandra:host_id:{HOST}"


NOT_READY = {"STARTUP": (3, string("org.apache.cassandra.auth.PasswordAuthenticator"))}
STATES = [
    ("asks for a password", NOT_READY, Access.AUTH_REQUIRED),
    ("no tables of users", {"FROM system_schema.tables": (8, rows(columns=3))}, Access.OPEN_EMPTY),
    ("statistics say nothing yet", {"FROM system.size_estimates": (8, rows(columns=4))}, Access.PARTIAL),
    ("statistics refused", {"FROM system.size_estimates": (0, error(0x2100, "no SELECT"))}, Access.PARTIAL),
    ("tables refused", {"FROM system_schema.tables": (0, error(0x2100, "no SELECT"))}, Access.PARTIAL),
    ("overloaded", {"STARTUP": (0, error(0x1001, "overloaded"))}, Access.UNKNOWN),
]


@pytest.mark.parametrize(("change", "access"), [s[1:] for s in STATES], ids=[s[0] for s in STATES])
def test_access_state_by_server_answers(change: dict[str, tuple[int, bytes]], access: Access) -> None:
    report = ask(peer(change)).result
    assert (report.outcome, report.access) == (Outcome.OK, access)


def test_truncated_listing_is_a_lower_bound_with_a_problem() -> None:
    change = {"FROM system.size_estimates": (8, rows([b"hr", b"people", big(5), big(1)], columns=4, more=True))}
    (people, _) = ask(peer(change)).result.containers
    assert people.records is not None
    assert people.records.quality is Quality.LOWER_BOUND


def test_older_releases_use_version_3_and_other_tables() -> None:
    change = {
        "FROM system_schema.tables": (0, error(0x2200, "Keyspace system_schema does not exist")),
        "FROM system.schema_columnfamilies": (8, rows([b"hr", b"people", TABLE.bytes], columns=3)),
    }
    report = ask(peer(change, version=3)).result
    assert report.access is Access.OPEN
    assert [container.name for container in report.containers] == ["hr.people"]


def test_scylla_is_distinguished() -> None:
    report = ask(peer({"OPTIONS": (6, supported("SCYLLA_NR_SHARDS"))})).result
    assert report.product == "scylladb"


@pytest.mark.parametrize("depth", Depth)
def test_no_deeper_than_allowed(depth: Depth) -> None:
    played = ask(peer(), depth)
    assert len(played.sent) == {Depth.IDENTIFY: 3, Depth.ENUMERATE: 5}.get(depth, 6)
    for data in played.sent:
        (declared,) = [send for send in PROBE.meta.sends if send.matches(data)]
        assert declared.depth.rank <= depth.rank


def test_warnings_before_the_answer_are_skipped() -> None:
    plain = peer()

    def reply(sent: bytes) -> bytes | None:
        answer = plain.answer(sent)
        assert answer is not None
        if sent[4] != 7:
            return answer
        return answer_frame(8, b"\0\1" + string("Aggregation query used without partition key") + answer[9:], flags=8)

    assert ask(MemoryPeer(reply)).result.access is Access.OPEN


@pytest.mark.parametrize("greeting", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"-ERR unknown command\r\n", b"\x84" * 20])
def test_other_servers_are_another_protocol(greeting: bytes) -> None:
    report = ask(MemoryPeer(lambda _: greeting), port=7).result
    assert (report.outcome, report.access) == (Outcome.PROTOCOL_MISMATCH, Access.UNKNOWN)
