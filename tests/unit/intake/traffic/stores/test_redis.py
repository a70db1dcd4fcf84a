"""Redis; bytes made from the RESP specification."""

import pytest

from tests.each import each
from tieback.intake.traffic.interface import ConnectionStart
from tieback.intake.traffic.stores.redis import Redis


def command(*words: bytes) -> bytes:
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


SET = command(b"SET", b"user:7:email", b"ada@work.test")


@each(
    ("client", "server", "low", "high"),
    [
        (SET, b"+OK\r\n", 0.9, 1.0),
        (command(b"GET", b"a"), b"$3\r\nabc\r\n", 0.9, 1.0),
        (command(b"HELLO", b"3"), b"%1\r\n$6\r\nserver\r\n$5\r\nredis\r\n", 0.9, 1.0),
        (b"PING\r\nPING\r\n", b"+PONG\r\n+PONG\r\n", 0.9, 1.0),
        (b"set a 1\r\n", b"+OK\r\n", 0.7, 0.8),  # a line and +OK: other protocols have those too
        (SET, b"", 0.6, 0.7),
        (SET, b"-NOAUTH Authentication required.\r\n", 0.9, 1.0),
        (command(b"GET", b"x" * 100)[:60], b"", 0.6, 0.7),  # cut inside an argument
        (b"GET big\r\n", b"$100000\r\n" + b"x" * 200, 0.9, 1.0),
    ],
)
def test_requests_and_answers(client: bytes, server: bytes, low: float, high: float) -> None:
    found = Redis().recognise(ConnectionStart(client, server, 10625))
    assert found is not None
    assert low <= found.confidence <= high


def test_recognised_from_the_server_side_only() -> None:
    found = Redis().recognise(ConnectionStart(b"", b"$3\r\nabc\r\n*2\r\n:1\r\n:2\r\n", 6379, midstream=True))
    assert found is not None
    assert found.confidence <= 0.7
    assert (
        Redis().recognise(ConnectionStart(b"", b"+OK\r\n+OK\r\n", 6379, midstream=True)) is None
    )  # POP3 says that too


def test_mid_stream_begins_inside_an_argument() -> None:
    found = Redis().recognise(ConnectionStart(b"est of a value\r\n" + SET, b"+OK\r\n", 6379, midstream=True))
    assert found is not None
    assert found.confidence >= 0.9


def test_detail_and_samples() -> None:
    info = b"# Server\r\nredis_version:7.2.5\r\n"
    found = Redis().recognise(
        ConnectionStart(SET + command(b"INFO"), b"+OK\r\n$%d\r\n%s\r\n" % (len(info), info), 6379)
    )
    assert found is not None
    assert found.detail == "Redis 7.2.5"
    assert found.samples[0].data == SET + command(b"INFO")
    assert info in found.samples[1].data


def test_inline_commands_are_shown_as_arrays() -> None:
    found = Redis().recognise(ConnectionStart(b'SET name "Ada Byron"\r\n', b"+OK\r\n", 6379))
    assert found is not None
    assert found.samples[0].data == command(b"SET", b"name", b"Ada Byron")


@pytest.mark.parametrize(
    "sent", [b"PING\r\n" + SET, b"PING\r\n\r\n" + SET, SET + b"PING\r\n", b"PING\n" + SET + b"GET a"]
)
def test_lines_and_arrays_in_one_connection(sent: bytes) -> None:
    """As a health check or a person with telnet sends them; the server reads each command by its first byte."""
    found = Redis().recognise(ConnectionStart(sent, b"+PONG\r\n+OK\r\n", 10625))
    assert found is not None
    assert found.confidence >= 0.9
    data = found.samples[0].data
    assert data in {command(b"PING") + SET, SET + command(b"PING")}


def test_a_line_that_is_no_command_beside_arrays_is_not_redis() -> None:
    sent = SET + bytes(range(128, 200)) + b"\r\n"
    assert Redis().recognise(ConnectionStart(sent, b"+OK\r\n", 10625)) is None


def test_quotes_inside_inline_commands() -> None:
    found = Redis().recognise(ConnectionStart(b'SET name "Ada \\"Byron\\""\r\n', b"+OK\r\n", 6379))
    assert found is not None
    assert found.samples[0].data == command(b"SET", b"name", b'Ada "Byron"')


@each(
    ("client", "server"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b""),
        (b"GET\r\n", b""),
        (b"GET ", b""),
        (b"GET /\r\n", b""),
        (b"AUTH noone password\r\nPING\r\n", b"+OK\r\n+OK\r\nnot RESP\r\nStill not RESP\r\n"),  # zeek's almost-resp
        (b"USER a\r\n", b"+OK\r\n"),
        (b"AUTH a b\r\n", b""),
        (SET, b"HTTP/1.1 400\r\n"),
        (b"*1\r\n$4\r\n\0\1\2\3\r\n", b""),
        (b"*99999999999\r\n", b""),
        (b"*1\r\n$3\r\nGETxx", b""),
        (SET, b"$3\r\nabcdef\r\n"),
        (SET, b"$abc"),
        (b"*2\r\n$3\r\nGET\r\n$-1\r\n", b""),
    ],
)
def test_other_protocols_are_not_recognised(client: bytes, server: bytes) -> None:
    assert Redis().recognise(ConnectionStart(client, server, 6379)) is None
