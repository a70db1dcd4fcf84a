"""``tieback inventory import`` and ``pull``, as a user types them."""

import zipfile
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run
from tests.unit.cli.test_inventory import RAW
from tieback.pipeline.fleet import inventory


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


def test_an_unnamed_column_can_be_mapped_and_is_named_if_it_is_ignored(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("Paket,\ncom.a,S1\n")
    ended = run("inventory", "import", "x.csv", "--yes")
    assert (ended.code, "column 2 is ignored: it has values, but no name" in ended.err) == (0, True)
    ended = run("inventory", "import", "x.csv", "--map", "bundle_id=Paket", "--map", "device=column 2 (no name)")
    assert (ended.code, "replaces the import of" in ended.err) == (0, True)


def test_pull_names_its_missing_options(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("--client-id", "c", "--secret-env", "EMM_SECRET")
    assert "empty or not set" in run("inventory", "pull", "jamf", *words).err
    monkeypatch.setenv("EMM_SECRET", "s")
    assert "missing --url" in run("inventory", "pull", "jamf", *words).err
    assert "missing --tenant" in run("inventory", "pull", "intune", *words).err
    ended = run("inventory", "pull", "jamf", *words, "--url", "http://jamf.example")
    assert (ended.code, "not https" in ended.err) == (2, True)


def test_files_of_folders_and_zips_that_are_no_exports_are_counted(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "raw.csv").write_text(RAW)
    (folder / "photo.png").write_bytes(b"x")
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr("raw.csv", RAW.replace("\n", "\n\n", 1))
        made.writestr("logo.png", "x")
    ended = run("inventory", "import", "exports", "a.zip")
    assert ended.code == 0
    notes = {line.partition("note: ")[2].partition(". Pass")[0] for line in ended.err.splitlines() if "note: " in line}
    assert notes == {
        "exports: loop was not read: link to a folder",
        "exports: photo.png was not read: not an export of an inventory",
        "a.zip: logo.png was not read: not an export of an inventory",
    }


def test_a_folder_above_the_limit_is_no_complete_statement(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inventory, "MAX_FILES", 1)
    (tmp_path / "exports").mkdir()
    for name in ("a.csv", "b.csv"):
        (tmp_path / "exports" / name).write_text(RAW)
    ended = run("inventory", "import", "exports", "--complete")
    assert ended.code == 3
    assert "exports: more than 1 files; 1 file not read" in ended.err
    assert "1 file could not be read" in ended.err


@pytest.mark.parametrize("command", ["scan", "app", "import", "traffic"])
def test_commands_for_other_files_name_the_import_of_inventories(run: Run, tmp_path: Path, command: str) -> None:
    (tmp_path / "ws1.csv").write_text("Application Name,Application ID,Version,Serial Number\nWorkhub,com.w,3,S1\n")
    ended = run(command, "ws1.csv")
    assert ended.code in {3, 4}
    assert "tieback inventory import" in ended.err
