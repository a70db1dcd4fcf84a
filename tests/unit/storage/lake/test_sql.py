from pathlib import Path

import duckdb
import pytest

from tieback.storage.lake.sql import connect, escape_glob, sql_list, sql_literal, writing_files


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
    with connect(inside, (), sql) as connection, pytest.raises(duckdb.Error):
        connection.execute(sql.format(outside))
    assert outside.read_text() == "secret"


def test_what_is_written_keeps_its_order(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with writing_files(tmp_path) as connection:
        connection.execute(f"COPY (SELECT range AS n FROM range(300000) ORDER BY n DESC) TO {sql_literal(str(path))}")
        rows = connection.execute(f"SELECT n FROM read_parquet({sql_literal(str(path))})").fetchall()
    assert [row[0] for row in rows] == list(range(299_999, -1, -1))
