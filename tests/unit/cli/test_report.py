"""``tieback report``: the last run again, in any format, whole or not at all."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run
from tieback.cli.report import FORMATS
from tieback.report import by_name, renderers


def test_formats(run: Run, apps: Path, tmp_path: Path) -> None:
    run("scan", apps, "-w", "ws", "--workers", "1")
    assert "Workhub" in run("report", "-w", "ws").out
    assert json.loads(run("report", "-w", "ws", "--format", "json").out)["headline"]["apps_analysed"] == 3
    ended = run("report", "-w", "ws", "--format", "html", "-o", "page.html")
    assert (ended.code, ended.out) == (0, "")
    assert "Workhub" in (tmp_path / "page.html").read_text()


def test_help_names_every_format() -> None:
    names = [renderer.meta.name for renderer in renderers()]
    assert FORMATS.split(", ") == names


@pytest.mark.parametrize("name", [renderer.meta.name for renderer in renderers()])
def test_each_format_of_a_scan_and_of_a_workspace(run: Run, apps: Path, tmp_path: Path, name: str) -> None:
    if name == "pdf":
        pytest.importorskip("weasyprint", reason="the extra pdf is not installed")
    suffix = by_name(name).meta.suffix
    ended = run("scan", apps / "workhub.apk", "-w", "ws", "--workers", "1", "--report", f"report{suffix}")
    assert ended.code == 0
    assert (tmp_path / f"report{suffix}").exists()
    assert run("report", "-w", "ws", "--format", name, "-o", "again").code == 0
    assert not list(tmp_path.glob(".*.part"))


def test_errors_say_what_to_do(run: Run, apps: Path, tmp_path: Path) -> None:
    ended = run("report", "-w", "none")
    assert (ended.code, "no workspace here" in ended.err) == (4, True)
    run("scan", apps, "-w", "ws", "--workers", "1")
    ended = run("report", "-w", "ws", "--format", "docx")
    assert (ended.code, "Choose one of" in ended.err) == (2, True)
    ended = run("report", "-w", "ws", "--format", "json", "-o", "none/page.json")
    assert (ended.code, "cannot be written" in ended.err) == (4, True)
    assert not list(tmp_path.glob("none*"))
