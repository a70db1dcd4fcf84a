"""Rows of Cassandra's native protocol, and the settings of an unpacked one."""

import struct
from pathlib import Path

import pytest

from tests.each import each
from tieback.lab.servers.cassandra import first_column, settings
from tieback.lab.stores import STORES

STORE = {store.name: store for store in STORES}


def short(text: str) -> bytes:
    return len(text).to_bytes(2, "big") + text.encode()


def value(data: bytes | None) -> bytes:
    return b"\xff\xff\xff\xff" if data is None else len(data).to_bytes(4, "big") + data


VARCHAR = b"\0\x0d"
# Native protocol v4, 4.2.5.2 Rows: kind 2, flags, columns, then the columns' specifications and the rows.
GLOBAL = struct.pack(">III", 2, 1, 2) + short("ks") + short("t") + short("a") + VARCHAR + short("b") + VARCHAR
EACH = struct.pack(">III", 2, 0, 1) + short("ks") + short("t") + short("a") + VARCHAR
PAGED = struct.pack(">III", 2, 3, 1) + value(b"page") + short("ks") + short("t") + short("a") + VARCHAR


@each(
    ("body", "expected"),
    [
        (GLOBAL + struct.pack(">I", 2) + value(b"x") + value(b"1") + value(None) + value(b"2"), [b"x", b""]),
        (EACH + struct.pack(">I", 1) + value(b"x"), [b"x"]),
        (PAGED + struct.pack(">I", 1) + value(b"x"), [b"x"]),
        (EACH + struct.pack(">I", 0), []),
        (struct.pack(">I", 1), []),
        (struct.pack(">I", 5) + short("CREATED"), []),
    ],
    ids=["one table", "a table each", "a page", "no rows", "void", "schema change"],
)
def test_first_columns(body: bytes, expected: list[bytes]) -> None:
    assert first_column(body) == expected


@pytest.mark.parametrize(
    ("name", "authenticator"),
    [("cassandra-open", "AllowAllAuthenticator"), ("cassandra-protected", "PasswordAuthenticator")],
)
def test_settings(name: str, authenticator: str) -> None:
    text = settings(STORE[name], Path("/home/lab"))
    assert f"\nauthenticator: {authenticator}\n" in text
    assert f"\nrpc_address: {STORE[name].address}\n" in text
    assert "\nnative_transport_port: 9042\n" in text
    assert "\ndata_file_directories: [/home/lab/data/tables]\n" in text
    assert text.endswith(f'      - seeds: "{STORE[name].address}"\n')
