"""Package lists as Android prints them."""

from pathlib import Path

import pytest

from tests.unit.intake.inventory.reading import read, told


@pytest.mark.parametrize(
    ("line", "name", "version"),
    [
        ("package:com.workhub.mobile", "com.workhub.mobile", ""),
        ("package:com.workhub.mobile versionCode:310", "com.workhub.mobile", "310"),
        ("package:/data/app/~~aB3_x==/com.workhub.mobile-Zz9==/base.apk=com.workhub.mobile versionCode:310",
         "com.workhub.mobile", "310"),
        ("package:/system/app/Foo/Foo.apk=com.android.foo  installer=null uid:10012", "com.android.foo", ""),
        ("package:android", "android", ""),
    ],
)  # fmt: skip
def test_package_lines_are_parsed(tmp_path: Path, line: str, name: str, version: str) -> None:
    found = read(tmp_path, f"{line}\r\n\r\n", "pixel-7.txt")
    assert (found.source, found.skipped) == ("adb", 0)
    assert list(told(found.rows, "bundle_id", "version", "device")) == [(name, version, "pixel-7")]


def test_other_lines_are_left_out(tmp_path: Path) -> None:
    found = read(tmp_path, "package:com.a\nFailure [-3]\npackage:1bad\n", device="d")
    assert (len(found.rows), found.skipped) == (1, 2)
    assert found.rows[0].device == "d"


def test_lines_that_adb_prints_before_the_list_are_no_records(tmp_path: Path) -> None:
    noise = "* daemon not running; starting now at tcp:5037\n* daemon started successfully\nWARNING: linker: x\n"
    found = read(tmp_path, f"{noise}package:com.a\n", device="d")
    assert (found.source, [row.bundle_id for row in found.rows], found.skipped) == ("adb", ["com.a"], 0)
