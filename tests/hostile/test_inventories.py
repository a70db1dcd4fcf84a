"""Inventories that were made to hurt: one line, and little more memory than an honest one takes."""

import gzip
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.examples import few

HEAD = b"ApplicationKey,ApplicationName,ApplicationPublisher,ApplicationVersion,Platform,DeviceCount\n"
MEBIBYTE = 1 << 20
ALLOWANCE = 40
"""MiB beyond an honest file. The bar of the house is 16; a batch of 20,000 rows of the longest texts takes more."""
_CHILD = """
import resource, subprocess, sys
done = subprocess.run([sys.executable, "-m", "tieback", "inventory", "import", *sys.argv[1:]], capture_output=True)
sys.stderr.buffer.write(done.stderr)
print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


def run(path: Path) -> tuple[int, int, str]:
    """Exit code, peak MiB, and what it said."""
    words = [sys.executable, "-c", _CHILD, str(path), "-w", str(path.parent / "ws")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=True)
    code, peak = map(int, done.stdout.split())
    return code, peak, done.stderr


def zip_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("x.csv", "w") as file:
        file.write(HEAD)
        for _ in range(200):
            file.write(b"0" * 1_000_000)


def gzip_bomb(path: Path) -> None:
    with gzip.open(path, "wb") as file:
        file.write(b'{"results":[{"mobileDeviceId":"1","applications":[')
        for _ in range(200):
            file.write(b"{}," * 300_000)


def many_objects(path: Path) -> None:
    path.write_text('{"results":[{"mobileDeviceId":"1","applications":[' + ",".join(["{}"] * 690_000) + "]}]}")


def deep(path: Path) -> None:
    path.write_text('{"results":[{"mobileDeviceId":"1","applications":' + "[" * 3_000_000)


def property_list(path: Path) -> None:
    path.write_bytes(b"<plist><dict><key>InstalledApplicationList</key><array>" + b"<dict/>" * 590_000)


def laughs(path: Path) -> None:
    levels = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    path.write_text(f'<!DOCTYPE x [<!ENTITY a0 "ha">{levels}]><mobile_device>&a9;</mobile_device>')


def elements(path: Path) -> None:
    path.write_text("<mobile_device><applications>" + "<application/>" * 400_000)


def long_cells(path: Path) -> None:
    path.write_bytes(HEAD + (b"k," + b"n" * 100_000 + b",p,1,iOS,1\n") * 200)


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> int:
    path = tmp_path_factory.mktemp("honest") / "x.csv"
    path.write_bytes(HEAD + b"k,Acme,A,1,iOS,1\n")
    code, peak, _ = run(path)
    assert code == 0
    return peak


@pytest.mark.parametrize(
    ("make", "code", "says"),
    few(
        [
            (zip_bomb, 4, "a line is longer than 1 MiB"),
            pytest.param(gzip_bomb, 4, "a record is longer than 2 MiB", marks=pytest.mark.more),
            pytest.param(many_objects, 4, "more than 100,000 parts", marks=pytest.mark.more),
            (deep, 4, "nested too deep"),
            pytest.param(property_list, 4, "not a property list of one device", marks=pytest.mark.more),
            (laughs, 4, "entity definitions"),
            pytest.param(elements, 4, "more than 50,000 elements", marks=pytest.mark.more),
            (long_cells, 0, ""),
        ],
        2,
    ),
)
def test_one_line_and_little_memory(tmp_path: Path, honest: int, make: object, code: int, says: str) -> None:
    path = tmp_path / "export"
    make(path)  # type: ignore[operator]
    ended, peak, said = run(path)
    assert (ended, says in said, said.count("\n")) == (code, True, int(code != 0))
    assert peak - honest <= ALLOWANCE
