"""Bodies are decoded as far as they were captured, and never to more than the limit."""

import gzip
import random
import zlib

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.protocols.content_coding import CODINGS, decode_content

TEXT = b'{"mail":"a@b.test"}'
GZIP = gzip.compress(TEXT, mtime=0)


@each(
    ("body", "coding", "decoded"),
    [
        (TEXT, b"", TEXT),
        (TEXT, b" Identity ", TEXT),
        (GZIP, b"gzip", TEXT),
        (GZIP, b" X-GZIP", TEXT),
        (zlib.compress(TEXT), b"deflate", TEXT),
        (zlib.compress(TEXT, wbits=-15), b"deflate", TEXT),
        (GZIP, b"deflate", TEXT),
        (zlib.compress(TEXT), b"gzip", TEXT),
        (GZIP[:-9], b"gzip", TEXT),
        (GZIP[:10], b"gzip", b""),
        (b"", b"gzip", b""),
        (TEXT, b"gzip", None),
        (TEXT, b"br", None),
        (TEXT, b"gzip, gzip", None),
    ],
)
def test_codings(body: bytes, coding: bytes, decoded: bytes | None) -> None:
    assert decode_content(body, coding, 100) == decoded


@pytest.mark.parametrize(("coding", "name"), [(b"br", "brotli"), (b"zstd", "zstd")])
def test_streams_are_decoded_as_far_as_they_were_captured(coding: bytes, name: str) -> None:
    text = random.Random(7).randbytes(400_000)
    packed = pa.compress(text, codec=name, asbytes=True)
    assert decode_content(packed, coding, 1 << 20) == text
    assert decode_content(packed, coding, 100) == text[:100]
    part = decode_content(packed[: len(packed) - 40], coding, 1 << 20)
    assert part is not None
    assert text.startswith(part)
    assert decode_content(b"no such stream" * 4, coding, 100) is None


def test_a_later_zstd_frame_with_a_window_that_is_too_large_is_not_read() -> None:
    first, second = (bytes(pa.compress(text * 100, codec="zstd", asbytes=True)) for text in (b"one", b"two"))
    assert decode_content(first + second, b"zstd", 1000) == b"one" * 100 + b"two" * 100
    large = second[:4] + bytes((0, 17 << 3)) + second[7:]  # a window of 128 MiB in place of the size of the content
    assert decode_content(first + large, b"zstd", 1000) == b"one" * 100


def test_a_zstd_window_that_is_too_large_is_refused() -> None:
    frame = bytearray(pa.compress(bytes(1000), codec="zstd", asbytes=True))
    frame[4:6] = bytes((0, 31 << 3))
    assert decode_content(bytes(frame), b"zstd", 100) is None


def test_a_bomb_is_decoded_to_the_limit() -> None:
    assert decode_content(gzip.compress(bytes(50_000_000)), b"gzip", 4096) == bytes(4096)
    assert decode_content(gzip.compress(TEXT), b"gzip", 0) == b""  # zlib takes 0 for no limit
    assert decode_content(gzip.compress(TEXT), b"gzip", -1) == b""


@settings(max_examples=examples(200), deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", b"br", *CODINGS]), st.integers(-1, 300))
def test_anything_is_read_without_an_error(body: bytes, coding: bytes, limit: int) -> None:
    assert len(decode_content(body, coding, limit) or b"") <= max(limit, 0)
    assert len(decode_content(gzip.compress(body), b"gzip", limit) or b"") <= max(limit, 0)


@settings(max_examples=examples(100), deadline=None)
@given(st.binary(max_size=200))
def test_bodies_are_read_as_written(body: bytes) -> None:
    assert decode_content(gzip.compress(body), b"gzip", 200) == body
    assert decode_content(zlib.compress(body), b"deflate", 200) == body
