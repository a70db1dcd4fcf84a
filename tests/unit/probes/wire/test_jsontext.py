import msgspec
import pytest

from tieback.probes.wire.jsontext import Number, decode_json, parse_count


class Counted(msgspec.Struct):
    count: Number


@pytest.mark.parametrize(
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


@pytest.mark.parametrize(
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
