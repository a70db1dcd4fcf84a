import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps import stringpool
from tieback.intake.apps.stringpool import MalformedPoolError, read_pool

type Build = Callable[..., bytes]
TEXTS = ["", "a", "https://api.test/v1", "grüße", "服务器", "x" * 127, "y" * 128, "z" * 20_000]


@pytest.mark.parametrize("utf16", [False, True])
@pytest.mark.parametrize("few", [0, 64], ids=["at once", "one by one"])
def test_every_string_is_located(build: Build, monkeypatch: pytest.MonkeyPatch, utf16: bool, few: int) -> None:
    monkeypatch.setattr(stringpool, "FEW", few)
    pool = read_pool(b"????" + build("string_pool", TEXTS, utf16=utf16), 4)
    assert [pool.text(index, 100_000) for index in range(len(TEXTS))] == TEXTS
    assert pool.text(len(TEXTS)) == pool.text(-1) == ""
    assert pool.utf16 is utf16
    assert len(pool.begins()) == len(TEXTS)


def test_a_long_string_of_16_bit_units(build: Build) -> None:
    text = "w" * 40_000
    assert read_pool(build("string_pool", [text], utf16=True), 0).text(0, 100_000) == text


def test_one_string_named_often_is_located_once(build: Build) -> None:
    pool = read_pool(build("string_pool", ["a" * 20_000], offsets=[0] * 5000), 0)
    assert len(pool.starts) == 5000
    assert pool.begins().tolist() == [4]


def test_strings_that_leave_the_pool_are_left_out(build: Build) -> None:
    pool = read_pool(build("string_pool", ["abc"], offsets=[0, 10**6, 0xFFFFFFFF]), 0)
    assert [pool.text(index) for index in range(3)] == ["abc", "", ""]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\1\0\x1c\0",
        struct.pack("<HHIIIIII", 2, 28, 28, 0, 0, 0, 28, 0),
        struct.pack("<HHIIIIII", 1, 28, 28, 9**9, 0, 0, 28, 0),
    ],
    ids=["nothing", "cut", "another chunk", "count over the end"],
)
def test_invalid_string_pool_is_rejected(data: bytes) -> None:
    with pytest.raises(MalformedPoolError):
        read_pool(data, 0)


@settings(max_examples=examples(100), deadline=None)
@given(
    noise=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=10),
    cut=st.integers(0, 200),
    utf16=st.booleans(),
)
def test_damage_is_bounded_and_both_ways_agree(
    build: Build, noise: list[tuple[int, int]], cut: int, utf16: bool
) -> None:
    data = bytearray(build("string_pool", ["ab", "https://a.test", "ü" * 70], utf16=utf16))
    for place, value in noise:
        data[place % len(data)] = value
    whole = bytes(data[: len(data) - cut])
    try:
        pool = read_pool(whole, 0)
    except MalformedPoolError:
        return
    begins = pool.begins()
    assert all(0 <= begin <= len(whole) for begin in begins)
    assert sum(len(pool.text(index)) for index in range(min(len(pool.starts), 100))) <= 100 * len(whole)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stringpool, "FEW", 0)
        vectorised = read_pool(whole, 0)
    inside = (pool.starts >= 0) & (pool.starts + 4 <= len(whole))
    assert (vectorised.starts[inside] == pool.starts[inside]).all()
