import struct
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.budget import PackageBudget, budget_for
from tieback.intake.apps.dotnet import read_assemblies, wrapped
from tieback.intake.apps.interface import Artifact
from tieback.intake.apps.problems import PackageProblems

TEXTS = ("https://api.test/v1", "Header", "x" * 300, "Füße")


def assembly(*texts: str) -> bytes:
    """An image with the two heaps that matter, made up as ECMA-335 has it."""
    rows = [text.encode("utf-16-le") + b"\0" for text in texts or TEXTS]
    lengths = [bytes([len(raw)]) if len(raw) < 0x80 else struct.pack(">H", 0x8000 | len(raw)) for raw in rows]
    heap = b"\0" + b"".join(length + raw for length, raw in zip(lengths, rows, strict=True))
    names = b"\0http://name.test\0"
    first = 20 + 12 + 4 + 20 + 12
    heads = struct.pack("<II", first, len(names)) + b"#Strings\0\0\0\0"
    heads += struct.pack("<II", first + len(names), len(heap)) + b"#US\0"
    root = b"BSJB" + struct.pack("<HHII", 1, 1, 0, 12) + b"v4.0.30319\0\0" + struct.pack("<HH", 0, 2) + heads
    root += b"\0" * (first - len(root))
    return b"MZ" + b"\0" * 126 + b'{"Api": "https://resource.test"}' + root + names + heap + b"end"


def compressed(image: bytes) -> bytes:
    return b"XALZ" + struct.pack("<II", 0, len(image)) + bytes(pa.Codec("lz4_raw").compress(image, asbytes=True))


def store(version: int, images: list[bytes]) -> bytes:
    """A store of assemblies, made up as dotnet/android documents it."""
    index = b"\0" * 18 if version & 0xFFFF > 1 else b""
    width = 24 if not index else 28
    place = 20 + len(index) + width * len(images)
    table, body = bytearray(), bytearray()
    for image in images:
        entry = struct.pack("<IIIIII", place + len(body), len(image), 0, 0, 0, 0)
        table += entry if not index else b"\0" * 4 + entry
        body += image
    return b"XABA" + struct.pack("<4I", version, len(images), 2, len(index)) + index + bytes(table + body)


def user_strings(artifact: Artifact) -> list[str]:
    (buffer,) = (buffer for buffer in artifact.buffers if buffer.utf16)
    assert buffer.starts is not None
    edges = buffer.starts.tolist()
    return [buffer.data[a:b].decode("utf-16-le") for a, b in zip(edges[::2], edges[1::2], strict=True)]


def opened(data: bytes) -> tuple[list[Artifact], list[str]]:
    problems = PackageProblems()
    return list(read_assemblies("a.blob", data, problems, budget_for(0))), [problem.what for problem in problems]


@pytest.mark.parametrize("pack", [bytes, compressed], ids=["plain", "compressed"])
def test_user_strings_are_separate_and_names_are_left_out(pack: type) -> None:
    image = assembly()
    (artifact,), problems = opened(pack(image))
    assert problems == []
    assert user_strings(artifact) == list(TEXTS)
    narrow = b"".join(buffer.data for buffer in artifact.buffers if not buffer.utf16)
    assert b"https://resource.test" in narrow
    assert b"name.test" not in narrow
    for buffer in artifact.buffers:
        assert len(buffer.data) + buffer.base <= len(image)


@pytest.mark.parametrize("version", [1, 0x80010002, 3])
def test_stores_give_every_assembly(version: int) -> None:
    data = store(version, [compressed(assembly("one")), assembly("two")])
    artifacts, problems = opened(data)
    assert [user_strings(artifact) for artifact in artifacts] == [["one"], ["two"]]
    assert [artifact.file for artifact in artifacts] == ["a.blob!0.dll", "a.blob!1.dll"]
    assert problems == []


def test_a_wrapped_store_is_found_on_its_page() -> None:
    data = b"\x7fELF" + b"XABA" + b"\0" * (8192 - 8) + b"XABA" + b"\0" * 40
    assert wrapped(data) == 8192
    assert wrapped(data[:8192]) == -1


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"XALZ" + struct.pack("<II", 0, 50) + b"\xff" * 40, "damaged"),
        (b"XALZ" + struct.pack("<II", 0, 1 << 31) + b"x" * 40, "too large"),
    ],
)
def test_decompression_failure_is_a_problem(data: bytes, problem: str) -> None:
    artifacts, problems = opened(data)
    assert artifacts == []
    assert problem in problems[0]


def test_decompression_is_paid_from_the_budget() -> None:
    image = compressed(assembly() + b"\0" * 1000)
    problems, budget = PackageProblems(), PackageBudget(total=3000)
    found = list(read_assemblies("a", store(1, [image] * 5), problems, budget))
    assert 0 < len(found) < 5
    assert budget.total >= 0
    assert len(problems) == 5 - len(found)


def test_a_heap_of_nothing_costs_no_more_than_the_budget_has() -> None:
    budget = PackageBudget(total=10**6, steps=1000)
    list(read_assemblies("a", assembly("") + b"\0" * 10, PackageProblems(), budget))
    assert 0 < budget.steps < 1000
    budget.steps = 3
    (artifact,) = read_assemblies("a", assembly("one", "two", "three"), PackageProblems(), budget)
    assert user_strings(artifact) == ["one", "two"]
    assert budget.steps == 0


def test_a_real_assembly_gives_its_user_strings(registry: Callable[[str], list[Path]]) -> None:
    (path,) = (path for path in registry("pypi:pythonnet") if path.name == "Python.Runtime.dll")
    (artifact,), problems = opened(path.read_bytes())
    assert problems == []
    assert "Python wrapper for .NET type {0}" in user_strings(artifact)


@settings(max_examples=examples(100), deadline=None)
@given(
    noise=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 255)), max_size=10),
    form=st.sampled_from(["image", "compressed", "store"]),
)
def test_damage_never_raises(noise: list[tuple[int, int]], form: str) -> None:
    image = assembly()
    data = bytearray({"image": image, "compressed": compressed(image), "store": store(1, [image, image])}[form])
    for place, value in noise:
        data[place % len(data)] = value
    artifacts, _ = opened(bytes(data))
    for artifact in artifacts:
        for buffer in artifact.buffers:
            assert buffer.starts is None or (buffer.starts <= len(buffer.data)).all()
