"""``tieback inventory import`` and ``pull``, as a user types them."""

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run
from tests.unit.cli.test_inventory import RAW


def test_what_cannot_be_read_is_one_line_and_the_rest_is_done(run: Run, tmp_path: Path) -> None:
    (tmp_path / "raw.csv").write_text(RAW)
    (tmp_path / "bad.csv").write_text("")
    ended = run("inventory", "import", "bad.csv", "raw.csv")
    assert (ended.code, ended.err.count("\n")) == (3, 1)
    assert run("inventory", "import", "bad.csv").code == 4
    (tmp_path / "empty").mkdir()
    assert run("inventory", "import", "empty").code == 2
    assert run("inventory", "list", "-w", "none").code == 4


def test_column_map_is_confirmed_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "plain.csv").write_text("Paket;Geräte\ncom.a;7\n")
    ended = run("inventory", "import", "plain.csv")
    assert (ended.code, "--map bundle_id=Paket" in ended.err) == (4, True)
    assert run("inventory", "import", "plain.csv", "--yes", "--platform", "android").code == 0
    (tmp_path / "next.csv").write_text("Paket;Geräte\ncom.b;8\n")
    assert run("inventory", "import", "next.csv", "--platform", "android").code == 0
    assert "8 reported" in run("inventory", "list").out


def test_pull_names_its_missing_options(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("--client-id", "c", "--secret-env", "EMM_SECRET")
    assert "empty or not set" in run("inventory", "pull", "jamf", *words).err
    monkeypatch.setenv("EMM_SECRET", "s")
    assert "missing --url" in run("inventory", "pull", "jamf", *words).err
    assert "missing --tenant" in run("inventory", "pull", "intune", *words).err
    ended = run("inventory", "pull", "jamf", *words, "--url", "http://jamf.example")
    assert (ended.code, "not https" in ended.err) == (2, True)
