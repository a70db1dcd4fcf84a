"""The README names where tieback was really run, and where it never was."""

import re
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]


def load() -> ModuleType:
    loader = SourceFileLoader("write_platforms", str(ROOT / "tools" / "write-platforms"))
    spec = spec_from_loader("write_platforms", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


TOOL = load()


def test_the_table_of_the_readme_comes_from_the_data() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert TOOL.page(text) == text, "run tools/write-platforms"


def test_each_supported_version_and_machine_has_a_row() -> None:
    rows = TOOL.rows()
    versions = re.findall(r"Programming Language :: Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text())
    assert [version for version in versions if not any(row["python"].startswith(version) for row in rows)] == []
    never = {row["system"] for row in rows if row["result"] == "never"}
    assert {"macOS arm64", "Windows", "Linux aarch64", "container image"} <= never
    (tested,) = [row for row in rows if row["result"] == "tested"]
    assert tested["python"].startswith((ROOT / ".python-version").read_text().strip())


def test_evidence_exists() -> None:
    named = {name for row in TOOL.rows() for name in re.findall(r"`([^`]+)`", row["evidence"])}
    files = {name for name in named if "/" in name and " " not in name}
    assert len(files) >= 4
    assert [name for name in sorted(files) if not (ROOT / name).exists()] == []


ROW = '[[run]]\nsystem = "s"\npython = "3"\nresult = "never"\nwhat = "w"\nevidence = "e"\n'


@pytest.mark.parametrize(
    "text",
    [
        ROW.replace("never", "perhaps"),
        ROW.replace("never", "tested"),
        ROW + "date = 2026-11-28\n",
        '[[run]]\nwhat = "w"\n',
    ],
)
def test_a_wrong_row_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(TOOL, "DATA", tmp_path / "platforms.toml")
    TOOL.DATA.write_text(text)
    with pytest.raises((ValueError, KeyError)):
        TOOL.rows()
