import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.apps import directory
from tieback.intake.apps.budget import LOST, PackageBudget, budget_for
from tieback.intake.apps.directory import read_directory
from tieback.intake.apps.problems import PackageProblems

type Build = Callable[..., bytes]
FILES = [("a.txt", b"alpha" * 50), ("b/c.txt", b"beta" * 80), ("d.txt", b"delta" * 20)]
NAMES = ["a.txt", "b/c.txt", "d.txt"]


def names_of(data: bytes) -> tuple[list[str], list[str]]:
    problems = PackageProblems()
    return [entry.name for entry in read_directory(data, problems, budget_for(0)).entries], [p.what for p in problems]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, ""),
        ({"stored": True}, ""),
        ({"comment": b"x" * 65_535}, ""),
        ({"comment": b"PK\5\6 in a comment of some length, so that it could be one"}, ""),
        ({"before": b"#!/bin/sh\n" * 10}, "100 bytes precede"),
        ({"count": 1}, ""),
        ({"count": 9}, "lists 9 entries but 3"),
    ],
    ids=["plain", "stored", "long comment", "signature in comment", "prepended", "count too low", "count too high"],
)
def test_every_entry_is_found(build: Build, options: dict[str, object], problem: str) -> None:
    names, problems = names_of(build("zipped", FILES, **options))
    assert names == NAMES
    assert problem in " ".join(problems)
    assert bool(problem) == bool(problems)


def test_garbage_behind_the_archive_is_a_problem(build: Build) -> None:
    names, problems = names_of(build("zipped", FILES) + b"\0" * 70_000)
    assert names == NAMES
    assert problems == ["data follows the end of the archive"]


def test_a_lying_length_field_hides_nothing(build: Build) -> None:
    files = [("a.txt", b"alpha", {"extra_length": 17}), *FILES[1:]]
    names, problems = names_of(build("zipped", files))
    assert names == NAMES
    assert problems == ["a record of the central directory states a false length"]


@pytest.mark.parametrize("flags", [0, 8], ids=["sizes in headers", "sizes in data descriptors"])
@pytest.mark.parametrize("stored", [False, True])
def test_lost_directory_is_rebuilt_from_local_headers(build: Build, flags: int, stored: bool) -> None:
    data = build("zipped", [(name, text, {"flags": flags}) for name, text in FILES], stored=stored)
    names, problems = names_of(data[: data.index(b"PK\1\2")])
    assert names == NAMES
    assert "no central directory" in problems[0]


def test_zip64_sizes_are_read() -> None:
    name, content = b"a", b"hello"
    extra = struct.pack("<HHQQ", 1, 16, len(content), len(content))
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 45, 0, 0, 0, 0, 0, 5, 5, 1, 0) + name + content
    sizes = (0xFFFFFFFF, 0xFFFFFFFF)
    central = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 45, 45, 0, 0, 0, 0, 0, *sizes, 1, 20, 0, 0, 0, 0, 0)
    central += name + extra
    start, after = len(local), len(local) + len(central)
    end64 = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(central), start)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, after, 1)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    (entry,) = read_directory(local + central + end64 + locator + end, PackageProblems(), budget_for(0)).entries
    assert (entry.name, entry.compressed, entry.size, entry.header) == ("a", 5, 5, 0)


def test_the_number_of_entries_is_bounded(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "MAX_ENTRIES", 2)
    names, problems = names_of(build("zipped", FILES))
    assert names == NAMES[:2]
    assert "more than 2 entries" in problems[0]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"caf\xc3\xa9", "café"),
        (b"\xff\xfe.txt", "\\xff\\xfe.txt"),
        (b"a\x1b[31m", "a\\x1b[31m"),
        (b"x" * 5000, "x" * 1024),
    ],
    ids=["utf-8", "not utf-8", "terminal escape", "long"],
)
def test_names_are_safe_to_print(build: Build, raw: bytes, shown: str) -> None:
    data = build("zipped", [("N" * len(raw), b"text")]).replace(b"N" * len(raw), raw)
    assert names_of(data)[0] == [shown]


@each("data", [b"", b"PK", b"PK\5\6", b"PK\3\4" * 100, b"PK\1\2" * 100, b"\0" * 100])
def test_no_archive_no_entries(data: bytes) -> None:
    assert names_of(data)[0] == []


@settings(max_examples=examples(80), deadline=None)
@given(noise=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), max_size=12), cut=st.integers(0, 600))
def test_damage_never_raises(build: Build, noise: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(build("zipped", FILES))
    for place, value in noise:
        data[place % len(data)] = value
    entries = read_directory(bytes(data[: len(data) - cut % len(data)]), PackageProblems(), budget_for(0)).entries
    assert len(entries) < 50


def test_headers_without_end_are_bounded() -> None:
    budget, problems = budget_for(0), PackageProblems()
    budget.steps = 100
    assert read_directory(b"PK\3\4" * 5000, problems, budget).entries == []
    assert "headers without content" in problems[0].what


def test_entries_without_a_directory_use_up_the_limit_sooner(build: Build) -> None:
    """Archives inside each other list the same entries again; an entry costs tens of microseconds each time."""
    files = [(f"{n}.txt", b"content") for n in range(9)]
    data = build("zipped", files)
    headers = data[: data.find(b"PK\1\2")]
    problems, budget = PackageProblems(), PackageBudget(total=10**6, entries=5 * LOST)
    assert len(read_directory(headers, problems, budget).entries) == 5
    assert budget.entries == 0
    assert "more than 5 entries; the rest is left out" in [one.what for one in problems]
    assert len(read_directory(headers, problems, budget).entries) == 0
    whole = PackageBudget(total=10**6, entries=9)
    assert len(read_directory(data, PackageProblems(), whole).entries) == 9
