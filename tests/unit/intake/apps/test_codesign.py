import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.codesign import CodeSignature, read_signature


def super_blob(*blobs: bytes, count: int | None = None) -> bytes:
    out = b"\xfa\xde\x0c\xc0" + b"\0" * 4 + (len(blobs) if count is None else count).to_bytes(4)
    place = 12 + 8 * len(blobs)
    for blob in blobs:
        out += b"\0" * 4 + place.to_bytes(4)
        place += len(blob)
    return out + b"".join(blobs)


def test_the_message_of_the_signer_is_found() -> None:
    data = super_blob(b"\xfa\xde\x0b\x01" + (8 + 5).to_bytes(4) + b"hello")
    begin, end = read_signature(data, 0, len(data)).message
    assert data[begin:end] == b"hello"


@pytest.mark.parametrize("data", [b"", b"\xfa\xde\x0c\xc0", super_blob(count=10**9), super_blob(b"\xfa\xde\x0b\x01")])
def test_invalid_signature_gives_an_empty_result(data: bytes) -> None:
    assert read_signature(data, 0, len(data)) == CodeSignature()


@settings(max_examples=examples(80), deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", b"\xfa\xde\x0c\x02", b"\xfa\xde\x0b\x01", b"\xfa\xde\x71\x71"]))
def test_noise_never_raises(noise: bytes, magic: bytes) -> None:
    data = super_blob(magic + noise)
    begin, end = read_signature(data, 0, len(data)).entitlements
    assert 0 <= begin <= end <= len(data)
