import sqlite3
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps import sqlite
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


def test_no_column_of_a_record_with_overflow_pages_ends_in_the_next_record(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("pragma page_size = 1024")
        connection.execute("create table pages (id integer primary key, url, first, second, third)")
        for number in range(40):
            row = (f"{URL}/{number:03}/{'path' * 40}", "", "", "")
            long = ("", *("x" * (300 + 20 * n + number) for n in range(3)))
            connection.executemany(
                "insert into pages (url, first, second, third) values (?, ?, ?, ?)", (row, row, long)
            )
    connection.close()
    data = (tmp_path / "a.db").read_bytes()
    (buffer,) = read_sqlite("a", data).buffers
    assert buffer.starts is not None
    edges = buffer.starts.tolist()
    begins = [at for at in range(len(data)) if data.startswith(URL.encode(), at)]
    ends = [data.index(b"path" * 40, at) + 160 for at in begins]
    assert len(begins) == 80
    for at, end in zip(begins, ends, strict=True):
        assert [edge for edge in edges if at <= edge <= end] == [at, end]


def local_size(payload: int, *, in_table: bool, usable: int) -> int:
    least = (usable - 12) * 32 // 255 - 23
    most = usable - 35 if in_table else (usable - 12) * 64 // 255 - 23
    kept = least + (payload - least) % (usable - 4)
    return payload if payload <= most else kept if kept <= most else least


def read_number(data: bytes, at: int, stop: int) -> tuple[int, int]:
    value = 0
    for place in range(at, min(at + 8, stop)):
        value = value << 7 | data[place] & 0x7F
        if data[place] < 0x80:
            return value, place + 1
    return (value << 8 | data[at + 8], at + 9) if at + 9 <= stop else (0, stop)


def edges_one_by_one(data: bytes) -> Iterator[int]:
    """The edges as the description of the format reads: page by page, record by record, column by column."""
    size, left = int.from_bytes(data[16:18]), sqlite.MAX_CELLS
    for page in range(0, len(data), size):
        yield page
        header, end = page + (100 if page == 0 else 0), min(page + size, len(data))
        if left <= 0 or data[header : header + 1] not in (b"\x0d", b"\x0a"):
            continue
        count = min(int.from_bytes(data[header + 3 : header + 5]), (size - 8) // 2)
        left -= count
        for pointer in range(header + 8, header + 8 + 2 * count, 2):
            cell = int.from_bytes(data[pointer : pointer + 2])
            if not 0 < cell < size:
                continue
            payload, at = read_number(data, page + cell, end)
            in_table = data[header] == 0x0D
            if in_table:
                _, at = read_number(data, at, end)
            stop = min(end, at + local_size(min(payload, 1 << 40), in_table=in_table, usable=size - data[20]))
            length, kinds = read_number(data, at, stop)
            place = body = at + length
            for _ in range(sqlite.MAX_COLUMNS):
                if kinds >= body or place >= stop:
                    break
                kind, kinds = read_number(data, kinds, stop)
                yield place
                place += (0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0)[kind] if kind < 12 else (kind - 12) // 2
                yield min(place, stop)


@settings(max_examples=examples(120), deadline=None)
@given(
    noise=st.lists(st.tuples(st.integers(0, 60_000), st.sampled_from((0, 1, 0x7F, 0x80, 0xFF))), max_size=60),
    end=st.integers(18, 60_000),
    most=st.tuples(st.sampled_from((3, 40, 300_000)), st.sampled_from((5, 700, 2_000_000)), st.sampled_from((1, 90))),
)
def test_edges_of_many_records_are_those_of_each(
    database: bytes, noise: list[tuple[int, int]], end: int, most: tuple[int, int, int]
) -> None:
    changed = bytearray(database)
    for place, value in noise:
        changed[100 + place % (len(changed) - 100)] = value
    data = bytes(changed[:end])
    with pytest.MonkeyPatch.context() as patch:
        for name, value in zip(("MAX_CELLS", "MAX_EDGES", "_CELLS_AT_ONCE"), most, strict=True):
            patch.setattr(sqlite, name, value)
        expected = set(islice(edges_one_by_one(data), sqlite.MAX_EDGES))
        (buffer,) = read_sqlite("a", data).buffers
        assert buffer.starts is not None
        assert buffer.starts.tolist() == sorted(edge for edge in expected if edge <= len(data))
