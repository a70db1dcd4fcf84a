import mmap
import struct
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.window import BytesWindow, release_pages

small = st.integers(-30, 60)


@settings(max_examples=examples(200), deadline=None)
@given(data=st.binary(max_size=40), start=small, stop=small, first=small, last=small, sub=st.binary(max_size=2))
def test_a_window_is_like_the_bytes_it_shows(
    data: bytes, start: int, stop: int, first: int, last: int, sub: bytes
) -> None:
    window = BytesWindow(data, start, stop)
    same = data[max(start, 0) : max(stop, 0)] if stop > start else b""
    assert len(window) == len(same)
    assert window[first:last] == same[first:last]
    assert bytes(memoryview(window)) == same
    if 0 <= first <= len(same):
        assert window.find(sub, first) == same.find(sub, first)
        assert window.rfind(sub, first, last) == same.rfind(sub, first, last)


def test_windows_nest_and_unpack() -> None:
    window = BytesWindow(BytesWindow(b"0123456789", 2, 8), 1, 5)
    assert window[:] == b"3456"
    assert window[0] == ord("3")
    assert window[-1] == ord("6")
    assert struct.unpack_from("<H", window, 2) == (0x3635,)


def test_what_was_forgotten_can_be_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 100_000)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        window = BytesWindow(view, 10, 90_000)
        assert window.find(b"y") == -1
        release_pages(window)
        assert window[:3] == b"xxx"
    release_pages(b"bytes have nothing to give back")
