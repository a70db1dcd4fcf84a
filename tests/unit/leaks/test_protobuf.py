"""Messages are read without a schema, and random bytes are no message."""

import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.leaks.bodies import read_body
from tieback.leaks.protobuf import parse_message, read_grpc, read_protobuf

PLACE = b"\x09" + struct.pack("<d", 52.52001) + b"\x11" + struct.pack("<d", 13.40495)
MESSAGE = b"\x0a\x10ada@workhub.test\x18\x05\x22" + bytes([len(PLACE)]) + PLACE


def values(data: bytes) -> dict[str, str]:
    return {pair.where: pair.value for pair in read_protobuf(data)}


def test_texts_and_coordinates_by_field_number() -> None:
    assert values(MESSAGE) == {"protobuf:1": "ada@workhub.test", "protobuf:4.1": "52.520010,13.404950"}


def test_a_message_in_a_message() -> None:
    assert values(b"\x12" + bytes([len(MESSAGE)]) + MESSAGE)["protobuf:2.1"] == "ada@workhub.test"


@pytest.mark.parametrize("kind", [b"application/x-protobuf", b"application/octet-stream", b""])
def test_a_binary_body_is_read_as_a_message(kind: bytes) -> None:
    assert {pair.value for pair in read_body(MESSAGE, kind)} == {"ada@workhub.test", "52.520010,13.404950"}


def test_messages_of_a_grpc_call() -> None:
    frame = b"\0" + len(MESSAGE).to_bytes(4) + MESSAGE
    found = [pair.value for pair in read_grpc(frame * 2)]
    assert found.count("ada@workhub.test") == 2
    assert list(read_body(frame, b"application/grpc+proto")) == list(read_grpc(frame))


def test_a_cut_message_keeps_its_first_fields() -> None:
    long = b"".join(bytes([8 * n + 2, 4]) + b"text" for n in range(1, 6)) + b"\x3a\x7fada@work"
    assert len(values(long)) == 6


def test_random_bytes_are_no_message() -> None:
    source = random.Random(7)
    found = [source.randbytes(200) for _ in range(500)]
    assert sum(bool(list(read_protobuf(data))) for data in found) <= 5


@pytest.mark.parametrize("first", [0.0, 91.0, 12.0])
def test_numbers_that_are_no_place(first: float) -> None:
    assert not values(b"\x09" + struct.pack("<d", first) + b"\x11" + struct.pack("<d", 13.40495))


@given(st.binary(max_size=300))
def test_bytes_never_raises(data: bytes) -> None:
    parse_message(data)
    list(read_protobuf(data))
    list(read_grpc(data))


def field(number: int, value: float | bytes) -> bytes:
    if isinstance(value, bytes):
        return bytes([number << 3 | 2, len(value)]) + value
    return bytes([number << 3 | 1]) + struct.pack("<d", value)


def test_a_message_can_be_cut_at_every_byte() -> None:
    content: list[float | bytes] = [b"text", b"", b"text", 52.52001, 13.40495, PLACE, 52.52001, 13.40495, MESSAGE]
    whole = b"".join(field(number, value) for number, value in enumerate(content, 1))
    counts = [len(list(read_body(whole[:length], b"application/x-protobuf"))) for length in range(len(whole) + 1)]
    assert max(counts) == counts[-1] == 7
    for length in range(len(whole)):
        assert len(parse_message(whole[:length])) <= len(content)


def test_half_a_pair_of_coordinates_is_no_place() -> None:
    texts = b"".join(field(number, b"text") for number in range(1, 5))
    assert set(values(texts + field(5, 52.52001) + field(6, 13.40495)[:5]).values()) == {"text"}
