"""Assembled packages are readable and distinct, and a small run from package to report is the same on every engine."""

import hashlib
import os
import random
import shutil
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest

from bench import reading_made
from bench.reading import INSIDE
from tieback.intake.apps.open import open_app
from tieback.scope.grant import parse_grant, render_grant

ROOT = Path(__file__).parents[2]
DONORS = sorted((ROOT / "labs" / "apps").glob("*.apk"))


def digests(folder: Path, seed: int) -> list[str]:
    folder.mkdir()
    made = reading_made.assemble(DONORS, 6, 12, seed, folder)
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in made]


def test_a_seed_gives_the_same_distinct_packages(tmp_path: Path) -> None:
    first, again, other = digests(tmp_path / "a", 1), digests(tmp_path / "b", 1), digests(tmp_path / "c", 2)
    assert first == again
    assert len({*first, *other}) == 12


def test_each_package_opens_and_names_its_own_targets(tmp_path: Path) -> None:
    for number, path in enumerate(reading_made.assemble(DONORS, 3, 6, 1, tmp_path)):
        with open_app(path) as app:
            assert app.app is not None
            assert app.app.bundle_id
        with zipfile.ZipFile(path) as archive:
            text = archive.read("assets/backends.json").decode()
        assert [reading_made.host(one, 3) in text for one in range(6)] == [one % 3 == number for one in range(6)]


def test_changed_code_keeps_its_length_and_has_valid_checksums() -> None:
    strings = b"\0\x1aCould not reach the server\0\x0dLjava/lang/A;\0"
    head = b"dex\n035\0" + bytes(104)
    changed = reading_made.changed_code(head + strings, random.Random(1))
    assert len(changed) == len(head + strings)
    assert b"Could not reach the se" in changed
    assert b"the server" not in changed
    assert b"Ljava/lang/A;" in changed
    assert struct.unpack("<I", changed[8:12])[0] == zlib.adler32(changed[12:])
    assert changed[12:32] == hashlib.sha1(changed[32:], usedforsecurity=False).digest()


@pytest.mark.parametrize("data", [b"", b"dex\n035", b"\0\x1aCould not reach the server\0"])
def test_what_is_no_code_keeps_its_length(data: bytes) -> None:
    assert len(reading_made.changed_code(data, random.Random(1))) == len(data)


def test_the_grant_covers_each_target_and_is_valid() -> None:
    grant = parse_grant(render_grant(reading_made.grant(3, 6)), "test")
    assert len(grant.hosts) == 6
    assert all(str(address).startswith("127.") for address in grant.hosts.values())


@pytest.mark.more
@pytest.mark.timeout(900)
def test_kills_and_a_cluster_change_no_result() -> None:
    if os.geteuid() != 0 or shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip("this machine does not let us make a network namespace")
    words = ("--apps", "12", "--targets", "48", "--kills", "1")
    environment = {name: value for name, value in os.environ.items() if name != INSIDE}
    done = subprocess.run(
        [sys.executable, "-m", "bench", "reading", *words], cwd=ROOT, capture_output=True, text=True, check=False,
        env=environment | {"PYTHONPATH": str(ROOT / "src"), "TIEBACK_BENCH_APPS": str(ROOT / "labs" / "apps")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    rows = [line for line in done.stdout.splitlines() if line.endswith(("| equal |", "| different |"))]
    assert [row.endswith("| equal |") for row in rows] == [True] * 3
    assert "48 probes" in done.stdout
