"""Bodies are decoded as far as they were captured, and never to more than the limit."""

import gzip
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieback.protocols.content_coding import CODINGS, decode_content

TEXT = b'{"mail":"a@b.test"}'
GZIP = gzip.compress(TEXT, mtime=0)


@pytest.mark.parametrize(
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


def test_a_bomb_is_decoded_to_the_limit() -> None:
    assert decode_content(gzip.compress(bytes(50_000_000)), b"gzip", 4096) == bytes(4096)
    assert decode_content(gzip.compress(TEXT), b"gzip", 0) == b""  # zlib takes 0 for no limit
    assert decode_content(gzip.compress(TEXT), b"gzip", -1) == b""


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", b"br", *CODINGS]), st.integers(-1, 300))
def test_anything_is_read_without_an_error(body: bytes, coding: bytes, limit: int) -> None:
    assert len(decode_content(body, coding, limit) or b"") <= max(limit, 0)
    assert len(decode_content(gzip.compress(body), b"gzip", limit) or b"") <= max(limit, 0)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_bodies_are_read_as_written(body: bytes) -> None:
    assert decode_content(gzip.compress(body), b"gzip", 200) == body
    assert decode_content(zlib.compress(body), b"deflate", 200) == body
