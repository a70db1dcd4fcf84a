"""Apps and captures are told apart by their bytes; folders may hold both."""

import tarfile
from pathlib import Path

from tests.unit.pipeline.test_traffic import HTTP, capture
from tieback.model.errors import InputError
from tieback.model.unit import Unit
from tieback.pipeline.inputs.spec import Manifest
from tieback.pipeline.inputs.units import FETCH_SECONDS, scan_units, unit_limits

APPS = Path(__file__).parents[4] / "labs" / "apps"


def kinds(*inputs: Path) -> list[str]:
    """``app``, ``traffic``, or the name of what failed."""
    return [
        f"!{Path(unit.where).name}" if isinstance(unit, InputError) else unit.version.partition("-")[0]
        for unit in scan_units(inputs)
    ]


def test_files(tmp_path: Path) -> None:
    (tmp_path / "run").write_bytes(capture(HTTP))
    (tmp_path / "empty").mkdir()
    inputs = (
        APPS / "workhub.apk",
        tmp_path / "run",
        tmp_path / "missing.pcap",
        tmp_path / "missing.apk",
        tmp_path / "empty",
    )
    assert kinds(*inputs) == ["app", "traffic", "!missing.pcap", "!missing.apk", "!empty"]


def test_a_folder_with_apps_and_captures(tmp_path: Path) -> None:
    (tmp_path / "run.pcap").write_bytes(capture(HTTP))
    assert kinds(tmp_path) == ["traffic"]
    (tmp_path / "app.apk").write_bytes((APPS / "workhub.apk").read_bytes())
    assert kinds(tmp_path) == ["app", "traffic"]


def test_a_capture_is_known_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "a.pcap").write_bytes(capture(HTTP))
    (tmp_path / "b.pcap").write_bytes(capture(HTTP))
    units = [unit for unit in scan_units([tmp_path]) if isinstance(unit, Unit)]
    assert len(units) == 2
    assert len({unit.key for unit in units}) == 1


def shard(path: Path, *files: Path) -> Path:
    with tarfile.open(path, "w") as tar:
        for file in files:
            tar.add(file, file.name)
    return path


def test_a_shard_in_a_folder_and_by_itself(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "run.pcap").write_bytes(capture(HTTP))
    made = shard(tmp_path / "in" / "0.tar", APPS / "workhub.apk", tmp_path / "run.pcap")
    assert kinds(made) == kinds(tmp_path / "in") == ["app", "traffic"]
    assert kinds(tmp_path) == ["traffic", "app", "traffic"]
    by_path = {unit.key for unit in scan_units([APPS / "workhub.apk"]) if isinstance(unit, Unit)}
    in_shard = [unit for unit in scan_units([made]) if isinstance(unit, Unit)]
    assert {unit.key for unit in in_shard} & by_path == by_path
    assert [unit.source for unit in in_shard] == [f"{made}#workhub.apk", f"{made}#run.pcap"]


def test_a_shard_with_nothing_or_damage_in_it(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("text")
    empty = shard(tmp_path / "empty.tar", tmp_path / "notes.txt")
    cut = shard(tmp_path / "cut.tar", APPS / "workhub.apk", APPS / "tillroll.apk")
    cut.write_bytes(cut.read_bytes()[:20_000])
    assert [str(one) for one in scan_units([empty])] == [
        f"{empty}: no app or capture found in this shard. Use shards with APK, AAB, IPA or capture files"
    ]
    assert kinds(cut) == ["app", "!cut.tar"]


def test_what_is_fetched_may_take_longer() -> None:
    assert unit_limits([APPS]).seconds + FETCH_SECONDS == unit_limits([APPS, "s3://b/"]).seconds
    assert unit_limits([Manifest(APPS)]).seconds == unit_limits(["https://h.example/a.apk"]).seconds
