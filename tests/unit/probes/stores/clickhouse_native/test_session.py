"""Packets as the vendor's pages on the native protocol write them. Not yet verified against the real server."""

import pytest

from tests.each import each
from tieback.probes.playback import MemoryPeer, play, recorded_answers
from tieback.probes.stores.clickhouse_native.probe import ClickhouseNativeProbe
from tieback.probes.stores.clickhouse_native.session import (
    NativeException,
    NativeGreeting,
    NativeSession,
    NativeStatement,
    encode_text,
    sends,
)
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol
from tieback.protocols.leb128 import encode_leb128
from tieback.scope.conversation import DUMMY_ACCOUNT, Conversation

NAMES = NativeStatement("SELECT names", "SELECT a,b FROM t", 2, "names")


def hello(revision: int = 54468, name: str = "ClickHouse") -> bytes:
    head = encode_leb128(0) + encode_text(name) + encode_leb128(23) + encode_leb128(8) + encode_leb128(revision)
    more = [encode_text("UTC")] if revision >= 54058 else []
    more += [encode_text("host")] if revision >= 54372 else []
    return head + b"".join(more) + (encode_leb128(9) if revision >= 54401 else b"")


def exception(code: int, message: str = "DB::Exception: no", *, nested: bytes = b"\0") -> bytes:
    return (
        encode_leb128(2)
        + code.to_bytes(4, "little")
        + encode_text("DB::Exception")
        + encode_text(message)
        + encode_text("0. x")
        + nested
    )


def block(*columns: list[str], kind: str = "String") -> bytes:
    height = len(columns[0]) if columns else 0
    data = b"".join(
        encode_text(f"c{n}") + encode_text(kind) + b"".join(map(encode_text, values))
        for n, values in enumerate(columns)
    )
    return (
        encode_leb128(1)
        + encode_text("")
        + b"\1\0\2\xff\xff\xff\xff\0"
        + encode_leb128(len(columns))
        + encode_leb128(height)
        + data
    )


PROGRESS = encode_leb128(3) + b"\1\2\3\0\0"
PROFILE = encode_leb128(6) + b"\1\1\x20\0\0\0"
END = encode_leb128(5)


def log_in(answer: bytes | None) -> NativeGreeting | NativeException:
    session = NativeSession()
    return play(session.log_in(DUMMY_ACCOUNT, False, None), MemoryPeer(recorded_answers([answer])), sends(())).result


def rows(answer: bytes | None) -> list[list[str]] | NativeException:
    def talk() -> Conversation[list[list[str]] | NativeException]:
        session = NativeSession()
        yield from session.log_in(DUMMY_ACCOUNT, False, None)
        return (yield from session.rows(NAMES))

    return play(talk(), MemoryPeer(recorded_answers([hello(), answer])), sends((NAMES,))).result


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (hello(), NativeGreeting("23.8.9", 54468)),
        (hello(54000), NativeGreeting("23.8.0", 54000)),
        (exception(516), NativeException(516, "DB::Exception: no")),
        (exception(516, nested=b"\1" + exception(1)[1:]), NativeException(516, "DB::Exception: no")),
    ],
    ids=["lets in", "an old one lets in", "refuses", "refuses, with a cause"],
)
def test_greetings(answer: bytes, expected: NativeGreeting | NativeException) -> None:
    assert log_in(answer) == expected


@pytest.mark.parametrize(
    "answer", [None, b"HTTP/1.1 400 Bad Request\r\n", b"\0\x0aMySQLServer", b"\2\4\2\0\0\x0dnot an error!"]
)
def test_others_are_another_protocol(answer: bytes | None) -> None:
    with pytest.raises(NotThisProtocol):
        log_in(answer)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (block() + PROGRESS + block(["hr", "pay"], ["a", "b"]) + PROFILE + END, [["hr", "a"], ["pay", "b"]]),
        (block(["hr"], ["a"]) + block(["pay"], ["b"]) + END, [["hr", "a"], ["pay", "b"]]),
        (block() + END, []),
        (block() + exception(164, "readonly"), NativeException(164, "readonly")),
    ],
)
def test_result_blocks_are_decoded(answer: bytes, expected: list[list[str]] | NativeException) -> None:
    assert rows(answer) == expected


@each(
    "answer",
    [
        block(["hr"]) + END,
        block(["hr"], ["a"], kind="UInt64") + END,
        block(["hr"], ["a"]).replace(b"\xff\xff\xff\xff\0\2\1", b"\xff\xff\xff\xff\0\2\xff\xff\xff\x7f"),
        b"\1\0\1\0\2\xff\xff\xff\xff\1",
        encode_leb128(11),
        PROGRESS * 600,
        b"\xff" * 20,
        encode_leb128(2) + bytes(4) + encode_leb128(1 << 40),
    ],
    ids=["a column", "numbers", "rows", "block info", "a packet", "progress without end", "a number", "a terabyte"],
)
def test_what_breaks_a_bound_is_hostile(answer: bytes) -> None:
    with pytest.raises(HostileAnswer):
        rows(answer)


OFFICIAL = (
    # what clickhouse-driver 0.2.11 sends at revision 54429; at %b its own names and version, and ours
    b"\x01\0\x01\0\0\t0.0.0.0:0\x01%b\x9d\xa9\x03\0%b\x08readonly\0\x011\x12max_execution_time\0\x015\0\x02\0"
    b"\x1dSELECT toString(serverUUID())\x02\0\x01\0\x02\xff\xff\xff\xff\0\0\0"
)


def test_a_query_is_that_of_the_official_driver() -> None:
    data = OFFICIAL % (b"\0\0\x0btieback\r\n\r\n\1\0", b"\0")
    assert sum(send.matches(data) for send in ClickhouseNativeProbe.meta.sends) == 1
