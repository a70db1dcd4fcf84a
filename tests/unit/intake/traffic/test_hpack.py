import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.traffic.hpack import MAX_HEADERS, HpackDecoder, HpackError

RFC_REQUESTS = (
    (
        "828684410f7777772e6578616d706c652e636f6d",
        [(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "www.example.com")],
    ),
    (
        "828684be58086e6f2d6361636865",
        [
            (":method", "GET"),
            (":scheme", "http"),
            (":path", "/"),
            (":authority", "www.example.com"),
            ("cache-control", "no-cache"),
        ],
    ),
)
HUFFMAN_REQUESTS = (
    ("828684418cf1e3c2e5f23a6ba0ab90f4ff", RFC_REQUESTS[0][1]),
    ("828684be5886a8eb10649cbf", RFC_REQUESTS[1][1]),
)


@pytest.mark.parametrize("requests", [RFC_REQUESTS, HUFFMAN_REQUESTS], ids=["C.3", "C.4"])
def test_examples_of_the_rfc(requests: tuple[tuple[str, list[tuple[str, str]]], ...]) -> None:
    decoder = HpackDecoder()
    for block, headers in requests:
        assert decoder.decode(bytes.fromhex(block)) == headers


@each(
    "block", ["80", "ff80808080808001", "be", "3fe1ff03", "4001", "4081ff", "0085ffffffffff00", "4003616200"],
    ids=["index 0", "endless integer", "empty table", "huge table", "cut", "bad padding", "end of string", "cut value"],
)  # fmt: skip
def test_broken_blocks(block: str) -> None:
    with pytest.raises(HpackError):
        HpackDecoder().decode(bytes.fromhex(block))


def test_headers_are_bounded() -> None:
    assert len(HpackDecoder().decode(b"\x82" * 1000)) == MAX_HEADERS


@settings(max_examples=examples(100), deadline=None)
@given(blocks=st.lists(st.binary(max_size=60), max_size=4))
def test_any_blocks(blocks: list[bytes]) -> None:
    decoder = HpackDecoder()
    for block in blocks:
        try:
            assert len(decoder.decode(block)) <= MAX_HEADERS
        except HpackError:
            return
