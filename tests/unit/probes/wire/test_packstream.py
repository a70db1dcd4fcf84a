import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.probes.wire.packstream import MAX_DEPTH, Value, decode_message, encode_mapping, encode_message, encode_text
from tieback.probes.wire.verdicts import HostileAnswer

# Bytes as the vendor's page on PackStream writes them.
VALUES: list[tuple[bytes, Value]] = [
    (b"\xc0", None),
    (b"\xc2", False),
    (b"\xc3", True),
    (b"\x2a", 42),
    (b"\xf0", -16),
    (b"\xc8\xd6", -42),
    (b"\xc9\x03\xe8", 1000),
    (b"\xcb\x7f\xff\xff\xff\xff\xff\xff\xff", 2**63 - 1),
    (b"\xc1\x3f\xf1\x99\x99\x99\x99\x99\x9a", 1.1),
    (b"\xcc\x03\x01\x02\x03", b"\1\2\3"),
    (b"\x80", ""),
    (b"\x81A", "A"),
    (b"\xd0\x1aabcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz"),
    (b"\x93\x01\x02\x03", [1, 2, 3]),
    (b"\xd4\x01\xc0", [None]),
    (b"\xa1\x83one\x01", {"one": 1}),
    (b"\xd8\x01\x83one\x01", {"one": 1}),
]


@each(("packed", "value"), VALUES, ids=[packed.hex() for packed, _ in VALUES])
def test_values_are_decoded(packed: bytes, value: Value) -> None:
    assert decode_message(b"\xb1\x70" + packed) == (0x70, [value])


@each(
    "body",
    [
        b"",
        b"\x01",
        b"\xb1",
        b"\xb1\x70",
        b"\xb1\x70\xc7",
        b"\xb0\x70\x00",
        b"\xb1\x70\xd6\xff\xff\xff\xff",
        b"\xb1\x70\xd2\x7f\xff\xff\xff",
        b"\xb1\x70" + b"\x91" * (MAX_DEPTH + 1) + b"\x01",
    ],
)
def test_what_breaks_a_bound_is_hostile(body: bytes) -> None:
    with pytest.raises(HostileAnswer):
        decode_message(body)


@given(st.binary(max_size=200))
@settings(max_examples=examples(100), deadline=None)
def test_noise_never_raises_anything_else(body: bytes) -> None:
    with contextlib.suppress(HostileAnswer):
        decode_message(b"\xb3\x70" + body)


@given(st.dictionaries(st.text(max_size=300), st.text(max_size=300), max_size=8))
@settings(max_examples=examples(60), deadline=None)
def test_what_we_pack_is_what_is_unpacked(entries: dict[str, str]) -> None:
    sent = encode_message(1, encode_mapping({key: encode_text(value) for key, value in entries.items()}))
    size = int.from_bytes(sent[:2], "big")
    assert sent[2 + size :] == b"\0\0"
    assert decode_message(sent[2 : 2 + size]) == (1, [entries])
