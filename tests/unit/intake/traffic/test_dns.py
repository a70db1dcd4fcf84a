import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.unit.intake.traffic import wire
from tieback.intake.traffic.dns import MAX_RECORDS, parse_message, parse_stream

A, AAAA = wire.address("192.0.2.9"), wire.address("2001:db8::9")


@each(
    ("answers", "expected"),
    [
        ((("api.test", 1, A),), (("api.test", A),)),
        ((("api.test", 28, AAAA),), (("api.test", AAAA),)),
        ((("api.test", 5, wire.dns_name("edge.test")), ("edge.test", 1, A)), (("api.test", A),)),
        (
            (("api.test", 5, wire.dns_name("a.test")), ("a.test", 5, wire.dns_name("b.test")), ("b.test", 1, A)),
            (("api.test", A),),
        ),
        ((("edge.test", 1, A), ("api.test", 5, wire.dns_name("edge.test"))), (("api.test", A),)),
        ((("api.test", 1, b"abc"), ("api.test", 16, b"text")), ()),
    ],
    ids=["A", "AAAA", "alias", "chain", "alias last", "other types"],
)
def test_answers_give_names_and_addresses(
    answers: tuple[tuple[str, int, bytes], ...], expected: tuple[tuple[str, bytes], ...]
) -> None:
    message = parse_message(wire.dns("API.test", answers))
    assert message is not None
    assert (message.response, message.question, message.addresses) == (True, "api.test", expected)


def test_compression_is_followed_and_loops_end() -> None:
    data = (
        wire.dns("api.test")[:6]
        + b"\0\x01\0\0\0\0"
        + wire.dns("api.test")[12:]
        + b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04"
        + A
    )
    message = parse_message(data)
    assert message is not None
    assert message.addresses == (("api.test", A),)
    assert parse_message(data[:12] + b"\xc0\x0c\0\x01\0\x01") is None


@pytest.mark.parametrize("data", [b"", bytes(12), b"GET / HTTP/1.1\r\n", wire.dns("a.test")[:-3], b"\xff" * 40])
def test_invalid_message_is_rejected(data: bytes) -> None:
    assert parse_message(data) is None


def test_records_are_bounded() -> None:
    message = parse_message(wire.dns("api.test", [("api.test", 1, A)] * 500))
    assert message is not None
    assert len(message.addresses) == MAX_RECORDS


def test_a_stream_of_messages() -> None:
    one = wire.dns("api.test", response=False)
    framed = len(one).to_bytes(2) + one
    assert [message.question for message in parse_stream(framed * 3)] == ["api.test"] * 3
    assert parse_stream(b"\0\x20" + bytes(40)) == []


@settings(max_examples=examples(100), deadline=None)
@given(at=st.integers(0, 100), junk=st.binary(max_size=20))
def test_mutated_messages(at: int, junk: bytes) -> None:
    data = wire.dns("api.test", [("api.test", 5, wire.dns_name("edge.test")), ("edge.test", 1, A)])
    data = data[:at] + junk + data[at + len(junk) :]
    message = parse_message(data)
    assert message is None or len(message.addresses) <= MAX_RECORDS
    parse_stream(data)
