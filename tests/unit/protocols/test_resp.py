"""RESP2, RESP3 and inline commands: values as the specification has them; lies and cuts cost nothing."""

import time
from collections.abc import Callable
from math import inf, isnan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.protocols.resp import (
    MAX_DEPTH,
    MAX_VALUES,
    RESP2,
    RESP3,
    Ending,
    Limits,
    MalformedRespError,
    Reading,
    Reply,
    RespDecoder,
    RespError,
    decode,
    encode_command,
    line_end,
    parse_element,
    split_inline,
    string_end,
)


def in_steps(data: bytes, limits: Limits) -> Reply:
    """The value as a probe reads it: element by element, no byte more than announced."""
    decoder = RespDecoder(limits)
    at = 0
    while not decoder.done:
        end = data.index(b"\r\n", at + 1)
        string = decoder.add(data[at : at + 1], data[at + 1 : end])
        at = end + 2
        if string >= 0:
            at = string_end(data, at, string)
            decoder.add_string(data[at - string - 2 : at - 2])
    assert at == len(data)
    return decoder.value


VALUES: list[tuple[bytes, Reply]] = [
    (b"+PONG\r\n", "PONG"),
    (b"+\r\n", ""),
    (b"+caf\xe9\r\n", "caf\ufffd"),
    (b"-NOAUTH who are you\r\n", RespError("NOAUTH who are you")),
    (b":-12\r\n", -12),
    (b":+12\r\n", 12),
    (b"$3\r\nabc\r\n", b"abc"),
    (b"$2\r\n\r\n\r\n", b"\r\n"),
    (b"$0\r\n\r\n", b""),
    (b"$-1\r\n", None),
    (b"*2\r\n$1\r\n0\r\n*1\r\n$1\r\nk\r\n", [b"0", [b"k"]]),
    (b"*3\r\n*0\r\n$-1\r\n*-1\r\n", [[], None, None]),
    (b"*0\r\n", []),
    (b"*-1\r\n", None),
    # RESP3
    (b"_\r\n", None),
    (b"#t\r\n", True),
    (b"#f\r\n", False),
    (b",1.25\r\n", 1.25),
    (b",10\r\n", 10.0),
    (b",-1.5E-3\r\n", -0.0015),
    (b",-inf\r\n", -inf),
    (b"(-3492890328409238509324850943850943825024385\r\n", -3492890328409238509324850943850943825024385),
    (b"!21\r\nSYNTAX invalid syntax\r\n", RespError("SYNTAX invalid syntax")),
    (b"=15\r\ntxt:Some string\r\n", b"Some string"),
    (b"%2\r\n+first\r\n:1\r\n+second\r\n*1\r\n#t\r\n", ["first", 1, "second", [True]]),
    (b"~2\r\n+a\r\n+b\r\n", ["a", "b"]),
    (b">2\r\n+message\r\n$2\r\nhi\r\n", ["message", b"hi"]),
    # Attributes say something about the value behind them, which is all that is kept
    (b"|1\r\n+key-popularity\r\n%1\r\n$1\r\na\r\n,0.19\r\n*2\r\n:1\r\n:2\r\n", [1, 2]),
    (b"*3\r\n:1\r\n:2\r\n|1\r\n+ttl\r\n:3600\r\n:3\r\n", [1, 2, 3]),
    (b"|0\r\n|0\r\n:3\r\n", 3),
]


@each(("data", "value"), VALUES)
def test_values(data: bytes, value: Reply) -> None:
    assert decode(data) == Reading(value, len(data), Ending.WHOLE)
    assert decode(b"xx" + data + b"+OK\r\n", 2) == Reading(value, len(data) + 2, Ending.WHOLE)
    assert in_steps(data, Limits()) == value


def test_a_double_that_is_no_number() -> None:
    value = decode(b",nan\r\n").value
    assert isinstance(value, float)
    assert isnan(value)


def test_errors_have_a_code() -> None:
    assert RespError("NOAUTH Authentication required.").code == "NOAUTH"


