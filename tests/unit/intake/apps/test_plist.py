import plistlib
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.apps.plist import MAX_PLIST, read_binary_plist, read_values
from tieback.intake.apps.stringpool import MalformedPoolError

VALUES = {"CFBundleIdentifier": "test.fieldhand", "hosts": ["db.test:27017", "x" * 300], "größe": "Größe", "n": 7}
BINARY = plistlib.dumps(VALUES, fmt=plistlib.FMT_BINARY)


@pytest.mark.parametrize("form", [plistlib.FMT_BINARY, plistlib.FMT_XML])
def test_both_forms_give_their_values(form: plistlib.PlistFormat) -> None:
    assert read_values(plistlib.dumps(VALUES, fmt=form)) == VALUES


@each(
    "data",
    [
        b"",
        b"bplist00",
        b"<plist>",
        b"no plist at all",
        plistlib.dumps([1, 2]),
        b"\0" * (MAX_PLIST + 1),
        b'<?xml version="1.0"?><!DOCTYPE plist [<!ENTITY a "b">]><plist><string>&a;</string></plist>',
        b"<plist>" + b"<array>" * 100_000,
    ],
    ids=["nothing", "magic", "cut", "text", "list", "large", "entity", "deep"],
)
def test_what_cannot_be_read_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedPoolError):
        read_values(data)


def test_strings_of_a_binary_plist_are_separate() -> None:
    (buffer,) = read_binary_plist("Info.plist", BINARY).buffers
    assert buffer.starts is not None
    starts = [*buffer.starts.tolist(), len(BINARY)]
    pieces = [BINARY[a:b] for a, b in pairwise(starts)]
    assert {b"db.test:27017", b"test.fieldhand", b"x" * 300} <= set(pieces)


@settings(max_examples=examples(100), deadline=None)
@given(noise=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), max_size=8), cut=st.integers(0, 60))
def test_damage_never_raises_anything_else(noise: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(BINARY)
    for place, value in noise:
        data[place % len(data)] = value
    whole = bytes(data[: len(data) - cut])
    (buffer,) = read_binary_plist("a", whole).buffers
    if buffer.starts is not None:
        assert all(0 <= start < len(whole) for start in buffer.starts)
    try:
        read_values(whole)
    except MalformedPoolError:
        return


@settings(max_examples=examples(60), deadline=None)
@given(st.binary(max_size=200))
def test_noise_never_raises_anything_else(data: bytes) -> None:
    read_binary_plist("a", b"bplist00" + data)
    for head in (b"bplist00", b"<?xml version='1.0'?><plist>"):
        with pytest.raises(MalformedPoolError):
            read_values(head + data)
