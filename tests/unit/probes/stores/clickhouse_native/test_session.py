"""Packets as the vendor's pages on the native protocol write them. Not yet verified against the real server."""

import pytest

from tieback.probes.playback import Peer, play, replaying
from tieback.probes.stores.clickhouse_native.probe import ClickhouseNativeProbe
from tieback.probes.stores.clickhouse_native.session import (
    Greeting,
    NativeSession,
    Refusal,
    Statement,
    number,
    sends,
    text,
)
from tieback.probes.wire.verdicts import Hostile, NotThisProtocol
from tieback.scope.conversation import MADE_UP_ACCOUNT, Conversation

NAMES = Statement("SELECT names", "SELECT a,b FROM t", 2, "names")


def hello(revision: int = 54468, name: str = "ClickHouse") -> bytes:
    head = number(0) + text(name) + number(23) + number(8) + number(revision)
    more = [text("UTC")] if revision >= 54058 else []
    more += [text("host")] if revision >= 54372 else []
    return head + b"".join(more) + (number(9) if revision >= 54401 else b"")


def exception(code: int, message: str = "DB::Exception: no", *, nested: bytes = b"\0") -> bytes:
    return number(2) + code.to_bytes(4, "little") + text("DB::Exception") + text(message) + text("0. x") + nested


def block(*columns: list[str], kind: str = "String") -> bytes:
    height = len(columns[0]) if columns else 0
    data = b"".join(text(f"c{n}") + text(kind) + b"".join(map(text, values)) for n, values in enumerate(columns))
    return number(1) + text("") + b"\1\0\2\xff\xff\xff\xff\0" + number(len(columns)) + number(height) + data


PROGRESS = number(3) + b"\1\2\3\0\0"
PROFILE = number(6) + b"\1\1\x20\0\0\0"
END = number(5)


def log_in(answer: bytes | None) -> Greeting | Refusal:
    session = NativeSession()
    return play(session.log_in(MADE_UP_ACCOUNT, False, None), Peer(replaying([answer])), sends(())).result


def rows(answer: bytes | None) -> list[list[str]] | Refusal:
    def talk() -> Conversation[list[list[str]] | Refusal]:
        session = NativeSession()
        yield from session.log_in(MADE_UP_ACCOUNT, False, None)
        return (yield from session.rows(NAMES))

    return play(talk(), Peer(replaying([hello(), answer])), sends((NAMES,))).result


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (hello(), Greeting("23.8.9", 54468)),
        (hello(54000), Greeting("23.8.0", 54000)),
        (exception(516), Refusal(516, "DB::Exception: no")),
        (exception(516, nested=b"\1" + exception(1)[1:]), Refusal(516, "DB::Exception: no")),
    ],
    ids=["lets in", "an old one lets in", "refuses", "refuses, with a cause"],
)
def test_greetings(answer: bytes, expected: Greeting | Refusal) -> None:
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
        (block() + exception(164, "readonly"), Refusal(164, "readonly")),
    ],
)
def test_rows(answer: bytes, expected: list[list[str]] | Refusal) -> None:
    assert rows(answer) == expected


@pytest.mark.parametrize(
    "answer",
    [
        block(["hr"]) + END,
        block(["hr"], ["a"], kind="UInt64") + END,
        block(["hr"], ["a"]).replace(b"\xff\xff\xff\xff\0\2\1", b"\xff\xff\xff\xff\0\2\xff\xff\xff\x7f"),
        b"\1\0\1\0\2\xff\xff\xff\xff\1",
        number(11),
        PROGRESS * 600,
        b"\xff" * 20,
        number(2) + bytes(4) + number(1 << 40),
    ],
    ids=["a column", "numbers", "rows", "block info", "a packet", "progress without end", "a number", "a terabyte"],
)
def test_what_breaks_a_bound_is_hostile(answer: bytes) -> None:
    with pytest.raises(Hostile):
        rows(answer)


OFFICIAL = (
    # what clickhouse-driver 0.2.11 sends at revision 54429; at %b its own names and version, and ours
    b"\x01\0\x01\0\0\t0.0.0.0:0\x01%b\x9d\xa9\x03\0%b\x08readonly\0\x011\x12max_execution_time\0\x015\0\x02\0"
    b"\x1dSELECT toString(serverUUID())\x02\0\x01\0\x02\xff\xff\xff\xff\0\0\0"
)


def test_a_query_is_that_of_the_official_driver() -> None:
    data = OFFICIAL % (b"\0\0\x0btieback\r\n\r\n\1\0", b"\0")
    assert sum(send.matches(data) for send in ClickhouseNativeProbe.meta.sends) == 1
