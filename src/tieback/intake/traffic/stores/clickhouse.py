"""ClickHouse's native protocol (port 9000). Its HTTP interface is in ``http``.

Source: https://clickhouse.com/docs/native-protocol/client and .../server. Hello is type 0, a name, major and minor
version, the protocol's revision (54,000 and more), and from the client the database, user and password. Numbers are
variable-length; strings are preceded by their length.
"""

from collections.abc import Iterator

from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch
from tieback.intake.traffic.stores.evidence import (
    combine_confidence,
    is_ascii_text,
    is_text,
    sample_directions,
    sql_runs,
)
from tieback.protocols.leb128 import decode_leb128

_LOWEST_REVISION, _HIGHEST_REVISION = 50_000, 60_000
_EXCEPTION = 2
_LONGEST_NAME = 255
_MOST_BYTES = 5
"""Bytes of a number of a hello."""


class Clickhouse:
    """ClickHouse, recognised by the hello of either side."""

    name = "clickhouse"
    client_first = b"\0"
    server_first = b"\0\x02"

    def recognise(self, opening: ConnectionStart) -> ProtocolMatch | None:
        """Both hellos, field by field."""
        client, server = opening.client, opening.server
        first = client or server
        if len(first) < 8 or first[0] not in {0, _EXCEPTION} or not first[1]:
            return None
        hello = _hello(client, from_client=True) if client else None
        answer = _hello(server, from_client=False) if server else None
        if client and hello is None:
            return None
        there: float | None = None
        if server:
            there = 1.0 if answer and answer[0] == "ClickHouse" else 0.7 if _refused(server) and hello else 0.0
        confidence = combine_confidence(None if hello is None else 1.0 if "lick" in hello[0] else 0.8, there)
        if not confidence:
            return None
        detail = f"ClickHouse {answer[1]}" if answer else f"client {hello[0]}" if hello else ""
        login = [part for part in hello[2] if part] if hello else []
        return ProtocolMatch(
            self.name,
            confidence,
            detail=detail,
            samples=sample_directions("sql", [*login, *sql_runs(client)], _strings(server)),
        )


def _string(data: bytes, at: int) -> tuple[bytes | None, int]:
    size, at = decode_leb128(data, at, _MOST_BYTES)
    if size < 0 or size > _LONGEST_NAME or at + size > len(data):
        return None, at
    return data[at : at + size], at + size


def _hello(data: bytes, *, from_client: bool) -> tuple[str, str, list[bytes]] | None:
    """Name, version and, from a client, database, user and password."""
    if data[:1] != b"\0":
        return None
    name, at = _string(data, 1)
    if not name or not is_ascii_text(name):
        return None
    major, at = decode_leb128(data, at, _MOST_BYTES)
    minor, at = decode_leb128(data, at, _MOST_BYTES)
    revision, at = decode_leb128(data, at, _MOST_BYTES)
    if major < 0 or minor < 0 or not _LOWEST_REVISION <= revision <= _HIGHEST_REVISION:
        return None
    strings: list[bytes] = []
    for _ in range(3 if from_client else 1):
        value, at = _string(data, at)
        if value is None or not is_text(value):
            return None
        strings.append(value)
    return name.decode("ascii"), f"{major}.{minor}", strings


def _refused(server: bytes) -> bool:
    """True for an exception: its code, and a name that contains ``DB::``."""
    return server[:1] == bytes((_EXCEPTION,)) and b"DB::" in server[:64]


def _strings(server: bytes) -> Iterator[bytes]:
    """Runs of text in the response's blocks."""
    run = bytearray()
    for byte in server[64:8192]:
        if 0x20 <= byte < 0x7F:
            run.append(byte)
            continue
        if len(run) >= 4:
            yield bytes(run)
        run.clear()
    if len(run) >= 4:
        yield bytes(run)
