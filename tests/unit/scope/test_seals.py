"""Seals: signed by the user's key, and written in exactly one way."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.scope.seals import MAX_SEAL, Seal, open_seal, seal

SEALED = "0" * 64


@pytest.fixture(scope="module")
def sealed() -> bytes:
    return seal(SEALED, "1" * 64)


def test_a_seal_is_opened(sealed: bytes) -> None:
    found, key = open_seal(sealed)
    assert (found.content_sha256, found.timestamp_sha256) == (SEALED, "1" * 64)
    assert key.fingerprint.startswith("SHA256:")


@given(st.data())
def test_any_other_byte_breaks_it(sealed: bytes, data: st.DataObject) -> None:
    at, value = data.draw(st.integers(0, len(sealed) - 1)), data.draw(st.integers(1, 255))
    altered = bytearray(sealed)
    altered[at] ^= value
    with pytest.raises(ValueError, match="the seal is damaged"):
        open_seal(bytes(altered))


@pytest.mark.parametrize("key", ["", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAQE=", "ssh-ed25519 AAAA"])
def test_another_key_is_refused(sealed: bytes, key: str) -> None:
    found = msgspec.json.decode(sealed, type=Seal)
    with pytest.raises(ValueError, match="the seal is damaged"):
        open_seal(msgspec.json.encode(msgspec.structs.replace(found, key=key)))


@given(st.binary(max_size=300))
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="the seal"):
        open_seal(data)
    with pytest.raises(ValueError, match="too long"):
        open_seal(b" " * (MAX_SEAL + 1))