LIES = {
    "negative string": b"$-2\r\n",
    "negative array": b"*-2\r\n",
    "negative map": b"%-1\r\n",
    "negative zero": b"*-0\r\n",
    "length with a sign": b"$+3\r\nabc\r\n",
    "length in hexadecimal": b"$0x3\r\nabc\r\n",
    "length in other digits": "$\u0663\r\nabc\r\n".encode(),
    "length with a space": b"$ 3\r\nabc\r\n",
    "length without digits": b"$\r\n",
    "huge string": b"$999999999999\r\n",
    "length beyond 64 bits": b"$99999999999999999999\r\n",
    "huge array": b"*2000000\r\n",
    "huge map": b"%600000\r\n",
    "huge arrays inside each other": b"*900000\r\n*900000\r\n",
    "string longer than it says": b"$1\r\nabc\r\n",
    "string shorter than it says": b"$5\r\nabc\r\n+OK\r\n",
    "streamed string": b"$?\r\n;4\r\nabcd\r\n;0\r\n",
    "streamed array": b"*?\r\n:1\r\n.\r\n",
    "nesting": b"*1\r\n" * (MAX_DEPTH + 1) + b":1\r\n",
    "nested attributes": b"|1\r\n" * (MAX_DEPTH + 1) + b":1\r\n" * 40,
    "integer": b":1.5\r\n",
    "empty integer": b":\r\n",
    "boolean": b"#true\r\n",
    "null with text": b"_x\r\n",
    "double": b",1.2.3\r\n",
    "big number": b"(" + b"9" * 5000 + b"\r\n",
    "unknown type": b"@1\r\n",
    "HTTP": b"HTTP/1.1 400 Bad Request\r\n",
    "no type": b"\r\n",
    "line without an end": b"+" + b"x" * 70_000,
    "length without an end": b"$3abc",
}


@each("name", LIES)
def test_lies_are_refused(name: str) -> None:
    reading = decode(LIES[name])
    assert reading.ending is Ending.MALFORMED
    assert reading.end < len(LIES[name])


@pytest.mark.parametrize(
    ("data", "value", "end"),
    [
        (b"*2\r\n:1\r\n@\r\n", [1], 8),
        (b"*2\r\n*2\r\n:1\r\n$1\r\nabc\r\n", [[1]], 12),
        (b"*2\r\n:1\r\n|1\r\n+a\r\nx\r\n", [1], 16),
        (b"@\r\n", None, 0),
    ],
)
def test_what_was_read_before_the_lie_is_kept(data: bytes, value: Reply, end: int) -> None:
    assert decode(data) == Reading(value, end, Ending.MALFORMED)


@each(
    ("data", "value"),
    [
        (b"", None),
        (b"+O", None),
        (b"$", None),
        (b"$-", None),
        (b"$1\r", None),
        (b"$900\r\nab", b"ab"),
        (b"$2\r\nab\r", b"ab"),
        (b"*2\r\n", []),
        (b"*3\r\n:1\r\n*2\r\n$1\r\na\r\n$900\r\nb", [1, [b"a", b"b"]]),
        (b"%1048575\r\n+a\r\n", None),
        (b"%500000\r\n+a\r\n", ["a"]),
        (b"|1\r\n+a\r\n", None),
        (b"*2\r\n:1\r\n|1\r\n+a\r\n", [1]),
    ],
)
def test_values_that_are_cut(data: bytes, value: Reply) -> None:
    reading = decode(data)
    assert reading.value == value
    assert reading.ending is (Ending.MALFORMED if b"1048575" in data else Ending.CUT)
    assert reading.end == (0 if b"1048575" in data else len(data))


LIMITS = Limits(kinds=RESP2, line=10, string=5, values=4, depth=2)


