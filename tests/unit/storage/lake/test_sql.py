import gc
import os
import tempfile
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from tieback.storage.lake.sql import Databases, escape_glob, sql_list, sql_literal, writing_files


@pytest.mark.parametrize(
    ("text", "literal"), [("a", "'a'"), ("it's", "'it''s'"), ("", "''"), ("'; DROP", "'''; DROP'")]
)
def test_texts_become_sql_literals(text: str, literal: str) -> None:
    assert sql_literal(text) == literal
    assert duckdb.connect().execute(f"SELECT {literal}").fetchall() == [(text,)]


def test_paths_find_themselves(tmp_path: Path) -> None:
    odd = [tmp_path / name for name in ("a[1]", "b*", "c?", "it's")]
    for path in odd:
        path.write_text(path.name)
    found = duckdb.connect().execute(f"SELECT content FROM read_text({sql_list(odd)})").fetchall()
    assert sorted(found) == sorted((path.name,) for path in odd)
    assert escape_glob(Path("/a")) == "/a"


@pytest.mark.parametrize("sql", ["COPY (SELECT 1) TO '{}'", "FROM read_text('{}')", "ATTACH '{}'"])
def test_nothing_outside_the_folder(tmp_path: Path, sql: str) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out.csv"
    inside.mkdir()
    outside.write_text("secret")
    with writing_files(inside) as connection, pytest.raises(duckdb.Error):
        connection.execute(sql.format(outside))
    with Databases(inside).connect((), sql) as connection, pytest.raises(duckdb.Error):
        connection.execute(sql.format(outside))
    assert outside.read_text() == "secret"


def test_queries_of_a_lake_share_a_database_and_not_their_views(tmp_path: Path) -> None:
    databases, query = Databases(tmp_path), "SELECT count(*) FROM units"
    with databases.connect((), query) as first, databases.connect((), "SELECT 1") as second:
        assert first.execute(query).fetchall() == [(0,)]
        with pytest.raises(duckdb.CatalogException):
            second.execute(query)
        with databases.connect((), query) as third:
            assert third.execute(query).fetchall() == [(0,)]


def test_a_later_query_over_the_same_parts_has_the_connection_and_no_extra_table(tmp_path: Path) -> None:
    databases, query = Databases(tmp_path), "SELECT count(*) FROM units"
    extra = {"wanted": pa.table({"unit": ["a"]})}
    with databases.connect((), "SELECT 1 FROM units, wanted", extra) as first:
        assert first.execute("SELECT unit FROM wanted").fetchall() == [("a",)]
    with databases.connect((), query) as second:
        assert second is first
        assert second.execute(query).fetchall() == [(0,)]
        with pytest.raises(duckdb.CatalogException):
            second.execute("SELECT unit FROM wanted")
    with databases.connect(("other",), query) as third:
        assert third is not first
    with pytest.raises(duckdb.ConnectionException):
        first.execute("SELECT 1")


def test_a_connection_whose_query_failed_serves_no_other(tmp_path: Path) -> None:
    databases = Databases(tmp_path)
    with pytest.raises(duckdb.ParserException), databases.connect((), "") as first:
        first.execute("no SQL")
    with databases.connect((), "") as second:
        assert second is not first


def test_a_result_that_is_read_in_part_does_not_hold_up_the_next_query(tmp_path: Path) -> None:
    databases, many = Databases(tmp_path), "SELECT * FROM range(3_000_000)"
    for _ in range(3):
        with databases.connect((), many) as first:
            assert first.execute(many).fetchmany(2) == [(0,), (1,)]
            with databases.connect((), many) as second:
                assert len(second.execute(many).fetchall()) == 3_000_000


def test_a_forked_process_opens_its_own_database(tmp_path: Path) -> None:
    databases = Databases(tmp_path)
    with databases.connect((), "") as connection:
        connection.execute("SELECT 1")
    child = os.fork()
    if not child:
        with databases.connect((), "") as connection:
            done = connection.execute("SELECT count(*) FROM range(2_000_000)").fetchall() == [(2_000_000,)]
        os._exit(0 if done else 1)
    assert os.waitpid(child, 0)[1] == 0
    with databases.connect((), "") as connection:
        assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_the_folder_for_sorting_is_removed_with_the_databases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    databases = Databases(tmp_path)
    with databases.connect((), "") as connection:
        connection.execute("SELECT 1")
    assert len(list(tmp_path.iterdir())) == 1
    del databases
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_keeps_its_order(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with writing_files(tmp_path) as connection:
        connection.execute(f"COPY (SELECT range AS n FROM range(300000) ORDER BY n DESC) TO {sql_literal(str(path))}")
        rows = connection.execute(f"SELECT n FROM read_parquet({sql_literal(str(path))})").fetchall()
    assert [row[0] for row in rows] == list(range(299_999, -1, -1))
