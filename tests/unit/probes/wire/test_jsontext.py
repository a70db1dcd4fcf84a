import msgspec

from tests.each import each
from tieback.probes.wire.jsontext import Number, decode_json, parse_count


class Counted(msgspec.Struct):
    count: Number


@each(
    ("body", "count"),
    [
        (b'{"count":7,"more":[{}]}', 7),
        (b'{"count":-1}', None),
        (b'{"count":9223372036854775808}', None),
        (b'{"count":"7"}', None),
        (b"{", None),
        (b"[" * 100_000, None),
        (b"\xff", None),
    ],
)
def test_json_is_decoded_into_structs(body: bytes, count: int | None) -> None:
    found = decode_json(body, Counted)
    assert (found.count if found is not None else None) == count


class Named(msgspec.Struct):
    name: str


@each(
    ("body", "name"),
    [
        (rb'{"name":"a\ud800b"}', "a\ufffdb"),
        (rb'{"name":"a\udc00b"}', "a\ufffdb"),
        (rb'{"name":"a\ud83d\ude00b\ud83d"}', "a\U0001f600b\ufffd"),
        (rb'{"name":"a\\ud800\udfff"}', "a\\ud800\ufffd"),
        (b'{"name":"a\xed\xa0\x80b"}', "a\ufffd\ufffd\ufffdb"),
        (b'{"name":"a\xffb"}', "a\ufffdb"),
        (rb'{"name":"\ud800"', None),
        (rb'{"name":7,"x":"\ud800"}', None),
    ],
)
def test_an_odd_character_does_not_hide_the_answer(body: bytes, name: str | None) -> None:
    found = decode_json(body, Named)
    assert (found.name if found is not None else None) == name


@each(
    ("value", "expected"),
    [
        ("7", 7),
        (7, 7),
        ("", None),
        ("-1", None),
        (-1, None),
        ("9" * 19, None),
        (2**63, None),
        (None, None),
        ("٣", None),
    ],
)
def test_counts_are_read(value: str | int | None, expected: int | None) -> None:
    assert parse_count(value) == expected
