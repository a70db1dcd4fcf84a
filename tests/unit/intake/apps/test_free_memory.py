"""Memory that was released is given back to the system."""

import platform

import pytest

from tieback.engine.memory import resident_bytes
from tieback.intake.apps.free_memory import release_free

MIB = 1 << 20


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other allocators have no malloc_trim")
def test_memory_between_blocks_in_use_is_given_back() -> None:
    blocks = [bytearray(b"x") * 100_000 for _ in range(1_000)]
    kept = blocks[::50]
    blocks.clear()
    before = resident_bytes()
    release_free()
    assert before - resident_bytes() > 50 * MIB
    assert all(len(one) == 100_000 for one in kept)


def test_without_the_call_it_never_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    import ctypes

    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    release_free()
