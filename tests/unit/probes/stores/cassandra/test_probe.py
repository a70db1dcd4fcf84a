"""Cassandra in memory, answering as the protocol's specification says. Not yet verified against the real server."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.model.figure import Quality
from tieback.model.grant import Depth
from tieback.model.probe import Access, Entry, Outcome, Privileges, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play
from tieback.probes.stores.cassandra.probe import CassandraProbe
from tieback.probes.stores.cassandra.session import HEADER, decode_rows
from tieback.probes.stores.cassandra.tokens import without_tokens
from tieback.scope.conversation import Target

PROBE = CassandraProbe()
HOST = UUID("0d0c1a2e-5a0b-4f6e-9a44-1f6b6e3d0c01")
TABLE = UUID("5a1c395e-b41f-11e5-9f22-ba0be0483c18")

type Row = Sequence[bytes | None]


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


def integer(number: int) -> bytes:
    return number.to_bytes(4, "big", signed=True)


def tokens(*values: int, more: bool = False) -> tuple[int, bytes]:
    return 8, rows(*([big(value)] for value in values), columns=1, more=more)


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
    "authorizer'": (8, rows([b"AllowAllAuthorizer"], columns=1)),
    "SELECT partitioner FROM system.local": (8, rows([b"org.apache.cassandra.dht.Murmur3Partitioner"], columns=1)),
    "position, kind FROM system_schema.columns": (
        8,
        rows(
            [b"hr", b"people", b"email", integer(-1), b"regular"],
            [b"hr", b"people", b"id", integer(0), b"partition_key"],
            columns=5,
        ),
    ),
    'SELECT token("id") FROM "hr"."people" LIMIT 5000': tokens(-3, -3, 7),
    "column_name, type FROM system_schema.columns": (
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
            (key for key in sorted(answers, key=len, reverse=True) if key.encode() + b"\0\1" in sent), None
        )
        kind, body = answers.get(key or "", (0, error(0x2200, "unconfigured table")))
        return answer_frame(kind, body, version)

    return MemoryPeer(reply)


def ask(
    served: MemoryPeer,
    depth: Depth = Depth.DESCRIBE,
    port: int = 9042,
    *,
    scans: bool = False,
    names: tuple[str, ...] = (),
) -> PlaybackResult[ProbeReport]:
    sends = [send for send in PROBE.meta.sends if scans or not send.cost.needs_scans]
    return play(PROBE.run(Target("127.0.0.1", port, scans=scans, names=names), depth), served, sends)


def people(report: ProbeReport) -> tuple[int, Quality]:
    (found,) = [c.records for c in report.containers if c.path == ("hr", "people")]
    assert found is not None
    return found.value, found.quality


def test_open_server_reports_tables_rows_and_columns() -> None:
    report = ask(peer()).result
    assert (report.outcome, report.access) == (Outcome.OK, Access.OPEN)
    assert (report.product, report.version) == ("cassandra", "4.1.3")
    table, system = report.containers
    assert table.path == ("hr", "people")
    assert people(report) == (3, Quality.EXACT)
    assert table.bytes is not None
    assert table.bytes.value == 100 * 50 + 37 * 10
    assert [(field.name, field.type) for field in table.fields] == [("email", "text"), ("id", "uuid")]
    assert (system.name, system.system, system.records) == ("system.local", True, None)
    assert report.identity is not None
    assert report.identity.kind == "fingerprint"
    assert (report.entry, report.privileges) == (Entry.ANONYMOUS, Privileges.ADMIN)


@pytest.mark.parametrize("closes", [b"size_estimates", b"system_schema.columns", b"authorizer", b"SELECT token"])
def test_query_that_ends_the_connection_costs_only_itself(closes: bytes) -> None:
    served = peer()
    played = ask(MemoryPeer(lambda sent: None if closes in sent else served.answer(sent)))
    report = played.result
    assert (report.outcome, report.product) == (Outcome.OK, "cassandra"), report
    assert any(container.path == ("hr", "people") for container in report.containers)
    # The connection is opened again only if another query follows.
    assert played.connections > 1 or closes in played.sent[-1]


def test_two_nodes_of_one_cluster_are_one_store() -> None:
    other = {"FROM system.local": (8, rows([b"4.1.3", b"Test Cluster", b"\2" * 16], columns=3))}
    assert ask(peer()).result.identity == ask(peer(other)).result.identity
    empty = {"FROM system_schema.tables": (8, rows(columns=3))}
    alone = ask(peer(empty)).result
    assert alone.identity is not None
    assert alone.identity.key == f"cassandra:host_id:{HOST}"


FIRST = 'SELECT token("id") FROM "hr"."people" LIMIT 5000'
SIZES = "FROM system.size_estimates"
NOT_READY = {"STARTUP": (3, string("org.apache.cassandra.auth.PasswordAuthenticator"))}
STATES = [
    ("asks for a password", NOT_READY, Access.AUTH_REQUIRED),
    ("no tables of users", {"FROM system_schema.tables": (8, rows(columns=3))}, Access.OPEN_EMPTY),
    ("statistics show nothing yet", {SIZES: (8, rows(columns=4))}, Access.OPEN),
    ("statistics refused", {SIZES: (0, error(0x2100, "no SELECT"))}, Access.OPEN),
    ("no row", {FIRST: tokens()}, Access.OPEN_EMPTY),
    ("tokens refused", {FIRST: (0, error(0x2100, "no SELECT"))}, Access.SCHEMA_ONLY),
    ("tokens time out, statistics", {FIRST: (0, error(0x1200, "timed out"))}, Access.OPEN),
    ("tokens time out, none", {FIRST: (0, error(0x1200, "timed out")), SIZES: (8, rows(columns=4))}, Access.PARTIAL),
    ("tables refused", {"FROM system_schema.tables": (0, error(0x2100, "no SELECT"))}, Access.PARTIAL),
    ("overloaded", {"STARTUP": (0, error(0x1001, "overloaded"))}, Access.UNKNOWN),
]


@each(("change", "access"), [s[1:] for s in STATES], ids=[s[0] for s in STATES])
def test_access_state_by_server_answers(change: dict[str, tuple[int, bytes]], access: Access) -> None:
    report = ask(peer(change)).result
    assert (report.outcome, report.access) == (Outcome.OK, access)


def test_a_cut_count_is_a_lower_bound_unless_the_statistics_are_larger() -> None:
    page = tokens(*range(5000))
    assert people(ask(peer({FIRST: page})).result) == (5000, Quality.LOWER_BOUND)
    larger = {FIRST: page, SIZES: (8, rows([b"hr", b"people", big(6000), big(9)], columns=4))}
    assert people(ask(peer(larger)).result) == (6000, Quality.ESTIMATE)
    cut = {
        FIRST: (0, error(0x1200, "timed out")),
        SIZES: (8, rows([b"hr", b"people", big(5), big(1)], columns=4, more=True)),
    }
    assert people(ask(peer(cut)).result) == (5, Quality.LOWER_BOUND)


NEXT = 'SELECT token("id") FROM "hr"."people" WHERE token("id") > {} LIMIT 5000'


def test_scans_count_whole_partitions_over_several_pages() -> None:
    # The partition 4998 has three rows; the first page ends after its second one.
    pages = {FIRST: tokens(*range(4999), 4998), NEXT.format(4997): tokens(4998, 4998, 4998, 6000)}
    assert people(ask(peer(pages), scans=True).result) == (5002, Quality.EXACT)
    assert people(ask(peer(pages)).result) == (5000, Quality.LOWER_BOUND)


def test_a_partition_larger_than_a_page_is_a_lower_bound() -> None:
    pages = {FIRST: tokens(*[5] * 5000), NEXT.format(5): tokens(6)}
    assert people(ask(peer(pages), scans=True).result) == (5001, Quality.LOWER_BOUND)


def test_a_server_that_repeats_its_page_ends() -> None:
    page = tokens(*range(5000))
    pages = {FIRST: page, NEXT.format(4998): page}
    played = ask(peer(pages), scans=True)
    assert len(played.sent) < 40
    assert people(played.result)[1] is Quality.LOWER_BOUND


@pytest.mark.parametrize("partitioner", [b"org.apache.cassandra.dht.ByteOrderedPartitioner", b"", b"x"])
def test_tokens_that_are_keys_are_never_requested(partitioner: bytes) -> None:
    played = ask(peer({"SELECT partitioner FROM system.local": (8, rows([partitioner], columns=1))}))
    assert not [data for data in played.sent if b"token" in data]
    assert people(played.result) == (137, Quality.ESTIMATE)


@pytest.mark.parametrize("name", [b'i"d', b"i d", b"id)", b"", b"x" * 49])
def test_a_name_that_could_change_the_statement_is_not_sent(name: bytes) -> None:
    key = {
        "position, kind FROM system_schema.columns": (
            8,
            rows([b"hr", b"people", name, integer(0), b"partition_key"], columns=5),
        )
    }
    played = ask(peer(key))
    assert not [data for data in played.sent if b"token" in data]
    assert "not counted" in "".join(played.result.problems)


def test_a_key_of_several_columns_keeps_its_order() -> None:
    key = {
        "position, kind FROM system_schema.columns": (
            8,
            rows(
                [b"hr", b"people", b"day", integer(1), b"partition_key"],
                [b"hr", b"people", b"tenant", integer(0), b"partition_key"],
                columns=5,
            ),
        ),
        'SELECT token("tenant","day") FROM "hr"."people" LIMIT 5000': tokens(1, 2),
    }
    assert people(ask(peer(key)).result) == (2, Quality.EXACT)


def test_a_transcript_has_no_token() -> None:
    first = next(send for send in PROBE.meta.sends if send.name.startswith("SELECT token"))
    assert first.redact is not None
    opcode, body = tokens(-3, -3, 7_000_000_000)
    kept = first.redact(answer_frame(opcode, body))
    assert kept == answer_frame(*tokens(0, 0, 1))
    assert first.redact(b"x" * 40) is None


@pytest.mark.parametrize(
    ("value", "privileges"), [(b"AllowAllAuthorizer", Privileges.ADMIN), (b"CassandraAuthorizer", Privileges.LIMITED)]
)
def test_privileges_follow_the_authorizer(value: bytes, privileges: Privileges) -> None:
    assert ask(peer({"authorizer'": (8, rows([value], columns=1))})).result.privileges is privileges


def test_privileges_are_unknown_without_the_settings() -> None:
    assert ask(peer({"authorizer'": (0, error(0x2200, "no"))})).result.privileges is Privileges.UNKNOWN


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
    assert len(played.sent) == {Depth.IDENTIFY: 3, Depth.ENUMERATE: 6}.get(depth, 10)
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


@given(st.lists(st.one_of(st.none(), st.binary(min_size=8, max_size=16)), max_size=40))
@settings(max_examples=examples(60), deadline=None)
def test_a_page_without_tokens_has_as_many_rows(values: list[bytes | None]) -> None:
    page = answer_frame(8, rows(*([value] for value in values), columns=1))
    kept = without_tokens(page)
    assert kept is not None
    found = decode_rows(kept[HEADER:], 1).rows
    assert len(found) == len(values)
    assert int.from_bytes(kept[5:HEADER], "big") == len(kept) - HEADER
    assert len({value for (value,) in found}) == len(set(values))


@given(st.binary(max_size=200))
@settings(max_examples=examples(100), deadline=None)
def test_a_page_of_any_bytes_never_raises(data: bytes) -> None:
    without_tokens(data)
    without_tokens(answer_frame(8, data))


UNAUTHORIZED = (0, error(0x2100, "User anonymous has no SELECT permission on <table system_schema.tables>"))
ALL_REFUSED = dict.fromkeys(
    (
        *("FROM system_schema.tables", "FROM system.size_estimates"),
        *("position, kind FROM system_schema.columns", "column_name, type FROM system_schema.columns"),
    ),
    UNAUTHORIZED,
)


def of_keyspace(name: str) -> dict[str, tuple[int, bytes]]:
    """What is refused as a whole, answered for one keyspace."""
    return {f"{key} WHERE keyspace_name = '{name}'": OPEN[key] for key in ALL_REFUSED}


def test_a_keyspace_that_the_app_names_is_read_although_the_list_is_refused() -> None:
    played = ask(peer(ALL_REFUSED | of_keyspace("hr")), names=("hr", "x'; DROP", "gone"))
    report = played.result
    assert report.access is Access.PARTIAL
    assert people(report) == (3, Quality.EXACT)
    assert [field.name for field in report.containers[0].fields] == ["email", "id"]
    assert report.untested == ("names of keyspaces other than hr, gone",)
    assert not any(b"DROP" in sent for sent in played.sent)


@pytest.mark.parametrize("names", [(), ("gone",)])
def test_a_refused_list_without_a_readable_keyspace_names_what_is_untested(names: tuple[str, ...]) -> None:
    report = ask(peer(ALL_REFUSED), names=names).result
    assert report.containers == ()
    assert report.access is Access.PARTIAL
    assert report.untested == ((f"names of keyspaces other than {names[0]}",) if names else ("names of keyspaces",))


def test_names_are_not_sent_if_the_list_is_answered() -> None:
    played = ask(peer(), names=("hr", "other"))
    assert not any(b"keyspace_name = " in sent for sent in played.sent)
    assert played.result.untested == ()