@each(
    ("data", "fits"),
    [
        (b"+0123456789\r\n", True),
        (b"+0123456789a\r\n", False),
        (b"$5\r\nabcde\r\n", True),
        (b"$6\r\nabcdef\r\n", False),
        (b"*2\r\n*2\r\n:1\r\n:2\r\n:3\r\n", True),
        (b"*2\r\n*3\r\n:1\r\n:2\r\n:3\r\n:4\r\n", False),
        (b"*5\r\n" + b":1\r\n" * 5, False),
        (b"*1\r\n*1\r\n*0\r\n", False),
        (b"_\r\n", False),
        (b"%0\r\n", False),
    ],
)
def test_limits(data: bytes, fits: bool) -> None:
    assert (decode(data, 0, LIMITS).ending is Ending.WHOLE) is fits


def test_elements() -> None:
    assert parse_element(b"$", b"12") == (None, 12, -1)
    assert parse_element(b"*", b"3") == (None, -1, 3)
    assert parse_element(b"%", b"3") == (None, -1, 6)
    assert parse_element(b"*", b"-1") == (None, -1, -1)
    assert parse_element(b":", b"3") == (3, -1, -1)
    with pytest.raises(MalformedRespError, match="not a RESP type: 'H'"):
        parse_element(b"H", b"TTP/1.1")
    with pytest.raises(MalformedRespError):
        parse_element(b"", b"")


# Commands


def test_commands() -> None:
    assert encode_command(b"SELECT", b"12") == b"*2\r\n$6\r\nSELECT\r\n$2\r\n12\r\n"


@each(
    ("line", "words"),
    [
        (b"PING", [b"PING"]),
        (b"  SET\ta  1 \r\n", [b"SET", b"a", b"1"]),
        (b'SET name "Ada Byron"', [b"SET", b"name", b"Ada Byron"]),
        (rb'SET a "x\"y\x41\n\\"', [b"SET", b"a", b'x"yA\n\\']),
        (rb"SET a 'it\'s \n'", [b"SET", b"a", rb"it's \n"]),
        (b"SET a '' \"\"", [b"SET", b"a", b"", b""]),
        (b'SET a "open', [b"SET", b"a", b'"open']),
        (b'SET a "b"c', [b"SET", b"a", b'"b"c']),
        (b"SET a it's", [b"SET", b"a", b"it's"]),
        (b"", []),
    ],
)
def test_inline_commands(line: bytes, words: list[bytes]) -> None:
    assert split_inline(line) == words


# Bounds

HOSTILE: dict[str, Callable[[int], bytes]] = {
    "nesting": lambda size: b"*1\r\n" * size,
    "attributes": lambda size: b"|0\r\n" * size,
    "strings": lambda size: b"*1000000\r\n" + b"$1\r\nx\r\n" * size,
    "digits": lambda size: b"(" + b"9" * size + b"\r\n",
    "text": lambda size: b"+" + b"x" * size,
    "quotes": lambda size: b"SET a " + b'"a ' * size,
    "escapes": lambda size: b'SET a "' + b"\\" * size,
    "other quotes": lambda size: b"SET " + b"'\"" * size,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_values_cost_time_in_line_with_their_length(name: str) -> None:
    def seconds(size: int) -> float:
        data = HOSTILE[name](size)
        best = float("inf")
        for _ in range(3):
            begin = time.process_time()
            decode(data)
            split_inline(data)
            best = min(best, time.process_time() - begin)
        return best

    assert seconds(40_000) < 12 * seconds(10_000) + 0.01


def test_attributes_do_not_go_on_for_ever() -> None:
    decoder = RespDecoder(Limits(values=100))
    for _ in range(100):
        decoder.add(b"|", b"0")
    with pytest.raises(MalformedRespError):
        decoder.add(b"|", b"0")
    assert not decoder.done


PARTS = st.lists(
    st.sampled_from(
        [b"*2\r\n", b"$3\r\nSET\r\n", b"%9\r\n", b"|1\r\n", b"*-1\r\n", b"$5\r\n", b"\r\n", b"=4\r\ntxt:\r\n"]
    )
    | st.builds(lambda kind, line: kind + line + b"\r\n", st.sampled_from(sorted(RESP3)), st.binary(max_size=6))
    | st.binary(max_size=20),
    max_size=30,
).map(b"".join)


def size_of(value: Reply) -> int:
    if isinstance(value, list):
        return 1 + sum(map(size_of, value))
    return len(value) if isinstance(value, bytes | str) else 1


def depth_of(value: Reply) -> int:
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, list) else 0


