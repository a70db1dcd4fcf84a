"""Which tables are read at depth ``sample``: none that may contact another server or run what its owner defined."""

from collections.abc import Sequence

from tests.each import each
from tests.unit.probes.stores.cassandra.test_probe import error, peer, rows
from tieback.model.probe import Container
from tieback.probes.playback import play
from tieback.probes.stores.cassandra.probe import CassandraProbe
from tieback.probes.wire.clickhouse import join_fields, plain_columns, split_fields
from tieback.scope.conversation import Target

COLUMNS = [["a", "String", ""], ["b", "LowCardinality(Nullable(String))", ""], ["c", "UInt64", ""]]
ENGINES = [
    ("MergeTree", ["a", "b", "c"]),
    ("ReplicatedReplacingMergeTree", ["a", "b", "c"]),
    ("Log", ["a", "b", "c"]),
    *((name, []) for name in ("View", "MaterializedView", "Distributed", "URL", "S3", "MySQL", "PostgreSQL", "Merge")),
    *((name, []) for name in ("Dictionary", "Kafka", "Buffer", "File", "Null", "Executable", "")),
]


@each(("engine", "names"), ENGINES)
def test_only_tables_that_keep_their_own_rows_are_read(engine: str, names: list[str]) -> None:
    assert plain_columns(engine, COLUMNS, 40) == names


@each(
    "row",
    [
        ["d", "String", "DEFAULT"],
        ["d", "String", "MATERIALIZED"],
        ["d", "String", "ALIAS"],
        ["d", "AggregateFunction(uniq, String)", ""],
        ["d", "Map(String, String)", ""],
        ["d`", "String", ""],
        ['d"', "String", ""],
        ["d", "String"],
    ],
)
def test_computed_columns_and_unsafe_names_are_not_read(row: Sequence[str]) -> None:
    assert plain_columns("MergeTree", [*COLUMNS, row], 40) == ["a", "b", "c"]


def test_the_number_of_columns_is_bounded() -> None:
    assert len(plain_columns("MergeTree", [[f"c{n}", "String", ""] for n in range(200)], 40)) == 40


def test_values_with_the_separator_are_dropped() -> None:
    assert join_fields(["a"], "`") == "ifNull(substring(toString(`a`),1,256),'')"
    assert split_fields("x\x1fy", ["a", "b"]) == ["x", "y"]
    assert split_fields("x\x1fy\x1fz", ["a", "b"]) == ["", ""]


MASKS = "SELECT keyspace_name, table_name FROM system_schema.column_masks"
JSON = b'SELECT JSON * FROM "hr"."people" LIMIT 50'
PEOPLE = Container(("hr", "people"), "table")
CASES = [
    # what the server says about masks, whether the table is read
    ((8, rows(columns=2)), True),
    ((0, error(0x2200, "unconfigured table")), True),
    ((8, rows([b"hr", b"people"], columns=2)), False),
    ((8, rows([b"hr", b"others"], columns=2)), True),
    ((8, rows([b"hr", b"others"], columns=2, more=True)), False),
    ((0, error(0x2100, "unauthorized")), False),
]


@each(("masks", "read"), CASES)
def test_tables_with_masks_are_not_read(masks: tuple[int, bytes], read: bool) -> None:
    probe = CassandraProbe()
    talk = probe.sample(Target("127.0.0.1", 9042), (PEOPLE,), "")
    sent = play(talk, peer({MASKS: masks}), probe.meta.sends).sent
    assert any(JSON in data for data in sent) is read


@each("name", ['a"b', "a;b", "", "a b", "ä", "x" * 49])
def test_names_of_tables_that_are_not_safe_are_not_sent(name: str) -> None:
    probe = CassandraProbe()
    talk = probe.sample(Target("127.0.0.1", 9042), (Container(("hr", name), "table"),), "")
    assert not any(b"JSON" in data for data in play(talk, peer(), probe.meta.sends).sent)


def test_a_large_table_is_read_with_fewer_rows() -> None:
    probe = CassandraProbe()
    answers = peer({'SELECT JSON * FROM "hr"."people" LIMIT 5': (8, rows([b'{"mail":"a@x.test"}'], columns=1))}).answer

    def answer(sent: bytes) -> bytes | None:
        if JSON + b"\0" in sent:
            return b"\x84\0\0\0\x08" + (64 * 1024 * 1024).to_bytes(4, "big") + b"x" * 100
        return answers(sent)

    talk = probe.sample(Target("127.0.0.1", 9042), (PEOPLE,), "")
    played = play(talk, type(peer())(answer), probe.meta.sends)
    assert [(column.field, column.values) for column in played.result] == [("mail", ("a@x.test",))]
