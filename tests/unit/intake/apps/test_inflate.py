import zlib

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.apps.inflate import inflate, inflate_prefix

TEXT = b"the quick brown fox " * 500


def deflated(content: bytes) -> bytes:
    engine = zlib.compressobj(6, zlib.DEFLATED, -15)
    return engine.compress(content) + engine.flush()


@each("size", [len(TEXT), 0, 1, len(TEXT) - 1, len(TEXT) + 1, 10**9])
def test_content_is_inflated_whatever_the_header_states(size: int) -> None:
    stream = deflated(TEXT)
    result = inflate(b"??" + stream + b"!!", 2, len(stream), size, 1 << 20)
    assert (bytes(result.data), result.whole, result.error) == (TEXT, True, "")


def test_no_more_than_the_cap_comes_out() -> None:
    stream = deflated(TEXT)
    result = inflate(stream, 0, len(stream), len(TEXT), 100)
    assert bytes(result.data) == TEXT[:100]
    assert not result.whole


def test_what_came_before_the_damage_is_kept() -> None:
    stream = deflated(bytes(range(256)) * 4000)
    result = inflate(stream[:300], 0, 300, 1_024_000, 1 << 21)
    assert result.data.startswith(bytes(range(200)))
    assert "too early" in result.error


def test_prefix_can_be_inflated_separately() -> None:
    stream = deflated(TEXT)
    assert inflate_prefix(stream, 0, len(stream), 9) == b"the quick"
    assert inflate_prefix(b"\xff" * 20, 0, 20, 9) == b""


@settings(max_examples=examples(80), deadline=None)
@given(data=st.binary(max_size=300), size=st.integers(0, 1 << 32), length=st.integers(0, 400))
def test_noise_never_raises(data: bytes, size: int, length: int) -> None:
    assert len(inflate(data, 0, length, size, 5000).data) <= 5000
    assert len(inflate_prefix(data, 0, length, 64)) <= 64