@settings(max_examples=examples(300), deadline=None)
@given(PARTS)
def test_any_buffer_is_read_without_an_error(data: bytes) -> None:
    reading = decode(data)
    assert reading.end <= len(data)
    assert size_of(reading.value) <= len(data) + 1
    assert depth_of(reading.value) <= MAX_DEPTH
    if reading.ending is Ending.WHOLE:
        assert repr(in_steps(data[: reading.end], Limits())) == repr(reading.value)  # NaN differs from itself
    else:
        assert reading.end == len(data) or reading.ending is Ending.MALFORMED
    assert sum(map(len, split_inline(data))) <= len(data)


@settings(max_examples=examples(300), deadline=None)
@given(st.binary(max_size=2), st.binary(max_size=30), st.integers(0, 40))
def test_strict_functions_never_raises_another_error(kind: bytes, data: bytes, size: int) -> None:
    calls: list[Callable[[], object]] = [
        lambda: parse_element(kind, data),
        lambda: parse_element(kind[:1], data),
        lambda: line_end(kind + data, 0),
        lambda: string_end(data, 0, size),
        lambda: RespDecoder().add(kind[:1], data),
    ]
    for call in calls:
        try:
            call()
        except MalformedRespError:
            continue


LINES = st.text("abc \u00e9\U0001f600", max_size=20)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64)
    | st.floats(allow_nan=False)
    | st.binary(max_size=30)
    | LINES
    | LINES.map(RespError)
)
REPLIES: st.SearchStrategy[Reply] = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=5), max_leaves=20)


def encode(value: Reply) -> bytes:
    match value:
        case None:
            return b"_\r\n"
        case bool():
            return b"#t\r\n" if value else b"#f\r\n"
        case int():
            return b"%b%d\r\n" % (b":" if abs(value) < 2**63 else b"(", value)
        case float():
            return b",%b\r\n" % repr(value).encode()
        case bytes():
            return b"$%d\r\n%b\r\n" % (len(value), value)
        case str():
            return b"+%b\r\n" % value.encode()
        case RespError():
            return b"-%b\r\n" % value.text.encode()
        case list():
            return b"*%d\r\n" % len(value) + b"".join(map(encode, value))


@settings(max_examples=examples(300), deadline=None)
@given(REPLIES.filter(lambda value: depth_of(value) <= MAX_DEPTH))
def test_values_are_read_as_written(value: Reply) -> None:
    data = encode(value)
    assert decode(data) == Reading(value, len(data), Ending.WHOLE)
    assert in_steps(data, Limits()) == value


@settings(max_examples=examples(200), deadline=None)
@given(REPLIES.filter(lambda value: depth_of(value) <= MAX_DEPTH), st.data())
def test_a_value_that_is_cut_anywhere_is_no_lie(value: Reply, draw: st.DataObject) -> None:
    data = encode(value)
    assert decode(data[: draw.draw(st.integers(0, len(data) - 1))]).ending is Ending.CUT


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(st.binary(max_size=20), min_size=1, max_size=5))
def test_commands_are_read_as_written(words: list[bytes]) -> None:
    assert decode(encode_command(*words)).value == words


def test_the_declared_counts_are_a_budget_for_all_depths() -> None:
    half = MAX_VALUES // 2
    assert decode(b"*%d\r\n*%d\r\n" % (half, half)).ending is Ending.CUT
    assert decode(b"*%d\r\n*%d\r\n" % (half, half + 1)).ending is Ending.MALFORMED
