"""Tagged netstrings, within their bounds."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.traffic.tnetstring import MalformedNetstringError, parse, value_end


def plain(value: Any) -> Any:
    if isinstance(value, memoryview):
        return bytes(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    return {key: plain(item) for key, item in value.items()} if isinstance(value, dict) else value


@each(
    ("data", "value"),
    [
        (b"5:hello,", b"hello"),
        (b"6:M\xc3\xbcnch;", "M\u00fcnch"),
        (b"2:42#", 42),
        (b"3:1.5^", 1.5),
        (b"4:true!", True),
        (b"5:false!", False),
        (b"0:~", None),
        (b"0:]", []),
        (b"8:1:1#1:2#]", [1, 2]),
        (b"10:4:host,0:~}", {"host": None}),
        (b"10:4:host;0:~}", {"host": None}),
    ],
)
def test_netstring_values_are_parsed(data: bytes, value: object) -> None:
    assert plain(parse(memoryview(data))) == value
    assert value_end(memoryview(data + b"rest"), 0) == len(data)


@each(
    "data",
    [
        b"",
        b":,",
        b"5:hell",
        b"99999999999999:x,",
        b"1:a?",
        b"1:x#",
        b"4:1:a,}",  # a key without a value
        b"3:9:x]",  # longer than what is around it
        b"-1:a,",
    ],
)
def test_false_lengths_are_rejected(data: bytes) -> None:
    with pytest.raises(MalformedNetstringError):
        parse(memoryview(data))


def test_nesting_and_number_of_values_are_bounded() -> None:
    deep = b"0:]"
    for _ in range(40):
        deep = b"%d:%s]" % (len(deep), deep)
    wide = b"0:~" * 200_000
    for data in (deep, b"%d:%s]" % (len(wide), wide)):
        with pytest.raises(MalformedNetstringError):
            parse(memoryview(data))


@settings(max_examples=examples(100), deadline=None)
@given(st.binary(max_size=120))
def test_random_bytes_never_raises_another_error(data: bytes) -> None:
    with suppress(MalformedNetstringError):
        parse(memoryview(data))
