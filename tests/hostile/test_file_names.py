"""Names of files that are not UTF-8: read like any other file, and shown as text."""

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run, apps, run
from tieback.model.unit import file_unit, path_text

__all__ = ("apps", "run")

HAR = {
    "log": {
        "version": "1.2",
        "creator": {"name": "test", "version": "1"},
        "entries": [
            {
                "startedDateTime": "2026-11-01T00:00:00Z",
                "time": 1,
                "request": {"method": "GET", "url": "http://api.fieldhand.test/v1", "headers": [], "cookies": []},
                "response": {"status": 200, "headers": [], "content": {"size": 0, "mimeType": "text/plain"}},
            }
        ],
    }
}


def hostile(folder: Path, name: bytes) -> Path:
    """A path with any bytes in its last part."""
    return Path(os.fsdecode(os.fsencode(folder) + b"/" + name))


@pytest.fixture
def inputs(tmp_path: Path, apps: Path) -> Path:
    """A good app; an app, a capture, and files that fail, with names that are not UTF-8."""
    folder = hostile(tmp_path, b"in\xfe")
    folder.mkdir()
    shutil.copy(apps / "workhub.apk", folder / "good.apk")
    shutil.copy(apps / "tillroll.apk", hostile(folder, b"w\xff.apk"))
    hostile(folder, b"t\xff.har").write_text(json.dumps(HAR))
    hostile(folder, b"bad\xff.apk").write_text("not an app")
    hostile(folder, b"shard\xff.tar.gz").write_bytes(b"\x1f\x8b" + bytes(100))
    return folder


def test_a_scan_reads_them_and_names_what_failed(run: Run, inputs: Path) -> None:
    ended = run("scan", inputs, hostile(inputs, b"bad\xff.apk"), "-w", "ws", "--format", "json", "--workers", "1")
    assert ended.code == 3
    assert json.loads(ended.out)["headline"]["apps_analysed"] == 2
    assert any("bad\\xff.apk" in line for line in ended.err.splitlines())
    again = run("report", "-w", "ws", "--format", "json")
    assert json.loads(again.out)["headline"]["apps_analysed"] == 2


def test_apps_are_described(run: Run, inputs: Path) -> None:
    ended = run("app", inputs, "--format", "json")
    assert ended.code == 3
    assert "bad\\xff.apk: a text file" in ended.err
    paths = [json.loads(line)["path"] for line in ended.out.splitlines()]
    assert sorted(path.rpartition("/")[2] for path in paths) == ["good.apk", "w\\xff.apk"]
    assert run("app", inputs).code == 3


def test_traffic_is_described(run: Run, inputs: Path) -> None:
    ended = run("traffic", hostile(inputs, b"t\xff.har"), "--format", "json")
    assert ended.code == 0
    (flow,) = [json.loads(line) for line in ended.out.splitlines()]
    assert flow["path"].endswith("in\\xfe/t\\xff.har")
    assert run("traffic", hostile(inputs, b"t\xff.har")).code == 0


@pytest.mark.parametrize("name", [b"w\xff.apk", b"w\\xff.apk", "wé.apk".encode(), b"w\x1b[31m\n.apk"])
def test_a_unit_names_its_file_whatever_its_bytes(tmp_path: Path, name: bytes) -> None:
    path = hostile(tmp_path, name)
    unit = file_unit("0" * 64, "v", path, 1)
    assert unit.file == path
    assert unit.source == path_text(path)
    unit.source.encode()
