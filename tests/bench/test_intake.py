"""Copies of apps and captures are new files that say the same."""

import hashlib
import struct
from pathlib import Path

import msgspec
import pytest

from bench import intake
from tests.each import each
from tieback.pipeline.analyse import Analyser
from tieback.pipeline.inputs.units import scan_units

APPS = sorted((Path(__file__).parents[2] / "labs" / "apps").glob("*.apk"))


def test_copy_of_an_app_has_its_own_hash_and_the_same_findings(tmp_path: Path) -> None:
    donor = APPS[0]
    made = list(intake.copies([donor], 3, tmp_path))
    assert len({hashlib.sha256(path.read_bytes()).digest() for path in (donor, *made)}) == 4
    analyser = Analyser()
    wanted = analyser.document(donor).sightings
    assert wanted
    for path in made:
        assert [msgspec.structs.astuple(one.endpoint) for one in analyser.document(path).sightings] == [
            msgspec.structs.astuple(one.endpoint) for one in wanted
        ]


@each(
    ("content", "copied"),
    [
        (b"\xd4\xc3\xb2\xa1" + bytes(20), b"\xd4\xc3\xb2\xa1" + bytes(8) + struct.pack("<I", 7) + bytes(8)),
        (b"PK\x05\x06" + bytes(18), b"PK\x05\x06" + bytes(16) + b"\x06\x00copy 7"),
        (b"PK\x05\x06" + bytes(16) + b"\x01\x00!", None),
        (b"\x0a\x0d\x0d\x0a" + bytes(20), None),
        (b"{}", None),
        (b"", None),
    ],
    ids=["pcap", "archive", "archive with a comment", "pcapng", "text", "empty"],
)
def test_what_can_be_copied(content: bytes, copied: bytes | None) -> None:
    assert intake.copy_of(content, 7) == copied


def test_copies_of_captures_are_captures(tmp_path: Path) -> None:
    capture = tmp_path / "a.pcap"
    capture.write_bytes(b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00" + bytes(8) + struct.pack("<II", 65535, 1))
    folder = tmp_path / "copies"
    folder.mkdir()
    list(intake.copies([capture, APPS[0]], 4, folder))
    assert len({unit.key for unit in scan_units([folder]) if hasattr(unit, "key")}) == 4


def test_core_hours_leave_the_start_out() -> None:
    one = intake.Measured(files=100, megabytes=300, wall=9, cpu=11, peak=100)
    assert intake.core_hours(one, start=1) == pytest.approx(0.1 * 1_000_000 / 3600)
