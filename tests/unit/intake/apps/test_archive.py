from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.archive import FORGET_AFTER, Archive
from tieback.intake.apps.budget import PackageBudget
from tieback.intake.apps.problems import PackageProblems

type Build = Callable[..., bytes]
TEXT = b"mongodb://db.test:27017/fleet\n" * 40


def opened(data: bytes) -> Archive:
    return Archive(data, PackageProblems())


def only(data: bytes) -> tuple[bytes, list[str]]:
    archive = opened(data)
    content = archive.read(archive.entries[0])
    return bytes(content), [problem.what for problem in archive.problems]


@pytest.mark.parametrize(
    ("lies", "stored", "problem"),
    [
        ({}, False, ""),
        ({}, True, ""),
        ({"flags": 8}, False, ""),
        ({"flags": 1}, False, "flagged as encrypted; installers ignore the flag (1 of 1 entry)"),
        ({"method": 30208}, True, "compression method 30208 is unknown to installers (1 of 1 entry)"),
        ({"method": 30208}, False, "compression method 30208 is unknown to installers (1 of 1 entry)"),
        ({"size": 10}, False, "stated size of 10 bytes is false"),
        ({"size": 10**9}, False, "stated size"),
        ({"size": 0}, False, ""),
        ({"crc": 77}, False, "checksum"),
        ({"compressed": 5000}, False, "file ends within this entry"),
    ],
    ids=[
        "deflated", "stored", "data descriptor", "encrypted flag on plain content", "unknown method, stored",
        "unknown method, deflated", "size too small", "size too large", "size unknown", "wrong checksum",
        "compressed size too large",
    ],
)  # fmt: skip
def test_an_entry_is_read_as_a_phone_reads_it(build: Build, lies: dict[str, int], stored: bool, problem: str) -> None:
    content, problems = only(build("zipped", [("a.txt", TEXT, lies)], stored=stored))
    assert content == TEXT
    assert problem in " ".join(problems)
    assert bool(problem) == bool(problems)


def test_unknown_compression_method_is_read_as_stored(build: Build) -> None:
    content, problems = only(build("zipped", [("a", TEXT, {"method": 99, "raw": TEXT, "size": 3})]))
    assert content == TEXT
    assert "unknown compression method 99" in problems[-1]


def test_encrypted_entry_is_a_problem(build: Build) -> None:
    content, problems = only(build("zipped", [("a", TEXT, {"flags": 1, "raw": b"\xff" * 60})]))
    assert content == b""
    assert problems[-1] == "encrypted, or the compressed data is damaged after 0 bytes"


def test_a_header_that_is_nowhere_costs_one_entry(build: Build) -> None:
    archive = opened(build("zipped", [("a", TEXT, {"header": 10**6}), ("b", TEXT)]))
    assert [bytes(archive.read(entry)) for entry in archive.entries] == [b"", TEXT]
    assert [problem.where for problem in archive.problems] == ["a"]


def test_an_entry_is_read_up_to_the_cap(build: Build) -> None:
    archive = opened(build("zipped", [("a", TEXT)]))
    assert archive.read(archive.entries[0], 50) == TEXT[:50]
    assert archive.problems[0].what == "only the first 50 bytes were read"


def test_entries_over_the_same_bytes_are_read_once(build: Build) -> None:
    archive = opened(build("zipped", [("a", TEXT), ("b", TEXT, {"header": 0}), ("c", TEXT, {"header": 0})]))
    assert [entry.name for entry in archive.entries] == ["a"]
    assert "2 entries point at the content of others" in archive.problems[0].what


def test_overlapping_entries_share_one_small_budget(build: Build) -> None:
    files = [(str(n), TEXT, {"compressed": 4000}) for n in range(10)]
    archive = Archive(
        build("zipped", files, block=b"\0" * 9000), PackageProblems(), PackageBudget(total=10**9, suspect=2000)
    )
    read = sum(len(archive.read(entry)) for entry in archive.entries)
    assert read <= 2000 + len(TEXT)
    assert any("left out" in problem.what for problem in archive.problems)
    assert any("overlap others" in problem.what for problem in archive.problems)


def test_the_first_bytes_come_without_the_rest(build: Build) -> None:
    for stored in (True, False):
        archive = opened(build("zipped", [("a", TEXT)], stored=stored))
        assert archive.peek(archive.entries[0], 10) == TEXT[:10]


@pytest.mark.parametrize("size", [0, 24, 500, 10**12])
def test_the_signing_block_is_found_or_not_there(build: Build, size: int) -> None:
    stated = size.to_bytes(8, "little")
    block = stated + b"\7" * max(min(size, 500) - 24, 0) + stated + b"APK Sig Block 42"
    archive = opened(build("zipped", [("a", b"text", {})], block=block))
    assert archive.signing_block() == (block if size in {24, 500} else b"")


def test_entries_are_found_by_name(build: Build) -> None:
    archive = opened(build("zipped", [("a", b"first"), ("a", b"second")]))
    entry = archive.find("a")
    assert entry is not None
    assert archive.read(entry) == b"first"
    assert archive.find("b") is None


@settings(max_examples=examples(80), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 255)), max_size=10))
def test_damage_costs_entries_never_an_exception(build: Build, noise: list[tuple[int, int]]) -> None:
    data = bytearray(build("zipped", [("a.txt", TEXT), ("b.txt", TEXT * 2), ("c.bin", b"\0" * 100)]))
    for place, value in noise:
        data[place % len(data)] = value
    archive = opened(bytes(data))
    for entry in archive.entries:
        assert len(archive.read(entry)) <= 1 << 20
        archive.peek(entry, 64)
    archive.signing_block()


def test_a_large_stored_entry_is_whole(build: Build) -> None:
    content = bytes(range(256)) * (FORGET_AFTER // 256) + b"https://a.de"
    archive = Archive(build("zipped", [("a.so", content), ("b.txt", b"b")], stored=True), PackageProblems())
    assert archive.read(archive.entries[0]) == content
    assert archive.read(archive.entries[1]) == b"b"
    assert archive.problems == []


@pytest.mark.parametrize("place", range(4))
def test_of_several_entries_of_a_name_the_first_counts(build: Build, place: int) -> None:
    names = ["a", "b", "a", "c"]
    archive = Archive(build("zipped", [(name, b"%d" % n) for n, name in enumerate(names)]), PackageProblems())
    first = archive.find(names[place])
    assert first is archive.entries[names.index(names[place])]
