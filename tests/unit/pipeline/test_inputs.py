"""Apps and captures are told apart by their bytes; folders may hold both."""

from pathlib import Path

from tests.unit.pipeline.test_traffic import HTTP, capture
from tieback.engine.interface import Unit
from tieback.model.errors import InputError
from tieback.pipeline.inputs import scan_units

APPS = Path(__file__).parents[3] / "labs" / "apps"


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
