"""Mappings and checkouts of a hostile merge request: little memory, an end, and nothing outside the checkout."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.examples import few

MEBIBYTE = 1 << 20
BAR = 60
"""MiB of the whole process: the interpreter, the parser, and what it keeps."""
_MAPPING = """
import json, re, sys
from pathlib import Path
from tieback.intake.source.r8_mapping import read_mapping
from tieback.model.errors import InputError
try:
    found = read_mapping(Path(sys.argv[1]), ["a.b"])
    said = found.restore("La/b;->c")
except InputError as error:
    said = error.diagnostics()
status = Path("/proc/self/status").read_text()
print(json.dumps([said, int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) // 1024]))
"""
_CHECKOUT = """
import json, re, sys
from pathlib import Path
from tieback.intake.source.checkout import Checkout
checkout = Checkout(Path(sys.argv[1]))
count = sum(1 for _ in checkout.files())
status = Path("/proc/self/status").read_text()
print(json.dumps([count, checkout.left_out, int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) // 1024]))
"""
CLASS = b"org.example.Api -> a.b:\n"
MEMBER = b"    1:9:void load(int,java.lang.String):10:19 -> c\n"
OTHER = b"org.example.Other -> z.z:\n" + b"    1:4:java.lang.String org.example.Hosts.first(int):20:23 -> b\n" * 40

type Write = Callable[[Path, int], None]


def child(code: str, path: Path) -> list[object]:
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, timeout=170, check=True)
    found: list[object] = json.loads(done.stdout)
    return found


def repeated(piece: bytes, tail: bytes = b"") -> Write:
    """A mapping with a class of interest around many copies of a piece."""

    def write(path: Path, size: int) -> None:
        with path.open("wb") as file:
            file.write(CLASS)
            many = piece * max(MEBIBYTE // len(piece), 1)
            file.writelines(many for _ in range(size // len(many) + 1))
            file.write(b"\n" + tail)

    return write


MAPPINGS: dict[str, tuple[Write, str]] = {
    "many classes": (repeated(OTHER, CLASS.replace(b"a.b", b"y.y")), "Lorg/example/Api;->c"),
    "one line": (repeated(b"x", MEMBER), "Lorg/example/Api;->load"),
    "one comment": (repeated(b"# ", MEMBER), "Lorg/example/Api;->load"),
    "one member": (repeated(b"    1:1:", MEMBER), "Lorg/example/Api;->load"),
    "arrows": (repeated(b" -> ", MEMBER), "Lorg/example/Api;->load"),
    "NUL": (repeated(b"\0", MEMBER), "Lorg/example/Api;->load"),
    "empty lines": (repeated(b"\n", MEMBER), "Lorg/example/Api;->load"),
    "the same class": (repeated(CLASS, MEMBER), "Lorg/example/Api;->c"),
}


@pytest.mark.parametrize("name", few(MAPPINGS, 4))
def test_a_mapping_is_read_in_little_memory(tmp_path: Path, name: str) -> None:
    write, said = MAPPINGS[name]
    write(tmp_path / "mapping.txt", 8 * MEBIBYTE)
    found, peak = child(_MAPPING, tmp_path / "mapping.txt")
    assert found == said
    assert isinstance(peak, int)
    assert peak <= BAR


@pytest.mark.more
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", ["many classes", "one line"])
def test_a_gigabyte_of_mapping_is_read_in_little_memory(tmp_path: Path, name: str) -> None:
    path = tmp_path / "mapping.txt"
    write, said = MAPPINGS[name]
    write(path, 1_000 * MEBIBYTE)
    try:
        found, peak = child(_MAPPING, path)
    finally:
        path.unlink()
    assert found == said
    assert isinstance(peak, int)
    assert peak <= BAR


def test_a_mapping_that_never_ends_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(3 << 30)
    for path, what in (("pipe", "not a regular file"), ("sparse", "larger than 2 GiB"), ("/dev/zero", "not a regular")):
        found, _ = child(_MAPPING, tmp_path / path)
        assert what in str(found)


def test_a_checkout_leads_to_nothing_outside_and_ends(tmp_path: Path) -> None:
    top, outside = tmp_path / "checkout", tmp_path / "outside"
    for folder in (top / "src", outside):
        folder.mkdir(parents=True)
    (top / "src" / "Api.kt").write_text("code")
    (outside / "secret.txt").write_text("secret")
    (top / "link").symlink_to(outside)
    (top / "file").symlink_to("/etc/passwd")
    (top / "loop").symlink_to(top)
    (top / "null").symlink_to("/dev/zero")
    os.mkfifo(top / "pipe")
    with (top / "sparse.kt").open("wb") as file:
        file.truncate(1 << 40)
    deep = top
    for _ in range(100):
        deep = deep / "d"
    deep.mkdir(parents=True)
    count, left_out, peak = child(_CHECKOUT, top)
    assert (count, left_out) == (1, {"larger than 4 MiB": 1, "links": 4, "nested too deep": 1})
    assert isinstance(peak, int)
    assert peak <= BAR


@pytest.mark.more
@pytest.mark.timeout(600)
def test_a_checkout_of_many_files_ends(tmp_path: Path) -> None:
    for folder in range(3):
        (tmp_path / f"f{folder}").mkdir()
        for number in range(100_500 if not folder else 60_000):
            (tmp_path / f"f{folder}" / f"{number}.kt").touch()
    count, left_out, peak = child(_CHECKOUT, tmp_path)
    assert (count, left_out) == (200_000, {"beyond the limit of files": 20_001})
    assert isinstance(peak, int)
    assert peak <= BAR * 2
