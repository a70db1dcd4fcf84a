"""Batches and message sets of a log: their records, and nothing from what is broken or compressed otherwise."""

import gzip
import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.probes.stores.kafka.records import log_records


def varint(value: int) -> bytes:
    number, told = (value << 1) ^ (value >> 63), b""
    while number > 0x7F:
        told += bytes((0x80 | number & 0x7F,))
        number >>= 7
    return told + bytes((number,))


def sized(data: bytes | None) -> bytes:
    return varint(-1) if data is None else varint(len(data)) + data


def batch(*records: tuple[bytes | None, bytes | None], attributes: int = 0, count: int | None = None) -> bytes:
    body = b""
    for key, value in records:
        inner = b"\0\0\0" + sized(key) + sized(value) + b"\0"
        body += varint(len(inner)) + inner
    if attributes & 7 == 1:
        body = gzip.compress(body)
    head = struct.pack(
        ">qiibIhiqqqhii",
        0,
        49 + len(body),
        0,
        2,
        0,
        attributes,
        0,
        0,
        0,
        -1,
        -1,
        -1,
        len(records) if count is None else count,
    )
    return head + body


def message(magic: int, key: bytes | None, value: bytes, attributes: int = 0) -> bytes:
    told = b"".join(struct.pack(">i", -1) if one is None else struct.pack(">i", len(one)) + one for one in (key, value))
    inner = struct.pack(">Ibb", 0, magic, attributes) + (b"\0" * 8 if magic else b"") + told
    return struct.pack(">qi", 0, len(inner)) + inner


ONE = (b"k", b"v")
TABLE = [
    ("a batch", batch(ONE, (None, b"w")), [ONE, (b"", b"w")]),
    ("two batches", batch(ONE) + batch(ONE), [ONE, ONE]),
    ("gzip", batch(ONE, attributes=1), [ONE]),
    ("another compression", batch(ONE, attributes=4) + batch(ONE), [ONE]),
    ("a control batch", batch(ONE, attributes=0x20), []),
    ("a tombstone", batch((b"k", None)), [(b"k", b"")]),
    ("a batch that is cut off", batch(ONE) + batch(ONE)[:-1], [ONE]),
    ("more records promised", batch(ONE, count=2_000_000_000), [ONE]),
    ("a negative number of records", batch(ONE, count=-5), []),
    ("a message set", message(0, None, b"v") + message(1, b"k", b"v"), [(b"", b"v"), ONE]),
    ("a compressed message", message(1, None, b"v", 1), []),
    ("nothing", b"", []),
    ("a size that goes back", b"\0" * 8 + b"\xff" * 4 + b"\0" * 40, []),
]


@each(("data", "found"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_records(data: bytes, found: list[tuple[bytes, bytes]]) -> None:
    assert log_records(data, 50) == found


def test_bounds() -> None:
    assert len(log_records(batch(*[ONE] * 99), 50)) == 50
    bomb = batch((None, b"a" * 4_000_000), attributes=1)
    assert log_records(bomb, 50) == []


@given(st.binary(max_size=300) | st.binary(max_size=120).map(lambda tail: batch(ONE)[:61] + tail))
@settings(max_examples=examples(300), deadline=None)
def test_any_bytes_give_bounded_records(data: bytes) -> None:
    assert len(log_records(data, 5)) <= 5
