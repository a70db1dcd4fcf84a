import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.sqlite import read_sqlite

URL = "https://api.test/v1"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("db") / "a.db"
    with sqlite3.connect(path) as connection:
        connection.execute("pragma page_size = 1024")
        connection.execute("create table servers (id integer primary key, name, url, port integer, note blob)")
        connection.execute("create index by_url on servers (url, name)")
        rows = [(f"name{n}", f"{URL}/{n}", n * 1000, b"blob") for n in range(300)]
        connection.executemany("insert into servers (name, url, port, note) values (?, ?, ?, ?)", rows)
    connection.close()
    return path.read_bytes()


def test_columns_are_separate(database: bytes) -> None:
    (buffer,) = read_sqlite("assets/a.db", database).buffers
    assert buffer.starts is not None
    edges = set(buffer.starts.tolist())
    for number in range(300):
        text = f"{URL}/{number}".encode()
        begins = [at for at in range(len(database)) if database.startswith(text, at) and at in edges]
        assert any(at + len(text) in edges for at in begins), number


def test_pages_are_edges(database: bytes) -> None:
    (buffer,) = read_sqlite("a", database).buffers
    assert buffer.starts is not None
    assert set(range(0, len(database), 1024)) <= set(buffer.starts.tolist())


@pytest.mark.parametrize("size", [0, 3, 256, 1000])
def test_a_page_size_that_is_none_is_not_believed(size: int) -> None:
    data = b"SQLite format 3\0" + size.to_bytes(2) + b"\x0d" * 4000
    (buffer,) = read_sqlite("a", data).buffers
    assert buffer.data == data


@settings(max_examples=examples(80), deadline=None)
@given(noise=st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 255)), max_size=12), raw=st.binary(max_size=600))
def test_damage_never_raises(database: bytes, noise: list[tuple[int, int]], raw: bytes) -> None:
    data = bytearray(database)
    for place, value in noise:
        data[place % len(data)] = value
    for content in (bytes(data), database[:100] + b"\x0d" + raw):
        (buffer,) = read_sqlite("a", content).buffers
        assert buffer.starts is not None
        assert ((buffer.starts >= 0) & (buffer.starts <= len(content))).all()


def test_an_empty_file_is_searched(tmp_path: Path) -> None:
    assert read_sqlite("a", b"SQLite format 3\0").buffers[0].data == b"SQLite format 3\0"
