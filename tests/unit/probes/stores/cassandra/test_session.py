"""Decoders of CQL, with frames laid out as the specification of the protocol's version 4 says."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.probes.stores.cassandra.probe import CassandraProbe
from tieback.probes.stores.cassandra.session import PAGE, decode_rows
from tieback.probes.wire.verdicts import HostileAnswer


def rows_body(rows: list[list[bytes | None]], columns: int, *, flags: int = 1, kind: int = 2) -> bytes:
    """Section 4.2.5.2, with one table for all columns; every column is a ``varchar`` (13)."""
    names = b"".join(b"\0\1" + bytes((97 + n,)) + b"\0\x0d" for n in range(columns))
    paging = b"\0\0\0\2ab" if flags & 2 else b""
    head = kind.to_bytes(4, "big") + flags.to_bytes(4, "big") + columns.to_bytes(4, "big") + paging + b"\0\1k\0\1t"
    return head + names + len(rows).to_bytes(4, "big") + b"".join(value(one) for row in rows for one in row)


def value(one: bytes | None) -> bytes:
    return b"\xff\xff\xff\xff" if one is None else len(one).to_bytes(4, "big") + one


@given(
    rows=st.lists(st.lists(st.none() | st.binary(max_size=20), min_size=3, max_size=3), max_size=8), more=st.booleans()
)
@settings(max_examples=examples(80), deadline=None)
def test_rows_come_back_as_they_are(rows: list[list[bytes | None]], more: bool) -> None:
    found = decode_rows(rows_body(rows, 3, flags=3 if more else 1), 3)
    assert (found.rows, found.more) == (rows, more)


@given(cut=st.integers(0, 60))
@settings(max_examples=examples(60), deadline=None)
def test_cut_anywhere_is_hostile(cut: int) -> None:
    body = rows_body([[b"hr", b"people", b"x" * 16]], 3)
    with pytest.raises(HostileAnswer):
        decode_rows(body[: min(cut, len(body) - 1)], 3)


@each(
    "body",
    [
        rows_body([], 2),
        rows_body([], 3, kind=1),
        rows_body([], 3, flags=5),
        rows_body([], 3)[:-4] + (PAGE + 1).to_bytes(4, "big"),
        rows_body([], 3).replace(b"\0\x0d", b"\0\x21"),
        rows_body([[b"a", b"b", b"c"]], 3).replace(b"\0\0\0\1c", b"\x7f\xff\xff\xffc"),
    ],
    ids=["two columns", "no rows", "unknown flags", "more rows than a page", "a map", "a value of 2 GB"],
)
def test_other_shapes_are_hostile(body: bytes) -> None:
    with pytest.raises(HostileAnswer):
        decode_rows(body, 3)


@given(body=st.binary(max_size=200), columns=st.integers(1, 4))
@settings(max_examples=examples(100), deadline=None)
def test_noise_never_raises_anything_else(body: bytes, columns: int) -> None:
    with contextlib.suppress(HostileAnswer):
        decode_rows(body, columns)


OFFICIAL = [
    # what scylla-driver 3.29.12 sends: OPTIONS, STARTUP, and a query at consistency ONE in pages of 5000
    b"\x04\0\0\0\x05\0\0\0\0",
    b"\x03\0\0\0\x01\0\0\0\x16\0\x01\0\x0bCQL_VERSION\0\x053.0.0",
    b"\x04\0\0\0\x01\0\0\0\x16\0\x01\0\x0bCQL_VERSION\0\x053.0.0",
    b"\x04\0\0\0\x07\0\0\0I\0\0\0>SELECT keyspace_name, table_name, id FROM system_schema.tables\0\x01\x04\0\0\x13\x88",
]


@pytest.mark.parametrize("data", OFFICIAL, ids=["options", "startup, 3", "startup, 4", "query"])
def test_requests_are_those_of_the_official_driver(data: bytes) -> None:
    assert sum(send.matches(data) for send in CassandraProbe.meta.sends) == 1
