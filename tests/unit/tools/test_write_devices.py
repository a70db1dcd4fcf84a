"""The table of verified devices comes from the committed results alone."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest
from msgspec.structs import replace

from tieback.model.device_result import STEPS, DeviceResult, StepOutcome, StepResult, StepSource
from tieback.model.document import encode
from tieback.model.errors import DocumentError

ROOT = Path(__file__).parents[3]
PIXEL = DeviceResult(
    "0.2.0", "2026-11-28", "android", False, "Pixel|8", "Android 15", "regular", False,
    tuple(StepResult(step.name, StepOutcome.WORKED) for step in STEPS),
)  # fmt: skip


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The tool, with an empty folder of results."""
    loader = SourceFileLoader("write_devices", str(ROOT / "tools" / "write-devices"))
    spec = spec_from_loader("write_devices", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    return module


def test_the_page_shows_the_committed_results(tool: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool, "FOLDER", ROOT / "docs" / "reference" / "devices")
    text = tool.PAGE.read_text(encoding="utf-8")
    assert tool.page(text, tool.results()) == text, "run tools/write-devices"


def test_without_results_every_step_is_verified_on_none(tool: ModuleType) -> None:
    rows = [line for line in tool.section([]).splitlines() if line.startswith("| ")][1:]
    assert [row.split(" | ")[1] for row in rows] == ["none"] * len(STEPS)


def test_a_row_shows_where_a_step_worked_and_where_not(tool: ModuleType) -> None:
    failed = [replace(step, outcome=StepOutcome.FAILED, source=StepSource.PERSON) for step in PIXEL.steps]
    other = replace(PIXEL, model="Other", emulator=True, steps=tuple(failed))
    row = tool.section([PIXEL, other]).splitlines()[3]
    assert "Pixel\\|8 (Android 15, tieback 0.2.0); did not work: Other (Android 15, emulator, reported by a" in row
    untried = replace(PIXEL, steps=tuple(replace(step, outcome=StepOutcome.NOT_TRIED) for step in PIXEL.steps))
    assert tool.section([untried]) == tool.section([])


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (encode("device-result", replace(PIXEL, model="Emulation of tests")), "is not from a device"),
        (encode("device-result", replace(PIXEL, steps=PIXEL.steps[1:])), "has other steps"),
        (encode("capture", {}), "expected schema tieback/device-result/1"),
        (b" " * 100_000, "is too large"),
    ],
)
def test_what_is_no_result_of_a_device_is_refused(tool: ModuleType, document: bytes, says: str) -> None:
    (tool.FOLDER / "a.json").write_bytes(document)
    with pytest.raises((ValueError, DocumentError), match=says):
        tool.results()
